public import CreditModel

/// A key or a secret as it is stored: never itself, only its digest.
public struct Credential: Hashable, Sendable {
    /// What it is good for.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// An API key, which is sent with each query.
        case apiKey = "sxk"
        /// A client secret, which is exchanged for tokens.
        case secret = "sxs"
    }

    /// What it is called.
    public let id: CredentialID
    /// Whose it is.
    public let client: ClientID
    /// What it is good for.
    public let kind: Kind
    /// What people call it, such as `production`; may be empty.
    public var label: String
    /// SHA-256 of the whole text.
    public let digest: Digest256
    /// POSIX seconds.
    public let created: Int64
    /// POSIX seconds from which it is good no more; nil for never.
    public var expires: Int64?
    /// POSIX seconds of its revocation; nil where it is good.
    public var revoked: Int64?
    /// The last day on which it was used; nil for never.
    public var lastUsed: Day?

    /// Puts a credential together again, as a store does.
    public init(
        id: CredentialID,
        client: ClientID,
        kind: Kind,
        label: String,
        digest: Digest256,
        created: Int64,
        expires: Int64?,
        revoked: Int64?,
        lastUsed: Day?
    ) {
        self.id = id
        self.client = client
        self.kind = kind
        self.label = label
        self.digest = digest
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.lastUsed = lastUsed
    }

    /// A new one, and its text, which is shown once and kept by nobody.
    ///
    /// - Parameters:
    ///   - kind: what it is good for.
    ///   - client: whose it will be.
    ///   - label: what people call it.
    ///   - created: POSIX seconds.
    ///   - expires: POSIX seconds; nil for never.
    ///   - random: a generator fit for keys: 160 bits are taken for the secret part.
    /// - Returns: what is stored, and what is handed to the client.
    public static func make(
        _ kind: Kind,
        for client: ClientID,
        label: String = "",
        created: Int64,
        expires: Int64? = nil,
        using random: inout some RandomNumberGenerator
    ) -> (credential: Credential, text: String) {
        let id = CredentialID(ShortCode(random: random.next()))
        let text = CredentialText.write(kind, id, using: &random)
        let credential = Credential(
            id: id,
            client: client,
            kind: kind,
            label: label,
            digest: Digest256(of: text),
            created: created,
            expires: expires,
            revoked: nil,
            lastUsed: nil
        )
        return (credential, String(decoding: text, as: UTF8.self))
    }
}
