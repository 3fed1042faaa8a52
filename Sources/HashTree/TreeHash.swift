internal import CreditModel

/// A SHA-256, as a number of 256 bits whose first bit is the first of the digest: a place in a ``HashTree`` as well as a hash.
public struct TreeHash: Hashable, Sendable, Comparable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Of nothing: no digest is known to be this.
    public static let zero = TreeHash((0, 0, 0, 0))

    /// Bits of a hash, and so the greatest depth of a tree.
    public static let width = 256

    private init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Reads 32 bytes; nil where there are more or fewer.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.width / 8 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (place, byte) in bytes.enumerated() { words[place / 8] = words[place / 8] << 8 | UInt64(byte) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// Its 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.width / 8)
        append(to: &bytes)
        return bytes
    }

    /// Reads 32 bytes where they lie; what is missing at the end counts as zero.
    public init(reading bytes: borrowing Span<UInt8>, at start: Int = 0) {
        func word(_ number: Int) -> UInt64 {
            var word: UInt64 = 0
            for place in start + number * 8..<start + number * 8 + 8 {
                word = word << 8 | (place < bytes.count ? UInt64(bytes[place]) : 0)
            }
            return word
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Puts its 32 bytes at a place.
    func write(to bytes: inout InlineArray<65, UInt8>, at start: Int) {
        func put(_ word: UInt64, _ number: Int) {
            for place in 0..<8 {
                bytes[start + number * 8 + place] = UInt8(truncatingIfNeeded: word >> UInt64(56 - place * 8))
            }
        }
        put(words.0, 0)
        put(words.1, 1)
        put(words.2, 2)
        put(words.3, 3)
    }

    /// The first bits as a number: which of `1 << count` equal parts of all places it lies in.
    public func prefix(_ count: Int) -> Int { count == 0 ? 0 : Int(words.0 >> UInt64(64 - count)) }

    /// Appends its 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        func put(_ word: UInt64) {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(56 - place * 8))) }
        }
        put(words.0)
        put(words.1)
        put(words.2)
        put(words.3)
    }

    /// The bit at a place, counted from 0; a tree goes right where it is set.
    public func bit(_ place: Int) -> Bool {
        let word =
            switch place >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(63 - place & 63) & 1 == 1
    }

    /// How many first bits two have in common.
    public func commonBits(with other: TreeHash) -> Int {
        let different = [
            words.0 ^ other.words.0, words.1 ^ other.words.1, words.2 ^ other.words.2, words.3 ^ other.words.3,
        ]
        var count = 0
        for word in different {
            count += word.leadingZeroBitCount
            if word != 0 { break }
        }
        return count
    }

    /// In the order of the places in a tree, from left to right.
    public static func < (a: TreeHash, b: TreeHash) -> Bool { a.words < b.words }

    /// Whether all bits are the same.
    public static func == (a: TreeHash, b: TreeHash) -> Bool { a.words == b.words }

    /// Feeds the first word: digests differ there.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// `sha256:` and 64 hexadecimal digits, as documents name a digest.
    public var digest: String { "sha256:" + bytes.hexadecimal }

    /// Reads what ``digest`` gives; nil for anything else.
    public init?(digest text: String) {
        let digits = Array(text.utf8.dropFirst(7))
        guard text.hasPrefix("sha256:"), digits.count == Self.width / 4 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[place]), let low = Self.value(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
