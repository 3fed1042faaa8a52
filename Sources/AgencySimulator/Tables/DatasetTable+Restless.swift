internal import CreditModel
internal import Foundation
internal import GRDB

extension DatasetTable {
    /// Rows that have not come yet move on, so that there are numbers for the rows of a restless agency.
    func makeRoom() throws {
        let (table, bound) = (shape.table, bound)
        try queue.inDatabase { database in
            try database.execute(sql: "DELETE FROM built")
            try database.execute(
                sql: "UPDATE \(table) SET seq = -(seq + 10000000) WHERE seq > ?; UPDATE \(table) SET seq = -seq WHERE seq < 0",
                arguments: [bound])
        }
    }

    /// Modifies, adds and doubles some rows at `time`, later than all that is visible.
    mutating func stir(at time: LocalTime, choice: UInt64) throws {
        for turn in 0..<UInt64(2) { try modify(at: time.seconds, Chance.hash(choice, turn)) }
        if choice & 3 == 0 { try addOne(at: time.seconds) }
        if choice & 12 == 0 { try doubleOne(at: time.seconds, Chance.hash(choice, 9)) }
        try advance(to: time)
    }

    /// After the restless time, nothing that is still to come may lie before it.
    func catchUp(after time: LocalTime) throws {
        let (table, bound) = (shape.table, bound)
        try queue.inDatabase {
            try $0.execute(
                sql: """
                    UPDATE \(table) SET visible = ?1 WHERE seq > ?2 AND visible < ?1;
                    """, arguments: [time.seconds + 1, bound])
            try $0.execute(
                sql: "UPDATE \(table) SET next = ?1 WHERE seq <= ?2 AND next > ?3 AND next < ?1",
                arguments: [time.seconds + 1, bound, now])
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
                    """, arguments: [from, bound, now]
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
        try queue.inDatabase { database in
            try database.execute(
                sql: "UPDATE \(table) SET next = ? WHERE key = ? AND seq IN (SELECT seq FROM \(table) WHERE seq = ?)",
                arguments: [time, row.key, row.sequence])
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [sequence, time, time, row.next, row.flags, row.weight, row.key, Data(row.fields)])
        }
        bound = sequence
    }

    /// An enterprise's first row of this dataset comes before its time.
    private mutating func addOne(at time: Int64) throws {
        let (table, sequence, bound) = (shape.table, bound + 1, bound)
        let moved = try queue.inDatabase { database in
            try database.execute(
                sql: """
                    UPDATE \(table) SET seq = ?, visible = ?, modified = ? WHERE seq = (SELECT seq FROM \(table) \
                    WHERE seq > ? AND flags & 26 = 16 AND weight = 1 ORDER BY seq LIMIT 1)
                    """, arguments: [sequence, time, time, bound])
            return database.changesCount > 0
        }
        if moved { self.bound = sequence }
    }

    private mutating func doubleOne(at time: Int64, _ choice: UInt64) throws {
        guard let row = try pick(choice) else { return }
        let (table, sequence) = (shape.table, bound + 1)
        if shape.showsStates {
            try queue.inDatabase {
                try $0.execute(sql: "UPDATE \(table) SET weight = 2 WHERE seq = ?", arguments: [row.sequence])
            }
            return
        }
        // The same row again, with the time that it had.
        try queue.inDatabase { database in
            try database.execute(
                sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [sequence, time, row.modified, row.next, row.flags, row.weight, row.key, Data(row.fields)])
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
