/// A digest function (SHA-256, or HMAC-SHA-256 under the installation's secret), handed in where the core needs one.
public typealias DigestFunction = @Sendable ([UInt8]) -> [UInt8]

/// Our own stable id of an enterprise: `sx` and 20 letters or digits without look-alikes.
public struct EnterpriseID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 22 characters, lower case.
    public let text: String

    /// Wraps a text of that form; nil for any other.
    public init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// Wraps a text of that form; nil for any other.
    public init?(_ text: String) {
        guard ShortDigest.isWellFormed(text) else { return nil }
        self.text = text
    }

    init(unchecked text: String) { self.text = text }

    /// The id that a registry key derives.
    public init(pripid: String, digest: DigestFunction) {
        self.text = ShortDigest.text(of: digest(Array("suixin/enterprise/pripid/\(pripid)".utf8)))
    }

    /// The id that a certain code derives.
    public init(code: Code, digest: DigestFunction) {
        self.text = ShortDigest.text(of: digest(Array("suixin/enterprise/\(code.kind)/\(code.text)".utf8)))
    }

    /// Alphabetical; the order in which stores page through enterprises.
    public static func < (a: EnterpriseID, b: EnterpriseID) -> Bool { a.text < b.text }
    /// The text of the id.
    public var description: String { text }
}

/// The form that ids and version digests share: `sx` and 20 of 32 letters and digits, none of which look alike.
public enum ShortDigest {
    /// Lower case without i, l, o, u, so that neither 0/o, 1/i/l nor u/v can be mixed up when read aloud or typed.
    public static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// The first 100 bits of a digest of at least 13 bytes, as text.
    public static func text(of digest: [UInt8]) -> String {
        var bytes: [UInt8] = [0x73, 0x78]
        bytes.reserveCapacity(22)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in digest.prefix(13) {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5, bytes.count < 22 {
                bits -= 5
                bytes.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a text has that form.
    public static func isWellFormed(_ text: some StringProtocol) -> Bool { isWellFormed(String(text)) }

    /// Whether a text has that form.
    ///
    /// Not by way of a generic one: a tree of a million enterprises asks some ten million times.
    public static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.count == 22 else { return false }
        var place = 0
        for byte in text.utf8 {
            switch place {
            case 0: guard byte == 0x73 else { return false }
            case 1: guard byte == 0x78 else { return false }
            default:
                guard byte < 128, (byte < 64 ? digits >> byte : letters >> (byte - 64)) & 1 == 1 else { return false }
            }
            place += 1
        }
        return true
    }

    /// The characters of ``alphabet`` below 64, and those from there on, as bits.
    private static let (digits, letters): (UInt64, UInt64) = alphabet.reduce((0, 0)) { bits, byte in
        byte < 64 ? (bits.0 | 1 << byte, bits.1) : (bits.0, bits.1 | 1 << (byte - 64))
    }
}
