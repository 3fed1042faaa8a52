internal import CreditModel
internal import Foundation
internal import GRDB

/// The files of one dataset that lie ready.
struct QualityShelf: Sendable {
    /// So many files below the last 全量 are still listed.
    private static let older: Int64 = 5
    /// How long the files to come are put off while the agency is restless: a hundred years, in seconds.
    private static let farAway: Int64 = 3_155_760_000

    let shape: DatasetShape
    let queue: DatabaseQueue
    let folder: String
    private(set) var listed: [QualityFile] = []

    init(_ shape: DatasetShape, _ queue: DatabaseQueue, folder: String) {
        self.shape = shape
        self.queue = queue
        self.folder = folder
    }

    /// Writes the files that are due at `now` and on the list.
    mutating func publish(at now: Int64) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let writer = QualityFileWriter(shape: shape, folder: folder)
        let name = shape.id.name
        let folder = folder
        listed = try queue.inDatabase { database in
            let full = try Int64.fetchOne(
                database,
                sql: "SELECT max(serial) FROM file WHERE dataset = ? AND full = 1 AND made <= ?",
                arguments: [name, now]
            )
            let due = try Row.fetchAll(
                database,
                sql:
                    "SELECT \(QualityFile.columns) FROM file WHERE dataset = ? AND made <= ? AND serial >= ? ORDER BY serial",
                arguments: [name, now, full.map { max(1, $0 - Self.older) } ?? 1]
            )
            return try due.map { row in
                let file = QualityFile(row)
                if !file.name.isEmpty, FileManager.default.fileExists(atPath: folder + "/" + file.name) { return file }
                return try writer.write(file, database)
            }
        }
    }

    /// A restless agency's rows since the last file, in a file of their own; `bound` is the place of the last.
    mutating func cut(upTo bound: Int64, at now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase { database in
            let last = try Row.fetchOne(
                database,
                sql: "SELECT max(serial), max(last) FROM file WHERE dataset = ? AND made <= ?",
                arguments: [name, now]
            )
            let serial: Int64 = last?[0] ?? 0
            let end: Int64 = last?[1] ?? 0
            guard bound > end else { return }
            try database.execute(
                sql: "INSERT INTO file (dataset, serial, made, full, first, last) VALUES (?, ?, ?, 0, ?, ?)",
                arguments: [name, serial + 1, now, end + 1, bound]
            )
        }
        try publish(at: now)
    }

    /// The files to come make room for a restless agency's.
    func makeRoom(after now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase {
            try $0.execute(
                sql: """
                    UPDATE file SET serial = serial + 1000000, made = made + ? WHERE dataset = ? AND made > ?
                    """,
                arguments: [Self.farAway, name, now]
            )
        }
    }

    /// And follow them without a gap, none made before them.
    func closeRoom(after now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase { database in
            let last =
                try Int64.fetchOne(
                    database,
                    sql: "SELECT max(serial) FROM file WHERE dataset = ? AND made <= ? AND serial < 1000000",
                    arguments: [name, now]
                ) ?? 0
            let moved = try Int64.fetchAll(
                database,
                sql: "SELECT serial FROM file WHERE dataset = ? AND serial >= 1000000 ORDER BY serial",
                arguments: [name]
            )
            for (place, serial) in moved.enumerated() {
                try database.execute(
                    sql: "UPDATE file SET serial = ?, made = max(made - ?, ?) WHERE dataset = ? AND serial = ?",
                    arguments: [last + 1 + Int64(place), Self.farAway, now + 1, name, serial]
                )
            }
        }
    }

    /// The newest file comes again under its name, hostile, with a digest that agrees; until ``heal()``.
    mutating func makeHostile(_ kind: Fault.Kind) throws { try rewriteNewest(kind) }

    /// The newest file is what it was.
    mutating func heal() throws { try rewriteNewest(nil) }

    private mutating func rewriteNewest(_ hostility: Fault.Kind?) throws {
        guard let index = listed.indices.last else { return }
        let writer = QualityFileWriter(shape: shape, folder: folder, hostility: hostility)
        let file = listed[index]
        listed[index] = try queue.inDatabase { database in
            try database.execute(sql: "DELETE FROM built")
            return try writer.write(file, database)
        }
    }

    /// The newest 增量 of two rows or more: what is left of it without its last one is a file still.
    var replaceable: Int? { listed.lastIndex { !$0.isFull && $0.count > 1 } }

    /// The newest 增量 of two rows or more comes again under its name without its last row.
    ///
    /// The row is gone from the table too, unless a 全量 that stands shows what it made of its key.
    /// - Returns: whether there is such a file.
    mutating func replaceNewest() throws -> Bool {
        guard let index = replaceable else { return false }
        let writer = QualityFileWriter(shape: shape, folder: folder)
        let (table, old) = (shape.table, listed[index])
        let isInFull = listed[(index + 1)...].contains(where: \.isFull)
        listed[index] = try queue.inDatabase { database in
            try database.execute(sql: "DELETE FROM built")
            guard
                let row = try Row.fetchOne(
                    database,
                    sql:
                        "SELECT \(StoredRow.columns) FROM \(table) WHERE seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT 1",
                    arguments: [old.first, old.last]
                )
            else { return old }
            var file = old
            let gone = StoredRow(row)
            if isInFull {
                file.last = gone.sequence - 1
                try database.execute(
                    sql: "UPDATE file SET last = ? WHERE dataset = ? AND serial = ?",
                    arguments: [file.last, file.dataset, file.serial]
                )
            } else {
                try database.execute(
                    sql: "UPDATE \(table) SET next = ? WHERE key = ? AND next = ? AND seq < ?",
                    arguments: [gone.next, gone.key, gone.visible, gone.sequence]
                )
                try database.execute(sql: "DELETE FROM \(table) WHERE seq = ?", arguments: [gone.sequence])
            }
            return try writer.write(file, database)
        }
        return true
    }
}
