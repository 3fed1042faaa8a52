internal import CreditModel
internal import CreditStore
internal import GRDB

/// Finds closed sets of parts as they were at a moment, none of them twice.
///
/// The keys that lead from record to record are those of the versions of then; the store's lists of present and former
/// keys only say whom to ask.
struct PastWalk {
    private let db: Database
    private let datasets: [Int64: DatasetID]
    /// POSIX seconds; the greatest of all for the present.
    private let moment: Int64
    private var visited: Set<Int64> = []
    private var records: [Int64: Known?] = [:]

    init(_ db: Database, datasets: [Int64: DatasetID], moment: Int64?) {
        self.db = db
        self.datasets = datasets
        self.moment = moment ?? .max
    }

    /// A record as it was known.
    private struct Known {
        var dataset: DatasetID
        var key: RecordKey
        var isRestricted: Bool
        var versions: [RecordVersion]
        /// The roles in which it speaks of somebody.
        var roles: RoleSet
        var links: [Link]
    }

    /// The component of a part; nil where it was nobody's then, or is in one that was found before.
    mutating func component(of start: Int64) throws -> [RecordHistory]? {
        guard !visited.contains(start), try has(start) else { return nil }
        var roles: [Int64: RoleSet] = [:]
        var hashes: Set<Int64> = []
        var queue = [start]
        visited.insert(start)
        while let part = queue.popLast() {
            guard let role = Part.role(part), let record = try known(Part.record(part)) else { continue }
            roles[Part.record(part), default: []].insert(RoleSet(role))
            for link in record.links where link.role == role && hashes.insert(link.hash).inserted {
                for other in try holders(of: link.hash) where !visited.contains(other) {
                    guard try has(other, link.hash) else { continue }
                    visited.insert(other)
                    queue.append(other)
                }
            }
        }
        var histories: [RecordHistory] = []
        for (number, roles) in roles {
            if let record = try known(number) { histories.append(history(record, in: roles)) }
        }
        return histories.sorted { $0.dataset == $1.dataset ? $0.key < $1.key : $0.dataset < $1.dataset }
    }

    private func holders(of hash: Int64) throws -> [Int64] {
        try db.integers(
            "SELECT part FROM link WHERE hash = ?1 UNION SELECT part FROM former_link WHERE hash = ?1",
            hash
        )
    }

    /// Whether a part spoke of anybody then, and by this key, if one is given.
    private mutating func has(_ part: Int64, _ hash: Int64? = nil) throws -> Bool {
        guard let role = Part.role(part), let record = try known(Part.record(part)) else { return false }
        guard let hash else { return record.roles.contains(RoleSet(role)) }
        return record.links.contains(Link(role: role, hash: hash))
    }

    private func history(_ record: Known, in roles: RoleSet) -> RecordHistory {
        var versions = record.versions
        for index in versions.indices {
            versions[index].content?.subjects.removeAll { !roles.contains(RoleSet($0.role)) }
        }
        return RecordHistory(
            dataset: record.dataset,
            key: record.key,
            hasRestrictedKey: record.isRestricted,
            versions: versions
        )
    }

    // MARK: Records

    private mutating func known(_ number: Int64) throws -> Known? {
        if let record = records[number] { return record }
        let record = try load(number)
        records[number] = .some(record)
        return record
    }

    private func load(_ number: Int64) throws -> Known? {
        let row = try db.read("SELECT dataset, key, restricted FROM record WHERE id = ?", number) { row in
            (dataset: row.integer(0), key: row.text(1), isRestricted: row.integer(2) != 0)
        }
        guard let row else { return nil }
        guard let dataset = datasets[row.dataset] else { throw BinaryReader.damaged }
        let versions = try versions(of: number)
        guard !versions.isEmpty else { return nil }
        let source = versions.filter { $0.operation == .record }.max(by: RecordHistory.precedes)?.content
        let roles = RoleSet((source?.subjects ?? []).map { RoleSet($0.role) })
        return Known(
            dataset: dataset,
            key: StoredKey.key(row.key),
            isRestricted: row.isRestricted,
            versions: versions,
            roles: roles,
            links: source.map { Link.links(of: $0, in: roles) } ?? []
        )
    }

    /// The versions that counted then, as they stood then.
    private func versions(of record: Int64) throws -> [RecordVersion] {
        let range = VersionNumber.all(of: record)
        var standings: [Int64: (sequence: Int64, isRetracted: Bool)] = [:]
        try db.each(
            """
            SELECT version, sequence, retracted FROM standing WHERE version BETWEEN ? AND ? AND until > ?
            ORDER BY version, until
            """,
            range.lowerBound,
            range.upperBound,
            moment
        ) { row in
            // The first that ended after the moment is the one that held at it.
            if standings[row.integer(0)] == nil {
                standings[row.integer(0)] = (row.integer(1), row.integer(2) != 0)
            }
        }
        var versions: [RecordVersion] = []
        try db.each(
            """
            SELECT id, digest, operation, modified, sequence, retracted, content FROM version
            WHERE id BETWEEN ? AND ? AND received_at <= ?
            """,
            range.lowerBound,
            range.upperBound,
            moment
        ) { row in
            let standing = standings[row.integer(0)] ?? (row.integer(4), row.integer(5) != 0)
            guard !standing.isRetracted else { return }
            guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) else {
                throw BinaryReader.damaged
            }
            versions.append(
                RecordVersion(
                    digest: VersionDigest(text: row.text(1)),
                    operation: operation,
                    modified: LocalTime(seconds: row.integer(3)),
                    sequence: standing.sequence,
                    content: try row.bytes(6).map(RecordCodec.decode)
                )
            )
        }
        return versions
    }
}
