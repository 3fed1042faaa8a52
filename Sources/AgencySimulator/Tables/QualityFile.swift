internal import CreditModel
internal import Crypto
internal import Foundation
internal import GRDB

/// One of 质监's files: what the manifest says of it.
struct QualityFile: Sendable {
    var dataset: String
    var serial: Int64
    var made: Int64
    var isFull: Bool
    var first: Int64
    var last: Int64
    var name: String
    var count: Int64
    var size: Int64
    var digest: String

    static let columns = "dataset, serial, made, full, first, last, name, count, size, digest"

    init(_ row: Row) {
        dataset = row[0]
        serial = row[1]
        made = row[2]
        let full: Int64 = row[3]
        isFull = full == 1
        first = row[4]
        last = row[5]
        name = row[6] ?? ""
        count = row[7] ?? 0
        size = row[8] ?? 0
        digest = row[9] ?? ""
    }

    var mode: String { isFull ? "全量" : "增量" }

    /// Drawn file by file from the seed: compressed or not, UTF-8 or GB18030.
    mutating func nameIt() {
        let hash = Chance.hash(Chance.hash(of: dataset), UInt64(serial))
        let number = String(serial)
        let padded = String(repeating: "0", count: max(0, 6 - number.count)) + number
        name = "4401ZJ_\(dataset)_\(LocalTime(seconds: made).compact)_\(padded)_\(isFull ? "F" : "I").xml"
        if hash % 3 != 0 { name += ".gz" }
    }

    var isGB18030: Bool { Chance.hash(Chance.hash(of: dataset), UInt64(serial), 7) % 5 < 2 }
    var isCompressed: Bool { name.hasSuffix(".gz") }
    var hasByteOrderMark: Bool { !isGB18030 && Chance.hash(Chance.hash(of: dataset), UInt64(serial), 8) % 20 == 0 }
}

/// Writes files to disk, in pieces, as they will be served.
struct QualityFileWriter {
    private static let piece = 1 << 20

    let shape: DatasetShape
    let folder: String

    /// Renders the file and notes its name, count, size and digest.
    func write(_ planned: QualityFile, _ database: Database) throws -> QualityFile {
        var file = planned
        file.nameIt()
        file.count = 0
        try rows(of: file, database) { file.count += $0.weight }
        let path = folder + "/" + file.name
        guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? handle.close() }
        var digest = SHA256()
        file.size = 0
        func flush(_ text: inout [UInt8]) throws {
            var bytes = file.isGB18030 ? try GB18030.encode(text) : text
            if file.isCompressed { bytes = PlainGzip.member(bytes) }
            digest.update(data: bytes)
            try handle.write(contentsOf: bytes)
            file.size += Int64(bytes.count)
            text.removeAll(keepingCapacity: true)
        }
        var text = head(of: file)
        var number: Int64 = 0
        try rows(of: file, database) { row in
            number += 1
            for _ in 0..<row.weight { append(row, number, file, to: &text) }
            if text.count > Self.piece { try flush(&text) }
        }
        text += "</包体></数据文件>\n".utf8
        try flush(&text)
        file.digest = digest.finalize().map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0" + hex : hex
        }.joined()
        try save(file, database)
        return file
    }

    private func save(_ file: QualityFile, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE file SET name = ?, count = ?, size = ?, digest = ? WHERE dataset = ? AND serial = ?",
            arguments: [file.name, file.count, file.size, file.digest, file.dataset, file.serial])
    }

    private func head(of file: QualityFile) -> [UInt8] {
        var text = file.hasByteOrderMark ? "\u{FEFF}" : ""
        text += "<?xml version=\"1.0\" encoding=\"\(file.isGB18030 ? "GB18030" : "UTF-8")\"?>\n"
        text += "<数据文件 数据集=\"\(file.dataset)\" 序号=\"\(file.serial)\" 模式=\"\(file.mode)\">"
        text += "<包头><提供方>\(QualityDialect.provider)</提供方><生成时间>\(LocalTime(seconds: file.made))</生成时间>"
        text += "<记录数>\(file.count)</记录数></包头>\n<包体>"
        return Array(text.utf8)
    }

    private func append(_ row: StoredRow, _ number: Int64, _ file: QualityFile, to text: inout [UInt8]) {
        let change = file.isFull || row.change == 0 ? "新增" : row.isDelete ? "删除" : "变更"
        let time = LocalTime(seconds: row.modified)
        text += "<记录 记录号=\"\(file.serial)-\(number)\" 操作=\"\(change)\" 时间戳=\"\(time)\">".utf8
        text += row.fields
        text += "</记录>\n".utf8
    }

    /// An 增量's events in order; of a 全量 the version of each key that counts.
    private func rows(of file: QualityFile, _ database: Database, _ body: (StoredRow) throws -> Void) throws {
        let table = shape.table
        guard file.isFull else {
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq BETWEEN ? AND ? ORDER BY seq",
                arguments: [file.first, file.last])
            while let row = try rows.next() { try body(StoredRow(row)) }
            return
        }
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq <= ? AND next > ? ORDER BY seq",
            arguments: [file.last, file.made])
        let winner = try database.cachedStatement(
            sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE key = ? AND seq <= ? ORDER BY modified DESC, seq DESC LIMIT 1")
        while let row = try rows.next() {
            var stored = StoredRow(row)
            // What was overtaken came last and lost.
            if stored.modified < stored.visible, let row = try Row.fetchOne(winner, arguments: [stored.key, file.last]) {
                stored = StoredRow(row)
            }
            if !stored.isDelete { try body(stored) }
        }
    }
}

/// The files of one dataset that lie ready.
struct QualityShelf: Sendable {
    /// So many files below the last 全量 are still listed.
    private static let older: Int64 = 5

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
                database, sql: "SELECT max(serial) FROM file WHERE dataset = ? AND full = 1 AND made <= ?", arguments: [name, now])
            let due = try Row.fetchAll(
                database,
                sql: "SELECT \(QualityFile.columns) FROM file WHERE dataset = ? AND made <= ? AND serial >= ? ORDER BY serial",
                arguments: [name, now, full.map { max(1, $0 - Self.older) } ?? 1])
            return try due.map { row in
                let file = QualityFile(row)
                if !file.name.isEmpty, FileManager.default.fileExists(atPath: folder + "/" + file.name) { return file }
                return try writer.write(file, database)
            }
        }
    }

    /// A restless agency's rows since the last file, in a file of their own.
    mutating func cut(upTo bound: Int64, at now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase { database in
            let last = try Row.fetchOne(
                database,
                sql: "SELECT max(serial), max(last) FROM file WHERE dataset = ? AND made <= ?", arguments: [name, now])
            let serial: Int64 = last?[0] ?? 0
            let end: Int64 = last?[1] ?? 0
            guard bound > end else { return }
            try database.execute(
                sql: "INSERT INTO file (dataset, serial, made, full, first, last) VALUES (?, ?, ?, 0, ?, ?)",
                arguments: [name, serial + 1, now, end + 1, bound])
        }
        try publish(at: now)
    }

    /// The files to come make room for a restless agency's.
    func makeRoom(after now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase {
            try $0.execute(
                sql: """
                    UPDATE file SET serial = serial + 1000000, last = last + 10000000, \
                    first = CASE full WHEN 1 THEN 1 ELSE first + 10000000 END WHERE dataset = ? AND made > ?
                    """, arguments: [name, now])
        }
    }

    /// And follow them without a gap, none made before them.
    func closeRoom(after now: Int64) throws {
        let name = shape.id.name
        try queue.inDatabase { database in
            let last = try Int64.fetchOne(
                database, sql: "SELECT max(serial) FROM file WHERE dataset = ? AND made <= ? AND serial < 1000000",
                arguments: [name, now]) ?? 0
            let moved = try Int64.fetchAll(
                database, sql: "SELECT serial FROM file WHERE dataset = ? AND serial >= 1000000 ORDER BY serial", arguments: [name])
            for (place, serial) in moved.enumerated() {
                try database.execute(
                    sql: "UPDATE file SET serial = ?, made = max(made, ?) WHERE dataset = ? AND serial = ?",
                    arguments: [last + 1 + Int64(place), now + 1, name, serial])
            }
        }
    }

    /// The newest 增量 comes again under its name without its last row, which is gone from the table too.
    mutating func replaceNewest() throws {
        guard let index = listed.indices.last, !listed[index].isFull, listed[index].count > 1 else { return }
        let writer = QualityFileWriter(shape: shape, folder: folder)
        let table = shape.table
        let old = listed[index]
        listed[index] = try queue.inDatabase { database in
            try database.execute(sql: "DELETE FROM built")
            if let row = try Row.fetchOne(
                database, sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT 1",
                arguments: [old.first, old.last])
            {
                let gone = StoredRow(row)
                try database.execute(
                    sql: "UPDATE \(table) SET next = ? WHERE key = ? AND next = ? AND seq < ?",
                    arguments: [gone.next, gone.key, gone.visible, gone.sequence])
                try database.execute(sql: "DELETE FROM \(table) WHERE seq = ?", arguments: [gone.sequence])
            }
            return try writer.write(old, database)
        }
    }
}
