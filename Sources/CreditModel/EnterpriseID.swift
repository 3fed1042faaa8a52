/// A digest function (SHA-256, or HMAC-SHA-256 under the installation's secret), handed in where the core needs one.
public typealias DigestFunction = @Sendable ([UInt8]) -> [UInt8]

/// Our own stable id of an enterprise: `sx` and 20 letters or digits without look-alikes.
public struct EnterpriseID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 22 characters, lower case.
    public let text: String

    /// Wraps a text of that form; nil for any other.
    public init?(_ text: some StringProtocol) {
        guard ShortDigest.isWellFormed(text) else { return nil }
        self.text = String(text)
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
    public static func isWellFormed(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 22 && bytes[0] == 0x73 && bytes[1] == 0x78 && bytes[2...].allSatisfy(alphabet.contains)
    }
}
