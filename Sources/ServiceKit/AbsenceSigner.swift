/// Whoever signs that nothing is known; it is not kept.
package protocol AbsenceSigner: Sendable {
    /// Signs that nothing was known by an id or a code as of a status.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - name: as ids and codes are stored.
    ///   - document: the status, a flattened JWS of our own.
    ///   - digest: of its payload.
    ///   - now: POSIX seconds, the `iat`.
    /// - Returns: the flattened JWS.
    /// - Throws: what the signing key throws.
    func signedAbsence(of name: String, status document: [UInt8], digest: String, at now: Int64) throws -> [UInt8]
}
