internal import Crypto

/// The text of a key: `sxk_` (or `sxs_`), its id, `_`, 32 characters of secret and six of checksum.
///
/// The beginning is for scanners, which look for leaked keys; the checksum tells a mistyped key from a false one, and what
/// only looks like a key from one. 55 bytes are just what SHA-256 takes in one block.
enum CredentialText {
    static let length = 55
    private static let secretLength = 32
    private static let checksumLength = 6
    private static let idStart = 4
    private static let secretStart = 17

    /// What a text says it is.
    struct Parts {
        let kind: Credential.Kind
        let id: CredentialID
    }

    static func write(
        _ kind: Credential.Kind,
        _ id: CredentialID,
        using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var secret: [UInt8] = []
        while secret.count < 24 {
            let word: UInt64 = random.next()
            secret += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        var text = Array("\(kind.rawValue)_\(id)_".utf8)
        text += Base32.text(secret, count: secretLength)
        return text + checksum(text)
    }

    /// What the text names, by its form alone; nil for what cannot be one.
    static func read(_ text: Span<UInt8>) -> Parts? {
        guard text.count == length, text[0] == UInt8(ascii: "s"), text[1] == UInt8(ascii: "x"),
            text[3] == UInt8(ascii: "_"), text[secretStart - 1] == UInt8(ascii: "_"),
            let id = ShortCode(text, from: idStart)
        else { return nil }
        switch text[2] {
        case UInt8(ascii: "k"): return Parts(kind: .apiKey, id: CredentialID(id))
        case UInt8(ascii: "s"): return Parts(kind: .secret, id: CredentialID(id))
        default: return nil
        }
    }

    /// Whether the text ends in its own checksum: else it was mistyped or cut.
    static func isIntact(_ text: [UInt8]) -> Bool {
        text.count == length && Array(text.suffix(checksumLength)) == checksum(Array(text.dropLast(checksumLength)))
    }

    private static func checksum(_ text: [UInt8]) -> [UInt8] {
        Base32.text(SHA256.hash(data: text), count: checksumLength)
    }
}
