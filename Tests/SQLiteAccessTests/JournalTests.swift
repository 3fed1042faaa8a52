import Access
import CreditModel
import GRDB
import SQLiteAccess
import Testing

@Suite("The journal keeps what was asked and answered, and shows what was done to it")
struct JournalTests {
    @Test("An entry is read back as it was written, whatever it holds")
    func roundTrip() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let id = try Archive.enterprise(1)
        var entries = [
            Archive.entry(caller), Archive.entry(caller, at: 1, about: [id, try Archive.enterprise(2)]),
            QueryEntry(
                id: QueryID(at: Archive.noon + 2) { 0 },
                caller: caller,
                endpoint: "changes",
                status: 403
            ),
        ]
        entries[0].asked = [.unknown("110101199003070011", secret: Array(repeating: 7, count: 32))]
        entries[1].answer = .stored(
            StoredAnswer(enterprise: id, version: "v1", key: "k", issuedAt: 5, form: .compact)
        )
        entries[1].digest = Digest256(of: [1, 2, 3])
        entries[1].sections = nil
        try archive.store.append(entries.map { JournalRecord($0) })
        let kept = JournalRecord(Archive.entry(caller, at: 3), keeping: Array("body".utf8), version: "v2", form: .plain)
        try archive.store.append([kept])
        try archive.reopen()
        for entry in entries + [kept.entry] { #expect(try archive.store.entry(entry.id) == entry) }
        #expect(try archive.faults() == [])
    }

    @Test("What was asked for in vain may be a person's number, and is not in the file")
    func noNumbers() throws {
        let archive = try Archive()
        var entry = Archive.entry(try archive.caller("平台"))
        let secret = [UInt8](repeating: 7, count: 32)
        entry.asked = [.unknown("110101199003070011", secret: secret)]
        try archive.store.append([JournalRecord(entry)])
        #expect(!String(decoding: entry.record, as: UTF8.self).contains("110101199003070011"))
        // Who has the secret can tell that it was this one.
        #expect(try archive.store.entry(entry.id)?.asked == [.unknown("110101199003070011", secret: secret)])
        #expect(entry.asked != [.unknown("110101199003070012", secret: secret)])
        #expect(entry.asked != [.unknown("110101199003070011", secret: secret + [1])])
    }

    @Test("Entries are found by client, enterprise and time, page by page, the newest first")
    func filters() throws {
        let archive = try Archive()
        let callers = [try archive.caller("甲"), try archive.caller("乙")]
        let ids = try (0..<3).map { try Archive.enterprise($0) }
        let day: Int64 = 86_400_000
        // Six days, out of order within a commit.
        let entries = (0..<60).map { number in
            Archive.entry(callers[number % 2], at: Int64(number) * day / 10, about: [ids[number % 3]])
        }
        for part in [entries[0..<7], entries[7..<30], entries[30..<60]] {
            try archive.store.append(part.shuffled().map { JournalRecord($0) })
        }
        for client in [nil, callers[0].id, callers[1].id] {
            for enterprise in [nil, ids[0], ids[2]] {
                for (since, until) in [(0, 60), (13, 47), (20, 20), (59, 60)] {
                    let wanted = entries[since..<until].reversed().filter {
                        (client ?? $0.client) == $0.client && $0.enterprises.contains(enterprise ?? $0.enterprises[0])
                    }
                    var filter = JournalFilter(limit: 4)
                    filter.client = client
                    filter.enterprise = enterprise
                    filter.since = entries[since < 60 ? since : 0].moment
                    filter.until = until < 60 ? entries[until].moment : nil
                    var found: [QueryEntry] = []
                    while true {
                        let page = try archive.store.entries(filter)
                        found += page
                        guard page.count == 4, let last = page.last else { break }
                        filter.before = last.id
                    }
                    #expect(found == wanted)
                }
            }
        }
    }

    @Test("Equal answers lie once, and go with the last entry that names them")
    func bodies() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let body = Array(String(repeating: "信用档案", count: 10_000).utf8)
        let records = (0..<20).map {
            JournalRecord(Archive.entry(caller, at: Int64($0) * 1_000), keeping: body, form: .flattened)
        }
        try archive.store.append(records)
        #expect(try archive.store.body(Digest256(of: body)) == body)
        let queue = try DatabaseQueue(path: archive.path)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM body") } == 1)
        #expect(try archive.store.prune(before: Archive.noon + 10_000) == 10)
        #expect(try archive.store.body(Digest256(of: body)) == body)
        #expect(try archive.faults() == [])
        #expect(try archive.store.prune(before: Archive.noon + 100_000) == 10)
        #expect(try archive.store.body(Digest256(of: body)) == nil)
        #expect(try archive.faults() == [])
    }

    @Test("What is left after pruning still proves itself, and goes on")
    func pruning() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let id = try Archive.enterprise(1)
        func append(_ range: Range<Int>) throws {
            try archive.store.append(
                range.map { JournalRecord(Archive.entry(caller, at: Int64($0) * 3_600_000, about: [id])) }
            )
        }
        try append(0..<100)
        #expect(try archive.store.prune(before: Archive.noon) == 0)
        #expect(try archive.store.prune(before: Archive.noon + 40 * 3_600_000) == 40)
        try append(100..<110)
        let state = try archive.store.check { Issue.record("\($0)") }
        #expect(state.entries == 70)
        #expect(state.last == 110)
        var filter = JournalFilter(limit: 1_000)
        filter.enterprise = id
        #expect(try archive.store.entries(filter).count == 70)
    }

    @Test("What was pruned is in the index no more, neither filed nor waiting")
    func prunedIndex() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        for number in 0..<20 {
            let entry = Archive.entry(caller, at: Int64(number) * 2_000, about: [try Archive.enterprise(number)])
            try archive.store.append([JournalRecord(entry)])
        }
        for left in [19, 14, 7, 1, 0] {
            try archive.store.prune(before: Archive.noon + Int64(20 - left) * 2_000)
            let keys = try DatabaseQueue(path: archive.path).read { db in
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT coalesce((SELECT sum(length(postings)) FROM filed), 0) / 8
                        + coalesce((SELECT sum(length(keys)) FROM unfiled), 0) / 8
                        """
                )
            }
            // A client's and an enterprise's for each block.
            #expect(keys == 2 * left)
            #expect(try archive.faults() == [])
        }
    }

    @Test("What is asked about an enterprise is found before it is filed, and after")
    func filing() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        for number in 1...30 {
            // Some name many enterprises, of which those are not kept waiting.
            let ids = try (0..<(number % 4 == 0 ? 12 : 1)).map { try Archive.enterprise($0) }
            try archive.store.append([JournalRecord(Archive.entry(caller, at: Int64(number), about: ids))])
            var filter = JournalFilter(limit: 100)
            filter.enterprise = try Archive.enterprise(0)
            #expect(
                try archive.store.entries(filter).map(\.moment)
                    == (1...number).reversed().map { Archive.noon + Int64($0) }
            )
            filter.enterprise = try Archive.enterprise(11)
            #expect(try archive.store.entries(filter).count == number / 4)
            let since = Archive.noon + 1
            #expect(try archive.store.clients(answeredAbout: Archive.enterprise(0), since: since) == [caller.id])
        }
        #expect(try archive.faults() == [])
    }

    @Test("An entry that comes twice stops nothing, and an append of nothing writes nevertheless")
    func repeated() throws {
        let archive = try Archive()
        let entry = Archive.entry(try archive.caller("平台"))
        for _ in 0..<2 { try archive.store.append([JournalRecord(entry)]) }
        #expect(try archive.store.entry(entry.id) == entry)
        let other = try DatabaseQueue(path: archive.path)
        func version() throws -> Int? { try other.read { try Int.fetchOne($0, sql: "PRAGMA data_version") } }
        let before = try version()
        try archive.store.append([])
        #expect(try version() != before)
        #expect(try archive.faults() == [])
    }

    @Test("Ids sort by time, and are read back")
    func ids() throws {
        var last: QueryID?
        for moment in stride(from: Archive.noon, to: Archive.noon + 5_000, by: 13) {
            let id = QueryID(at: moment) { .random(in: .min ... .max) }
            #expect(id.moment == moment)
            #expect(QueryID(id.text) == id)
            if let last { #expect(last < id) }
            last = id
        }
        for text in ["", "q", "x" + String(repeating: "0", count: 26), "q" + String(repeating: "u", count: 26)] {
            #expect(QueryID(text) == nil)
        }
    }

    @Test("A file of another kind is left alone, and one that is opened for reading is not written")
    func opening() throws {
        let archive = try Archive()
        try archive.store.append([JournalRecord(Archive.entry(try archive.caller("平台")))])
        let reader = try SQLiteJournalStore(path: archive.path, isReadOnly: true)
        #expect(try reader.entries(JournalFilter()).count == 1)
        #expect(throws: AccessError.self) { try reader.append([]) }
        #expect(throws: AccessError.self) {
            try SQLiteJournalStore(path: archive.folder + "/none.db", isReadOnly: true)
        }
        let synchronous = try DatabaseQueue(path: archive.path).read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(synchronous == "wal")
    }
}
