/// The algorithms that documents are signed with: nothing else is ever accepted, `none` least of all.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// ECDSA on P-256 with SHA-256, signature r‖s of 64 bytes (RFC 7518 §3.4).
    case es256 = "ES256"
    /// Ed25519 (RFC 8037).
    case edDSA = "EdDSA"

    /// The name in headers and keys.
    public var description: String { rawValue }
}

/// What a signed document is: the `typ` of its header, so that none can pass for another.
public struct DocumentType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The text of `typ`.
    public let rawValue: String
    /// Names a type.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// One enterprise's credit profile.
    public static let profile = DocumentType(rawValue: "suixin-profile+jws")
    /// What was true of an enterprise on a past day.
    public static let pastProfile = DocumentType(rawValue: "suixin-past-profile+jws")
    /// What a caller may see of a profile, under the version of the whole.
    public static let excerpt = DocumentType(rawValue: "suixin-excerpt+jws")
    /// That nothing was known by an id or a code.
    public static let absence = DocumentType(rawValue: "suixin-absence+jws")
    /// The status of the sources.
    public static let status = DocumentType(rawValue: "suixin-status+jws")
    /// The manifest of an export.
    public static let manifest = DocumentType(rawValue: "suixin-manifest+jws")
    /// The manifest of a snapshot.
    public static let snapshot = DocumentType(rawValue: "suixin-snapshot+jws")

    /// The text of `typ`.
    public var description: String { rawValue }
}
