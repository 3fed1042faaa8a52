internal import CreditModel
internal import Foundation
internal import GRDB

/// One dataset as an agency shows it at a moment: which rows are visible, and how many shown rows precede each.
struct DatasetTable: Sendable {
    let shape: DatasetShape
    let queue: DatabaseQueue
    /// The last second whose rows are visible.
    var now: Int64
    /// Since when the agency is restless.
    ///
    /// What was planned for later has not come, though `now` may have passed it; rows that were replaced since then end here.
    var restlessSince: Int64?
    var numbers = RowNumbers()
    /// Keys of rows that the agency lost: it shows them no more and withdraws nothing.
    var lost: Set<String> = []
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

    /// A row is shown if its key's next one comes after this second.
    var horizon: Int64 { restlessSince ?? now }

    mutating func advance(to time: LocalTime) throws {
        now = time.seconds
        try refresh()
    }

    /// Where the last visible row lies on disk.
    var lastPlace: Int64 { numbers.place(of: bound) }

    /// The shown rows, counting doubled ones twice.
    var total: Int64 { shown.total }

    /// The places, among the shown rows, of the first of each two identical ones; ascending.
    var doubles: [Int64] { shown.doubles }

    /// Counts anew what is shown, and finds the last visible row unless the agency is restless, which knows it.
    mutating func refresh() throws {
        let (table, now, horizon, numbers) = (shape.table, now, horizon, numbers)
        let (showsStates, known) = (shape.showsStates, restlessSince == nil ? nil : bound)
        (bound, shown) = try queue.inDatabase { database in
            let last = try Int64.fetchOne(
                database,
                sql:
                    "SELECT max(seq) FROM \(table) WHERE visible = (SELECT max(visible) FROM \(table) WHERE visible <= ?)",
                arguments: [now]
            )
            let bound = known ?? numbers.number(at: last ?? 0)
            var count = ShownCount(upTo: bound)
            guard showsStates else { return (bound, count.index) }
            // In the order of an index that holds all that is asked for; it sorts by time, not within a second.
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT visible, seq, weight FROM \(table) WHERE visible <= ? AND next > ? ORDER BY visible",
                arguments: [now, horizon]
            )
            while let row = try rows.next() {
                count.add(second: row[0], sequence: numbers.number(at: row[1]), weight: row[2])
            }
            count.finish()
            return (bound, count.index)
        }
    }

    /// The first `SEQ` whose row became visible at `time` or later; one past the last where there is none.
    func firstSequence(from time: Int64) throws -> Int64 {
        let (table, now, last) = (shape.table, now, numbers.place(of: bound))
        let found = try queue.inDatabase { database -> Int64? in
            // Among the seconds of the visible rows there may be such of rows that are overdue.
            let second = try Int64.fetchOne(
                database,
                sql:
                    "SELECT visible FROM \(table) WHERE visible >= ? AND visible <= ? AND seq <= ? ORDER BY visible LIMIT 1",
                arguments: [time, now, last]
            )
            return try Int64.fetchOne(
                database,
                sql: "SELECT min(seq) FROM \(table) WHERE visible = ?",
                arguments: [second]
            )
        }
        return min(found.map(numbers.number(at:)) ?? bound + 1, bound + 1)
    }

    /// How many shown rows come before `sequence`, doubled ones counted twice.
    func rank(of sequence: Int64) throws -> Int64 {
        let start = sequence / ShownIndex.block
        guard Int(start) < shown.counts.count else { return total }
        let (table, horizon) = (shape.table, horizon)
        let from = numbers.place(of: start * ShownIndex.block)
        let (end, last) = (numbers.place(of: sequence), numbers.place(of: bound))
        let inside = try queue.inDatabase {
            try Int64.fetchOne(
                $0,
                sql: "SELECT sum(weight) FROM \(table) WHERE seq >= ? AND seq < ? AND seq <= ? AND next > ?",
                arguments: [from, end, last, horizon]
            ) ?? 0
        }
        return shown.counts[Int(start)] + inside
    }

    /// The rows that stand at these places among all shown rows, doubled ones twice.
    func rows(at ranks: Range<Int64>) throws -> [StoredRow] {
        let ranks = ranks.clamped(to: 0..<total)
        guard !ranks.isEmpty else { return [] }
        let (table, numbers, horizon) = (shape.table, numbers, horizon)
        let start = shown.block(of: ranks.lowerBound)
        let first = numbers.place(of: Int64(start) * ShownIndex.block)
        let last = numbers.place(of: bound)
        var rank = shown.counts[start]
        return try queue.inDatabase { database in
            var found: [StoredRow] = []
            let statement = try database.cachedStatement(
                sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq >= ? AND seq <= ? AND next > ? ORDER BY seq"
            )
            let rows = try Row.fetchCursor(statement, arguments: [first, last, horizon])
            while rank < ranks.upperBound, let row = try rows.next() {
                let weight: Int64 = row[5]
                let overlap = ranks.clamped(to: rank..<(rank + weight)).count
                if overlap > 0 {
                    let stored = StoredRow(row, numbers)
                    for _ in 0..<overlap { found.append(stored) }
                }
                rank += weight
            }
            return found
        }
    }

    /// Events after `sequence`, in order, at most `limit`; as many, if there are, though some were lost.
    func events(after sequence: Int64, limit: Int) throws -> [StoredRow] {
        let (table, numbers, lost) = (shape.table, numbers, lost)
        let (first, last) = (numbers.place(of: sequence), numbers.place(of: bound))
        return try queue.inDatabase { database in
            let statement = try database.cachedStatement(
                sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq > ? AND seq <= ? ORDER BY seq"
            )
            let rows = try Row.fetchCursor(statement, arguments: [first, last])
            var found: [StoredRow] = []
            while found.count < limit, let row = try rows.next() {
                let stored = StoredRow(row, numbers)
                if lost.isEmpty || !lost.contains(stored.key) { found.append(stored) }
            }
            return found
        }
    }

    /// Some of the shown records are lost, and stay so.
    mutating func lose(_ count: Int, choice: UInt64) throws {
        let keys = try shownRows().filter { !$0.value.isTest }.keys.map(\.text).sorted {
            (Chance.hash(choice, Chance.hash(of: $0)), $0) < (Chance.hash(choice, Chance.hash(of: $1)), $1)
        }
        lost.formUnion(keys.prefix(count))
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
