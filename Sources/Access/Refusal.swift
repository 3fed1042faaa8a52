/// Why somebody was not let in: for the operator's log alone.
///
/// Whoever was refused hears the same in all cases but the first: that nothing was shown, or that what was shown does not do.
public enum Refusal: String, Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing was shown.
    case missing
    /// What was shown is no key and no token, or two of them came at once.
    case malformed
    /// No such key, or a token that this exchange did not sign.
    case unknown
    /// Its time is over, or not come yet.
    case expired
    /// It was revoked, or the client's tokens were.
    case revoked
    /// The client is switched off.
    case disabled
    /// The client must connect with a certificate of its own, and did not.
    case certificate

    /// The value of `WWW-Authenticate` (RFC 6750 §3): with 401.
    ///
    /// - Parameter realm: the exchange's issuer, or another text without quotation marks.
    /// - Returns: the field's value, the same for all reasons but ``missing``.
    public func challenge(realm: String) -> String {
        let realm = realm.filter { $0 != "\"" && $0 != "\\" }
        return self == .missing ? "Bearer realm=\"\(realm)\"" : "Bearer realm=\"\(realm)\", error=\"invalid_token\""
    }

    /// The reason's name.
    public var description: String { rawValue }
}
