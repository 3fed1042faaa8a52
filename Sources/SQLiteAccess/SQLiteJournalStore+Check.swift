public import Access
internal import CreditModel
internal import Foundation
internal import GRDB

/// Whether a journal is as it was written, and how its oldest part ends.
extension SQLiteJournalStore {
    /// See ``JournalStore``.
    public func check(_ found: (JournalFault) -> Void) throws -> JournalState {
        try file.read { db in
            let head = try db.first("SELECT number, chain, pruned, pruned_chain FROM head", []) { row in
                (
                    number: row[0] as Int64, chain: Digest256(try row.bytes(1)), pruned: row[2] as Int64,
                    prunedChain: Digest256(try row.bytes(3))
                )
            }
            guard let head, let end = head.chain, var chain = head.prunedChain else {
                throw ClientRow.damage("journal's head")
            }
            var expected = head.pruned + 1
            var count = 0
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT number, id, client, moment, record, chain FROM entry ORDER BY number"
            )
            while let row = try rows.next() {
                let number: Int64 = row[0]
                if number > expected { found(.missing(expected...number - 1)) }
                let record = try row.bytes(4)
                let value = try Digest256(row.bytes(5))
                if number < expected || JournalChain.next(chain, number: number, record: record) != value {
                    // After a gap the chain cannot fit: that was told.
                    if number <= expected { found(.changed(number)) }
                }
                try Self.check(row, number, record, db, found)
                chain = value ?? chain
                expected = number + 1
                count += 1
            }
            if expected <= head.number {
                found(.missing(expected...head.number))
            } else if chain != end || expected != head.number + 1 {
                found(.changed(expected - 1))
            }
            return JournalState(entries: count, last: head.number, chain: end)
        }
    }

    private static func check(
        _ row: Row,
        _ number: Int64,
        _ record: [UInt8],
        _ db: Database,
        _ found: (JournalFault) -> Void
    ) throws {
        guard let entry = try? QueryEntry(record: record) else { return found(.changed(number)) }
        let isFiled = try entry.enterprises.allSatisfy { enterprise in
            try db.first(
                "SELECT 1 FROM (\(about)) WHERE entry = ?3",
                [entry.moment / day, enterprise.text, number]
            ) { _ in true } != nil
        }
        if row[1] != entry.id.text || row[2] != entry.client.text || row[3] != entry.moment || !isFiled {
            found(.index(number))
        }
        guard case .kept = entry.answer, let digest = entry.digest else { return }
        let body = try? db.first("SELECT bytes FROM body WHERE digest = ?", [.blob(digest)], inflated)
        if body.map({ Digest256(of: $0) != digest }) ?? true { found(.body(number)) }
    }

    /// See ``JournalStore``.
    @discardableResult
    public func prune(before moment: Int64) throws -> Int {
        var count = 0
        while true {
            // Step by step: whoever appends meanwhile must not wait long.
            let step = try file.write { try Self.pruneStep(before: moment, $0) }
            guard step > 0 else { return count }
            count += step
        }
    }

    /// Rows that are taken away in one transaction.
    private static let pruned = 2_000

    private static func pruneStep(before moment: Int64, _ db: Database) throws -> Int {
        // Whole from the beginning: clocks of several processes may differ a little, numbers do not.
        let rows = try db.all(
            "SELECT number, moment, chain FROM entry ORDER BY number LIMIT ?",
            [pruned]
        ) { (number: $0[0] as Int64, moment: $0[1] as Int64, chain: try $0.bytes(2)) }
        let old = rows.prefix { $0.moment < moment }
        guard let last = old.last else { return 0 }
        try db.run("UPDATE head SET pruned = ?, pruned_chain = ?", [last.number, Data(last.chain)])
        try db.run("DELETE FROM entry WHERE number <= ?", [last.number])
        for day in Set(old.map { $0.moment / Self.day }) {
            try db.run("DELETE FROM asked WHERE day = ? AND entry <= ?", [day, last.number])
        }
        try db.run("DELETE FROM asked_new WHERE entry <= ?", [last.number])
        try db.run("DELETE FROM body WHERE entry <= ?", [last.number])
        return old.count
    }
}
