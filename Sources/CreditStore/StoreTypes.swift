public import CreditModel

/// What ingestion hands to a store in one transaction.
public struct StoreBatch: Sendable {
    public var dataset: DatasetID
    public var run: String
    /// POSIX seconds of receipt.
    public var receivedAt: Int64
    public var versions: [ReceivedVersion]
    public var quarantined: [QuarantineEntry]
    public var events: [StoreEvent]
    /// nil leaves it.
    public var position: [UInt8]?
    /// The source's state after this batch; nil leaves it.
    public var progress: StoredProgress?

    public init(
        dataset: DatasetID,
        run: String,
        receivedAt: Int64,
        versions: [ReceivedVersion] = [],
        quarantined: [QuarantineEntry] = [],
        events: [StoreEvent] = [],
        position: [UInt8]? = nil,
        progress: StoredProgress? = nil
    ) {
        self.dataset = dataset
        self.run = run
        self.receivedAt = receivedAt
        self.versions = versions
        self.quarantined = quarantined
        self.events = events
        self.position = position
        self.progress = progress
    }
}

/// A version as it came, with what is kept beside it.
public struct ReceivedVersion: Sendable {
    public var key: RecordKey
    public var hasRestrictedKey: Bool
    public var version: RecordVersion
    /// The row's bytes as received.
    public var original: [UInt8]
    public var place: RowPlace
    /// The file that shows it, for 质监.
    public var file: Int64?

    public init(
        key: RecordKey,
        hasRestrictedKey: Bool,
        version: RecordVersion,
        original: [UInt8],
        place: RowPlace,
        file: Int64? = nil
    ) {
        self.key = key
        self.hasRestrictedKey = hasRestrictedKey
        self.version = version
        self.original = original
        self.place = place
        self.file = file
    }
}

/// What a batch says besides its versions, in order; applied after them.
public enum StoreEvent: Sendable, Hashable {
    case completeReadBegan
    /// A quarantined row whose key could be read: it counts as shown.
    case shown(RecordKey)
    /// Withdraws what was not shown, unless `allowed` is smaller than the share concerned or keys were unreadable.
    case completeReadEnded(time: LocalTime, sequence: Int64, hadUnreadableKeys: Bool, allowedShare: Double)
    case fileBegan(number: Int64, name: String, digest: String)
    case fileEnded(number: Int64)
    case refused(what: String, why: String)
    case drift(kind: String, name: String, sample: String)
}

/// What a commit did.
public struct CommitOutcome: Sendable, Hashable {
    /// Versions not seen before.
    public var taken = 0
    /// Versions that were known.
    public var unchanged = 0
    public var quarantined = 0
    /// Records withdrawn by the end of a complete read.
    public var withdrawnByAbsence = 0
    /// Records that a complete read would have withdrawn, had the guard not held it.
    public var heldWithdrawals = 0
    /// What the model does not know and the store had not noted before.
    public var newDrift: [DriftEntry] = []
    public init() {}
}

/// How complete a source is; what the adapters' progress becomes in the store.
public struct StoredProgress: Sendable, Hashable {
    /// Everything that the agency made visible before this moment is taken; nil where not known yet.
    public var completeUpTo: LocalTime?
    /// Why the source counts as incomplete, empty where it is complete: `gap:7`, `unreadable-keys`, `re-read` …
    public var incomplete: [String]
    /// 欠税公告: each tax office's latest announcement.
    public var announcements: [String: Day]

    public init(completeUpTo: LocalTime? = nil, incomplete: [String] = [], announcements: [String: Day] = [:]) {
        self.completeUpTo = completeUpTo
        self.incomplete = incomplete
        self.announcements = announcements
    }
}

/// An element, attribute or code that the model does not know, noted once per dataset.
public struct DriftEntry: Sendable, Hashable {
    public var dataset: DatasetID
    public var kind: String
    public var name: String
    public var sample: String
    /// POSIX seconds.
    public var firstSeen: Int64

    public init(dataset: DatasetID, kind: String, name: String, sample: String, firstSeen: Int64) {
        self.dataset = dataset
        self.kind = kind
        self.name = name
        self.sample = sample
        self.firstSeen = firstSeen
    }
}

/// A file, page or answer that was refused whole.
public struct RefusalEntry: Sendable, Hashable {
    public var dataset: DatasetID
    public var what: String
    public var why: String
    /// POSIX seconds.
    public var seenAt: Int64

    public init(dataset: DatasetID, what: String, why: String, seenAt: Int64) {
        self.dataset = dataset
        self.what = what
        self.why = why
        self.seenAt = seenAt
    }
}

/// A dataset's state between runs.
public struct SourceState: Sendable {
    public var dataset: DatasetID
    public var position: [UInt8]?
    /// How complete it is; nil before the first batch. Withdrawals that wait (``heldWithdrawals``) make it incomplete too.
    public var progress: StoredProgress?
    public var lastSuccess: Int64?
    public var lastAttempt: Int64?
    /// Empty after a success.
    public var lastError: String
    /// Records that the agency shows now.
    public var records: Int
    public var openQuarantine: Int
    /// Withdrawals that wait for a person.
    public var heldWithdrawals: Int

    public init(
        dataset: DatasetID,
        position: [UInt8]? = nil,
        progress: StoredProgress? = nil,
        lastSuccess: Int64? = nil,
        lastAttempt: Int64? = nil,
        lastError: String = "",
        records: Int = 0,
        openQuarantine: Int = 0,
        heldWithdrawals: Int = 0
    ) {
        self.dataset = dataset
        self.position = position
        self.progress = progress
        self.lastSuccess = lastSuccess
        self.lastAttempt = lastAttempt
        self.lastError = lastError
        self.records = records
        self.openQuarantine = openQuarantine
        self.heldWithdrawals = heldWithdrawals
    }
}

/// How a run of one dataset went.
public struct RunReport: Sendable {
    public var run: String
    public var dataset: DatasetID
    public var startedAt: Int64
    public var endedAt: Int64
    public var outcome: CommitOutcome
    /// Empty for a success.
    public var error: String

    public init(
        run: String,
        dataset: DatasetID,
        startedAt: Int64,
        endedAt: Int64,
        outcome: CommitOutcome,
        error: String
    ) {
        self.run = run
        self.dataset = dataset
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.error = error
    }
}

/// A row that was not taken.
public struct QuarantineEntry: Sendable, Hashable {
    /// 0 before it is stored.
    public var id: Int64
    public var dataset: DatasetID
    public var place: RowPlace
    public var key: RecordKey?
    public var rule: String
    public var message: String
    public var original: [UInt8]
    public var firstSeen: Int64
    /// Empty while it is open; else how it was resolved.
    public var resolution: String

    public init(
        id: Int64 = 0,
        dataset: DatasetID,
        place: RowPlace,
        key: RecordKey?,
        rule: String,
        message: String,
        original: [UInt8],
        firstSeen: Int64,
        resolution: String = ""
    ) {
        self.id = id
        self.dataset = dataset
        self.place = place
        self.key = key
        self.rule = rule
        self.message = message
        self.original = original
        self.firstSeen = firstSeen
        self.resolution = resolution
    }
}

/// Which quarantined rows to list.
public struct QuarantineFilter: Sendable {
    public var id: Int64?
    public var agency: AgencyID?
    public var dataset: DatasetID?
    public var onlyOpen: Bool
    public var after: Int64
    public var limit: Int

    public init(
        id: Int64? = nil,
        agency: AgencyID? = nil,
        dataset: DatasetID? = nil,
        onlyOpen: Bool = true,
        after: Int64 = 0,
        limit: Int = 100
    ) {
        self.id = id
        self.agency = agency
        self.dataset = dataset
        self.onlyOpen = onlyOpen
        self.after = after
        self.limit = limit
    }
}

/// A set of records closed under shared link keys.
public struct StoredComponent: Sendable {
    /// Names the component while it is being derived.
    public var token: Int64
    /// Every record, shown or withdrawn, with its versions.
    public var records: [RecordHistory]
    /// The enterprises to which its records belonged before.
    public var previous: [EnterpriseID]

    public init(token: Int64, records: [RecordHistory], previous: [EnterpriseID]) {
        self.token = token
        self.records = records
        self.previous = previous
    }
}

/// What was derived of a component.
public struct Derivation: Sendable {
    public var token: Int64
    public var outcome: IdentityOutcome
    public var profiles: [DerivedProfile]

    public init(token: Int64, outcome: IdentityOutcome, profiles: [DerivedProfile]) {
        self.token = token
        self.outcome = outcome
        self.profiles = profiles
    }
}

/// A profile as the merge made it.
public struct DerivedProfile: Sendable, Hashable {
    public var id: EnterpriseID
    /// The digest of `bytes`: the profile's version.
    public var version: String
    /// Canonical JSON of the pure profile.
    public var bytes: [UInt8]
    /// The next day on which the profile would change by itself.
    public var nextDay: Day?
    /// Present and former names, for search.
    public var names: [String]
    /// Documents that hold the rest of lists too long for the profile: (digest, canonical bytes).
    public var annexes: [Annex]

    public init(id: EnterpriseID, version: String, bytes: [UInt8], nextDay: Day?, names: [String], annexes: [Annex]) {
        self.id = id
        self.version = version
        self.bytes = bytes
        self.nextDay = nextDay
        self.names = names
        self.annexes = annexes
    }
}

/// The rest of a list that a profile only counts.
public struct Annex: Sendable, Hashable {
    public var digest: String
    public var bytes: [UInt8]
    public init(digest: String, bytes: [UInt8]) {
        self.digest = digest
        self.bytes = bytes
    }
}

/// The present profile of an enterprise.
public struct StoredProfile: Sendable, Hashable {
    public var id: EnterpriseID
    public var version: String
    public var bytes: [UInt8]

    public init(id: EnterpriseID, version: String, bytes: [UInt8]) {
        self.id = id
        self.version = version
        self.bytes = bytes
    }
}

/// A profile version with its signature: flattened JWS bytes.
public struct SignedProfile: Sendable, Hashable {
    public var id: EnterpriseID
    public var version: String
    public var key: String
    /// POSIX seconds, the payload's `iat`.
    public var issuedAt: Int64
    /// The flattened JWS, one line.
    public var document: [UInt8]

    public init(id: EnterpriseID, version: String, key: String, issuedAt: Int64, document: [UInt8]) {
        self.id = id
        self.version = version
        self.key = key
        self.issuedAt = issuedAt
        self.document = document
    }
}

/// A signed status of the sources.
public struct SignedStatus: Sendable, Hashable {
    public var position: Int64
    public var issuedAt: Int64
    public var expiresAt: Int64
    /// The digest of its payload: the next status names it.
    public var digest: String
    /// The digest of the one before, which its payload names; nil for the first.
    public var previous: String?
    public var document: [UInt8]

    public init(
        position: Int64,
        issuedAt: Int64,
        expiresAt: Int64,
        digest: String,
        previous: String?,
        document: [UInt8]
    ) {
        self.previous = previous
        self.position = position
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.digest = digest
        self.document = document
    }
}

/// What a store holds.
public struct StoreCounts: Sendable, Hashable {
    /// Records that their agencies show now, test rows among them.
    public var records = 0
    /// All versions ever taken, absences and retracted ones among them.
    public var versions = 0
    /// Enterprises that have a profile.
    public var enterprises = 0
    /// Those of them that the registry knows.
    public var registered = 0
    public var held = 0
    public var undecided = 0
    public var testRows = 0
    public var openQuarantine = 0
    public init() {}
}
