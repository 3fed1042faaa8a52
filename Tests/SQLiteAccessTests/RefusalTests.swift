import Access
import CreditModel
import Foundation
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// Who is not let in is written down, however many there are, in little room; and what is to be done now and then is done.
@Suite("Refusals and housekeeping")
struct RefusalTests {
    private static func kind(_ reason: String, _ client: ClientID? = nil) -> RefusalTally.Kind {
        RefusalTally.Kind(client: client, credential: "", endpoint: "enterprise", status: 401, reason: reason)
    }

    private static func id(at moment: Int64) -> QueryID { QueryID(at: moment) { .random(in: .min ... .max) } }

    @Test("A flood is two entries a minute: the first, and how many more there were")
    func flood() throws {
        let archive = try Archive()
        var options = QueryJournal.Options()
        options.patience = .max
        let journal = QueryJournal(archive.store, options: options)
        let tally = RefusalTally(journal) { .random(in: .min ... .max) }
        let first = Self.id(at: Archive.noon)
        tally.note(Self.kind("unknown"), id: first, at: Archive.noon)
        for number in 1...10_000 {
            tally.note(Self.kind("unknown"), id: Self.id(at: Archive.noon), at: Archive.noon + Int64(number))
        }
        tally.note(Self.kind("expired"), id: Self.id(at: Archive.noon), at: Archive.noon + 20_000)
        tally.settle(at: Archive.noon + 59_999)
        try journal.flush()
        #expect(try archive.store.entries(JournalFilter()).count == 2)
        tally.settle(at: Archive.noon + 60_000)
        try journal.flush()
        let entries = try archive.store.entries(JournalFilter())
        #expect(entries.count == 3 && entries.first?.count == 10_000 && entries.first?.refusal == "unknown")
        #expect(entries.contains { $0.id == first && $0.count == nil && $0.client == .nobody && $0.status == 401 })
        // A new minute begins anew; what is left at the end is written down at the end.
        for _ in 0..<3 { tally.note(Self.kind("unknown"), id: Self.id(at: Archive.noon), at: Archive.noon + 61_000) }
        tally.settle(at: Archive.noon + 61_000, isLast: true)
        try journal.flush()
        #expect(try archive.store.entries(JournalFilter()).compactMap(\.count).sorted() == [2, 10_000])
        #expect(try archive.faults().isEmpty)
    }

    @Test("Who makes up ever new kinds is written down as one")
    func kinds() throws {
        let archive = try Archive()
        var options = QueryJournal.Options()
        options.patience = .max
        let journal = QueryJournal(archive.store, options: options)
        let tally = RefusalTally(journal) { .random(in: .min ... .max) }
        for number in 0..<5000 { tally.note(Self.kind("\(number)"), id: Self.id(at: Archive.noon), at: Archive.noon) }
        tally.settle(at: Archive.noon, isLast: true)
        try journal.flush()
        let entries = try archive.store.entries(JournalFilter(limit: 10_000))
        #expect(entries.count < 600 && entries.contains { $0.refusal == "other" && $0.count ?? 0 > 4000 })
    }

    @Test("An entry of a refusal comes back as it was written; no client is nobody")
    func record() throws {
        let archive = try Archive()
        var entry = Archive.entry(try archive.caller("one"))
        entry.refusal = "scope-missing"
        entry.count = 3
        #expect(try QueryEntry(record: entry.record) == entry)
        var zeros = Zeros()
        #expect(ClientID(using: &zeros) != .nobody)
        #expect(ClientID(ClientID.nobody.text) == .nobody)
    }

    /// Gives nothing but zeros at first.
    private struct Zeros: RandomNumberGenerator {
        var count = 0
        mutating func next() -> UInt64 {
            count += 1
            return count < 4 ? 0 : .max
        }
    }

    @Test(
        "What is due is done, what fails is told and tried again, and a clock that is set back keeps nothing from being done"
    )
    func housekeeping() {
        let done = Mutex<[String: Int]>([:])
        let failures = Mutex<[String]>([])
        let keeper = Housekeeper(
            [
                .init("often", everySeconds: 10) { _ in done.withLock { $0["often", default: 0] += 1 } },
                .init("daily", everySeconds: 86_400) { _ in
                    done.withLock { $0["daily", default: 0] += 1 }
                    throw AccessError(.locked, "not now")
                },
            ],
            clock: { 0 }
        ) { name, error in failures.withLock { $0.append("\(name): \(error)") } }
        for second in 0..<30 as Range<Int64> { keeper.look(at: Archive.noon + second * 1000) }
        #expect(done.withLock { $0 } == ["often": 3, "daily": 1])
        #expect(failures.withLock { $0 } == ["daily: not now"])
        keeper.look(at: Archive.noon + 86_400_000)
        #expect(done.withLock { $0["daily"] } == 2)
        keeper.look(at: Archive.noon)
        #expect(done.withLock { $0["daily"] } == 3)
    }
}
