package import AdapterKit
package import CreditModel
package import CreditStore
internal import Dispatch
internal import Foundation
package import Logging
internal import Synchronization

/// Pulls the agencies' records into the store: one thread an agency, its datasets one after the other.
///
/// One bad row costs a row, one bad dataset a dataset, one bad agency an agency.
package struct Ingestor: Sendable {
    /// What a sync may do, and with what it is timed.
    package struct Options: Sendable {
        package var limits = FeedLimits()
        package var retry = RetryPolicy()
        /// The share of a source that a complete read may withdraw without a person's word.
        package var allowedShare = 0.2
        /// A folder for spooled files; each dataset has a folder of its own in it.
        package var spoolFolder: String
        /// POSIX seconds.
        package var clock: @Sendable () -> Int64
        /// Waits, in milliseconds; returns early when the sync is stopped.
        package var sleep: @Sendable (Int) -> Void
        package var random: @Sendable () -> UInt64

        package init(
            spoolFolder: String,
            clock: @escaping @Sendable () -> Int64,
            sleep: @escaping @Sendable (Int) -> Void,
            random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        ) {
            self.spoolFolder = spoolFolder
            self.clock = clock
            self.sleep = sleep
            self.random = random
        }
    }

    private let store: any CreditStore
    private let digests: VersionDigests
    private let options: Options
    private let logger: Logger

    /// - Parameter secret: the installation's, under which versions with a restricted key are digested.
    package init(store: any CreditStore, secret: [UInt8], options: Options, logger: Logger) {
        self.store = store
        self.digests = VersionDigests(secret: secret)
        self.options = options
        self.logger = logger
    }

    /// Pulls every dataset of the given agencies until they have nothing more. Blocking.
    /// - Parameters:
    ///   - isStopped: whether the operator wants it to end; what was committed stays.
    ///   - progress: called from several threads with what each commit did.
    /// - Returns: one report a dataset, in the order of agencies and datasets.
    package func sync(
        _ adapters: [(id: AgencyID, adapter: any SourceAdapter)],
        isStopped: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (DatasetID, CommitOutcome) -> Void = { _, _ in }
    ) -> [RunReport] {
        let reports = Mutex([Int: [RunReport]]())
        let group = DispatchGroup()
        for (index, entry) in adapters.enumerated() {
            DispatchQueue(label: "suixin.sync.\(entry.id)").async(group: group) {
                let done = pullAll(entry.adapter, isStopped: isStopped, progress: progress)
                reports.withLock { $0[index] = done }
            }
        }
        group.wait()
        let all = reports.withLock { $0 }
        return adapters.indices.flatMap { all[$0] ?? [] }
    }

    private func pullAll(
        _ adapter: any SourceAdapter,
        isStopped: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (DatasetID, CommitOutcome) -> Void
    ) -> [RunReport] {
        var reports: [RunReport] = []
        for dataset in type(of: adapter).descriptor.datasets where !isStopped() {
            let report = pull(dataset.id, adapter, isStopped: isStopped) { progress(dataset.id, $0) }
            do { try store.finish(report) } catch {
                logger.error(
                    "cannot note how a run ended",
                    metadata: ["dataset": "\(dataset.id)", "error": "\(error)"]
                )
            }
            reports.append(report)
        }
        return reports
    }

    private func pull(
        _ dataset: DatasetID,
        _ adapter: any SourceAdapter,
        isStopped: @escaping @Sendable () -> Bool,
        onCommit: @escaping (CommitOutcome) -> Void
    ) -> RunReport {
        let started = options.clock()
        let run = "\(dataset) \(LocalTime(posix: started).compact)"
        let sink = StoreSink(
            run: run,
            dataset: dataset,
            context: StoreSink.Context(
                store: store,
                adapter: adapter,
                digests: digests,
                allowedShare: options.allowedShare,
                kept: options.limits.kept,
                clock: options.clock
            ),
            onCommit: onCommit
        )
        var trouble = ""
        do {
            let position = try store.sourceState(of: dataset).position.map(Position.init(bytes:))
            let spool = "\(options.spoolFolder)/\(dataset.agency)-\(dataset.name)"
            try Self.empty(spool)
            defer { try? FileManager.default.removeItem(atPath: spool) }
            let request = PullRequest(
                dataset: dataset,
                position: position,
                limits: options.limits,
                retry: options.retry,
                now: options.clock,
                sleep: options.sleep,
                random: options.random,
                isStopped: isStopped,
                spoolFolder: spool
            )
            try adapter.pull(request, into: sink)
        } catch {
            trouble = "\(error)"
            logger.warning("a pull failed", metadata: ["dataset": "\(dataset)", "error": "\(error)"])
        }
        return RunReport(
            run: run,
            dataset: dataset,
            startedAt: started,
            endedAt: options.clock(),
            outcome: sink.outcome,
            error: trouble
        )
    }

    /// What an earlier run left behind in it was never taken.
    private static func empty(_ folder: String) throws {
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }
}
