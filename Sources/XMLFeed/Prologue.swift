/// What a document's first bytes decide.
struct Prologue {
    let encoding: FeedEncoding
    /// Bytes of the byte order mark and the XML declaration, which no parser is shown.
    let count: Int

    /// Reads the byte order mark, then the declaration, which win over each other and over HTTP in this order.
    /// - Parameters:
    ///   - bytes: the document's first bytes.
    ///   - isEnded: whether nothing follows the bytes.
    /// - Returns: nil if more bytes are needed.
    /// - Throws: ``XMLFeedError`` for an encoding that no agency uses.
    static func read(_ bytes: some Collection<UInt8>, isEnded: Bool) throws(XMLFeedError) -> Prologue? {
        let first = Array(bytes.prefix(1024))
        guard first.count >= 6 || isEnded else { return nil }
        if first.starts(with: [0xFE, 0xFF]) || first.starts(with: [0xFF, 0xFE]) || first.prefix(4).contains(0) {
            throw .hostile("The document is in UTF-16 or UTF-32, which no agency uses.")
        }
        if first.starts(with: [0x2B, 0x2F, 0x76]) { throw .hostile("The document is in UTF-7, which no agency uses.") }
        var mark: (encoding: FeedEncoding, count: Int)?
        if first.starts(with: [0xEF, 0xBB, 0xBF]) { mark = (.utf8, 3) }
        if first.starts(with: [0x84, 0x31, 0x95, 0x33]) { mark = (.gb18030, 4) }
        let text = first.dropFirst(mark?.count ?? 0)
        let opening = Array("<?xml".utf8)
        if !isEnded, text.count < 6 { return nil }
        guard text.starts(with: opening), let next = text.dropFirst(5).first, next == 0x20 || (9...13).contains(next)
        else {
            return Prologue(encoding: mark?.encoding ?? .utf8, count: mark?.count ?? 0)
        }
        guard let end = text.firstIndex(of: UInt8(ascii: ">")) else {
            if isEnded || first.count == 1024 { throw .malformed("The XML declaration does not end.") }
            return nil
        }
        let declared = try declaredEncoding(String(decoding: text[..<end], as: UTF8.self), isMarked: mark != nil)
        return Prologue(encoding: mark?.encoding ?? declared, count: end + 1)
    }

    private static func declaredEncoding(_ declaration: String, isMarked: Bool) throws(XMLFeedError) -> FeedEncoding {
        let parts = declaration.split(separator: "encoding", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .utf8 }
        let value = parts[1].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = value.first, quote == "\"" || quote == "'" else {
            throw .malformed("The XML declaration's encoding is not readable.")
        }
        if let known = FeedEncoding(declared: value.dropFirst().prefix { $0 != quote }) { return known }
        if isMarked { return .utf8 }
        throw .hostile("The document declares an encoding that no agency uses.")
    }
}

extension FeedEncoding {
    /// The encoding of that name; nil if no agency uses it.
    init?(declared name: some StringProtocol) {
        switch name.uppercased() {
        case "UTF-8", "UTF8": self = .utf8
        case "GB2312", "GBK", "GB18030": self = .gb18030
        default: return nil
        }
    }
}
