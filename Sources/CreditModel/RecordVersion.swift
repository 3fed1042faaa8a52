/// The digest of a version: `sx` and 20 letters or digits without look-alikes (100 bits of SHA-256 or of an HMAC).
///
/// Over agency, dataset, key, operation, time of modification and the fields as decoded; not over `SEQ`, `序号`, `记录号`,
/// place or time of receipt.
public struct VersionDigest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 22 characters, lower case.
    public let text: String
    /// Wraps a text of that form.
    public init(text: String) { self.text = text }
    /// Alphabetical; decides between versions of equal time and sequence.
    public static func < (a: VersionDigest, b: VersionDigest) -> Bool { a.text < b.text }
    /// The text of the digest.
    public var description: String { text }
}

/// One version of a record, as the store holds it.
public struct RecordVersion: Sendable, Hashable {
    /// Names the version; equal for whatever was decoded alike.
    public var digest: VersionDigest
    /// What the version does to the record.
    public var operation: Operation
    /// The agency's time of modification.
    public var modified: LocalTime
    /// The greatest sequence at which this version was seen.
    public var sequence: Int64
    /// The normalised form; nil for withdrawals and absences.
    public var content: CreditRecord?

    /// Makes a version of its parts.
    public init(
        digest: VersionDigest,
        operation: Operation,
        modified: LocalTime,
        sequence: Int64,
        content: CreditRecord?
    ) {
        self.digest = digest
        self.operation = operation
        self.modified = modified
        self.sequence = sequence
        self.content = content
    }
}

/// A record with all its versions that count (those that only a replaced file held do not).
public struct RecordHistory: Sendable, Hashable {
    /// The dataset in which the record stands.
    public var dataset: DatasetID
    /// The record's key in it.
    public var key: RecordKey
    /// Whether the key holds the number of an identity card: shown as `hmac:` only.
    public var hasRestrictedKey: Bool
    /// In the agency's order, the version that counts last; see `order(_:)`.
    public private(set) var versions: [RecordVersion]
    /// Whether the agency shows the record now.
    public private(set) var isShown: Bool

    /// Orders the versions and decides whether the record is shown: a function of the set, not of its order.
    public init(dataset: DatasetID, key: RecordKey, hasRestrictedKey: Bool, versions: [RecordVersion]) {
        self.dataset = dataset
        self.key = key
        self.hasRestrictedKey = hasRestrictedKey
        self.versions = versions.sorted(by: RecordHistory.precedes)
        self.isShown = RecordHistory.isShown(self.versions)
    }

    /// The version that counts among those that are no absences.
    public var current: RecordVersion? { versions.last { $0.operation != .absence } }

    /// Of two versions the later by time of modification, then sequence, then digest counts.
    public static func precedes(_ a: RecordVersion, _ b: RecordVersion) -> Bool {
        if a.modified != b.modified { return a.modified < b.modified }
        if a.sequence != b.sequence { return a.sequence < b.sequence }
        return a.digest < b.digest
    }

    /// An absence found by a 质监 全量 compares by `序号` and so carries one; one found by a 红盾 re-read has a negative
    /// sequence, compares by time, and loses at a tie.
    private static func isShown(_ versions: [RecordVersion]) -> Bool {
        guard let current = versions.last(where: { $0.operation != .absence }), current.operation == .record else {
            return false
        }
        return !versions.contains { version in
            guard version.operation == .absence else { return false }
            return version.sequence < 0
                ? version.modified > current.modified : version.sequence >> 32 > current.sequence >> 32
        }
    }
}
