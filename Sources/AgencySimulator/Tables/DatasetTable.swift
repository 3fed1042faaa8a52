internal import CreditModel
internal import Foundation
internal import GRDB

/// One dataset as an agency shows it at a moment: which rows are visible, and how many shown rows precede each.
struct DatasetTable: Sendable {
    let shape: DatasetShape
    let queue: DatabaseQueue
    /// The last second whose rows are visible.
    var now: Int64
    /// The greatest visible `SEQ`.
    var bound: Int64 = 0
    /// How many shown rows precede each stretch of the table, and where doubled ones stand.
    var shown = ShownIndex()

    init(_ shape: DatasetShape, _ queue: DatabaseQueue, now: LocalTime) throws {
        self.shape = shape
        self.queue = queue
        self.now = now.seconds
        try refresh()
    }

    mutating func advance(to time: LocalTime) throws {
        now = time.seconds
        try refresh()
    }

    /// The shown rows, counting doubled ones twice.
    var total: Int64 { shown.total }

    /// The places, among the shown rows, of the first of each two identical ones; ascending.
    var doubles: [Int64] { shown.doubles }

    private mutating func refresh() throws {
        let table = shape.table
        let now = now
        let showsStates = shape.showsStates
        (bound, shown) = try queue.inDatabase { database in
            let bound =
                try Int64.fetchOne(
                    database,
                    sql:
                        "SELECT max(seq) FROM \(table) WHERE visible = (SELECT max(visible) FROM \(table) WHERE visible <= ?)",
                    arguments: [now]
                ) ?? 0
            var count = ShownCount(upTo: bound)
            guard showsStates else { return (bound, count.index) }
            // In the order of an index that holds all that is asked for; it sorts by time, not within a second.
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT visible, seq, weight FROM \(table) WHERE visible <= ? AND next > ? ORDER BY visible",
                arguments: [now, now]
            )
            while let row = try rows.next() { count.add(second: row[0], sequence: row[1], weight: row[2]) }
            count.finish()
            return (bound, count.index)
        }
    }

    /// The first `SEQ` whose row became visible at `time` or later; one past the last where there is none.
    func firstSequence(from time: Int64) throws -> Int64 {
        let table = shape.table
        let found = try queue.inDatabase {
            try Int64.fetchOne(
                $0,
                sql:
                    "SELECT min(seq) FROM \(table) WHERE visible = (SELECT min(visible) FROM \(table) WHERE visible >= ?)",
                arguments: [time]
            )
        }
        return min(found ?? bound + 1, bound + 1)
    }

    /// How many shown rows come before `sequence`, doubled ones counted twice.
    func rank(of sequence: Int64) throws -> Int64 {
        let start = sequence / ShownIndex.block
        guard Int(start) < shown.counts.count else { return total }
        let table = shape.table
        let now = now
        let inside = try queue.inDatabase {
            try Int64.fetchOne(
                $0,
                sql: "SELECT sum(weight) FROM \(table) WHERE seq >= ? AND seq < ? AND seq <= ? AND next > ?",
                arguments: [start * ShownIndex.block, sequence, bound, now]
            ) ?? 0
        }
        return shown.counts[Int(start)] + inside
    }

    /// The rows that stand at these places among all shown rows, doubled ones twice.
    func rows(at ranks: Range<Int64>) throws -> [StoredRow] {
        let ranks = ranks.clamped(to: 0..<total)
        guard !ranks.isEmpty else { return [] }
        let table = shape.table
        let (start, now, bound) = (shown.block(of: ranks.lowerBound), now, bound)
        var rank = shown.counts[start]
        return try queue.inDatabase { database in
            var found: [StoredRow] = []
            let statement = try database.cachedStatement(
                sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq >= ? AND seq <= ? AND next > ? ORDER BY seq"
            )
            let rows = try Row.fetchCursor(statement, arguments: [Int64(start) * ShownIndex.block, bound, now])
            while rank < ranks.upperBound, let row = try rows.next() {
                let weight: Int64 = row[5]
                let overlap = ranks.clamped(to: rank..<(rank + weight)).count
                if overlap > 0 {
                    let stored = StoredRow(row)
                    for _ in 0..<overlap { found.append(stored) }
                }
                rank += weight
            }
            return found
        }
    }

    /// Events after `sequence`, in order, at most `limit`.
    func events(after sequence: Int64, limit: Int) throws -> [StoredRow] {
        let (table, bound) = (shape.table, bound)
        return try queue.inDatabase { database in
            let statement = try database.cachedStatement(
                sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            )
            return try Array(Row.fetchCursor(statement, arguments: [sequence, bound, limit]).map { StoredRow($0) })
        }
    }

    /// What a reader ought to hold in the end: the version of each key that counts, withdrawals left out.
    func shownRows(upTo last: Int64? = nil) throws -> [RecordKey: ShownRow] {
        var winners: [String: StoredRow] = [:]
        var after: Int64 = 0
        while true {
            let rows = try events(after: after, limit: 1000)
            for row in rows where row.sequence <= last ?? .max {
                if let before = winners[row.key], before.modified > row.modified { continue }
                winners[row.key] = row
            }
            guard let end = rows.last else { break }
            after = end.sequence
        }
        var shown: [RecordKey: ShownRow] = [:]
        for (key, row) in winners where !row.isDelete {
            shown[RecordKey(text: key)] = ShownRow(
                modified: LocalTime(seconds: row.modified),
                fields: Markup.fields(of: row.fields, asAttributes: shape.isAttributes),
                isUnreadable: row.isUnreadable,
                isTest: row.isTest
            )
        }
        return shown
    }
}
