import CreditModel
import CreditStore
@testable import SQLiteStore
import Testing

/// Several batches become one transaction, and what a first load brings is found without a mark.
@Suite("Batches that are stored together")
struct BatchTests {
    private func batch(_ versions: [ReceivedVersion], position: String, events: [StoreEvent] = []) -> StoreBatch {
        StoreBatch(
            dataset: Desk.registration,
            run: "run",
            receivedAt: 1,
            versions: versions,
            events: events,
            position: Array(position.utf8)
        )
    }

    @Test("Each is applied behind the one before, events between them included, and all count together")
    func order() throws {
        let desk = try Desk()
        let time = LocalTime(seconds: 9)
        let end = StoreEvent.completeReadEnded(time: time, sequence: -1, hadUnreadableKeys: false, allowedShare: 1)
        let outcome = try desk.store.commit(
            [
                batch([Desk.version("A", "甲", at: 1), Desk.version("B", "乙", at: 1)], position: "1"),
                batch([], position: "2", events: [.completeReadBegan]),
                batch([Desk.version("A", "甲", at: 1)], position: "3", events: [end]),
                batch([Desk.version("C", "丙", at: 1)], position: "4"),
            ]
        ) {}
        #expect(outcome.taken == 3 && outcome.unchanged == 1 && outcome.withdrawnByAbsence == 1)
        #expect(try desk.name("A") == "甲" && desk.name("B") == nil && desk.name("C") == "丙")
        #expect(try desk.store.sourceState(of: Desk.registration).position == Array("4".utf8))
    }

    @Test("Nothing is written before what they wait for is done, and nothing at all where that fails")
    func ready() throws {
        struct Stop: Error {}
        let desk = try Desk()
        #expect(throws: Stop.self) {
            try desk.store.commit([batch([Desk.version("A", "甲", at: 1)], position: "1")]) { throw Stop() }
        }
        #expect(try desk.store.counts().records == 0)
        _ = try desk.store.commit([batch([Desk.version("A", "乙", at: 2)], position: "2")]) {
            // Whoever waits for an earlier commit finds the store free for it.
            try desk.put([Desk.version("A", "甲", at: 1)])
        }
        #expect(try desk.name("A") == "乙")
        #expect(try desk.store.history(of: Desk.registration, key: RecordKey(["A"]))?.versions.count == 2)
    }

    @Test("What an agency says twice before anybody derives is derived once, by its last word, and leaves no mark")
    func unmarked() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "甲", at: 1)])
        try desk.put([Desk.version("A", "乙", at: 2)])
        #expect(try desk.store.pendingCount(on: Desk.day) == 1)
        let components = try desk.store.nextComponents(limit: 10, on: Desk.day)
        #expect(components.map { $0.records.map { $0.current?.content?.subjects.first?.name } } == [["乙"]])
        try desk.store.store(components.map { Desk.derivation($0) }, at: 1)
        #expect(try desk.store.nextComponents(limit: 10, on: Desk.day).isEmpty)
        #expect(try desk.store.pendingCount(on: Desk.day) == 0)
    }

    @Test("What changes while it is being derived for the first time is derived again", arguments: ["A", "B"])
    func changedMeanwhile(key: String) throws {
        let desk = try Desk()
        let code = [Code(.uscc, "914401017000000870")]
        try desk.put([Desk.version("A", "甲", at: 1, codes: code), Desk.version("B", "乙", at: 1, codes: code)])
        // One of them leads to the other, so that this one is handed out before anybody came upon it.
        let components = try desk.store.nextComponents(limit: 1, on: Desk.day)
        #expect(components.map(\.records.count) == [2])
        try desk.put([Desk.version(key, "丙", at: 2, codes: code)])
        try desk.store.store(components.map { Desk.derivation($0) }, at: 1)
        let again = try desk.store.nextComponents(limit: 10, on: Desk.day)
        #expect(again.flatMap(\.records).filter { $0.current?.content?.subjects.first?.name == "丙" }.count == 1)
    }

    @Test("Each row lies where its version says, whether all that comes with it is new or not")
    func rows() throws {
        let desk = try Desk()
        // The second is packed before it is known to be new, the third in vain: one of its rows is.
        for keys in [["A", "B"], ["C", "D", "E"], ["D", "F"], ["G"]] {
            _ = try desk.store.commit([batch(keys.map { Desk.version($0, "名\($0)", at: 1) }, position: "1")]) {}
        }
        let rows = try desk.store.read { db in
            try db.all(
                "SELECT r.key, s.bytes, v.place FROM version v JOIN segment s ON s.id = v.segment, record r "
                    + "WHERE r.current = v.id ORDER BY r.key"
            ) { row in
                (key: row.text(0), row: try Segment.row(Int(row.integer(2)), of: row.bytes(1) ?? []))
            }
        }
        #expect(rows.map(\.key) == ["A", "B", "C", "D", "E", "F", "G"])
        for (key, row) in rows { #expect(row.original == Desk.version(key, "名\(key)", at: 1).original) }
        #expect(try desk.store.read { try $0.integer("SELECT sum(rows) FROM segment") } == 7)
    }
}
