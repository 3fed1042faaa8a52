internal import CreditModel
internal import CreditStore

/// A version with all that can be worked out of it before the transaction that stores it.
///
/// One writes at a time; what is done here, other agencies' batches do at the same time. What it was made of is let go.
struct PreparedVersion {
    /// As the database holds it.
    let key: String
    let hasRestrictedKey: Bool
    let digest: String
    let operation: Operation
    let modified: LocalTime
    let sequence: Int64
    /// The stored form of what it says; nil of a withdrawal.
    let content: [UInt8]?
    /// nil where ``content`` is.
    let said: Said?
    /// The row as it came, and where it stood; nil of a version that no row said.
    let row: (bytes: [UInt8], place: RowPlace)?
    /// The file that shows it, for 质监.
    let file: Int64?

    /// What a record's own row tells of the version that speaks for it.
    struct Said {
        let roles: RoleSet
        let links: [Link]
        let isTest: Bool

        init(_ record: CreditRecord) {
            roles = RoleSet(record.subjects.map { RoleSet($0.role) })
            links = Link.links(of: record, in: roles)
            isTest = record.isTest
        }
    }

    init(_ received: ReceivedVersion) {
        key = StoredKey.text(received.key)
        hasRestrictedKey = received.hasRestrictedKey
        let version = received.version
        digest = version.digest.text
        operation = version.operation
        modified = version.modified
        sequence = version.sequence
        content = version.content.map { RecordCodec.encode($0) }
        said = version.content.map(Said.init)
        row = (received.original, received.place)
        file = received.file
    }

    /// A withdrawal of which a complete read tells by leaving the record out.
    init(absence digest: VersionDigest, modified: LocalTime, sequence: Int64) {
        key = ""
        hasRestrictedKey = false
        self.digest = digest.text
        operation = .absence
        self.modified = modified
        self.sequence = sequence
        content = nil
        said = nil
        row = nil
        file = nil
    }
}

/// A batch whose versions are prepared; the rest of it is as it was handed over.
struct PreparedBatch {
    let rest: StoreBatch
    let versions: [PreparedVersion]
    /// The rows of all versions as a segment holds them; nil where it is not likely that all are new.
    let packed: PackedRows?

    /// Prepares a batch; where all of it is likely to be new, its rows are packed already.
    init(_ batch: consuming StoreBatch, isNews: Bool) throws {
        versions = batch.versions.map(PreparedVersion.init)
        batch.versions = []
        rest = batch
        packed = isNews ? try PackedRows(versions) : nil
    }
}

/// Rows in the stored form of a segment, and how many they are.
struct PackedRows {
    let count: Int
    let bytes: [UInt8]

    init(_ versions: [PreparedVersion]) throws {
        var segment = Segment()
        for case let row? in versions.lazy.map(\.row) { _ = segment.add(row.bytes, row.place) }
        count = segment.count
        bytes = try segment.packed()
    }
}
