package import CreditModel

/// Whoever signs what a caller may see of a profile, and answers that are no documents of their own.
package protocol AnswerSigner: Sendable {
    /// Cuts a profile down to some of its sections.
    ///
    /// - Parameters:
    ///   - profile: canonical JSON of the pure profile.
    ///   - sections: by name; what identifies the enterprise is always shown.
    /// - Returns: canonical JSON, which names the sections that it shows.
    /// - Throws: what cannot be read.
    func excerpt(of profile: [UInt8], showing sections: [String]) throws -> [UInt8]

    /// Signs an excerpt under the version of the whole profile.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - excerpt: as ``excerpt(of:showing:)`` gives it.
    ///   - id: the enterprise's.
    ///   - version: the whole profile's.
    ///   - now: POSIX seconds, the `iat`.
    /// - Returns: the flattened JWS.
    /// - Throws: what the signing key throws.
    func signedExcerpt(_ excerpt: [UInt8], of id: EnterpriseID, version: String, at now: Int64) throws -> [UInt8]

    /// Signs the signature base of an HTTP message (RFC 9421 §2.5).
    ///
    /// Blocking.
    /// - Parameter base: whatever comes before the parameters' line, and what finishes it, given the key's id and algorithm.
    /// - Returns: the parameters and the signature's bytes.
    /// - Throws: what the signing key throws.
    func signature(over base: (_ keyID: String, _ algorithm: String) -> (parameters: String, base: [UInt8])) throws -> (
        parameters: String, signature: [UInt8]
    )
}
