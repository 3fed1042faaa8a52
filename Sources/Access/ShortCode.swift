internal import CreditModel

/// Twelve letters or digits without look-alikes: 60 bits that people can read out, and machines compare as one number.
package struct ShortCode: Hashable, Comparable, Sendable {
    package static let length = 12
    /// At most 60 bits.
    package let value: UInt64

    package init(random: UInt64) { value = random >> 4 }

    /// Reads the twelve bytes that begin at `start`; nil where they are others or fewer.
    package init?(_ text: Span<UInt8>, from start: Int) {
        guard start >= 0, text.count >= start + Self.length else { return nil }
        var value: UInt64 = 0
        for place in start..<start + Self.length {
            let digit = Base32.values[Int(text[place])]
            guard digit < 32 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        self.value = value
    }

    package var text: String {
        String(decoding: (0..<Self.length).map { Base32.digit(value >> UInt64(55 - 5 * $0)) }, as: UTF8.self)
    }

    package static func < (a: ShortCode, b: ShortCode) -> Bool { a.value < b.value }
}

/// The house's 32 letters and digits, five bits each.
enum Base32 {
    /// By ASCII code; 255 where the alphabet has no such character.
    static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in ShortDigest.alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The character of the lowest five bits.
    static func digit(_ bits: UInt64) -> UInt8 { ShortDigest.alphabet[Int(bits & 31)] }

    /// As many characters as asked for, of the first bits.
    static func text(_ bytes: some Sequence<UInt8>, count: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count)
        var buffer: UInt64 = 0
        var bits: UInt64 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt64(byte)
            bits += 8
            while bits >= 5, text.count < count {
                bits -= 5
                text.append(digit(buffer >> bits))
            }
        }
        return text
    }
}
