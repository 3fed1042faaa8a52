public import CreditModel

/// What ingestion hands to a store in one transaction.
public struct StoreBatch: Sendable {
    /// The dataset that everything in the batch belongs to.
    public var dataset: DatasetID
    /// The run that took it, as ``RunReport`` names it.
    public var run: String
    /// Whether a quarantined row is read again: then other rows in quarantine may have come after it.
    public var isRetry: Bool
    /// POSIX seconds of receipt.
    public var receivedAt: Int64
    /// What was received, in the agency's order.
    public var versions: [ReceivedVersion]
    /// Rows that no record could be made of.
    public var quarantined: [QuarantineEntry]
    /// What happened besides the rows, applied after them.
    public var events: [StoreEvent]
    /// Where the next pull goes on; nil leaves it as it was.
    public var position: [UInt8]?
    /// The source's state after this batch; nil leaves it.
    public var progress: StoredProgress?

    /// Makes a batch; without position and progress it leaves the source's state alone.
    public init(
        dataset: DatasetID,
        run: String,
        isRetry: Bool = false,
        receivedAt: Int64,
        versions: [ReceivedVersion] = [],
        quarantined: [QuarantineEntry] = [],
        events: [StoreEvent] = [],
        position: [UInt8]? = nil,
        progress: StoredProgress? = nil
    ) {
        self.dataset = dataset
        self.run = run
        self.isRetry = isRetry
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
    /// The record's key, as the agency sent it.
    public var key: RecordKey
    /// Whether the key holds the number of an identity card: shown as `hmac:` only.
    public var hasRestrictedKey: Bool
    /// The version itself, digest and normalised content.
    public var version: RecordVersion
    /// The row's bytes as received.
    public var original: [UInt8]
    /// Where the row stood.
    public var place: RowPlace
    /// The file that shows it, for 质监.
    public var file: Int64?

    /// Makes a received version of its parts.
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
    /// Rows that went to quarantine.
    public var quarantined = 0
    /// Records withdrawn by the end of a complete read.
    public var withdrawnByAbsence = 0
    /// Records that a complete read would have withdrawn, had the guard not held it.
    public var heldWithdrawals = 0
    /// What the model does not know and the store had not noted before.
    public var newDrift: [DriftEntry] = []
    /// An outcome of nothing: every count is zero.
    public init() {}

    /// Takes on what a later commit did.
    public mutating func add(_ later: CommitOutcome) {
        taken += later.taken
        unchanged += later.unchanged
        quarantined += later.quarantined
        withdrawnByAbsence += later.withdrawnByAbsence
        heldWithdrawals = max(heldWithdrawals, later.heldWithdrawals)
        newDrift += later.newDrift
    }
}
