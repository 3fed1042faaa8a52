internal import CreditModel
internal import Foundation
internal import GRDB

extension DatasetTable {
    /// From now on rows are added, and nothing comes that was planned.
    mutating func makeRoom() throws {
        restlessSince = now
        try queue.inDatabase { try $0.execute(sql: "DELETE FROM built") }
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
    mutating func catchUp(after time: LocalTime) throws {
        guard let since = restlessSince else { return }
        let (table, last, end) = (shape.table, numbers.place(of: bound), time.seconds)
        try queue.inDatabase { database in
            // What the overdue rows replace is shown until then; what was replaced already ends at the start.
            try database.execute(
                sql: "UPDATE \(table) SET next = ?1 WHERE next > ?2 AND next <= ?3",
                arguments: [end + 1, since, end]
            )
            var (second, after) = (end, last)
            while let row = try Row.fetchOne(
                database,
                sql: "SELECT seq, visible, modified FROM \(table) WHERE seq > ? ORDER BY seq LIMIT 1",
                arguments: [after]
            ) {
                let (place, visible, modified): (Int64, Int64, Int64) = (row[0], row[1], row[2])
                guard visible <= second else { break }
                second += 1
                try database.execute(
                    sql: "UPDATE \(table) SET visible = ?, modified = ? WHERE seq = ?",
                    arguments: [second, modified == visible ? second : modified, place]
                )
                after = place
            }
        }
        restlessSince = nil
    }

    /// One visible row that is its key's last and no withdrawal.
    private func pick(_ choice: UInt64) throws -> StoredRow? {
        guard bound > 0 else { return nil }
        let (table, numbers, horizon) = (shape.table, numbers, horizon)
        let from = numbers.place(of: Int64(choice % UInt64(bound)) + 1)
        let last = numbers.place(of: bound)
        return try queue.inDatabase { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT \(StoredRow.columns) FROM \(table) WHERE seq >= ? AND seq <= ? AND next > ? AND flags & 14 = 0 \
                    AND modified = visible ORDER BY seq LIMIT 1
                    """,
                arguments: [from, last, horizon]
            ).map { StoredRow($0, numbers) }
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
        let (table, horizon, old) = (shape.table, horizon, numbers.place(of: row.sequence))
        if shape.showsStates { try leave(row.sequence) }
        let place = numbers.add(after: bound)
        try queue.inDatabase { database in
            try database.execute(sql: "UPDATE \(table) SET next = ? WHERE seq = ?", arguments: [horizon, old])
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [place, time, time, row.next, row.flags, row.weight, row.key, Data(row.fields)]
            )
        }
        bound += 1
        if shape.showsStates { shown.append(bound, weight: row.weight) }
    }

    /// A shown row is about to be replaced.
    private mutating func leave(_ sequence: Int64) throws {
        let place = try rank(of: sequence)
        let (table, stored) = (shape.table, numbers.place(of: sequence))
        let weight = try queue.inDatabase {
            try Int64.fetchOne($0, sql: "SELECT weight FROM \(table) WHERE seq = ?", arguments: [stored])
        }
        shown.change(sequence, at: place, by: -(weight ?? 1), to: 0)
    }

    /// An enterprise's first row of this dataset comes before its time.
    private mutating func addOne(at time: Int64) throws {
        let (table, last) = (shape.table, numbers.place(of: bound))
        let found = try queue.inDatabase { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT seq FROM \(table) WHERE seq > ? AND flags & 26 = 16 AND weight = 1 ORDER BY seq LIMIT 1",
                arguments: [last]
            )
        }
        guard let found else { return }
        let place = numbers.add(after: bound)
        try queue.inDatabase {
            try $0.execute(
                sql: "UPDATE \(table) SET seq = ?, visible = ?, modified = ? WHERE seq = ?",
                arguments: [place, time, time, found]
            )
        }
        bound += 1
        if shape.showsStates { shown.append(bound, weight: 1) }
    }

    private mutating func doubleOne(at time: Int64, _ choice: UInt64) throws {
        guard let row = try pick(choice) else { return }
        let (table, horizon, old) = (shape.table, horizon, numbers.place(of: row.sequence))
        if shape.showsStates {
            if row.weight < 2 { shown.change(row.sequence, at: try rank(of: row.sequence), by: 1, to: 2) }
            try queue.inDatabase {
                try $0.execute(sql: "UPDATE \(table) SET weight = 2 WHERE seq = ?", arguments: [old])
            }
            return
        }
        // The same row again, with the time that it had.
        let place = numbers.add(after: bound)
        try queue.inDatabase { database in
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [place, time, row.modified, row.next, row.flags, row.weight, row.key, Data(row.fields)]
            )
            try database.execute(sql: "UPDATE \(table) SET next = ? WHERE seq = ?", arguments: [horizon, old])
        }
        bound += 1
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
