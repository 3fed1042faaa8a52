package import Access
package import CoreMetrics
package import CreditStore

/// What is read off when metrics are asked for: the journal, the status, the sources.
package struct ExchangeGauges: Sendable {
    private let store: any ProvingStore
    private let journal: QueryJournal
    private let factory: any MetricsFactory
    /// POSIX milliseconds.
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - store: where the latest status lies.
    ///   - journal: of the queries.
    ///   - factory: where the numbers go.
    ///   - clock: POSIX milliseconds.
    package init(
        store: any ProvingStore,
        journal: QueryJournal,
        factory: any MetricsFactory,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.journal = journal
        self.factory = factory
        self.clock = clock
    }

    /// Sets all of them.
    /// - Throws: what the store throws.
    package func read() throws {
        let now = clock()
        set("suixin_journal_open", journal.condition(at: now) == .open ? 1 : 0)
        let backlog = journal.backlog
        set("suixin_journal_waiting_entries", Int64(backlog.entries))
        let lag = Meter(label: "suixin_journal_lag_seconds", factory: factory)
        lag.set(backlog.oldest.map { Double(max(0, now - $0)) / 1000 } ?? 0)
        guard let status = try store.latestStatus() else { return }
        set("suixin_status_age_seconds", now / 1000 - status.issuedAt)
        set("suixin_status_expires_seconds", status.expiresAt - now / 1000)
        for source in try Freshness(status, lateAfter: 0).sources {
            let name = [("source", "\(source.agency)/\(source.dataset)")]
            set("suixin_source_late", source.isFresh ? 0 : 1, name)
            if let last = source.lastSuccess { set("suixin_source_age_seconds", now / 1000 - last, name) }
        }
    }

    private func set(_ name: String, _ value: Int64, _ dimensions: [(String, String)] = []) {
        Meter(label: name, dimensions: dimensions, factory: factory).set(value)
    }
}
