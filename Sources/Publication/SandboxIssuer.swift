/// The issuer by which every verifier knows a sandbox: it stands in all that a sandbox signs, so the signature covers it.
///
/// Its host can never be anybody's (RFC 2606: `.invalid`), and no real exchange takes it.
package enum SandboxIssuer {
    /// `iss` of all that a sandbox signs.
    package static let text = "https://sandbox.suixin.invalid"
    /// What a verifier says of it.
    package static let warning =
        "issued by a sandbox: all of it is invented; name the issuer \(text) to check it nevertheless"

    /// Whether an issuer is a sandbox.
    package static func isOne(_ issuer: String) -> Bool { issuer.lowercased().hasPrefix(text) }
}
