/// What a feed may hold; over a row's bound costs the row.
package struct XMLLimits: Sendable {
    /// Bytes of a row, and of all that is outside the rows.
    package var row: Int
    /// Bytes of one text or attribute value, in UTF-8.
    package var text: Int
    /// Levels of nesting below a row.
    package var depth: Int
    /// Attributes of an element.
    package var attributes: Int
    /// Bytes of a broken row that are kept.
    package var kept: Int

    package init(row: Int, text: Int, depth: Int, attributes: Int, kept: Int) {
        self.row = row
        self.text = text
        self.depth = depth
        self.attributes = attributes
        self.kept = kept
    }
}

/// The encodings that agencies use.
package enum FeedEncoding: Sendable, Hashable {
    case utf8
    /// `gb2312`, `GBK` and `GB18030` alike.
    case gb18030
}

/// A name and its decoded text.
package struct XMLField: Sendable, Hashable {
    package var name: String
    package var text: String
}

/// A row that was decoded.
package struct XMLRow: Sendable {
    package var attributes: [XMLField]
    package var fields: [XMLField]
    package var original: [UInt8]
    package var row: Int
    package var line: Int
}

/// Why a row is broken.
package enum BrokenRowRule: String, Sendable, Hashable {
    case malformed
    case encoding
    case rowTooLarge = "row-too-large"
    case textTooLong = "text-too-long"
    case tooDeep = "too-deep"
    case tooManyAttributes = "too-many-attributes"
}

/// Tells one broken row's bytes from another's, those that were not kept included.
package struct RowIdentity: Sendable, Hashable {
    package private(set) var count = 0
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    /// Takes in the row's next bytes (FNV-1a).
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3
            count += 1
        }
    }
}

/// A row that could not be decoded.
package struct XMLBrokenRow: Sendable {
    package var rule: BrokenRowRule
    package var message: String
    package var original: [UInt8]
    package var identity: RowIdentity
    package var encoding: FeedEncoding
    package var row: Int
    package var line: Int
}

/// An element outside the rows.
package struct XMLElement: Sendable {
    /// Below the root, joined by `/`.
    package var path: String
    package var text: String
    package var attributes: [XMLField]
}

/// All that is outside the rows.
package struct XMLHead: Sendable {
    package var root: String
    package var attributes: [XMLField]
    package var elements: [XMLElement]
}

/// What a document gives, in order: a head, then rows.
package enum XMLEvent: Sendable {
    /// What precedes the first row, or all where there is no row.
    case head(XMLHead)
    case row(XMLRow)
    case broken(XMLBrokenRow)
}

/// Why a whole document is refused.
package enum XMLFeedError: Error, Sendable, Hashable {
    /// Not well-formed outside its rows, cut, or another document than expected.
    case malformed(String)
    /// An HTML page, with its title.
    case html(title: String)
    /// A DTD, or an encoding that no agency uses.
    case hostile(String)
    /// Over a bound outside the rows.
    case limit(String)
}
