/// Whoever publishes the signed status of the sources: what the API asks of it.
package protocol SourcesStatus: Sendable {
    /// The status as a flattened JWS, signed anew if anything changed or an hour has passed.
    ///
    /// Blocking. While profiles wait to be derived or signed it is the last one, which says so
    /// by its position and expiry.
    /// - Parameter now: POSIX seconds.
    /// - Returns: nil where none was ever signed and none can be yet.
    /// - Throws: what the store or the signing key throws.
    func statusDocument(at now: Int64) throws -> [UInt8]?
}
