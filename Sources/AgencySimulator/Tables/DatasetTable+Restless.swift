internal import CreditModel
internal import Foundation
internal import GRDB

extension DatasetTable {
    /// Where the rows to come wait while an agency is restless: a hundred years on, in seconds.
    static let farAway: Int64 = 3_155_760_000

    /// Rows that have not come yet move on, so that there are numbers and seconds for the rows of a restless agency.
    func makeRoom() throws {
        let (table, bound, now) = (shape.table, bound, now)
        try queue.inDatabase { database in
            try database.execute(sql: "DELETE FROM built")
            try database.execute(
                sql: "UPDATE \(table) SET next = next + ? WHERE next > ? AND next < ?",
                arguments: [Self.farAway, now, StoredRow.forever]
            )
            try database.execute(
                sql: """
                    UPDATE \(table) SET seq = -(seq + 10000000), visible = visible + ?1, modified = modified + ?1 \
                    WHERE seq > ?2
                    """,
                arguments: [Self.farAway, bound]
            )
            try database.execute(sql: "UPDATE \(table) SET seq = -seq WHERE seq < 0")
        }
    }

    /// Seconds that one stirring takes: each change has one of its own, so rows of one second stay in the order of keys.
    static let stirring: Int64 = 4

    /// Modifies, adds and doubles some rows in the seconds after `start`, later than all that is visible.
    mutating func stir(after start: LocalTime, choice: UInt64) throws {
        for turn in UInt64(0)..<2 {
            now = start.seconds + 1 + Int64(turn)
            try modify(at: now, Chance.hash(choice, turn))
        }
        now = start.seconds + 3
        if choice & 3 == 0 { try addOne(at: now) }
        now = start.seconds + Self.stirring
        if choice & 12 == 0 { try doubleOne(at: now, Chance.hash(choice, 9)) }
    }

    /// After the restless time, what is still to come comes when it would have, but nothing before what was seen.
    ///
    /// What is overdue comes row by row, a second each, so that no second fills and each keeps the order of keys.
    func catchUp(after time: LocalTime) throws {
        let (table, bound) = (shape.table, bound)
        try queue.inDatabase { database in
            let first = try Int64.fetchOne(
                database,
                sql: "SELECT min(seq) FROM \(table) WHERE seq > ?",
                arguments: [bound]
            )
            try database.execute(
                sql: """
                    UPDATE \(table) SET visible = max(visible - ?1, ?2 + seq - ?3), \
                    modified = CASE WHEN modified = visible THEN max(visible - ?1, ?2 + seq - ?3) ELSE modified - ?1 END \
                    WHERE seq > ?4
                    """,
                arguments: [Self.farAway, time.seconds + 1, first ?? 0, bound]
            )
            try database.execute(
                sql: "UPDATE \(table) SET next = max(next - ?1, ?2) WHERE next >= ?1 AND next < ?3",
                arguments: [Self.farAway, time.seconds + 1, StoredRow.forever]
            )
        }
    }

    /// One visible row that is its key's last and no withdrawal.
    private func pick(_ choice: UInt64) throws -> StoredRow? {
        guard bound > 0 else { return nil }
        let (table, bound, now) = (shape.table, bound, now)
        let from = Int64(choice % UInt64(bound)) + 1
        return try queue.inDatabase { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT \(StoredRow.columns) FROM \(table) WHERE seq >= ? AND seq <= ? AND next > ? AND flags & 14 = 0 \
                    AND modified = visible ORDER BY seq LIMIT 1
                    """,
                arguments: [from, bound, now]
            ).map { StoredRow($0) }
        }
    }

    private mutating func modify(at time: Int64, _ choice: UInt64) throws {
        guard var row = try pick(choice) else { return }
        row.fields = DatasetTable.corrected(row.fields, shape, choice)
        row.flags = row.flags & ~19 | 1
        row.weight = 1
        try append(row, at: time)
    }

    private mutating func append(_ row: StoredRow, at time: Int64) throws {
        let (table, sequence) = (shape.table, bound + 1)
        if shape.showsStates { try leave(row.sequence) }
        try queue.inDatabase { database in
            try database.execute(
                sql: "UPDATE \(table) SET next = ? WHERE key = ? AND seq IN (SELECT seq FROM \(table) WHERE seq = ?)",
                arguments: [time, row.key, row.sequence]
            )
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [sequence, time, time, row.next, row.flags, row.weight, row.key, Data(row.fields)]
            )
        }
        bound = sequence
        if shape.showsStates { shown.append(sequence, weight: row.weight) }
    }

    /// A shown row is about to be replaced.
    private mutating func leave(_ sequence: Int64) throws {
        let place = try rank(of: sequence)
        let table = shape.table
        let weight = try queue.inDatabase {
            try Int64.fetchOne($0, sql: "SELECT weight FROM \(table) WHERE seq = ?", arguments: [sequence])
        }
        shown.change(sequence, at: place, by: -(weight ?? 1), to: 0)
    }

    /// An enterprise's first row of this dataset comes before its time.
    private mutating func addOne(at time: Int64) throws {
        let (table, sequence, bound) = (shape.table, bound + 1, bound)
        let moved = try queue.inDatabase { database in
            try database.execute(
                sql: """
                    UPDATE \(table) SET seq = ?, visible = ?, modified = ? WHERE seq = (SELECT seq FROM \(table) \
                    WHERE seq > ? AND flags & 26 = 16 AND weight = 1 ORDER BY seq LIMIT 1)
                    """,
                arguments: [sequence, time, time, bound]
            )
            return database.changesCount > 0
        }
        guard moved else { return }
        self.bound = sequence
        if shape.showsStates { shown.append(sequence, weight: 1) }
    }

    private mutating func doubleOne(at time: Int64, _ choice: UInt64) throws {
        guard let row = try pick(choice) else { return }
        let (table, sequence) = (shape.table, bound + 1)
        if shape.showsStates {
            if row.weight < 2 { shown.change(row.sequence, at: try rank(of: row.sequence), by: 1, to: 2) }
            try queue.inDatabase {
                try $0.execute(sql: "UPDATE \(table) SET weight = 2 WHERE seq = ?", arguments: [row.sequence])
            }
            return
        }
        // The same row again, with the time that it had.
        try queue.inDatabase { database in
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [sequence, time, row.modified, row.next, row.flags, row.weight, row.key, Data(row.fields)]
            )
            try database.execute(sql: "UPDATE \(table) SET next = ? WHERE seq = ?", arguments: [time, row.sequence])
        }
        bound = sequence
    }

    /// The row with a few characters more in one of its texts.
    static func corrected(_ bytes: [UInt8], _ shape: DatasetShape, _ choice: UInt64) -> [UInt8] {
        var fields = Markup.fields(of: bytes, asAttributes: shape.isAttributes)
        guard let index = fields.firstIndex(where: { $0.name == shape.restlessField }) else { return bytes }
        // A text that grew once is changed, not grown without end.
        let text = fields[index].text.split(separator: "更", omittingEmptySubsequences: false).first ?? ""
        fields[index].text = text + "更" + String(choice % 1_000_000)
        return Markup.render(fields, asAttributes: shape.isAttributes, leavingAmpersands: false)
    }
}
