import Access
import CreditModel
import Foundation
import GRDB
import SQLiteAccess
import Testing

@Suite("A journal of an older version says what it said, under the numbers and chain values that it had")
struct JournalUpgradeTests {
    /// The file as version 2 made it, with its statements.
    private static let version2 = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES('1'), ('2');
        CREATE TABLE head(
            id INTEGER PRIMARY KEY CHECK(id = 1), number INTEGER NOT NULL, chain BLOB NOT NULL,
            pruned INTEGER NOT NULL, pruned_chain BLOB NOT NULL, probes INTEGER NOT NULL);
        CREATE TABLE entry(
            number INTEGER PRIMARY KEY, id TEXT NOT NULL, client TEXT NOT NULL, moment INTEGER NOT NULL,
            record BLOB NOT NULL, chain BLOB NOT NULL);
        CREATE INDEX entry_id ON entry(id);
        CREATE INDEX entry_client ON entry(client, moment);
        CREATE INDEX entry_moment ON entry(moment);
        CREATE TABLE asked(
            day INTEGER NOT NULL, enterprise TEXT NOT NULL, entry INTEGER NOT NULL,
            PRIMARY KEY(day, enterprise, entry)) WITHOUT ROWID;
        CREATE TABLE body(
            id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, entry INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE INDEX body_entry ON body(entry);
        CREATE TABLE asked_new(
            entry INTEGER NOT NULL, enterprise TEXT NOT NULL, day INTEGER NOT NULL,
            PRIMARY KEY(entry, enterprise)) WITHOUT ROWID;
        """

    /// Writes a file of version 2.
    private func write(_ path: String, _ records: [JournalRecord], pruned: Int64 = 0) throws -> JournalModel {
        var model = JournalModel()
        model.append(records, asTheyCome: true)
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: Self.version2)
            var (chain, prunedChain) = (JournalChain.start, JournalChain.start)
            for (number, record) in zip(Int64(1)..., records) {
                let entry = record.entry
                let bytes = entry.record
                chain = JournalChain.next(chain, number: number, record: bytes)
                guard number > pruned else {
                    prunedChain = chain
                    continue
                }
                try db.execute(
                    sql: "INSERT INTO entry(number, id, client, moment, record, chain) VALUES(?, ?, ?, ?, ?, ?)",
                    arguments: [
                        number, entry.id.text, entry.client.text, entry.moment, Data(bytes), Data(chain.bytes),
                    ]
                )
                for enterprise in entry.enterprises {
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO \(number % 2 == 0 ? "asked" : "asked_new")"
                            + "(day, enterprise, entry) VALUES(?, ?, ?)",
                        arguments: [entry.moment / 86_400_000, enterprise.text, number]
                    )
                }
            }
            try db.execute(
                sql: "INSERT INTO head VALUES(1, ?, ?, ?, ?, 0)",
                arguments: [records.count, Data(chain.bytes), pruned, Data(prunedChain.bytes)]
            )
        }
        try queue.close()
        model.forget(Int(pruned))
        return model
    }

    private func records(_ count: Int, _ callers: [Caller]) throws -> [JournalRecord] {
        var dice = SeededDice(state: 5)
        var now = Archive.noon
        return try (0..<count).map { number in
            now += Int64(dice.below(number % 50 == 0 ? 100_000_000 : 40))
            let moment = dice.below(9) == 0 ? now - Int64(dice.below(40_000)) : now
            let id = QueryID(at: moment) { dice.next() }
            var entry = QueryEntry(id: id, caller: callers[dice.below(callers.count)], endpoint: "a", status: 200)
            entry.asked = try (0..<dice.below(3)).map { _ in .enterprise(try Archive.enterprise(dice.below(20))) }
            if entry.asked.isEmpty { entry.asked = [.unknown("x", secret: [2])] }
            entry.purpose = Purpose("dispute")
            return JournalRecord(entry)
        }
    }

    @Test("Everything is found as before, and the journal goes on")
    func upgrade() throws {
        let archive = try Archive()
        let callers = [try archive.caller("甲"), try archive.caller("乙")]
        let path = archive.folder + "/old.db"
        var model = try write(path, records(600, callers), pruned: 30)
        // Not by whoever may only read.
        #expect(throws: AccessError.self) { try SQLiteJournalStore(path: path, isReadOnly: true) }
        let store = try SQLiteJournalStore(path: path, layout: Archive.layout)
        try model.compareAll(store)
        for client in [nil, callers[0].id] {
            for enterprise in [nil, try Archive.enterprise(7)] {
                var filter = JournalFilter(limit: 23)
                filter.client = client
                filter.enterprise = enterprise
                try model.walk(store, filter)
            }
        }
        let more = [JournalRecord(Archive.entry(callers[0], at: 0, about: [try Archive.enterprise(7)]))]
        try store.append(more)
        model.append(more)
        try model.compareAll(store)
        try model.walk(store, JournalFilter(limit: 50))
        let tables = try DatabaseQueue(path: path).read {
            try String.fetchAll($0, sql: "SELECT name FROM sqlite_master")
        }
        #expect(!tables.contains { $0.hasPrefix("entry") || $0.hasPrefix("asked") })
    }

    @Test("A journal of several steps is packed whole")
    func large() throws {
        let archive = try Archive()
        let path = archive.folder + "/old.db"
        let model = try write(path, records(11_000, [try archive.caller("甲")]))
        let state = try SQLiteJournalStore(path: path).check { Issue.record("\($0)") }
        #expect(state == JournalState(entries: 11_000, last: 11_000, chain: model.chain))
    }

    @Test("What was wrong with it before is still told of the same entry")
    func damaged() throws {
        // In the middle of what becomes one block.
        let damages: [(sql: String, fault: JournalFault)] = [
            ("UPDATE entry SET record = replace(record, 'dispute', 'risk-control') WHERE number = 60", .changed(60)),
            ("UPDATE entry SET record = record || x'0a7b7d' WHERE number = 60", .changed(60)),
            ("UPDATE entry SET record = x'' WHERE number = 60", .changed(60)),
            ("UPDATE entry SET chain = x'00' WHERE number = 60", .changed(60)),
            ("DELETE FROM entry WHERE number = 60", .missing(60...60)),
            ("DELETE FROM entry WHERE number <= 3", .missing(1...3)),
            ("DELETE FROM entry WHERE number >= 90", .missing(90...100)),
            ("DELETE FROM entry", .missing(1...100)),
            ("UPDATE head SET number = 99", .changed(100)),
        ]
        for (sql, fault) in damages {
            let archive = try Archive()
            let path = archive.folder + "/old.db"
            _ = try write(path, records(100, [try archive.caller("甲")]))
            try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
            var faults: [JournalFault] = []
            _ = try SQLiteJournalStore(path: path).check { faults.append($0) }
            #expect(faults.contains(fault), "\(sql): \(faults)")
        }
    }
}
