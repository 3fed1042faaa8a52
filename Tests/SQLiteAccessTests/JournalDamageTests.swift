import Access
import CreditModel
import Foundation
import GRDB
import SQLiteAccess
import Testing

@Suite("Whatever is done to a journal's file is noticed, and named by the entry that it was done to")
struct JournalDamageTests {
    /// What is done to a file, and what the check must say.
    struct Damage: CustomTestStringConvertible, Sendable {
        let name: String
        let fault: JournalFault
        /// Where the entries lie: each in a block of its own, or several in one.
        var isTogether = false
        let make: @Sendable (Database) throws -> Void

        var testDescription: String { name + (isTogether ? ", in one block" : "") }

        init(
            _ name: String,
            _ fault: JournalFault,
            together: Bool = false,
            _ make: @escaping @Sendable (Database) throws -> Void
        ) {
            self.name = name
            self.fault = fault
            isTogether = together
            self.make = make
        }

        /// By a statement.
        init(_ sql: String, _ fault: JournalFault, together: Bool = false) {
            self.init(sql, fault, together: together) { try $0.execute(sql: sql) }
        }

        /// By another text of the block that entry 5 lies in, where all lie in two blocks: 1 to 5 and 6 to 10.
        static func lines(
            _ name: String,
            _ fault: JournalFault,
            _ change: @escaping @Sendable (inout [Substring]) -> Void
        ) -> Damage {
            Damage(name, fault, together: true) { db in
                let data = try Data.fetchOne(db, sql: "SELECT lines FROM block WHERE first = 1")
                let text = String(decoding: try #require(data), as: UTF8.self)
                var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                change(&lines)
                try db.execute(
                    sql: "UPDATE block SET lines = ? WHERE first = 1",
                    arguments: [Data(lines.joined(separator: "\n").utf8)]
                )
            }
        }
    }

    static let damages = apart + together + index

    /// Each entry in a block of its own.
    private static let apart = [
        Damage("UPDATE block SET lines = replace(lines, 'dispute', 'risk-control') WHERE first = 5", .changed(5)),
        Damage("UPDATE block SET lines = x'7b7d' WHERE first = 5", .changed(5)),
        Damage("UPDATE block SET lines = x'' WHERE first = 5", .changed(5)),
        Damage("UPDATE block SET chain = (SELECT chain FROM block WHERE first = 6) WHERE first = 5", .changed(5)),
        Damage("UPDATE block SET chain = x'' WHERE first = 5", .missing(5...5)),
        Damage("UPDATE block SET first = 11, last = 11 WHERE first = 5", .missing(5...5)),
        Damage("UPDATE block SET last = 6 WHERE first = 5", .index(5)),
        Damage("DELETE FROM block WHERE first = 5", .missing(5...5)),
        Damage("DELETE FROM block WHERE first <= 3", .missing(1...3)),
        Damage("DELETE FROM block WHERE first >= 9", .missing(9...10)),
        Damage("DELETE FROM block WHERE first = 10", .missing(10...10)),
        Damage("DELETE FROM block", .missing(1...10)),
        Damage("DELETE FROM body", .body(7)),
        Damage("UPDATE body SET bytes = x'00'", .body(7)),
        Damage("UPDATE head SET number = 9, chain = (SELECT chain FROM block WHERE first = 9)", .changed(10)),
        Damage("UPDATE head SET chain = (SELECT chain FROM block WHERE first = 9)", .changed(10)),
        Damage("UPDATE head SET number = 12", .missing(11...12)),
        Damage("UPDATE head SET pruned = 2", .changed(1)),
        Damage("UPDATE head SET pruned_chain = chain", .changed(1)),
        Damage("a record that is none, though its chain fits", .changed(10)) { db in
            let before = try #require(try Data.fetchOne(db, sql: "SELECT chain FROM block WHERE first = 9"))
            let chain = JournalChain.next(try #require(Digest256(before)), number: 10, record: Array("{}".utf8))
            let value = Data(chain.bytes)
            try db.execute(sql: "UPDATE block SET lines = x'7b7d', chain = ? WHERE first = 10", arguments: [value])
            try db.execute(sql: "UPDATE head SET chain = ?", arguments: [value])
        },
        // As whoever wants to hide an entry would do it.
        Damage("entry 5 replaced by entry 6 of another number", .changed(5)) {
            try $0.execute(
                sql: """
                    UPDATE block SET lines = (SELECT lines FROM block WHERE first = 6),
                    chain = (SELECT chain FROM block WHERE first = 6) WHERE first = 5
                    """
            )
        },
    ]

    /// Five in a block.
    private static let together = [
        Damage.lines("a line was changed", .changed(3)) {
            $0[2] = Substring($0[2].replacing("dispute", with: "risk-control"))
        },
        Damage.lines("the first line was changed", .changed(1)) { $0[0] += " " },
        Damage.lines("the last line was changed", .changed(5)) { $0[4].removeLast() },
        Damage.lines("a line was taken out", .missing(3...3)) { $0.remove(at: 2) },
        Damage.lines("two lines were taken out", .missing(2...3)) { $0.removeSubrange(1...2) },
        Damage.lines("two lines were taken out apart, the first", .missing(2...2)) {
            $0.remove(at: 3)
            $0.remove(at: 1)
        },
        Damage.lines("two lines were taken out apart, the second", .missing(4...4)) {
            $0.remove(at: 3)
            $0.remove(at: 1)
        },
        Damage.lines("the first line was taken out", .missing(1...1)) { $0.removeFirst() },
        Damage.lines("the last line was taken out", .missing(5...5)) { $0.removeLast() },
        Damage.lines("one was taken out, another changed: the first", .missing(2...2)) {
            $0[3] += " "
            $0.remove(at: 1)
        },
        Damage.lines("one was taken out, another changed: the second", .changed(4)) {
            $0[3] += " "
            $0.remove(at: 1)
        },
        Damage.lines("lines were swapped: the first", .changed(2)) { $0.swapAt(1, 2) },
        Damage.lines("lines were swapped: the second", .changed(3)) { $0.swapAt(1, 2) },
        Damage.lines("a line was put in", .changed(3)) { $0.insert($0[4], at: 2) },
        Damage.lines("a line was put in at the end", .changed(5)) { $0.append($0[4]) },
        Damage.lines("a line was replaced by another's", .changed(3)) { $0[2] = $0[3] },
        Damage("UPDATE block SET lines = x'' WHERE first = 6", .missing(7...10), together: true),
        Damage("DELETE FROM block WHERE first = 1", .missing(1...5), together: true),
        Damage("DELETE FROM block WHERE first = 6", .missing(6...10), together: true),
        Damage(
            "UPDATE block SET chain = substr(chain, 1, 64) || zeroblob(32) || substr(chain, 97)",
            .changed(3),
            together: true
        ),
        Damage("the last entry of a block and its value taken out", .missing(10...10), together: true) { db in
            let text = try String.fetchOne(db, sql: "SELECT CAST(lines AS TEXT) FROM block WHERE first = 6")
            let lines = try #require(text).split(separator: "\n").dropLast().joined(separator: "\n")
            try db.execute(
                sql: "UPDATE block SET lines = ?, last = 9, chain = substr(chain, 1, 128) WHERE first = 6",
                arguments: [Data(lines.utf8)]
            )
        },
    ]

    /// What entries are found by: blocks 1 to 9 are filed, in one lot; block 10 is not.
    private static let index = [
        Damage("UPDATE block SET greatest = greatest + 1 WHERE first = 5", .index(5)),
        Damage("UPDATE block SET least = least - 1 WHERE first = 5", .index(5)),
        Damage("UPDATE block SET greatest = greatest + 5000, least = least + 5000 WHERE first = 5", .index(5)),
        Damage("UPDATE block SET least = least + 2 WHERE first = 1", .index(1), together: true),
        Damage("UPDATE block SET greatest = greatest - 2 WHERE first = 1", .index(5), together: true),
        Damage("DELETE FROM filed", .index(5)),
        Damage("DELETE FROM lot", .index(5)),
        Damage("UPDATE lot SET last = 4", .index(5)),
        Damage("UPDATE lot SET greatest = least", .index(5)),
        Damage("UPDATE lot SET least = greatest", .index(5)),
        Damage("DELETE FROM unfiled", .index(10)),
        Damage("UPDATE unfiled SET keys = x'00000000000000ff'", .index(10)),
        Damage("UPDATE filed SET start = start + 1", .index(5)),
    ]

    @Test("A block that is wider than look-ups look is told, though its entries and bounds are as they should be")
    func width() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        for moment in [0, 5_000] as [Int64] {
            try archive.store.append([JournalRecord(Archive.entry(caller, at: moment))])
        }
        #expect(try archive.faults() == [])
        try DatabaseQueue(path: archive.path).write { db in
            try db.execute(
                sql: """
                    UPDATE block SET (last, greatest, chain, lines) = (SELECT b.last, b.greatest, block.chain || b.chain,
                    CAST(block.lines || x'0a' || b.lines AS BLOB) FROM block b WHERE b.first = 2) WHERE first = 1;
                    DELETE FROM block WHERE first = 2;
                    """
            )
        }
        #expect(try archive.faults() == [.index(1)])
    }

    @Test("A key that is taken out of the index is missed, whoever's it is")
    func posting() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        for number in 1...9 {
            let entry = Archive.entry(caller, at: Int64(number), about: [try Archive.enterprise(number)])
            try archive.store.append([JournalRecord(entry)])
        }
        try DatabaseQueue(path: archive.path).write { db in
            let postings = try #require(try Data.fetchOne(db, sql: "SELECT postings FROM filed")).dropFirst(8)
            let start = postings.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            try db.execute(sql: "UPDATE filed SET postings = ?, start = ?", arguments: [Data(postings), start])
        }
        let faults = try archive.faults()
        #expect(faults.count == 1)
        if case .index? = faults.first { return }
        Issue.record("\(faults)")
    }

    @Test("Every change is noticed", arguments: damages)
    func damage(_ damage: Damage) throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let records = try (1...10).map { number in
            let entry = Archive.entry(caller, at: Int64(number), about: [try Archive.enterprise(number)])
            return number == 7 ? JournalRecord(entry, keeping: [1, 2, 3], form: .plain) : JournalRecord(entry)
        }
        for step in damage.isTogether ? [records] : records.map({ [$0] }) { try archive.store.append(step) }
        let blocks = try DatabaseQueue(path: archive.path).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM block")
        }
        #expect(blocks == (damage.isTogether ? 2 : 10))
        #expect(try archive.faults() == [])
        try DatabaseQueue(path: archive.path).write(damage.make)
        let faults = try archive.faults()
        #expect(faults.contains(damage.fault), "\(faults)")
    }

    @Test("Where one entry was changed or is missing, no other is accused")
    func others() throws {
        for damage in Self.damages where damage.isTogether && damage.name.contains("line was") {
            let archive = try Archive()
            let caller = try archive.caller("平台")
            try archive.store.append((1...10).map { JournalRecord(Archive.entry(caller, at: Int64($0))) })
            try DatabaseQueue(path: archive.path).write(damage.make)
            // Its place in time may be told beside it, of its block.
            let faults = try archive.faults().filter { $0 != damage.fault && $0 != .index(1) }
            #expect(faults == [], "\(damage.name)")
        }
    }
}
