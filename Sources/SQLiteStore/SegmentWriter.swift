internal import Compression
internal import CreditModel
internal import CreditStore
internal import GRDB

/// Keeps the rows of one batch as they came, compressed together: rows of one page are much alike.
struct SegmentWriter {
    /// Of versions that no row said.
    static let nowhere: (segment: Int64, place: Int) = (0, 0)

    private let db: Database
    private let dataset: Int64
    private let run: String
    /// All rows of the batch, packed before.
    private let ready: PackedRows?
    private var number: Int64?
    private var segment = Segment()

    init(_ db: Database, dataset: Int64, run: String, ready: PackedRows? = nil) {
        self.db = db
        self.dataset = dataset
        self.run = run
        self.ready = ready
    }

    /// Adds a version's row; where it will lie.
    mutating func add(_ row: [UInt8], _ place: RowPlace) throws -> (segment: Int64, place: Int) {
        let number = try self.number ?? db.integer("SELECT max(id) FROM segment") + 1
        self.number = number
        return (number, segment.add(row, place))
    }

    /// Writes the segment, if there is anything in it.
    mutating func finish() throws {
        guard let number else { return }
        try db.run(
            "INSERT INTO segment(id, dataset, run, rows, bytes) VALUES(?, ?, ?, ?, ?)",
            number,
            dataset,
            run,
            segment.count,
            // Rows are added in the batch's order: as many as there are, they are the same ones.
            try segment.count == ready?.count ? ready?.bytes : segment.packed()
        )
        self.number = nil
        segment = Segment()
    }
}

/// Rows as they came, and where each stood.
struct Segment {
    private var index = BinaryWriter()
    private var rows: [UInt8] = []
    private var document = ""
    private(set) var count = 0

    /// Adds a row; its place among them.
    mutating func add(_ row: [UInt8], _ place: RowPlace) -> Int {
        // Rows come document by document: an empty name stands for the one before.
        index.text(place.document == document ? "" : place.document)
        document = place.document
        index.integer(Int64(place.row))
        index.integer(Int64(place.line))
        index.count(row.count)
        rows += row
        count += 1
        return count - 1
    }

    /// The stored form: the index, as long as its first number says, and the rows; in gzip, whose check sum guards both.
    func packed() throws -> [UInt8] {
        var head = BinaryWriter(capacity: index.bytes.count + rows.count + 8)
        head.count(index.bytes.count)
        return try Gzip.compress(head.bytes + index.bytes + rows, level: 1)
    }

    /// The row at a place.
    ///
    /// - Throws: ``StoreError`` `damaged` where the bytes are not what ``packed()`` gave, or have no such place.
    static func row(_ wanted: Int, of packed: [UInt8]) throws(StoreError) -> (original: [UInt8], place: RowPlace) {
        let bytes = try unpacked(packed)
        var found: (original: [UInt8], place: RowPlace)?
        try each(of: bytes) { number, range, place in
            if number == wanted { found = (Array(bytes[range]), place) }
        }
        guard let found else { throw BinaryReader.damaged }
        return found
    }

    /// Where each row stood.
    ///
    /// - Throws: ``StoreError`` `damaged` where the bytes are not what ``packed()`` gave.
    static func places(of packed: [UInt8]) throws(StoreError) -> [RowPlace] {
        var places: [RowPlace] = []
        try each(of: unpacked(packed)) { places.append($2) }
        return places
    }

    private static func unpacked(_ packed: [UInt8]) throws(StoreError) -> [UInt8] {
        do { return try Gzip.decompress(packed, ratio: .max) } catch { throw BinaryReader.damaged }
    }

    private static func each(
        of bytes: [UInt8],
        _ body: (_ number: Int, _ range: Range<Int>, _ place: RowPlace) -> Void
    ) throws(StoreError) {
        var reader = BinaryReader(bytes[...])
        let length = try reader.count()
        let start = reader.offset
        var rows = start + length
        var document = ""
        var number = 0
        while reader.offset < start + length {
            let name = try reader.text()
            if !name.isEmpty { document = name }
            let (row, line) = (Int(try reader.integer()), Int(try reader.integer()))
            let count = try reader.count()
            guard rows + count <= bytes.count else { throw BinaryReader.damaged }
            body(number, rows..<rows + count, RowPlace(document: document, row: row, line: line))
            rows += count
            number += 1
        }
    }
}
