internal import Access
internal import GRDB

/// How the oldest part of a journal ends.
extension SQLiteJournalStore {
    /// See ``JournalStore``.
    @discardableResult
    public func prune(before moment: Int64) throws -> Int {
        var count = 0
        while true {
            // Step by step: whoever appends meanwhile must not wait long.
            let step = try file.write { try Self.pruneStep(before: moment, $0) }
            guard step > 0 else { break }
            count += step
        }
        guard count > 0 else { return 0 }
        try file.write { db in try JournalLots(db).trim(upTo: JournalHead.read(db).pruned) }
        return count
    }

    /// Entries after which a transaction takes no further block away.
    private static let pruned: Int64 = 2_000

    private static func pruneStep(before moment: Int64, _ db: Database) throws -> Int {
        var head = try JournalHead.read(db)
        let begin = head.pruned
        // Whole from the beginning: clocks of several processes may differ a little, numbers do not.
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT first, last, greatest, substr(chain, -32) FROM block ORDER BY first")
        )
        var count: Int64 = 0
        while count < pruned, let row = try rows.next() {
            let (first, last, greatest): (Int64, Int64, Int64) = (row[0], row[1], row[2])
            guard greatest < moment, let chain = try Digest256(row.bytes(3)) else { break }
            count += last - first + 1
            (head.pruned, head.prunedChain) = (last, chain)
        }
        guard head.pruned > begin else { return 0 }
        let unfiled = try db.first(
            "SELECT count(*), coalesce(sum(length(keys)) / 8, 0) FROM unfiled WHERE first <= ?",
            [head.pruned]
        ) { JournalHead.Unfiled(blocks: $0[0], keys: $0[1]) }
        head.unfiled.blocks -= unfiled?.blocks ?? 0
        head.unfiled.keys -= unfiled?.keys ?? 0
        try head.write(db)
        for table in ["block", "unfiled"] { try db.run("DELETE FROM \(table) WHERE first <= ?", [head.pruned]) }
        try db.run("DELETE FROM body WHERE entry <= ?", [head.pruned])
        try JournalLots(db).prune(upTo: head.pruned)
        return Int(count)
    }
}
