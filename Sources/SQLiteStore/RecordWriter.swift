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
    private var lastRecord: Int64?
    /// POSIX seconds of the receipt of what is written now.
    private let receivedAt: Int64
    /// The rows of this batch as they came.
    private var segment: SegmentWriter
    /// The record beyond which what has no place is found without a mark; nil where nothing is.
    private let unmarkedBeyond: Int64?
    /// The record up to which all are linked; those beyond it are when somebody derives.
    private let linked: Int64

    init(
        _ db: Database,
        dataset: Int64,
        run: String,
        receivedAt: Int64,
        unmarkedBeyond: Int64? = nil,
        packed: PackedRows? = nil
    ) throws {
        self.db = db
        linked = try db.integer("SELECT linked FROM meta")
        self.unmarkedBeyond = unmarkedBeyond
        self.dataset = dataset
        self.receivedAt = receivedAt
        segment = SegmentWriter(db, dataset: dataset, run: run, ready: packed)
    }

    /// Writes what lies beside the versions; nothing is taken after it.
    mutating func finish() throws { try segment.finish() }

    mutating func touch() throws -> Int64 {
        if let change { return change }
        let position = try db.advancePosition()
        change = position
        return position
    }

    private mutating func markDirty(part: Int64) throws {
        if let unmarkedBeyond, Part.record(part) > unmarkedBeyond,
            try !db.exists("SELECT 1 FROM placement WHERE part = ?", part)
        {
            return
        }
        try db.run("INSERT OR REPLACE INTO dirty(part, change) VALUES(?, ?)", part, try touch())
    }

    private mutating func markDirty(_ record: Int64, in roles: RoleSet) throws {
        for role in roles.roles { try markDirty(part: Part.number(record, role)) }
    }

    // MARK: Taking

    /// Takes a version; whether it was not known before.
    mutating func take(
        _ received: PreparedVersion,
        file: (number: Int64, epoch: Int64)?,
        generation: Int64
    ) throws -> Bool {
        guard let known = try record(keyed: received.key) else {
            try begin(received, file: file, generation: generation)
            return true
        }
        let record = known.id
        if generation > 0, known.seen != generation {
            try db.run(
                "UPDATE record SET seen = ?1, sum = \(StatementSum.record(seen: "?1")) WHERE id = ?2",
                generation,
                record
            )
        }
        if received.hasRestrictedKey, !known.restricted {
            try db.run(
                "UPDATE record SET restricted = 1, sum = \(StatementSum.record(restricted: "1")) WHERE id = ?",
                record
            )
        }
        var isNew = false
        let version: Int64
        var changed = true
        if let seen = try find(received.digest, of: record) {
            version = seen.id
            let isGreater = received.sequence > seen.sequence
            changed = isGreater || seen.isRetracted
            if seen.isRetracted, file != nil {
                try db.keepStanding(of: version, until: receivedAt)
            } else if isGreater {
                try db.keepSequence(of: version, until: receivedAt)
            }
            if seen.isRetracted, file != nil {
                // What a replaced file retracted counts from where it is seen again.
                try set(version, sequence: received.sequence, isRetracted: false)
            } else if isGreater {
                try set(version, sequence: received.sequence)
            }
        } else {
            isNew = true
            version = try nextVersion(of: record)
            try add(received, as: version, to: record)
        }
        if let file {
            try see(version, in: file, sequence: received.sequence)
            // A replaced file may hold the version in another place than before, and the greater one is gone with it.
            if !isNew { changed = try takePlaceOfSightings(version) || changed }
        }
        if changed {
            try refresh(record, mustDerive: isNew, said: isNew ? (version, received.said) : nil)
        }
        return isNew
    }

    /// Takes the first version of a record: most rows of a first load, so with no more statements than rows to write.
    private mutating func begin(
        _ version: PreparedVersion,
        file: (number: Int64, epoch: Int64)?,
        generation: Int64
    ) throws {
        let record = try nextRecord()
        let number = VersionNumber.first(of: record)
        var state = State(shown: version.operation == .record)
        if version.operation != .absence {
            state.current = number
            state.modified = version.modified.seconds
            state.sequence = version.sequence
        }
        if version.operation == .record, let said = version.said {
            state.source = number
            state.take(said)
        }
        try db.run(
            """
            INSERT INTO record(
                id, dataset, key, restricted, seen, shown, test, current, modified, sequence, source, roles, links,
                versions, sum)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, row_xor(row_sum(?1, ?2, ?3), ?4, ?5, 1))
            """,
            record,
            dataset,
            version.key,
            version.hasRestrictedKey,
            generation,
            state.shown,
            state.test,
            state.current,
            state.modified,
            state.sequence,
            state.source,
            state.roles.rawValue,
            state.links
        )
        try insert(version, as: number)
        if let file { try see(number, in: file, sequence: version.sequence) }
        count(state, after: State())
        // It waits to be derived without a mark: nothing places it yet.
        _ = try touch()
    }

    /// Numbers of records are drawn here, so that a record can name its first version from the start.
    private mutating func nextRecord() throws -> Int64 {
        let next = try (lastRecord ?? db.integer("SELECT max(id) FROM record")) + 1
        lastRecord = next
        return next
    }

    private func nextVersion(of record: Int64) throws -> Int64 {
        let range = VersionNumber.all(of: record)
        let last = try db.integer(
            "SELECT max(id) FROM version WHERE id BETWEEN ? AND ?",
            range.lowerBound,
            range.upperBound
        )
        guard last < range.upperBound else {
            throw StoreError(.conflict, "record \(record) has more versions than a store can number")
        }
        return max(last + 1, range.lowerBound)
    }

    /// Inserts a version of a record that has others; the record counts it.
    private mutating func add(_ version: PreparedVersion, as number: Int64, to record: Int64) throws {
        try insert(version, as: number)
        try db.run(
            """
            UPDATE record SET versions = versions + 1, sum = \(StatementSum.record(versions: "versions + 1")) WHERE id = ?
            """,
            record
        )
    }

    private mutating func insert(_ version: PreparedVersion, as number: Int64) throws {
        let place = try version.row.map { try segment.add($0.bytes, $0.place) } ?? SegmentWriter.nowhere
        try db.run(
            """
            INSERT INTO version(id, digest, operation, modified, sequence, received_at, segment, place, content, sum)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, row_xor(row_sum(?1, ?2, ?3, ?4, ?6, ?7, ?8), ?5, 0))
            """,
            number,
            version.digest,
            Int64(version.operation.rawValue),
            version.modified.seconds,
            version.sequence,
            receivedAt,
            place.segment,
            place.place,
            version.content
        )
        versionDelta += 1
    }

    /// Changes what may change of a version, and its checksum with it; nil leaves it.
    private func set(_ version: Int64, sequence: Int64? = nil, isRetracted: Bool? = nil) throws {
        try db.run(
            """
            UPDATE version SET sequence = coalesce(?2, sequence), retracted = coalesce(?3, retracted),
                sum = row_xor(row_xor(sum, sequence, retracted), coalesce(?2, sequence), coalesce(?3, retracted))
            WHERE id = ?1
            """,
            version,
            sequence,
            isRetracted
        )
    }

    /// The greatest sequence at which a file shows a version; nil where none does.
    private func lastSighting(of version: Int64) throws -> Int64? {
        try db.read("SELECT max(sequence) FROM sighting WHERE version = ?", version) { $0.optionalInteger(0) } ?? nil
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

    /// Gives a version the greatest sequence at which a file shows it; whether that is another one than before.
    private func takePlaceOfSightings(_ version: Int64) throws -> Bool {
        guard
            try db.exists(
                """
                SELECT 1 FROM version WHERE id = ?1
                    AND sequence <> (SELECT max(sequence) FROM sighting WHERE version = ?1)
                """,
                version
            )
        else { return false }
        try db.keepSequence(of: version, until: receivedAt)
        try set(version, sequence: try lastSighting(of: version))
        return true
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
        if let known = try find(digest.text, of: record) {
            version = known.id
            try db.keepStanding(of: version, until: receivedAt)
            try set(version, isRetracted: false)
        } else {
            version = try nextVersion(of: record)
            try add(PreparedVersion(absence: digest, modified: time, sequence: sequence), as: version, to: record)
        }
        if sequence >= 0 { try see(version, in: (sequence >> 32, epoch), sequence: sequence) }
        try refresh(record, mustDerive: false, said: nil)
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
                try db.keepStanding(of: version, until: receivedAt)
                let last = try lastSighting(of: version)
                try set(version, sequence: last, isRetracted: last == nil)
                try refresh(VersionNumber.record(version), mustDerive: true, said: nil)
            }
        }
    }

    // MARK: Keeping in step

    /// Works out which version counts, whether the record is shown, and whom it may meet.
    private mutating func refresh(_ record: Int64, mustDerive: Bool, said: (id: Int64, said: PreparedVersion.Said?)?)
        throws
    {
        guard let row = try self.record(record) else { return }
        let versions = try versions(of: record)
        let before = row.state
        let after = try State(of: versions, after: before) { source in
            try source == said?.id ? said?.said : self.said(by: source)
        }
        if after != before { try write(after, over: before, of: record) }
        if mustDerive || after != before {
            _ = try touch()
            // What it said in a role that it has no more must be taken back too.
            try markDirty(record, in: before.roles.union(after.roles))
        }
    }

    private func said(by version: Int64) throws -> PreparedVersion.Said? {
        try db.read("SELECT content FROM version WHERE id = ?", version) { row in
            try row.bytes(0).map { try PreparedVersion.Said(RecordCodec.decode($0)) }
        } ?? nil
    }

    private mutating func write(_ after: State, over before: State, of record: Int64) throws {
        try db.keep(after, of: record)
        count(after, after: before)
        guard after.links != before.links else { return }
        let old = try Link.links(before.links)
        let new = try Link.links(after.links)
        for link in old where !new.contains(link) {
            let part = Part.number(record, link.role)
            try db.keepLink(link.hash, of: part)
            guard record <= linked else { continue }
            // Whom it met by this key may have to part from each other.
            for neighbour in try db.integers("SELECT part FROM link WHERE hash = ?", link.hash) {
                try markDirty(part: neighbour)
            }
            try db.run("DELETE FROM link WHERE hash = ? AND part = ?", link.hash, part)
        }
        guard record <= linked else { return }
        for link in new where !old.contains(link) { try insert(link, of: record) }
    }

    private func insert(_ link: Link, of record: Int64) throws {
        try db.run("INSERT OR IGNORE INTO link(hash, part) VALUES(?, ?)", link.hash, Part.number(record, link.role))
    }

    private mutating func count(_ after: State, after before: State) {
        shownDelta += (after.shown ? 1 : 0) - (before.shown ? 1 : 0)
        testDelta += (after.shown && after.test ? 1 : 0) - (before.shown && before.test ? 1 : 0)
    }
}
