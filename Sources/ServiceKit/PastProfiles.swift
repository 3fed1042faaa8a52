package import CreditModel

/// What a past day, or a past state of knowledge, has to say of an id.
package enum Told<Answer: Sendable>: Sendable {
    /// No enterprise is known by it, or no record speaks of it any more.
    case nothingKnown
    /// It stands for another id.
    case moved(EnterpriseID)
    /// All that is known of the enterprise begins only after the day.
    case nothingTrue(EnterpriseID)
    case told(Answer)
}

/// A profile as of a day.
package struct DatedProfile: Sendable, Hashable {
    package var id: EnterpriseID
    /// The digest of ``bytes``.
    package var version: String
    /// Canonical JSON of the pure profile.
    package var bytes: [UInt8]
    /// What was true on this day.
    package var asOf: Day
    /// By what was known at this moment, in POSIX seconds; nil for all that is known now.
    package var knownAt: Int64?

    package init(id: EnterpriseID, version: String, bytes: [UInt8], asOf: Day, knownAt: Int64?) {
        self.id = id
        self.version = version
        self.bytes = bytes
        self.asOf = asOf
        self.knownAt = knownAt
    }
}

/// Whoever tells what was true on a day.
package protocol PastProfiles: Sendable {
    /// Decides and merges anew.
    ///
    /// Blocking. A pure function of the record versions that were received up to the moment.
    /// - Parameters:
    ///   - id: an id of any time.
    ///   - day: in Asia/Shanghai.
    ///   - moment: POSIX seconds; nil takes all that is known now.
    /// - Returns: the profile, or why there is none.
    /// - Throws: what the store throws.
    func profile(of id: EnterpriseID, asOf day: Day, knownAt moment: Int64?) throws -> Told<DatedProfile>
}

/// Whoever signs what was told of a past day; it is not kept.
package protocol PastSigner: Sendable {
    /// Signs with the key that signs now.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - profile: what was told.
    ///   - now: POSIX seconds, the `iat`.
    /// - Returns: the flattened JWS.
    /// - Throws: what the signing key throws.
    func signedDocument(of profile: DatedProfile, at now: Int64) throws -> [UInt8]
}
