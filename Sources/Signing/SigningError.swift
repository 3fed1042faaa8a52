/// Why something could not be signed, or is not what it says it is.
///
/// ``description`` is one sentence that says what to do; it never holds a private key or a whole document.
public enum SigningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes are no JWS, JWK or JWKS as this exchange writes them; what is wrong.
    case malformed(String)
    /// Larger than a reader should have to take.
    case tooLarge(bytes: Int, limit: Int)
    /// An algorithm that is not allowed, or not that of the key.
    case algorithm(String)
    /// No key of that id is known.
    case unknownKey(String)
    /// The signature is not the key's over these bytes.
    case signature
    /// Genuine, but another kind of document than the one asked for.
    case type(expected: String, found: String)
    /// A folder or file of keys that cannot be used; what to do.
    case keys(String)
    /// The operating system refused.
    case file(path: String, action: String, errno: Int32)

    /// One sentence that is safe to show.
    public var description: String {
        switch self {
        case .malformed(let what): "not a signed document of this form: \(what)"
        case .tooLarge(let bytes, let limit): "too large: \(bytes) bytes, at most \(limit) are taken"
        case .algorithm(let name): "algorithm \(name) is not allowed here: ES256 or EdDSA, and the one of the key"
        case .unknownKey(let kid):
            "signed by key \(kid), which is not among the keys handed in: fetch the issuer's JWKS anew"
        case .signature: "the signature does not fit: the document was changed, or signed by somebody else"
        case .type(let expected, let found): "this is a \(found), not a \(expected)"
        case .keys(let what): what
        case .file(let path, let action, let errno): "cannot \(action) \(path): \(DurableFile.message(errno))"
        }
    }
}
