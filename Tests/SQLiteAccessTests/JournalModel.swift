import Access
import CreditModel
import SQLiteAccess
import Testing

/// What a journal promises, in the plainest way: a list that is searched from one end to the other.
struct JournalModel {
    private(set) var entries: [(number: Int64, entry: QueryEntry)] = []
    private(set) var bodies: [Digest256: (last: Int64, bytes: [UInt8])] = [:]
    private(set) var chain = JournalChain.start
    private var number: Int64 = 0

    /// Takes entries in; as older versions did, also as they come, whatever their moments.
    mutating func append(_ records: [JournalRecord], asTheyCome: Bool = false) {
        let ordered = records.enumerated().sorted {
            asTheyCome
                ? $0.offset < $1.offset
                : ($0.element.entry.moment, $0.offset) < ($1.element.entry.moment, $1.offset)
        }
        for (_, record) in ordered {
            number += 1
            chain = JournalChain.next(chain, number: number, record: record.entry.record)
            entries.append((number, record.entry))
            if let body = record.body, let digest = record.entry.digest { bodies[digest] = (number, body) }
        }
    }

    func entries(_ filter: JournalFilter) -> [QueryEntry] {
        let before = filter.before.flatMap { id in entries.first { $0.entry.id == id } }
        return entries.filter { number, entry in
            (filter.client ?? entry.client) == entry.client
                && filter.enterprise.map { entry.enterprises.contains($0) } ?? true
                && entry.moment >= filter.since ?? .min && entry.moment < filter.until ?? .max
                && before.map { (entry.moment, number) < ($0.entry.moment, $0.number) } ?? true
        }
        .sorted { ($0.entry.moment, $0.number) > ($1.entry.moment, $1.number) }
        .prefix(max(0, filter.limit)).map(\.entry)
    }

    func clients(answeredAbout enterprise: EnterpriseID, since moment: Int64) -> Set<ClientID> {
        Set(
            entries.filter { $0.entry.moment >= moment && $0.entry.enterprises.contains(enterprise) }.map(
                \.entry.client
            )
        )
    }

    /// What pruning may take away: all up to the first that is not old enough; what is left of these is hardly older.
    mutating func prune(before moment: Int64, took count: Int) {
        let old = entries.prefix { $0.entry.moment < moment }.count
        #expect(count <= old)
        #expect(entries[min(count, old)..<old].allSatisfy { $0.entry.moment >= moment - 1_000 })
        forget(min(count, old))
    }

    /// Takes away the first ones.
    mutating func forget(_ count: Int) {
        entries.removeFirst(count)
        let last = entries.first.map { $0.number - 1 } ?? number
        bodies = bodies.filter { $0.value.last > last }
    }

    /// Compares all that a store says with what it should.
    func compare(_ store: SQLiteJournalStore, _ chosen: JournalFilter) throws {
        #expect(try store.entries(chosen) == entries(chosen), "\(chosen)")
        guard let enterprise = chosen.enterprise else { return }
        let since = chosen.since ?? .min
        #expect(
            try store.clients(answeredAbout: enterprise, since: since)
                == clients(answeredAbout: enterprise, since: since)
        )
    }

    /// Compares every page of a walk.
    func walk(_ store: SQLiteJournalStore, _ filter: JournalFilter) throws {
        var filter = filter
        var pages = 0
        while true {
            let page = try store.entries(filter)
            #expect(page == entries(filter), "\(filter)")
            pages += 1
            guard page.count == filter.limit, let last = page.last, pages < 1_000 else { return }
            // An id that came twice leads back to the first of both.
            guard last.id != filter.before else { return }
            filter.before = last.id
        }
    }

    /// Compares each entry, each kept answer and the chain.
    func compareAll(_ store: SQLiteJournalStore) throws {
        for (_, entry) in entries { #expect(try store.entry(entry.id)?.id == entry.id) }
        for (digest, body) in bodies { #expect(try store.body(digest) == body.bytes) }
        let state = try store.check { Issue.record("\($0)") }
        #expect(state == JournalState(entries: entries.count, last: number, chain: chain))
    }
}
