import CreditModel

/// Finds numbers of identity cards in texts, so that they go no further than the row's own bytes.
enum IdentityScreen {
    /// Whether a number that reads as an identity card stands in the text.
    ///
    /// - Parameters:
    ///   - text: what an agency sent.
    ///   - oldForm: whether 15 digits count too, which in a column of codes are more likely a registration number.
    /// - Returns: whether there is one.
    static func holdsNumber(_ text: String, oldForm: Bool) -> Bool {
        !ranges(in: Array(KeyText.halfWidth(text).unicodeScalars), oldForm: oldForm).isEmpty
    }

    /// The text with such numbers as `*`.
    static func masked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        // Half-width forms stand one for one, so the places are the same.
        for range in ranges(in: Array(KeyText.halfWidth(text).unicodeScalars), oldForm: true) {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func ranges(in scalars: [Unicode.Scalar], oldForm: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < scalars.count {
            guard isDigit(scalars[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < scalars.count, isDigit(scalars[end]) || scalars[end] == "X" || scalars[end] == "x" { end += 1 }
            let isAlone =
                !(start > 0 && isLetter(scalars[start - 1])) && !(end < scalars.count && isLetter(scalars[end]))
            // 15 digits within letters are part of a longer code.
            if end - start == 18 || oldForm && isAlone && end - start == 15 {
                let text = String(String.UnicodeScalarView(scalars[start..<end])).uppercased()
                if IdentityCard(text) != nil { found.append(start..<end) }
            }
            start = end
        }
        return found
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && scalar.properties.isAlphabetic }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { 0x30...0x39 ~= scalar.value }
}
