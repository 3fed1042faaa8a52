/// The title of an HTML page that came in place of an answer.
enum HTMLTitle {
    /// At most 120 characters; empty if there is none.
    static func find(in page: String) -> String {
        let lower = page.lowercased()
        guard lower.utf8.count == page.utf8.count else { return "" }
        let bytes = Array(page.utf8)
        let text = Array(lower.utf8)
        guard let tag = find("<title", in: text, from: 0), let open = text[tag...].firstIndex(of: UInt8(ascii: ">")),
            let close = find("</title", in: text, from: open)
        else { return "" }
        let title = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
        let words = title.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
        return String(words.prefix(120))
    }

    private static func find(_ needle: StaticString, in text: [UInt8], from start: Int) -> Int? {
        let wanted = Array(needle.description.utf8)
        guard text.count - start >= wanted.count else { return nil }
        return (start...(text.count - wanted.count)).first { text[$0] == wanted[0] && text[$0...].starts(with: wanted) }
    }
}
