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

    /// Three bytes at a time: every profile that is signed comes through here.
    private static func encode(bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let pairs = pairs
        return unsafe [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { text, count in
            func put(_ pair: UInt16) {
                unsafe text[count] = UInt8(truncatingIfNeeded: pair)
                unsafe text[count + 1] = UInt8(truncatingIfNeeded: pair >> 8)
                count += 2
            }
            var place = 0
            while place + 3 <= bytes.count {
                let group = unsafe Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
                put(pairs[group >> 12])
                put(pairs[group & 0xFFF])
                place += 3
            }
            switch bytes.count - place {
            case 1: put(pairs[unsafe Int(bytes[place]) << 4])
            case 2:
                let group = unsafe Int(bytes[place]) << 8 | Int(bytes[place + 1])
                put(pairs[group >> 4])
                unsafe text[count] = alphabet[(group & 15) << 2]
                count += 1
            default: break
            }
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
