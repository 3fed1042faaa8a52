public import CreditModel

/// A row that was not taken.
public struct QuarantineEntry: Sendable, Hashable {
    /// 0 before it is stored.
    public var id: Int64
    /// The dataset in which the row stood.
    public var dataset: DatasetID
    /// Where the row stood when it was first seen.
    public var place: RowPlace
    /// The record's key, where it could be read: the row then counts as shown.
    public var key: RecordKey?
    /// When the agency modified the row, where that could be read: only a later version settles it.
    public var modified: LocalTime?
    /// The row's `SEQ`, or 序号 and place in the file, which decides between rows of one second.
    public var sequence: Int64
    /// The rule that refused it, by its stable name: `malformed`, `key-missing`, `date-unreadable`.
    public var rule: String
    /// What is wrong, in a sentence, without personal data.
    public var message: String
    /// The beginning of the row's bytes as received.
    public var original: [UInt8]
    /// POSIX seconds.
    public var firstSeen: Int64
    /// Empty while it is open; else how it was resolved.
    public var resolution: String

    /// Makes an entry; open, and not stored yet, unless told otherwise.
    public init(
        id: Int64 = 0,
        dataset: DatasetID,
        place: RowPlace,
        key: RecordKey?,
        modified: LocalTime? = nil,
        sequence: Int64 = 0,
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
        self.modified = modified
        self.sequence = sequence
        self.rule = rule
        self.message = message
        self.original = original
        self.firstSeen = firstSeen
        self.resolution = resolution
    }
}

/// Which quarantined rows to list.
public struct QuarantineFilter: Sendable {
    /// Only the row of that number.
    public var id: Int64?
    /// Only rows of that agency.
    public var agency: AgencyID?
    /// Only rows of that dataset.
    public var dataset: DatasetID?
    /// Whether to leave out what was settled.
    public var onlyOpen: Bool
    /// Only rows with a greater id: for paging.
    public var after: Int64
    /// How many rows at most.
    public var limit: Int

    /// Makes a filter; by default the first hundred open rows of any source.
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
