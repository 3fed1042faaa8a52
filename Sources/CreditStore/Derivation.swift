public import CreditModel

/// A set of records closed under shared link keys.
public struct StoredComponent: Sendable {
    /// Names the component while it is being derived.
    public var token: Int64
    /// Every record, shown or withdrawn, with its versions.
    public var records: [RecordHistory]
    /// The enterprises to which its records belonged before.
    public var previous: [EnterpriseID]
    /// The versions of the profiles that those have.
    public var versions: Set<String>

    /// Makes a component of its parts.
    public init(token: Int64, records: [RecordHistory], previous: [EnterpriseID], versions: Set<String> = []) {
        self.token = token
        self.records = records
        self.previous = previous
        self.versions = versions
    }
}

/// What was derived of a component.
public struct Derivation: Sendable {
    /// The token of the component that it was derived of.
    public var token: Int64
    /// What Resolution decided about the component's records.
    public var outcome: IdentityOutcome
    /// The profiles of the outcome's enterprises.
    public var profiles: [DerivedProfile]

    /// Makes a derivation of its parts.
    public init(token: Int64, outcome: IdentityOutcome, profiles: [DerivedProfile]) {
        self.token = token
        self.outcome = outcome
        self.profiles = profiles
    }
}

/// A profile as the merge made it.
public struct DerivedProfile: Sendable, Hashable {
    /// The enterprise's present id.
    public var id: EnterpriseID
    /// The digest of `bytes`: the profile's version.
    public var version: String
    /// Canonical JSON of the pure profile.
    public var bytes: [UInt8]
    /// The next day on which the profile would change by itself.
    public var nextDay: Day?
    /// The first day from which the profile is as it is: on an earlier one, as after a clock that ran ahead, it is due too.
    public var sinceDay: Day?
    /// What a search reads of it.
    public var card: SearchCard
    /// Documents that hold the rest of lists too long for the profile: (digest, canonical bytes).
    public var annexes: [Annex]
    /// Its signature, where it was signed at once.
    public var seal: ProfileSeal?

    /// Makes a profile of its parts.
    public init(
        id: EnterpriseID,
        version: String,
        bytes: [UInt8],
        nextDay: Day?,
        sinceDay: Day? = nil,
        card: SearchCard,
        annexes: [Annex]
    ) {
        self.id = id
        self.version = version
        self.bytes = bytes
        self.nextDay = nextDay
        self.sinceDay = sinceDay
        self.card = card
        self.annexes = annexes
    }
}

/// The rest of a list that a profile only counts.
public struct Annex: Sendable, Hashable {
    /// The digest of ``bytes``, by which the profile names the annex.
    public var digest: String
    /// Canonical JSON.
    public var bytes: [UInt8]
    /// Makes an annex of its digest and bytes.
    public init(digest: String, bytes: [UInt8]) {
        self.digest = digest
        self.bytes = bytes
    }
}

/// The present profile of an enterprise.
public struct StoredProfile: Sendable, Hashable {
    /// The enterprise's present id.
    public var id: EnterpriseID
    /// The digest of ``bytes``.
    public var version: String
    /// Canonical JSON of the pure profile, without envelope and signature.
    public var bytes: [UInt8]

    /// Makes a stored profile of its parts.
    public init(id: EnterpriseID, version: String, bytes: [UInt8]) {
        self.id = id
        self.version = version
        self.bytes = bytes
    }
}
