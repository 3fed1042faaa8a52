internal import CreditModel
internal import GRDB

/// Which rows lie in which of 质监's files: an 增量 for each day that has any, and a 全量 every thirteen weeks.
///
/// Cut at fixed days of the calendar, so that no day of asking changes a file or its `序号`.
enum FilePlan {
    static let daysBetweenFulls: Int64 = 91

    static func write(_ shape: DatasetShape, _ database: Database) throws {
        let table = shape.table
        try database.execute(sql: "CREATE INDEX keys_of_\(table) ON \(table) (key)")
        let days = try Row.fetchAll(
            database,
            sql: "SELECT visible / 86400, min(seq), max(seq) FROM \(table) GROUP BY 1 ORDER BY 1")
        var serial: Int64 = 0
        var nextFull: Int64?
        var last: Int64 = 0
        for row in days {
            let day: Int64 = row[0]
            // A 全量 comes at the end of its day, also where that day brought nothing.
            while let due = nextFull, due < day {
                serial += 1
                try insert(shape, serial, day: due, full: true, first: 1, last: last, database)
                nextFull = due + daysBetweenFulls
            }
            let end: Int64 = row[2]
            serial += 1
            try insert(shape, serial, day: day, full: false, first: row[1], last: end, database)
            last = end
            nextFull = nextFull ?? (day / daysBetweenFulls + 1) * daysBetweenFulls
        }
        if let due = nextFull {
            try insert(shape, serial + 1, day: due, full: true, first: 1, last: last, database)
        }
    }

    private static func insert(
        _ shape: DatasetShape, _ serial: Int64, day: Int64, full: Bool, first: Int64, last: Int64, _ database: Database
    ) throws {
        // The day's last second, and a 全量 after the 增量 of its day by its number.
        try database.execute(
            sql: "INSERT INTO file (dataset, serial, made, full, first, last) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [shape.id.name, serial, (day + 1) * 86_400 - 1, full ? 1 : 0, first, last])
    }
}
