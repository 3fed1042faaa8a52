import CreditModel

/// Finds numbers of identity cards in texts, so that they go no further than the row's own bytes.
enum IdentityScreen {
    /// Whether a number of 18 that reads as an identity card stands in the text.
    static func holdsNumber(_ text: String) -> Bool {
        !ranges(in: Array(KeyText.halfWidth(text).unicodeScalars)).isEmpty
    }

    /// The text with such numbers as `*`.
    static func masked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        // Half-width forms stand one for one, so the places are the same.
        for range in ranges(in: Array(KeyText.halfWidth(text).unicodeScalars)) {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func ranges(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < scalars.count {
            guard isDigit(scalars[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < scalars.count, isDigit(scalars[end]) || scalars[end] == "X" || scalars[end] == "x" { end += 1 }
            if end - start == 18 {
                let text = String(String.UnicodeScalarView(scalars[start..<end])).uppercased()
                if IdentityCard(text) != nil { found.append(start..<end) }
            }
            start = end
        }
        return found
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { 0x30...0x39 ~= scalar.value }
}
