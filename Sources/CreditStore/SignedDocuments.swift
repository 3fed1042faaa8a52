public import CreditModel

/// A profile version with its signature: flattened JWS bytes.
public struct SignedProfile: Sendable, Hashable {
    /// The enterprise's id at the time of signing.
    public var id: EnterpriseID
    /// The profile version that was signed.
    public var version: String
    /// The id (`kid`) of the key that signed it.
    public var key: String
    /// POSIX seconds, the payload's `iat`.
    public var issuedAt: Int64
    /// The flattened JWS, one line.
    public var document: [UInt8]
    /// The bytes of the pure profile in it.
    public var profile: [UInt8]

    /// Makes a signed profile of its parts.
    public init(
        id: EnterpriseID,
        version: String,
        key: String,
        issuedAt: Int64,
        document: [UInt8],
        profile: [UInt8]
    ) {
        self.id = id
        self.version = version
        self.key = key
        self.issuedAt = issuedAt
        self.document = document
        self.profile = profile
    }
}

/// What makes a signed document of a profile version's bytes, which the store has.
public struct ProfileSeal: Sendable, Hashable {
    /// The enterprise's id at the time of signing.
    public var id: EnterpriseID
    /// The profile version that was signed.
    public var version: String
    /// The id (`kid`) of the key that signed it.
    public var key: String
    /// POSIX seconds, the payload's `iat`.
    public var issuedAt: Int64
    /// The payload's bytes before the profile's.
    public var opening: [UInt8]
    /// The payload's bytes after the profile's.
    public var closing: [UInt8]
    /// The protected header, as base64url text.
    public var protected: [UInt8]
    /// The signature, as base64url text.
    public var signature: [UInt8]

    /// Makes a seal of its parts.
    public init(
        id: EnterpriseID,
        version: String,
        key: String,
        issuedAt: Int64,
        opening: [UInt8],
        closing: [UInt8],
        protected: [UInt8],
        signature: [UInt8]
    ) {
        self.id = id
        self.version = version
        self.key = key
        self.issuedAt = issuedAt
        self.opening = opening
        self.closing = closing
        self.protected = protected
        self.signature = signature
    }
}

/// A signed status of the sources.
public struct SignedStatus: Sendable, Hashable {
    /// The position of the store that it speaks of.
    public var position: Int64
    /// POSIX seconds, the payload's `iat`.
    public var issuedAt: Int64
    /// POSIX seconds, the payload's `exp`.
    public var expiresAt: Int64
    /// The digest of its payload: the next status names it.
    public var digest: String
    /// The digest of the one before, which its payload names; nil for the first.
    public var previous: String?
    /// The flattened JWS, one line.
    public var document: [UInt8]

    /// Makes a signed status of its parts.
    public init(
        position: Int64,
        issuedAt: Int64,
        expiresAt: Int64,
        digest: String,
        previous: String?,
        document: [UInt8]
    ) {
        self.previous = previous
        self.position = position
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.digest = digest
        self.document = document
    }
}
