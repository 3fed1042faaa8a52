public import CreditModel

/// Where queries are kept: what is appended stays as it is, and that something was changed or taken away shows.
///
/// Several processes may append at the same time. All of it is blocking: never on an event loop.
public protocol JournalStore: Sendable {
    /// Appends entries in one transaction that is on the disk when this returns: by their moments, and in their order where
    /// those are alike.
    ///
    /// Of no entries it writes what is there once more: who asks so wants to know whether that can be done.
    func append(_ records: [JournalRecord]) throws
    /// The entry of that id; nil where there is none.
    func entry(_ id: QueryID) throws -> QueryEntry?
    /// Entries that fit, the newest first.
    func entries(_ filter: JournalFilter) throws -> [QueryEntry]
    /// The bytes that were kept under a digest; nil where there are none.
    func body(_ digest: Digest256) throws -> [UInt8]?
    /// Reads everything, and says what is not as it was written.
    func check(_ found: (JournalFault) -> Void) throws -> JournalState
    /// Takes away the entries that were made before a moment (POSIX milliseconds), and the bytes that only they needed.
    ///
    /// From the beginning, up to the first that was made later, or a second before it: what lies together goes together. In
    /// steps, beside which others append.
    ///
    /// - Returns: how many were taken away; the rest still proves itself.
    @discardableResult
    func prune(before moment: Int64) throws -> Int
}

/// Which entries are meant.
public struct JournalFilter: Hashable, Sendable {
    /// Of this client; nil for all.
    public var client: ClientID?
    /// About this enterprise; nil for all.
    public var enterprise: EnterpriseID?
    /// Made at this moment or later, in POSIX milliseconds.
    public var since: Int64?
    /// Made before this moment, in POSIX milliseconds.
    public var until: Int64?
    /// Older than this one: for the next page.
    public var before: QueryID?
    /// At most so many.
    public var limit: Int

    /// All, the newest hundred.
    public init(limit: Int = 100) { self.limit = limit }
}

/// Where a journal stands: enough to prove later that nothing before was changed.
public struct JournalState: Hashable, Sendable {
    /// How many entries it holds.
    public let entries: Int
    /// The number of the last entry, from 1; those that were pruned keep theirs.
    public let last: Int64
    /// The chain's value after the last entry.
    public let chain: Digest256

    /// Says where it stands.
    public init(entries: Int, last: Int64, chain: Digest256) {
        self.entries = entries
        self.last = last
        self.chain = chain
    }
}

/// What in a journal is not as it was written.
public enum JournalFault: Hashable, Sendable, CustomStringConvertible {
    /// The entry of this number was changed, or one before it was taken away.
    case changed(Int64)
    /// Entries of these numbers are missing.
    case missing(ClosedRange<Int64>)
    /// What the entry is found by says something else than the entry.
    case index(Int64)
    /// The entry's answer was kept, and is gone or was changed.
    case body(Int64)

    /// One sentence.
    public var description: String {
        switch self {
        case .changed(let number): "entry \(number) was changed, or the one before it replaced"
        case .missing(let numbers) where numbers.count == 1: "entry \(numbers.lowerBound) is missing"
        case .missing(let numbers): "entries \(numbers.lowerBound) to \(numbers.upperBound) are missing"
        case .index(let number): "entry \(number) is filed under another id, client, moment or enterprise than its own"
        case .body(let number): "the answer of entry \(number) is missing, or was changed"
        }
    }
}

/// How entries are chained: each value is a digest over the one before and the entry.
public enum JournalChain {
    /// Before the first entry of a journal.
    public static let start = Digest256(of: Array("suixin/journal/1".utf8))

    /// The value after an entry.
    public static func next(_ chain: Digest256, number: Int64, record: [UInt8]) -> Digest256 {
        var input: [UInt8] = []
        input.reserveCapacity(40 + record.count)
        chain.append(to: &input)
        for shift in stride(from: 56, through: 0, by: -8) { input.append(UInt8(truncatingIfNeeded: number >> shift)) }
        input += record
        return Digest256(of: input)
    }
}
