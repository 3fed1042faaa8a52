/// What a row does to its record.
public enum Operation: UInt8, Hashable, Sendable {
    /// The whole record, new or changed.
    case record = 1
    /// The agency withdraws it: `OP="D"`, `YXBZ=N`, `sjzt="2"`, `操作="删除"`.
    case withdrawal = 2
    /// A complete read no longer showed it. Loses at a tie; see ``RecordHistory``.
    case absence = 3
}

/// One element or attribute of a row: its name and its decoded text, as sent.
public struct RawField: Hashable, Sendable {
    /// The element's or attribute's name, as sent.
    public var name: String
    /// The decoded text, not trimmed.
    public var text: String

    /// Makes a field of name and text.
    public init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}

/// Where a row stood.
public struct RowPlace: Hashable, Sendable, CustomStringConvertible {
    /// The page or file, without credentials.
    public var document: String
    /// The row's number in it, from 1.
    public var row: Int
    /// The line of its start tag, from 1.
    public var line: Int

    /// Makes a place of document, row and line.
    public init(document: String, row: Int, line: Int) {
        self.document = document
        self.row = row
        self.line = line
    }
    /// `document, row n, line n`, for messages.
    public var description: String { "\(document), row \(row), line \(line)" }
}

/// One row as an adapter decoded it: nothing dropped, nothing repaired.
public struct SourceRecord: Sendable {
    /// The dataset that was asked for.
    public var dataset: DatasetID
    /// The record's key, by the dataset's table.
    public var key: RecordKey
    /// What the row does to its record.
    public var operation: Operation
    /// The agency's time of modification: `TS`, `XGSJ`, `gxsj`, `时间戳`.
    public var modified: LocalTime
    /// What decides at equal times: `SEQ`; `序号` in the upper 32 bits and place in the file in the lower; 0 where there is none.
    public var sequence: Int64
    /// Every element and attribute of the row, in document order.
    public var fields: [RawField]
    /// The row's bytes as received, in the document's encoding.
    public var original: [UInt8]
    /// Where the row stood.
    public var place: RowPlace

    /// Makes a row of its parts.
    public init(
        dataset: DatasetID,
        key: RecordKey,
        operation: Operation,
        modified: LocalTime,
        sequence: Int64,
        fields: [RawField],
        original: [UInt8],
        place: RowPlace
    ) {
        self.dataset = dataset
        self.key = key
        self.operation = operation
        self.modified = modified
        self.sequence = sequence
        self.fields = fields
        self.original = original
        self.place = place
    }
}
