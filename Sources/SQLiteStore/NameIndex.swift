/// Names cut into pairs of characters, so that any part of a name is found by an index.
///
/// SQLite's own trigrams find nothing of two characters, and most Chinese names are told apart by two.
enum NameIndex {
    /// Half-width, upper case, without brackets and blanks.
    static func fold(_ name: String) -> String {
        var folded = ""
        for scalar in name.unicodeScalars {
            var value = scalar.value
            if 0xFF01...0xFF5E ~= value { value -= 0xFEE0 }
            if value <= 0x20 || value == 0x3000
                || [0x28, 0x29, 0x5B, 0x5D, 0x3010, 0x3011, 0x3014, 0x3015].contains(value)
            {
                continue
            }
            if 0x61...0x7A ~= value { value -= 0x20 }
            if let scalar = Unicode.Scalar(value) { folded.unicodeScalars.append(scalar) }
        }
        return folded
    }

    /// Every pair of neighbours and the last character, as words of the index.
    static func grams(_ folded: String) -> String {
        let scalars = folded.unicodeScalars.map(word)
        var words: [String] = []
        for index in scalars.indices {
            words.append(index + 1 < scalars.count ? scalars[index] + scalars[index + 1] : scalars[index])
        }
        return words.joined(separator: " ")
    }

    /// The query that finds a part of a name.
    static func query(_ folded: String) -> String? {
        let scalars = folded.unicodeScalars.map(word)
        guard let first = scalars.first else { return nil }
        guard scalars.count > 1 else { return "\"\(first)\" *" }
        let pairs = (1..<scalars.count).map { scalars[$0 - 1] + scalars[$0] }
        return "\"\(pairs.joined(separator: " "))\""
    }

    private static func word(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 36)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
