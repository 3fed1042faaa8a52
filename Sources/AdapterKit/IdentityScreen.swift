import CreditModel

/// Finds numbers of identity cards in texts, so that they go no further than the row's own bytes.
enum IdentityScreen {
    /// Whether a number that is an identity card's, or likely to be, stands in the text.
    static func holdsNumber(_ text: String) -> Bool {
        IdentityCardScan.mayHold(text) && !IdentityCardScan.ranges(in: Array(text.unicodeScalars)).isEmpty
    }

    /// The text with such numbers as `*`; nil where there is none.
    static func masked(_ text: String) -> String? {
        guard IdentityCardScan.mayHold(text) else { return nil }
        var scalars = Array(text.unicodeScalars)
        let ranges = IdentityCardScan.ranges(in: scalars)
        guard !ranges.isEmpty else { return nil }
        for range in ranges {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
