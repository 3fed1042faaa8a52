internal import CanonicalJSON

/// What a verifier needs of an export's manifest.
struct ManifestPayload {
    let issuer: String
    let issuedAt: Int64
    let position: Int64
    let count: Int64
    let bytes: Int64
    let digest: String

    /// Reads a payload whose signature was checked.
    init(_ payload: [UInt8]) throws {
        guard case .object(let members) = try JSONValue(parsing: payload),
            case .integer(let issuedAt)? = members["iat"],
            case .string(let issuer)? = members["iss"], case .integer(let position)? = members["position"],
            case .object(let profiles)? = members["profiles"], case .integer(let count)? = profiles["count"],
            case .integer(let bytes)? = profiles["bytes"], case .string(let digest)? = profiles["digest"],
            SignedTime.isPlausible(issuedAt)
        else { throw PublicationError.malformed("a manifest needs iat, iss, position and profiles") }
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.position = position
        self.count = count
        self.bytes = bytes
        self.digest = digest
    }
}
