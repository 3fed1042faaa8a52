import CreditModel

/// How much of a long text is shown where a profile would otherwise grow too long.
struct TextLimit: Hashable {
    /// In bytes of UTF-8; nil shows all.
    var bytes: Int?

    static let none = TextLimit(bytes: nil)

    /// The text, or its beginning; nil where it is short enough.
    func beginning(of text: String) -> String? {
        guard let bytes, text.utf8.count > bytes else { return nil }
        var end = text.utf8.index(text.startIndex, offsetBy: bytes)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end])
    }

    /// As many texts as stay within the limit together; nil where all do.
    func beginning(of texts: [String]) -> [String]? {
        guard let bytes else { return nil }
        var total = 0
        for (index, text) in texts.enumerated() {
            total += text.utf8.count
            if total > bytes { return Array(texts.prefix(index)) }
        }
        return nil
    }

    /// The value with no longer a text than the limit allows; nil where it is short enough.
    func beginning(of value: Value) -> Value? {
        switch value {
        case .text(let text): beginning(of: text).map { .text($0) }
        case .code(let code, let label): beginning(of: code).map { .code($0, label: label) }
        case .list(let texts): beginning(of: texts).map { .list($0) }
        case .money, .date, .number: nil
        }
    }
}
