internal import CreditModel
internal import Crypto

/// A SHA-256 digest, held in place and compared in constant time.
public struct Digest256: Hashable, Sendable, CustomStringConvertible {
    private let words: InlineWords

    /// Four words, so that a table of them needs no memory of its own for each.
    private struct InlineWords: Sendable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// Takes 32 bytes; nil for any other number.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(reading: bytes)
    }

    /// The digest of some bytes.
    public init(of bytes: [UInt8]) { self.init(reading: SHA256.hash(data: bytes)) }

    /// Reads 64 digits; nil for anything else.
    public init?(hexadecimal text: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case 0x30...0x39: digit = character - 0x30
            case 0x61...0x66: digit = character - 0x57
            case 0x41...0x46: digit = character - 0x37
            // As `openssl x509 -fingerprint` writes them.
            case 0x3A where high == nil && !bytes.isEmpty: continue
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { return nil }
        self.init(bytes)
    }

    private init(reading bytes: some Sequence<UInt8>) {
        var words = InlineWords()
        for byte in bytes {
            words.first = words.first << 8 | words.second >> 56
            words.second = words.second << 8 | words.third >> 56
            words.third = words.third << 8 | words.fourth >> 56
            words.fourth = words.fourth << 8 | UInt64(byte)
        }
        self.words = words
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    func append(to bytes: inout [UInt8]) {
        Self.append(words.first, to: &bytes)
        Self.append(words.second, to: &bytes)
        Self.append(words.third, to: &bytes)
        Self.append(words.fourth, to: &bytes)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// 64 hexadecimal digits.
    public var description: String { bytes.hexadecimal }

    /// Looks at all bits, wherever the first difference is.
    public static func == (a: Digest256, b: Digest256) -> Bool {
        let first = a.words.first ^ b.words.first
        let second = a.words.second ^ b.words.second
        let third = a.words.third ^ b.words.third
        return (first | second | third | a.words.fourth ^ b.words.fourth) == 0
    }

    /// A digest is spread evenly as it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.first) }
}
