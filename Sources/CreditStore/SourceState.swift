public import CreditModel

/// How complete a source is; what the adapters' progress becomes in the store.
public struct StoredProgress: Sendable, Hashable {
    /// Everything that the agency made visible before this moment is taken; nil where not known yet.
    public var completeUpTo: LocalTime?
    /// Why the source counts as incomplete, empty where it is complete.
    ///
    /// Entries such as `gap:7`, `unreadable-keys` or `re-read`.
    public var incomplete: [String]
    /// 欠税公告: each tax office's latest announcement.
    public var announcements: [String: Day]

    /// Makes a progress; by default nothing is known yet.
    public init(completeUpTo: LocalTime? = nil, incomplete: [String] = [], announcements: [String: Day] = [:]) {
        self.completeUpTo = completeUpTo
        self.incomplete = incomplete
        self.announcements = announcements
    }
}

/// An element, attribute or code that the model does not know, noted once per dataset.
public struct DriftEntry: Sendable, Hashable {
    /// Where it was seen.
    public var dataset: DatasetID
    /// `field`, `code` or another stable name of what is unknown.
    public var kind: String
    /// The element's or attribute's name; for a code, `ELEMENT=value`.
    public var name: String
    /// What it held when it was first seen; empty where the value is told by the name or must not be kept.
    public var sample: String
    /// POSIX seconds.
    public var firstSeen: Int64

    /// Makes an entry of its parts.
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
    /// Whose file, page or answer it was.
    public var dataset: DatasetID
    /// The document, as the agency names it, without credentials.
    public var what: String
    /// The reason, in a sentence.
    public var why: String
    /// POSIX seconds.
    public var seenAt: Int64

    /// Makes an entry of its parts.
    public init(dataset: DatasetID, what: String, why: String, seenAt: Int64) {
        self.dataset = dataset
        self.what = what
        self.why = why
        self.seenAt = seenAt
    }
}

/// A dataset's state between runs.
public struct SourceState: Sendable {
    /// Whose state it is.
    public var dataset: DatasetID
    /// Where the next pull goes on: the adapter's own JSON; nil before the first batch.
    public var position: [UInt8]?
    /// How complete it is; nil before the first batch.
    ///
    /// Withdrawals that wait (``heldWithdrawals``) make it incomplete too.
    public var progress: StoredProgress?
    /// When a run last ended well, in POSIX seconds.
    public var lastSuccess: Int64?
    /// When a run last ended, well or not, in POSIX seconds.
    public var lastAttempt: Int64?
    /// Empty after a success; a run that failed on our side, or that we stopped, leaves it.
    public var lastError: String
    /// Records that the agency shows now.
    public var records: Int
    /// Quarantined rows that nobody settled yet.
    public var openQuarantine: Int
    /// Withdrawals that wait for a person.
    public var heldWithdrawals: Int

    /// Makes a state; by default that of a dataset that was never tried.
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
    /// Names the run; its batches carry the same name.
    public var run: String
    /// The dataset that was pulled.
    public var dataset: DatasetID
    /// When it began, in POSIX seconds.
    public var startedAt: Int64
    /// When it ended, in POSIX seconds.
    public var endedAt: Int64
    /// What all its batches did together.
    public var outcome: CommitOutcome
    /// Empty for a success.
    public var error: String
    /// Whether it failed on our side, or was stopped by us: that says nothing about the source.
    public var isOurs: Bool

    /// Makes a report of its parts.
    public init(
        run: String,
        dataset: DatasetID,
        startedAt: Int64,
        endedAt: Int64,
        outcome: CommitOutcome,
        error: String,
        isOurs: Bool = false
    ) {
        self.run = run
        self.dataset = dataset
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.error = error
        self.isOurs = isOurs
    }
}
