internal import CreditModel
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
