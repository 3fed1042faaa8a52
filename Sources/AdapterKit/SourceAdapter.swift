public import CreditModel
package import FeedTransport

/// One agency's dialect: how its datasets are fetched and what its rows mean.
///
/// An adapter sees no store, no server, no environment and no clock of its own: what it needs comes with the request.
/// Its methods block; Ingestion gives each agency a thread.
public protocol SourceAdapter: Sendable {
    /// Who the agency is, and what datasets it has.
    static var descriptor: AgencyDescriptor { get }

    /// - Throws: ``AdapterError`` of scope source where the configuration lacks something, naming the key to set.
    init(_ configuration: SourceConfiguration) throws(AdapterError)

    /// Pulls one dataset from where the last pull ended, until the agency has nothing more.
    ///
    /// Hands over batches in the agency's order; each names the position up to which everything was handed over.
    /// - Throws: ``AdapterError`` of scope source; what was handed over before stays taken.
    func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError)

    /// The normalised form of a decoded row, by the dataset's record type.
    ///
    /// Pure: the same row gives the same record. Ingestion calls it for what was pulled, pushed or retried alike.
    func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow

    /// Reads a quarantined row's bytes again, for a retry after the adapter or the row's reading was mended.
    ///
    /// - Returns: nil where the adapter cannot read a row outside of its document.
    func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection) -> SourceRecord?
}

extension SourceAdapter {
    /// No row is read outside of its document.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        nil
    }
}

/// Takes what a pull hands over; blocks while the consumer is behind.
public protocol PullSink: AnyObject {
    /// Takes the batch over; it may become durable later, but only together with what was taken before it.
    /// - Throws: an ``AdapterError`` with the code `stopped` when no more is wanted.
    func take(_ batch: PullBatch) throws(AdapterError)
}

/// What one pull needs.
public struct PullRequest: Sendable {
    /// The dataset to pull; one of the adapter's descriptor.
    public var dataset: DatasetID
    /// Where the last pull ended; nil for a first one.
    public var position: Position?
    /// Bounds on what the agency may send.
    public var limits: FeedLimits
    /// When a failed request is asked again.
    public var retry: RetryPolicy
    /// Seconds since 1970, for `Retry-After` dates; an adapter never derives a position from it.
    public var now: @Sendable () -> Int64
    /// Waits, in milliseconds; returns early when the pull is stopped.
    public var sleep: @Sendable (Int) -> Void
    /// 64 random bits, for jitter and request ids.
    public var random: @Sendable () -> UInt64
    /// Whether the operator wants it to end at the next opportunity.
    public var isStopped: @Sendable () -> Bool
    /// A folder for spooled files, emptied by the caller.
    public var spoolFolder: String
    /// What carries the pull's requests: a connection of its own, unless a test answers in the agency's place.
    package var makeCarrier: @Sendable () -> any Carrier = { HTTPConnection() }

    /// Makes a request; with the usual limits and retries unless told otherwise.
    public init(
        dataset: DatasetID,
        position: Position?,
        limits: FeedLimits = FeedLimits(),
        retry: RetryPolicy = RetryPolicy(),
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Int) -> Void,
        random: @escaping @Sendable () -> UInt64,
        isStopped: @escaping @Sendable () -> Bool,
        spoolFolder: String
    ) {
        self.dataset = dataset
        self.position = position
        self.limits = limits
        self.retry = retry
        self.now = now
        self.sleep = sleep
        self.random = random
        self.isStopped = isStopped
        self.spoolFolder = spoolFolder
    }
}

/// Where reading goes on: an adapter's own JSON, opaque to everybody else.
public struct Position: Hashable, Sendable {
    /// The adapter's JSON, which only the adapter reads.
    public var bytes: [UInt8]
    /// Wraps what an adapter wrote, or what a store kept of it.
    public init(bytes: [UInt8]) { self.bytes = bytes }
}

/// What a pull hands over at once: it becomes durable as a whole.
public struct PullBatch: Sendable {
    /// The dataset that everything in the batch belongs to.
    public var dataset: DatasetID
    /// The rows that were decoded, in the agency's order.
    public var records: [SourceRecord]
    /// The rows that could not be decoded: they go to quarantine.
    public var faults: [FaultyRow]
    /// What happened between the records, in order; applied after `records`.
    public var events: [PullEvent]
    /// Where to go on once this batch is durable; nil leaves the position as it is.
    public var position: Position?
    /// What the source is known to be after this batch.
    public var progress: SourceProgress

    /// Makes a batch; of nothing but the dataset unless told otherwise.
    public init(
        dataset: DatasetID,
        records: [SourceRecord] = [],
        faults: [FaultyRow] = [],
        events: [PullEvent] = [],
        position: Position? = nil,
        progress: SourceProgress = SourceProgress()
    ) {
        self.dataset = dataset
        self.records = records
        self.faults = faults
        self.events = events
        self.position = position
        self.progress = progress
    }
}

/// A row that no record could be made of; goes to quarantine.
public struct FaultyRow: Sendable, Hashable {
    /// Where the row stood.
    public var place: RowPlace
    /// The key, where it could be scanned from the bytes: it then counts as shown in a complete read.
    public var key: RecordKey?
    /// When the row was modified, where that could be scanned: a version at least as late settles the matter.
    public var modified: LocalTime?
    /// What decides between versions of one second, as far as it could be scanned.
    public var sequence: Int64
    /// Why, by a stable name.
    ///
    /// One of `malformed`, `encoding`, `row-too-large`, `text-too-long`, `too-deep`, `too-many-attributes`,
    /// `key-missing`, `time-missing`, `operation-unknown`, `sequence-missing` and whatever else an adapter needs.
    public var rule: String
    /// What is wrong, in a sentence, without the row's personal data.
    public var message: String
    /// The row's bytes, at most the first 64 kB.
    public var original: [UInt8]

    /// Makes a faulty row of its parts.
    public init(
        place: RowPlace,
        key: RecordKey?,
        modified: LocalTime? = nil,
        sequence: Int64 = 0,
        rule: String,
        message: String,
        original: [UInt8]
    ) {
        self.place = place
        self.key = key
        self.modified = modified
        self.sequence = sequence
        self.rule = rule
        self.message = message
        self.original = original
    }
}

/// What happened to a source besides its rows.
public enum PullEvent: Sendable, Hashable {
    /// A complete re-read starts, or starts afresh: nothing counts as shown yet. Comes in a batch of its own.
    case completeReadBegan
    /// It ended: what it did not show is withdrawn by an absence of this time and sequence (see ``RecordHistory``),
    /// unless a row's key could not be read, or the share is over the guard's.
    case completeReadEnded(time: LocalTime, sequence: Int64, hadUnreadableKeys: Bool)
    /// A file begins; its rows' sightings belong to it. A second time with another digest: it replaces the first.
    case fileBegan(number: Int64, name: String, digest: String)
    /// A file was taken to its end.
    case fileEnded(number: Int64)
    /// A file, page or answer was refused, with the reason in a sentence.
    case refused(what: String, why: String)
    /// An element, attribute or state that the model does not know, once per source.
    case drift(kind: String, name: String, sample: String)
}

/// How complete a source is; the status of the sources tells it to platforms.
public struct SourceProgress: Sendable, Hashable {
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

/// A row's normalised form, and what of it the model did not know.
public struct NormalisedRow: Sendable, Hashable {
    /// nil for a withdrawal.
    public var record: CreditRecord?
    /// Whether the key holds a number of an identity card.
    public var hasRestrictedKey: Bool
    /// Whether any text of the row is a person's, or may be: a telephone, a card's number, an element that nobody knows.
    ///
    /// A plain digest over the row would let anybody find such a number by trying.
    public var holdsPersonalText: Bool
    /// Unknown elements and code values: (`field` or `code`, name, sample).
    public var drift: [Drift]

    /// Makes a normalised row of its parts.
    public init(record: CreditRecord?, hasRestrictedKey: Bool, holdsPersonalText: Bool = false, drift: [Drift]) {
        self.record = record
        self.hasRestrictedKey = hasRestrictedKey
        self.holdsPersonalText = holdsPersonalText || hasRestrictedKey
        self.drift = drift
    }
}

/// Something in a source that the model does not know.
public struct Drift: Sendable, Hashable {
    /// `field` or `code`.
    public var kind: String
    /// The element's name; for a code, `ELEMENT=value`.
    public var name: String
    /// Notes something unknown by its kind and name.
    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Notes something that an agency sent: what is printed later holds no person's number, and is no longer than a line.
    init(kind: String, redacting name: String) { self.init(kind: kind, name: Redaction.label(name)) }
}

/// Why a decoded row cannot become a record: quarantined with its rule.
public struct RowRejection: Error, Sendable, Hashable {
    /// A stable name, such as `required-missing` or `date-unreadable`.
    public var rule: String
    /// The element concerned.
    public var field: String?
    /// A sentence, without the value of a restricted field.
    public var message: String
    /// Rejects a row by a rule; `field` names the element concerned, where there is one.
    public init(rule: String, field: String? = nil, message: String) {
        self.rule = rule
        self.field = field
        self.message = message
    }
}
