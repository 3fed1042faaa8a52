/// The title of an HTML page that came in place of an answer.
struct HTMLTitle {
    private let page: [UInt8]
    /// The page with ASCII letters in lower case; markup is ASCII in every encoding of an agency.
    private let lower: [UInt8]
    /// Encodings that something declares, the most trusted first.
    private var declared: [FeedEncoding] = []

    /// Looks at a page's beginning.
    ///
    /// - Parameters:
    ///   - page: its bytes.
    ///   - mark: the encoding that a byte order mark or an XML declaration tells.
    ///   - contentType: the HTTP header.
    init(_ page: [UInt8], mark: FeedEncoding?, contentType: String?) {
        self.page = page
        lower = page.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if let mark { declared.append(mark) }
        if let meta = metaCharset() { declared.append(meta) }
        if let type = contentType, let charset = Self.charset(in: Array(type.lowercased().utf8)) {
            declared.append(charset)
        }
    }

    /// At most 120 characters; empty if there is none.
    var text: String {
        guard let tag = find("<title", from: 0), let open = lower[tag...].firstIndex(of: UInt8(ascii: ">")),
            let close = find("</title", from: open)
        else { return "" }
        let title = Self.resolved(decoded(Array(page[(open + 1)..<close])))
        return String(title.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(120))
    }

    /// By the first encoding that fits, declared or not.
    private func decoded(_ bytes: [UInt8]) -> String {
        let texts = (declared + [.utf8, .gb18030]).map { encoding in
            String(decoding: Decoder.lenient(bytes, from: encoding), as: UTF8.self)
        }
        return texts.first { !$0.unicodeScalars.contains("\u{FFFD}") } ?? texts[0]
    }

    // MARK: Encoding

    private func metaCharset() -> FeedEncoding? {
        var place = 0
        while let tag = find("<meta", from: place), let end = lower[tag...].firstIndex(of: UInt8(ascii: ">")) {
            if let charset = Self.charset(in: Array(lower[tag..<end])) { return charset }
            place = end
        }
        return nil
    }

    /// What follows `charset=`, in quotes or not.
    private static func charset(in text: [UInt8]) -> FeedEncoding? {
        guard let word = find("charset", in: text, from: 0) else { return nil }
        let ignored = Array("= \t\"'".utf8)
        let value = text[(word + 7)...].drop(while: ignored.contains)
        let name = String(decoding: value.prefix { !ignored.contains($0) && $0 != 0x3B && $0 != 0x2F }, as: UTF8.self)
        return FeedEncoding(declared: name)
    }

    // MARK: Text

    private static let named = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "middot": "·", "mdash": "—",
    ]

    /// The text with its references resolved and without control characters, as it may go to a terminal.
    private static func resolved(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "&") {
            result += rest[..<mark]
            rest = rest[mark...].dropFirst()
            guard let end = rest.prefix(12).firstIndex(of: ";"), let value = character(rest[..<end]) else {
                result += "&"
                continue
            }
            result += value
            rest = rest[end...].dropFirst()
        }
        result += rest
        let shown = result.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(shown))
    }

    /// What a reference between `&` and `;` means.
    private static func character(_ reference: Substring) -> String? {
        guard reference.first == "#" else { return named[String(reference)] }
        let digits = reference.dropFirst()
        let isHex = digits.first == "x" || digits.first == "X"
        let number = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
    }

    // MARK: Bytes

    private func find(_ needle: StaticString, from start: Int) -> Int? { Self.find(needle, in: lower, from: start) }

    private static func find(_ needle: StaticString, in text: [UInt8], from start: Int) -> Int? {
        let wanted = Array(needle.description.utf8)
        guard text.count - start >= wanted.count else { return nil }
        return (start...(text.count - wanted.count)).first { text[$0] == wanted[0] && text[$0...].starts(with: wanted) }
    }
}
