import CreditModel

/// How much of a long text is shown where a profile would otherwise grow too long.
struct TextLimit {
    /// In bytes of UTF-8; nil shows all.
    var bytes: Int?

    static let none = TextLimit(bytes: nil)

    /// The text, or its beginning.
    func applied(to text: String) -> (text: String, isCut: Bool) {
        guard let bytes, text.utf8.count > bytes else { return (text, false) }
        var end = text.utf8.index(text.startIndex, offsetBy: bytes)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return (String(text[..<end]), true)
    }

    /// As many texts as stay within the limit together.
    func applied(to texts: [String]) -> (texts: [String], isCut: Bool) {
        guard let bytes else { return (texts, false) }
        var total = 0
        var shown: [String] = []
        for text in texts {
            total += text.utf8.count
            guard total <= bytes else { return (shown, true) }
            shown.append(text)
        }
        return (shown, false)
    }
}

extension ProfileText {
    /// Writes a value in its plain form; whether it was cut.
    mutating func value(_ value: Value, limit: TextLimit) -> Bool {
        switch value {
        case .text(let text): return cut(text, limit)
        case .code(let code, _): return cut(code, limit)
        case .date(let date): self.date(date)
        case .money(let money):
            beginObject()
            name("amount")
            let isCut = cut(money.amount, limit)
            name("currency")
            string(money.currency)
            endObject()
            return isCut
        case .number(let number):
            // RFC 8785 numbers are doubles: beyond 2^53 they would not come back as they went.
            if abs(number) <= 9_007_199_254_740_992 { integer(Int(number)) } else { plain(String(number)) }
        case .list(let texts):
            let (shown, isCut) = limit.applied(to: texts)
            beginArray()
            for text in shown { string(text) }
            endArray()
            return isCut
        }
        return false
    }

    /// Writes a text, or its beginning; whether it was cut.
    mutating func cut(_ text: String, _ limit: TextLimit) -> Bool {
        let (shown, isCut) = limit.applied(to: text)
        string(shown)
        return isCut
    }
}
