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
        !IdentityCardScan.ranges(in: Array(KeyText.halfWidth(text).unicodeScalars), oldForm: oldForm).isEmpty
    }

    /// The text with such numbers as `*`.
    static func masked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        // Half-width forms stand one for one, so the places are the same.
        for range in IdentityCardScan.ranges(in: Array(KeyText.halfWidth(text).unicodeScalars), oldForm: true) {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
