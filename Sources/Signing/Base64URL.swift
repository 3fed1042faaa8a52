/// Base64url without padding, strict in both directions (RFC 7515 §2, RFC 4648 §5).
///
/// One byte string has exactly one text: padding, blanks, other alphabets and trailing bits that are not zero are refused,
/// so a signed document cannot be respelt and still be taken.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Both characters of twelve bits, the first in the lower byte.
    private static let pairs: [UInt16] = (0..<4096).map { UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8 }

    /// The text of some bytes, as ASCII.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        unsafe bytes.withContiguousStorageIfAvailable { unsafe encode(bytes: $0) }
            ?? Array(bytes).withUnsafeBufferPointer { unsafe encode(bytes: $0) }
    }

    private static func encode(bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: size(of: bytes.count)) { text, count in
            count = unsafe write(bytes, to: UnsafeMutableRawBufferPointer(text))
        }
    }

    /// Characters of so many bytes.
    static func size(of count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Writes the text of some bytes where there is room for it, and says how long it is.
    ///
    /// Six bytes at a time: every profile that is signed or answered comes through here.
    @unsafe static func write(_ bytes: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableRawBufferPointer) -> Int {
        unsafe pairs.withUnsafeBufferPointer { pairs in
            let input = UnsafeRawBufferPointer(bytes)
            var (place, count) = (0, 0)
            // Eight are read, and the last two of them again.
            while place + 8 <= input.count {
                let eight = unsafe input.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                let group = UInt64(bigEndian: eight) >> 16
                func pair(_ shift: UInt64) -> UInt64 { unsafe UInt64(pairs[Int(group >> shift & 0xFFF)]) }
                let text = pair(36) | pair(24) << 16 | pair(12) << 32 | pair(0) << 48
                unsafe output.storeBytes(of: text.littleEndian, toByteOffset: count, as: UInt64.self)
                place += 6
                count += 8
            }
            func put(_ bits: Int) {
                unsafe output[count] = alphabet[bits & 63]
                count += 1
            }
            while place < input.count {
                let left = min(3, input.count - place)
                let group = (0..<left).reduce(0) { unsafe $0 | Int(input[place + $1]) << (16 - 8 * $1) }
                for character in 0...left { put(group >> (18 - 6 * character)) }
                place += left
            }
            return count
        }
    }

    /// The text of some bytes.
    public static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// - Returns: nil unless the text is exactly what ``encode(_:)`` would have written.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        let values = values
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        guard buffer & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }
}
