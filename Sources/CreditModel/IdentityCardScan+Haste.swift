extension IdentityCardScan {
    /// Whether a text has enough digits close to each other for a number of a card; a false alarm costs time only.
    ///
    /// Asked of every text of every row, and nearly always false: one pass over the bytes, and nothing is allocated.
    package static func mayHold(_ text: String) -> Bool {
        guard text.utf8.count >= fewest else { return false }
        let bytes = text.utf8.span
        var chain = Chain()
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            // Han characters part numbers, and most texts are made of them.
            if 0xE4...0xE9 ~= byte {
                if chain.end() { return true }
                index += 2
                continue
            }
            switch byte {
            case 0x30...0x39: chain.digit()
            case 0x41...0x5A, 0x61...0x7A: if chain.letter() { return true }
            case 0x20, 0x2D, 0x2E, 0x09...0x0D: if chain.gap() { return true }
            case 0x80...0xBF: break
            // So does every sign of ASCII that is left.
            case 0x00...0x7F: if chain.end() { return true }
            case 0xEF where bytes.count - index >= 2 && (bytes[index] == 0xBC || bytes[index] == 0xBD):
                if fullWidth(bytes[index], bytes[index + 1], &chain) { return true }
                index += 2
            // Digits of mathematics, and rare Han characters with them.
            case 0xF0: chain.digit()
            default: if chain.gap() { return true }
            }
        }
        return chain.end()
    }

    /// An old number's digits, one of them mistyped.
    private static let fewest = 14

    /// A full-width character, by its last two bytes.
    private static func fullWidth(_ second: UInt8, _ third: UInt8, _ chain: inout Chain) -> Bool {
        switch (second, third) {
        case (0xBC, 0x90...0x99):
            chain.digit()
            return false
        case (0xBC, 0xA1...0xBA), (0xBD, 0x81...0x9A): return chain.letter()
        case (0xBC, 0x8D...0x8E): return chain.gap()
        default: return chain.end()
        }
    }

    /// Digits with little between them.
    private struct Chain {
        private var digits = 0
        private var run = 0
        private var letters = 0

        mutating func digit() {
            run += 1
            letters = 0
        }

        /// One letter may be a slip; several are a word.
        mutating func letter() -> Bool {
            if gap() { return true }
            letters += 1
            if letters > 1 { digits = 0 }
            return false
        }

        /// What may stand between two parts of a number.
        mutating func gap() -> Bool {
            // A run that is longer than any number is a serial one.
            digits = run > 20 ? 0 : digits + run
            run = 0
            return digits >= IdentityCardScan.fewest
        }

        mutating func end() -> Bool {
            if run == 0, digits == 0 { return false }
            if gap() { return true }
            digits = 0
            letters = 0
            return false
        }
    }
}
