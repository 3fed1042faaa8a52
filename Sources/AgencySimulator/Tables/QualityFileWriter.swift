internal import CreditModel
internal import Crypto
internal import Foundation
internal import GRDB

/// Writes files to disk, in pieces, as they will be served.
struct QualityFileWriter {
    private static let piece = 1 << 20

    let shape: DatasetShape
    let folder: String
    /// What the file does to its reader, though its digest is right.
    var hostility: Fault.Kind?

    /// Renders the file and notes its name, count, size and digest.
    func write(_ planned: QualityFile, _ database: Database) throws -> QualityFile {
        var file = planned
        file.nameIt()
        if hostility == .gzipBomb, !file.isCompressed { file.name += ".gz" }
        file.count = 0
        try rows(of: file, database) { file.count += $0.weight }
        let path = folder + "/" + file.name
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? handle.close() }
        var digest = SHA256()
        file.size = 0
        func flush(_ text: inout [UInt8]) throws {
            if let hostility { HostileBody(hostility)?.befall(&text) }
            var bytes = file.isGB18030 ? try GB18030.encode(text) : text
            if let hostility { HostileBody(hostility)?.befallEncoded(&bytes) }
            if hostility == .gzipBomb {
                // It grows before the last tag, where blanks may stand.
                let end = bytes.lastIndex(of: 0x3C) ?? bytes.count
                let parts = [bytes[..<end], bytes[end...]].map { PlainGzip.member(Array($0)) }
                bytes = parts[0] + HostileBody.bomb(megabytes: 1024) + parts[1]
            } else if file.isCompressed {
                bytes = PlainGzip.member(bytes)
            }
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
            // A hostile file is small, or else its time has not come: it goes out in one piece.
            if text.count > Self.piece, hostility == nil { try flush(&text) }
        }
        text += "</包体></数据文件>\n".utf8
        try flush(&text)
        file.digest = digest.finalize().hexadecimal
        try save(file, database)
        return file
    }

    private func save(_ file: QualityFile, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE file SET name = ?, count = ?, size = ?, digest = ? WHERE dataset = ? AND serial = ?",
            arguments: [file.name, file.count, file.size, file.digest, file.dataset, file.serial]
        )
    }

    private func head(of file: QualityFile) -> [UInt8] {
        var text = file.hasByteOrderMark ? "\u{FEFF}" : ""
        text += "<?xml version=\"1.0\" encoding=\"\(file.isGB18030 ? "GB18030" : "UTF-8")\"?>\n"
        if hostility == .doctype { text += "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]>\n" }
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
        if hostility == .malformedRow(Int(number)) { text += " & ".utf8 }
        text += "</记录>\n".utf8
    }

    /// An 增量's events in order; of a 全量 the version of each key that counts.
    private func rows(of file: QualityFile, _ database: Database, _ body: (StoredRow) throws -> Void) throws {
        let table = shape.table
        guard file.isFull else {
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq BETWEEN ? AND ? ORDER BY seq",
                arguments: [file.first, file.last]
            )
            while let row = try rows.next() { try body(StoredRow(row)) }
            return
        }
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT \(StoredRow.columns) FROM \(table) WHERE seq <= ? AND next > ? ORDER BY seq",
            arguments: [file.last, file.made]
        )
        let winner = try database.cachedStatement(
            sql:
                "SELECT \(StoredRow.columns) FROM \(table) WHERE key = ? AND seq <= ? ORDER BY modified DESC, seq DESC LIMIT 1"
        )
        while let row = try rows.next() {
            var stored = StoredRow(row)
            // What was overtaken came last and lost.
            if stored.modified < stored.visible, let row = try Row.fetchOne(winner, arguments: [stored.key, file.last])
            {
                stored = StoredRow(row)
            }
            if !stored.isDelete { try body(stored) }
        }
    }
}
