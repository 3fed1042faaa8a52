public import CreditModel

/// Where a walk over all components is: a bit for each part that was visited, a byte a record.
public struct AuditWalk: Sendable {
    /// The store's number of the record from which it goes on.
    package var next: Int64 = 0
    /// The store's number of the last record when it began.
    package var last: Int64?
    /// A bit for each role of each record.
    package var visited: [UInt8] = []
    /// What nothing may be built on.
    package let damaged: DamagedStatements
    /// Components that were passed over because they rest on that.
    package var passedOver = 0

    /// A walk from the beginning.
    public init(sparing damaged: DamagedStatements = DamagedStatements()) { self.damaged = damaged }

    /// Records passed, and all of them.
    public var progress: (done: Int, all: Int) { (Int(min(next, last ?? next)), Int(last ?? 0)) }
}

/// A closed set of records with all that is stored of it.
public struct AuditedComponent: Sendable {
    /// Its records, as they are handed out to be derived; the token is 0 unless it is to be mended.
    public var component: StoredComponent
    /// The part from which it was found.
    public var start: Int64
    /// Whether a change waits to be derived, or a profile is due: then it need not agree yet.
    public var isWaiting: Bool
    /// Where its records are placed, role by role.
    public var places: [RecordReference: AuditedPlace]
    /// The enterprises that these name, by the store's numbers.
    public var enterprises: [Int64: AuditedEnterprise]
    /// Codes that lead nobody to an enterprise.
    public var restricted: Set<String>

    /// Makes an audited component of its parts.
    public init(
        component: StoredComponent,
        start: Int64,
        isWaiting: Bool,
        places: [RecordReference: AuditedPlace],
        enterprises: [Int64: AuditedEnterprise],
        restricted: Set<String>
    ) {
        self.component = component
        self.start = start
        self.isWaiting = isWaiting
        self.places = places
        self.enterprises = enterprises
        self.restricted = restricted
    }
}

/// Where a part is placed, as it is stored; a reason is nil where it cannot be read.
public enum AuditedPlace: Sendable, Hashable {
    /// Nowhere yet.
    case missing
    /// It speaks of nobody.
    case nobody
    /// It carries no certain identifier.
    case undecided
    /// It is held apart.
    case held(ContradictionReason?)
    /// It belongs to an enterprise, given by the store's number.
    case enterprise(Int64, IdentityReason?)
}

/// What is stored of an enterprise.
public struct AuditedEnterprise: Sendable {
    /// Its id; nil where there is none.
    public var id: EnterpriseID?
    /// Whether the id stands for itself.
    public var isCurrent: Bool
    /// The codes that lead to it, each with whether it is marked as given to others, too.
    public var codes: [String: Bool]
    /// Its card; nil where it has none, or it cannot be read.
    public var card: SearchCard?
    /// Its profile, if it has one.
    public var profile: AuditedProfile?

    /// Makes an audited enterprise of its parts.
    public init(
        id: EnterpriseID?,
        isCurrent: Bool,
        codes: [String: Bool],
        card: SearchCard?,
        profile: AuditedProfile?
    ) {
        self.id = id
        self.isCurrent = isCurrent
        self.codes = codes
        self.card = card
        self.profile = profile
    }
}

/// A profile as it is stored.
public struct AuditedProfile: Sendable, Hashable {
    /// What the profile's row says.
    public var version: String
    /// The version of the document that the row names; nil where there is none, or it is another enterprise's.
    public var documentVersion: String?
    /// The document's bytes.
    public var bytes: [UInt8]
    /// The next day on which it changes by itself.
    public var nextDay: Day?
    /// The first day from which it is as it is.
    public var sinceDay: Day?
    /// Whether it counts as known to the registry.
    public var isRegistered: Bool
    /// Whether its document was ever signed.
    public var isSigned: Bool
    /// Whether the document that is served has a seal and is this enterprise's; true where none is served.
    public var isServable: Bool
    /// Whether the present document is the one that is served.
    public var isServed: Bool

    /// Makes an audited profile of its parts.
    public init(
        version: String,
        documentVersion: String?,
        bytes: [UInt8],
        nextDay: Day?,
        sinceDay: Day?,
        isRegistered: Bool,
        isSigned: Bool,
        isServable: Bool,
        isServed: Bool
    ) {
        self.version = version
        self.documentVersion = documentVersion
        self.bytes = bytes
        self.nextDay = nextDay
        self.sinceDay = sinceDay
        self.isRegistered = isRegistered
        self.isSigned = isSigned
        self.isServable = isServable
        self.isServed = isServed
    }
}

/// A document with the seals on it.
public struct AuditedDocument: Sendable {
    /// The store's number.
    public var number: Int64
    /// The enterprise's id; nil where the document belongs to nobody.
    public var enterprise: EnterpriseID?
    /// The profile version that it is.
    public var version: String
    /// The profile's bytes.
    public var bytes: [UInt8]
    /// Its seals, with their numbers.
    public var seals: [(number: Int64, seal: ProfileSeal)]
    /// Whether it is the present one of its enterprise.
    public var isPresent: Bool

    /// Makes an audited document of its parts.
    public init(
        number: Int64,
        enterprise: EnterpriseID?,
        version: String,
        bytes: [UInt8],
        seals: [(number: Int64, seal: ProfileSeal)],
        isPresent: Bool
    ) {
        self.number = number
        self.enterprise = enterprise
        self.version = version
        self.bytes = bytes
        self.seals = seals
        self.isPresent = isPresent
    }
}

/// A seal that does not verify.
public struct DamagedSeal: Sendable, Hashable {
    /// The store's number of the document.
    public var document: Int64
    /// The seal's number.
    public var number: Int64

    /// Makes one of its parts.
    public init(document: Int64, number: Int64) {
        self.document = document
        self.number = number
    }
}
