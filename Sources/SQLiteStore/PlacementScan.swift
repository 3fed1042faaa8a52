internal import GRDB

/// Looks for parts that nobody has placed yet, in the order of their records, from where all before are settled.
///
/// A first load so needs no mark for each of its records.
struct PlacementScan {
    private let db: Database
    /// Parts that are being derived: they need nobody else.
    private let busy: Set<Int64>
    private var queue: ArraySlice<Int64> = []
    /// The last record whose parts were queued.
    private var last: Int64
    /// The first record with a part that has to wait.
    private var firstLeft: Int64?

    init(_ db: Database, after settled: Int64, busy: Set<Int64>) {
        self.db = db
        self.busy = busy
        last = settled
    }

    /// All records up to this one are settled, or taken.
    var reached: Int64 {
        let next = queue.first.map { Part.record($0) } ?? last + 1
        return min(next, firstLeft ?? .max) - 1
    }

    /// The next part that has no place.
    mutating func next() throws -> Int64? {
        while queue.isEmpty {
            let records = try db.all("SELECT id, roles FROM record WHERE id > ? ORDER BY id LIMIT 1000", last) {
                (id: $0.integer(0), roles: RoleSet(rawValue: $0.integer(1)))
            }
            guard let end = records.last else { return nil }
            let placed = Set(
                try db.integers(
                    "SELECT part FROM placement WHERE part >= ? AND part < ?",
                    Part.first(of: last + 1),
                    Part.first(of: end.id + 1)
                )
            )
            last = end.id
            queue =
                records.flatMap { record in
                    record.roles.roles.map { Part.number(record.id, $0) }
                }.filter { !placed.contains($0) && !busy.contains($0) }[...]
        }
        return queue.popFirst()
    }

    /// Says what became of a part.
    mutating func note(_ part: Int64, isTaken: Bool) {
        if !isTaken, firstLeft == nil { firstLeft = Part.record(part) }
    }
}

extension Database {
    /// How many parts wait without a mark.
    func unplacedCount() throws -> Int64 {
        let settled = try integer("SELECT settled FROM meta")
        var count: Int64 = 0
        try each("SELECT roles, count(*) FROM record WHERE id > ? GROUP BY roles", settled) { row in
            count += Int64(RoleSet(rawValue: row.integer(0)).roles.count) * row.integer(1)
        }
        return try count
            - integer("SELECT count(*) FROM placement WHERE part >= ?", Part.first(of: settled + 1))
    }
}
