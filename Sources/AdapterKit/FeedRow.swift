public import CreditModel
package import XMLFeed

/// One decoded row.
public struct FeedRow: Sendable {
    /// Of the row's start tag, in order.
    public var attributes: [RawField]
    /// Child elements in order, text decoded, not trimmed; a nested element's text is part of its parent's.
    public var fields: [RawField]
    /// The row's bytes as received, in the document's encoding.
    public var original: [UInt8]
    /// The row's number in the document, from 1.
    public var row: Int
    /// The line of its start tag, from 1.
    public var line: Int

    /// Makes a row of its parts.
    public init(attributes: [RawField], fields: [RawField], original: [UInt8], row: Int, line: Int) {
        self.attributes = attributes
        self.fields = fields
        self.original = original
        self.row = row
        self.line = line
    }
}

/// A row that could not be decoded.
public struct BrokenRow: Sendable {
    /// `malformed`, `encoding`, `row-too-large`, `text-too-long`, `too-deep` or `too-many-attributes`.
    public var rule: String
    /// What is wrong, without the row's values.
    public var message: String
    /// The row's bytes, from its start tag to the next row's; at most the first `FeedLimits.kept`.
    public var original: [UInt8]
    /// The row's number in the document, from 1.
    public var row: Int
    /// The line of its start tag, from 1.
    public var line: Int
    /// Whether these bytes came for the first time and may yet come whole; only where a reader waits for other pages.
    public internal(set) var isFirstLook = false
    /// What tells whether the same bytes came again, those that were not kept included.
    package var identity: RowIdentity
    package var encoding: FeedEncoding

    package init(_ row: XMLBrokenRow) {
        rule = row.rule.rawValue
        message = row.message
        original = row.original
        self.row = row.row
        line = row.line
        identity = row.identity
        encoding = row.encoding
    }

    /// The text of the first element of that name, scanned from the bytes and decoded leniently; nil if not readable.
    public func scannedElement(_ name: String) -> String? {
        RowScan(original, encoding: encoding).element(name)
    }

    /// Whether an element of that name may stand in the row, though it cannot be read.
    func mayHold(_ name: String) -> Bool {
        identity.count > original.count || RowScan(original, encoding: encoding).mentions(name)
    }

    /// The value of an attribute of the row's start tag, scanned from the bytes; nil if not readable.
    public func scannedAttribute(_ name: String) -> String? {
        RowScan(original, encoding: encoding).attribute(name)
    }
}

/// What a document holds, row by row.
public enum FeedItem: Sendable {
    case row(FeedRow)
    case broken(BrokenRow)

    /// The row's bytes as received.
    public var original: [UInt8] {
        switch self {
        case .row(let row): row.original
        case .broken(let row): row.original
        }
    }
}
