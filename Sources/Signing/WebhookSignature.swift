internal import Crypto

/// The secret that an exchange and the receiver of a webhook share (Standard Webhooks 1.0.0, `v1`).
///
/// It is derived from the installation's secret, never stored: whoever reads the table of webhooks learns none.
public struct WebhookSecret: Hashable, Sendable {
    private static let prefix = "whsec_"
    /// The bytes that the norm allows.
    private static let sizes = 24...64
    let bytes: [UInt8]

    /// The secret of a webhook.
    /// - Parameters:
    ///   - installation: the installation's secret.
    ///   - webhook: the webhook's id.
    ///   - generation: how often it was rotated.
    public init(installation: [UInt8], webhook: String, generation: Int) {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: installation),
            info: Array("suixin/webhook/\(webhook)/\(generation)".utf8),
            outputByteCount: 32
        )
        bytes = unsafe key.withUnsafeBytes { unsafe Array($0) }
    }

    /// Reads what ``text`` writes, with or without its prefix; nil for anything else.
    public init?(_ text: String) {
        let text = text.hasPrefix(Self.prefix) ? String(text.dropFirst(Self.prefix.count)) : text
        guard let bytes = Base64.decode(text), Self.sizes ~= bytes.count else { return nil }
        self.bytes = bytes
    }

    /// `whsec_` and base64: what the receiver is told, once.
    public var text: String { Self.prefix + Base64.text(bytes) }

    /// Equal in constant time.
    public static func == (a: WebhookSecret, b: WebhookSecret) -> Bool {
        a.bytes.count == b.bytes.count && zip(a.bytes, b.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The signatures of one attempt to deliver a message (Standard Webhooks 1.0.0).
public enum WebhookSignature {
    /// The value of `webhook-signature`: `v1` under each secret, then `v1a` under the key.
    /// - Parameters:
    ///   - id: `webhook-id`: the same in every attempt; no dots.
    ///   - timestamp: `webhook-timestamp`: of this attempt, in POSIX seconds.
    ///   - body: exactly what is sent.
    ///   - secrets: several while an old one is still good.
    ///   - key: an Ed25519 key; nil to leave `v1a` out.
    /// - Returns: the signatures with blanks between them.
    /// - Throws: ``SigningError`` `algorithm` where the key is no Ed25519 key.
    public static func header(
        id: String,
        timestamp: Int64,
        body: [UInt8],
        secrets: [WebhookSecret],
        key: SigningKey?
    ) throws(SigningError) -> String {
        let input = self.input(id, timestamp, body)
        var parts = secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: secret.bytes))
            return "v1,\(Base64.text(Array(code)))"
        }
        if let key {
            // The norm's v1a is Ed25519 and nothing else.
            guard key.algorithm == .edDSA else { throw .algorithm(key.algorithm.rawValue) }
            parts.append("v1a,\(Base64.text(try key.signature(over: input)))")
        }
        return parts.joined(separator: " ")
    }

    /// Whether one of a header's `v1` signatures is good under the secret.
    public static func isValid(
        _ header: String,
        id: String,
        timestamp: Int64,
        body: [UInt8],
        secret: WebhookSecret
    ) -> Bool {
        let key = SymmetricKey(data: secret.bytes)
        return signatures(header, of: "v1").contains {
            HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: input(id, timestamp, body), using: key)
        }
    }

    /// Whether one of a header's `v1a` signatures is good under the key.
    public static func isValid(
        _ header: String,
        id: String,
        timestamp: Int64,
        body: [UInt8],
        key: VerificationKey
    ) -> Bool {
        key.algorithm == .edDSA
            && signatures(header, of: "v1a").contains { key.isValid($0, over: input(id, timestamp, body)) }
    }

    private static func signatures(_ header: String, of version: String) -> [[UInt8]] {
        header.split(separator: " ").compactMap { part in
            guard let comma = part.firstIndex(of: ","), part[..<comma] == version else { return nil }
            return Base64.decode(String(part[part.index(after: comma)...]))
        }
    }

    private static func input(_ id: String, _ timestamp: Int64, _ body: [UInt8]) -> [UInt8] {
        Array("\(id).\(timestamp).".utf8) + body
    }
}

extension VerificationKey {
    /// `whpk_` and base64, as receivers of webhooks are told an Ed25519 key; nil for another.
    public var webhookText: String? { algorithm == .edDSA ? "whpk_" + Base64.text(raw) : nil }
}
