public import CreditModel
import XMLFeed

extension FeedDocument {
    /// Reads a row's bytes outside of their document, UTF-8 or GB18030.
    ///
    /// Bytes that are valid as UTF-8 may well be two-byte codes of GB18030 (营业税 are); only sequences of three bytes, such
    /// as Chinese needs in UTF-8, tell. Where there are none it is what the agency usually writes.
    /// - Parameters:
    ///   - original: from the row's start tag on.
    ///   - element: the row's element.
    ///   - place: where the row stood; it keeps its number and line.
    ///   - isUsuallyUTF8: what the agency writes when the bytes do not tell; GB18030 if not.
    ///   - limits: bounds on the row.
    /// - Returns: the decoded row.
    /// - Throws: the rule by which it would be quarantined again.
    public static func row(
        _ original: [UInt8],
        element: String,
        place: RowPlace,
        isUsuallyUTF8: Bool = false,
        limits: FeedLimits = FeedLimits()
    ) throws(RowRejection) -> FeedRow {
        let isUTF8 =
            String(validating: original, as: UTF8.self) != nil && (isUsuallyUTF8 || original.contains { $0 >= 0xE0 })
        // The root's name is ASCII, so it is the same in both encodings.
        var document = Array("<?xml version=\"1.0\" encoding=\"\(isUTF8 ? "UTF-8" : "GB18030")\"?>\n<lone>".utf8)
        document += original
        document += Array("</lone>".utf8)
        let page: FeedPage
        do {
            page = try read(document, shape: FeedShape(root: "lone", row: element), limits: limits)
        } catch {
            throw RowRejection(rule: "malformed", message: error.message)
        }
        guard page.items.count == 1 else {
            throw RowRejection(rule: "malformed", message: "The bytes are not one row.")
        }
        switch page.items[0] {
        case .broken(let row): throw RowRejection(rule: row.rule, message: row.message)
        case .row(var row):
            row.original = original
            row.row = place.row
            row.line = place.line
            return row
        }
    }
}

extension FeedRow {
    /// The trimmed text of an attribute of the start tag.
    public func attribute(_ name: String) -> String? {
        attributes.first { $0.name == name }.map { KeyText.trimmed($0.text) }
    }

    /// The elements, and after them those attributes that the dialect has no use for, as `@name`: kept and reported.
    public func fields(withAttributesBut known: Set<String>) -> [RawField] {
        let strangers = attributes.filter { !known.contains($0.name) }
        return strangers.isEmpty ? fields : fields + strangers.map { RawField("@\($0.name)", $0.text) }
    }
}

extension FaultyRow {
    /// A row that was decoded, and why it is no record.
    public init(
        _ row: FeedRow,
        place: RowPlace,
        key: RecordKey?,
        modified: LocalTime?,
        sequence: Int64 = 0,
        _ rejection: RowRejection,
        limits: FeedLimits
    ) {
        self.init(
            place: place,
            key: key,
            modified: modified,
            sequence: sequence,
            rule: rejection.rule,
            message: rejection.message,
            original: Array(row.original.prefix(limits.kept))
        )
    }
}
