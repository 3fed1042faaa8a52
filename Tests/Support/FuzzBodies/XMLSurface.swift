import AdapterKit
import CreditModel
import XMLFeed

extension FuzzSurface {
    /// The XML reader, then the adapter that the first byte chooses.
    ///
    /// The second byte decides how the document is cut and whether the limits are narrow; the rest is the document.
    static let xml = FuzzSurface(
        name: "xml",
        title: "A document of any agency, read whole and in pieces, its rows made records",
        mostBytes: 4096,
        words: { Dialect.words },
        seeds: { samples in
            var seeds: [FuzzSeed] = []
            for dialect in Dialect.all {
                let agency = dialect.dataset.agency.description
                for (index, document) in samples.documents(of: agency).enumerated() {
                    let choice = Dialect.choice(agency, dialect.dataset.name)
                    for control: UInt8 in [0, 1, 6] {
                        let name = "\(agency)-\(dialect.dataset.name)-\(index)-\(control)"
                        seeds.append(FuzzSeed(name: name, bytes: [choice, control] + document.bytes))
                    }
                }
            }
            return seeds
        },
        run: { _ = try XMLCheck($0).run() }
    )
}

/// What must hold of one document.
struct XMLCheck {
    private let dialect: Dialect
    private let limits: FeedLimits
    private let rule: UInt8
    private let document: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        dialect = input.choose(Dialect.all)
        let control = input.byte()
        limits = control & 1 == 0 ? FeedLimits() : Self.narrow
        rule = control >> 1
        document = input.rest
    }

    private static let narrow: FeedLimits = {
        var limits = FeedLimits()
        limits.row = 512
        limits.text = 64
        limits.depth = 2
        limits.attributes = 6
        limits.kept = 40
        return limits
    }()

    /// - Returns: how many records were made of it.
    func run() throws -> Int {
        let whole = read(CollectionOfOne(document))
        let cut = read(FuzzInput.pieces(of: document, by: rule))
        switch (whole, cut) {
        case (.success(let whole), .success(let cut)):
            try hold(PageWitness(whole) == PageWitness(cut), "pieces give other rows than the whole")
            return try check(whole)
        case (.failure(let whole), .failure(let cut)):
            try hold(whole.code == cut.code, "the whole is refused as \(whole), pieces as \(cut)")
            return 0
        case (.success, .failure(let error)): throw FuzzViolation("only pieces are refused: \(error)")
        case (.failure(let error), .success): throw FuzzViolation("only the whole is refused: \(error)")
        }
    }

    private func read(_ pieces: some Sequence<ArraySlice<UInt8>>) -> Result<FeedPage, AdapterError> {
        do throws(AdapterError) {
            return .success(try FeedDocument.read(pieces: pieces, shape: dialect.shape, limits: limits))
        } catch {
            return .failure(error)
        }
    }

    private func check(_ page: FeedPage) throws(FuzzViolation) -> Int {
        var line = 1
        var records = 0
        for (index, item) in page.items.enumerated() {
            switch item {
            case .row(let row):
                try hold(row.row == index + 1 && row.line >= line, "row \(index + 1) stands in another place")
                line = row.line
                try checkLimits(row)
                if try check(row) { records += 1 }
            case .broken(let row):
                try hold(row.row == index + 1 && row.line >= line, "broken row \(index + 1) stands in another place")
                line = row.line
                try hold(row.original.count <= limits.kept, "a broken row keeps \(row.original.count) bytes")
                // What a pull scans of it must not trap, whatever it holds.
                _ = dialect.adapter.type(dialect.dataset, holding: [])?.key(of: row)
                for name in ["TS", "gxsj", "时间戳"] { _ = row.scannedAttribute(name) }
            }
        }
        return records
    }

    private func checkLimits(_ row: FeedRow) throws(FuzzViolation) {
        try hold(row.original.count <= limits.row, "a row of \(row.original.count) bytes was taken")
        try hold(row.attributes.count <= limits.attributes, "a row with \(row.attributes.count) attributes was taken")
        for field in row.attributes + row.fields {
            try hold(field.text.utf8.count <= limits.text, "a text of \(field.text.utf8.count) bytes was taken")
        }
    }

    /// - Returns: whether the row is a record.
    private func check(_ row: FeedRow) throws(FuzzViolation) -> Bool {
        let place = RowPlace(document: "d 序号 7", row: row.row, line: row.line)
        let fields = row.fields.isEmpty ? row.attributes : row.fields
        guard let type = dialect.adapter.type(dialect.dataset, holding: fields),
            let record = try? dialect.adapter.record(row, of: dialect.dataset, type, place: place)
        else { return false }
        try RecordCheck.check(record, by: dialect)
        guard isASCII(row.original) else { return true }
        // A row in quarantine is read again alone: that must not change what it says.
        let again: SourceRecord?
        do {
            again = try dialect.instance.decode(row.original, of: dialect.dataset, place: place)
        } catch {
            throw FuzzViolation("a row that was taken is refused when it is read alone: \(error)")
        }
        guard let again else { return true }
        let isSame =
            again.key == record.key && again.fields == record.fields && again.modified == record.modified
            && again.operation == record.operation && again.sequence == record.sequence
        try hold(isSame, "a row says something else when it is read alone")
        return true
    }

    private func isASCII(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 < 0x80 } }
}

/// All that a page says, for comparison.
private struct PageWitness: Equatable {
    private struct Row: Equatable {
        var fields: [[RawField]]
        var original: [UInt8]
        var rule: String?
        var identity: RowIdentity?
        var place: [Int]
    }
    private var root: String
    private var elements: [[RawField]]
    private var rows: [Row]

    init(_ page: FeedPage) {
        root = page.head.root
        elements = [page.head.attributes] + page.head.elements.map { [RawField($0.path, $0.text)] + $0.attributes }
        rows = page.items.map { item in
            switch item {
            case .row(let row):
                Row(
                    fields: [row.attributes, row.fields],
                    original: row.original,
                    place: [row.row, row.line]
                )
            case .broken(let row):
                Row(
                    fields: [],
                    original: row.original,
                    rule: row.rule,
                    identity: row.identity,
                    place: [row.row, row.line]
                )
            }
        }
    }
}
