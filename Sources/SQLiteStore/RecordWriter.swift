internal import CreditModel
internal import CreditStore
internal import Foundation
internal import GRDB

/// Writes versions of one dataset inside a transaction and keeps what is known of each record in step.
struct RecordWriter {
    let db: Database
    let dataset: Int64
    /// The store's position after this transaction, drawn when first needed: dirty marks carry it.
    private(set) var change: Int64?
    private(set) var shownDelta = 0
    private(set) var testDelta = 0
    private(set) var versionDelta = 0

    init(_ db: Database, dataset: Int64) {
        self.db = db
        self.dataset = dataset
    }

    /// What the record's row says.
    struct State: Equatable {
        var shown = false
        var test = false
        var current: Int64 = 0
        var modified: Int64 = 0
        var sequence: Int64 = 0
        /// The version whose content gives the link keys.
        var source: Int64 = 0
        var links: [UInt8] = []
    }

    struct Row {
        var id: Int64
        var restricted: Bool
        var seen: Int64
        var state: State
    }

    struct Version {
        var id: Int64
        var version: RecordVersion
        var isRetracted: Bool
    }

    mutating func touch() throws -> Int64 {
        if let change { return change }
        let position = try db.advancePosition()
        change = position
        return position
    }

    mutating func markDirty(_ record: Int64) throws {
        try db.run(
            "INSERT INTO dirty(record, change) VALUES(?, ?) ON CONFLICT(record) DO UPDATE SET change = excluded.change",
            record,
            try touch()
        )
    }

    func record(_ key: RecordKey) throws -> Row? {
        try db.first(
            """
            SELECT id, restricted, seen, shown, test, current, modified, sequence, source, links FROM record
            WHERE dataset = ? AND key = ?
            """,
            dataset,
            StoredKey.text(key)
        ).map(Self.row)
    }

    private func record(_ id: Int64) throws -> Row? {
        try db.first(
            """
            SELECT id, restricted, seen, shown, test, current, modified, sequence, source, links FROM record WHERE id = ?
            """,
            id
        ).map(Self.row)
    }

    private static func row(_ row: GRDB.Row) -> Row {
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
                links: row.bytes(9) ?? []
            )
        )
    }

    func versions(of record: Int64) throws -> [Version] {
        try db.all(
            "SELECT id, digest, operation, modified, sequence, retracted FROM version WHERE record = ?",
            record
        ).map { row in
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

    // MARK: Taking

    /// Takes a version; whether it was not known before.
    mutating func take(
        _ received: ReceivedVersion,
        file: (number: Int64, epoch: Int64)?,
        generation: Int64,
        batch: StoreBatch
    ) throws -> Bool {
        let known = try record(received.key)
        let record: Int64
        if let known {
            record = known.id
            if generation > 0, known.seen != generation {
                try db.run("UPDATE record SET seen = ? WHERE id = ?", generation, record)
            }
            if received.hasRestrictedKey, !known.restricted {
                try db.run("UPDATE record SET restricted = 1 WHERE id = ?", record)
            }
        } else {
            try db.run(
                """
                INSERT INTO record(dataset, key, restricted, shown, test, seen, current, modified, sequence, source, links)
                VALUES(?, ?, ?, 0, 0, ?, 0, 0, 0, 0, x'')
                """,
                dataset,
                StoredKey.text(received.key),
                received.hasRestrictedKey,
                generation
            )
            record = db.lastInsertedRowID
        }
        let digest = received.version.digest.text
        var isNew = false
        let version: Int64
        var changed = true
        if known != nil,
            let row = try db.first(
                "SELECT id, sequence, retracted FROM version WHERE record = ? AND digest = ?",
                record,
                digest
            )
        {
            version = row.integer(0)
            let isGreater = received.version.sequence > row.integer(1)
            changed = isGreater || row.integer(2) != 0
            if isGreater {
                try db.run("UPDATE version SET sequence = ? WHERE id = ?", received.version.sequence, version)
            }
            if row.integer(2) != 0, file != nil {
                // What a replaced file retracted counts from where it is seen again.
                try db.run(
                    "UPDATE version SET retracted = 0, sequence = ? WHERE id = ?",
                    received.version.sequence,
                    version
                )
            }
        } else {
            isNew = true
            version = try insert(received.version, of: record)
            try db.run(
                "INSERT INTO original(version, bytes, document, row, line, received_at, run) VALUES(?, ?, ?, ?, ?, ?, ?)",
                version,
                received.original.blob,
                received.place.document,
                received.place.row,
                received.place.line,
                batch.receivedAt,
                batch.run
            )
        }
        if let file { try see(version, in: file, sequence: received.version.sequence) }
        if changed {
            try refresh(record, mustDerive: isNew, content: isNew ? (version, received.version.content) : nil)
        }
        return isNew
    }

    private mutating func insert(_ version: RecordVersion, of record: Int64) throws -> Int64 {
        try db.run(
            "INSERT INTO version(record, digest, operation, modified, sequence, content) VALUES(?, ?, ?, ?, ?, ?)",
            record,
            version.digest.text,
            Int64(version.operation.rawValue),
            version.modified.seconds,
            version.sequence,
            version.content.map { RecordCodec.encode($0).blob }
        )
        versionDelta += 1
        return db.lastInsertedRowID
    }

    private func see(_ version: Int64, in file: (number: Int64, epoch: Int64), sequence: Int64) throws {
        try db.run(
            """
            INSERT INTO sighting(version, dataset, file, epoch, sequence) VALUES(?, ?, ?, ?, ?)
            ON CONFLICT(version, file) DO UPDATE SET
                sequence = CASE WHEN epoch = excluded.epoch THEN max(sequence, excluded.sequence) ELSE excluded.sequence END,
                epoch = excluded.epoch
            """,
            version,
            dataset,
            file.number,
            file.epoch,
            sequence
        )
    }

    /// Withdraws a record by an absence; whether it was shown and is no more.
    mutating func withdraw(
        _ record: Int64,
        digest: VersionDigest,
        time: LocalTime,
        sequence: Int64,
        epoch: Int64
    ) throws -> Bool {
        guard let before = try self.record(record), before.state.shown else { return false }
        let version: Int64
        if let row = try db.first("SELECT id FROM version WHERE record = ? AND digest = ?", record, digest.text) {
            version = row.integer(0)
            try db.run("UPDATE version SET retracted = 0 WHERE id = ?", version)
        } else {
            version = try insert(
                RecordVersion(digest: digest, operation: .absence, modified: time, sequence: sequence, content: nil),
                of: record
            )
        }
        if sequence >= 0 { try see(version, in: (sequence >> 32, epoch), sequence: sequence) }
        try refresh(record, mustDerive: false, content: nil)
        return try self.record(record)?.state.shown == false
    }

    // MARK: Replaced files

    /// Takes away what only an older content of the file held, and what it said of versions that others hold too.
    mutating func dropSightings(in file: Int64, before epoch: Int64) throws {
        while true {
            let versions = try db.integers(
                "SELECT version FROM sighting WHERE dataset = ? AND file = ? AND epoch < ? LIMIT 1000",
                dataset,
                file,
                epoch
            )
            guard !versions.isEmpty else { return }
            for version in versions {
                try db.run("DELETE FROM sighting WHERE version = ? AND file = ?", version, file)
                guard let record = try db.first("SELECT record FROM version WHERE id = ?", version)?.integer(0) else {
                    continue
                }
                try db.run(
                    """
                    UPDATE version SET
                        retracted = NOT EXISTS (SELECT 1 FROM sighting WHERE version = ?1),
                        sequence = coalesce((SELECT max(sequence) FROM sighting WHERE version = ?1), sequence)
                    WHERE id = ?1
                    """,
                    version
                )
                try refresh(record, mustDerive: true, content: nil)
            }
        }
    }

    // MARK: Keeping in step

    /// Works out which version counts, whether the record is shown, and whom it may meet.
    private mutating func refresh(_ record: Int64, mustDerive: Bool, content: (id: Int64, record: CreditRecord?)?)
        throws
    {
        guard let row = try self.record(record) else { return }
        let versions = try versions(of: record)
        let before = row.state
        let counting = versions.filter { !$0.isRetracted }.sorted { RecordHistory.precedes($0.version, $1.version) }
        let history = RecordHistory(
            dataset: DatasetID(AgencyID(rawValue: ""), ""),
            key: RecordKey([]),
            hasRestrictedKey: false,
            versions: counting.map(\.version)
        )
        var after = State(shown: history.isShown)
        if let current = counting.last(where: { $0.version.operation != .absence }) {
            after.current = current.id
            after.modified = current.version.modified.seconds
            after.sequence = current.version.sequence
        }
        if let source = counting.last(where: { $0.version.operation == .record }) {
            after.source = source.id
            if source.id == before.source {
                after.links = before.links
                after.test = before.test
            } else if let record = try source.id == content?.id ? content?.record : self.content(of: source.id) {
                after.links = LinkHash.bytes(LinkHash.hashes(of: record))
                after.test = record.isTest
            }
        }
        if after != before { try write(after, over: before, of: record) }
        if mustDerive || after != before { try markDirty(record) }
    }

    private func content(of version: Int64) throws -> CreditRecord? {
        try db.first("SELECT content FROM version WHERE id = ?", version)?.bytes(0).map(RecordCodec.decode)
    }

    private mutating func write(_ after: State, over before: State, of record: Int64) throws {
        try db.run(
            """
            UPDATE record SET shown = ?, test = ?, current = ?, modified = ?, sequence = ?, source = ?, links = ? WHERE id = ?
            """,
            after.shown,
            after.test,
            after.current,
            after.modified,
            after.sequence,
            after.source,
            after.links.blob,
            record
        )
        shownDelta += (after.shown ? 1 : 0) - (before.shown ? 1 : 0)
        testDelta += (after.shown && after.test ? 1 : 0) - (before.shown && before.test ? 1 : 0)
        guard after.links != before.links else { return }
        let old = LinkHash.hashes(before.links)
        let new = LinkHash.hashes(after.links)
        for hash in old where !new.contains(hash) {
            // Whom it met by this key may have to part from each other.
            for neighbour in try db.integers("SELECT record FROM link WHERE hash = ?", hash) {
                try markDirty(neighbour)
            }
            try db.run("DELETE FROM link WHERE hash = ? AND record = ?", hash, record)
        }
        for hash in new where !old.contains(hash) {
            try db.run("INSERT OR IGNORE INTO link(hash, record) VALUES(?, ?)", hash, record)
        }
    }
}
