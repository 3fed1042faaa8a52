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

    /// Appends its 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
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
}
