internal import CreditModel
internal import CreditStore
internal import GRDB

/// What a record writer reads of records and their versions.
extension RecordWriter {
    /// What the record's row says.
    struct State: Equatable {
        var shown = false
        var test = false
        var current: Int64 = 0
        var modified: Int64 = 0
        var sequence: Int64 = 0
        /// The version whose content gives the link keys.
        var source: Int64 = 0
        /// The roles in which it speaks of somebody.
        var roles: RoleSet = []
        var links: [UInt8] = []
    }

    struct Row: Equatable {
        var id: Int64
        var restricted: Bool
        var seen: Int64
        var state: State
    }

    struct Version {
        /// Its number in the store.
        var id: Int64
        var version: RecordVersion
        var isRetracted: Bool
    }

    func record(keyed key: String) throws -> Row? {
        try db.read(
            """
            SELECT id, restricted, seen, shown, test, current, modified, sequence, source, roles, links
            FROM record WHERE dataset = ? AND key = ?
            """,
            dataset,
            key,
            with: Self.row
        )
    }

    func record(_ id: Int64) throws -> Row? {
        try db.read(
            """
            SELECT id, restricted, seen, shown, test, current, modified, sequence, source, roles, links
            FROM record WHERE id = ?
            """,
            id,
            with: Self.row
        )
    }

    private static func row(_ row: SQLRow) -> Row {
        Row(
            id: row.integer(0),
            restricted: row.integer(1) != 0,
            seen: row.integer(2),
            state: State(
                shown: row.integer(3) != 0,
                test: row.integer(4) != 0,
                current: row.integer(5),
                modified: row.integer(6),
                sequence: row.integer(7),
                source: row.integer(8),
                roles: RoleSet(rawValue: row.integer(9)),
                links: row.bytes(10) ?? []
            )
        )
    }

    func versions(of record: Int64) throws -> [Version] {
        let range = VersionNumber.all(of: record)
        return try db.all(
            "SELECT id, digest, operation, modified, sequence, retracted FROM version WHERE id BETWEEN ? AND ?",
            range.lowerBound,
            range.upperBound
        ) { row in
            guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) else {
                throw BinaryReader.damaged
            }
            let version = RecordVersion(
                digest: VersionDigest(text: row.text(1)),
                operation: operation,
                modified: LocalTime(seconds: row.integer(3)),
                sequence: row.integer(4),
                content: nil
            )
            return Version(id: row.integer(0), version: version, isRetracted: row.integer(5) != 0)
        }
    }

    /// The version of a record that has a digest: of few, so they are looked through.
    func find(_ digest: String, of record: Int64) throws -> (id: Int64, sequence: Int64, isRetracted: Bool)? {
        let range = VersionNumber.all(of: record)
        return try db.read(
            "SELECT id, sequence, retracted FROM version WHERE id BETWEEN ? AND ? AND digest = ?",
            range.lowerBound,
            range.upperBound,
            digest
        ) { (id: $0.integer(0), sequence: $0.integer(1), isRetracted: $0.integer(2) != 0) }
    }
}

extension RecordWriter.State {
    /// What follows from a record's versions.
    ///
    /// - Parameters:
    ///   - versions: All of them.
    ///   - before: The state until now: what it says of the same source still holds; nil works everything out.
    ///   - said: What a version says.
    init(
        of versions: [RecordWriter.Version],
        after before: Self? = nil,
        said: (Int64) throws -> PreparedVersion.Said?
    ) rethrows {
        let counting = versions.filter { !$0.isRetracted }.sorted { RecordHistory.precedes($0.version, $1.version) }
        let history = RecordHistory(
            dataset: DatasetID(AgencyID(rawValue: ""), ""),
            key: RecordKey([]),
            hasRestrictedKey: false,
            versions: counting.map(\.version)
        )
        shown = history.isShown
        if let last = counting.last(where: { $0.version.operation != .absence }) {
            current = last.id
            modified = last.version.modified.seconds
            sequence = last.version.sequence
        }
        guard let last = counting.last(where: { $0.version.operation == .record }) else { return }
        source = last.id
        if let before, before.source == source {
            (roles, links, test) = (before.roles, before.links, before.test)
        } else if let said = try said(source) {
            take(said)
        }
    }

    mutating func take(_ said: PreparedVersion.Said) {
        roles = said.roles
        links = Link.bytes(said.links)
        test = said.isTest
    }
}

extension Database {
    /// Keeps what follows from a record's versions.
    func keep(_ state: RecordWriter.State, of record: Int64) throws {
        try run(
            """
            UPDATE record SET shown = ?, test = ?, current = ?, modified = ?, sequence = ?, source = ?, roles = ?, links = ?
            WHERE id = ?
            """,
            state.shown,
            state.test,
            state.current,
            state.modified,
            state.sequence,
            state.source,
            state.roles.rawValue,
            state.links,
            record
        )
    }
}
