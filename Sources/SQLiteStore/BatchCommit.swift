internal import CreditModel
internal import CreditStore
internal import Crypto
internal import Foundation
internal import GRDB

/// One batch inside its transaction.
struct BatchCommit {
    let db: Database
    let batch: StoreBatch
    private let versions: [PreparedVersion]
    let dataset: Int64
    private(set) var writer: RecordWriter
    var outcome = CommitOutcome()
    private(set) var generation: Int64
    var quarantineDelta = 0
    private var epochs: [Int64: Int64] = [:]
    /// What this batch has noted: a new code tends to be in every row.
    private var noted: Set<[String]> = []
    /// How much more drift the dataset may have: an agency that makes up names must not fill the store and the memory.
    private var driftLeft: Int?
    static let mostDrift = 1000

    init(_ db: Database, _ prepared: PreparedBatch, unmarkedBeyond: Int64?) throws {
        self.db = db
        batch = prepared.rest
        versions = prepared.versions
        dataset = try db.makeDatasetNumber(batch.dataset)
        writer = try RecordWriter(
            db,
            dataset: dataset,
            run: batch.run,
            receivedAt: batch.receivedAt,
            unmarkedBeyond: unmarkedBeyond,
            packed: prepared.packed
        )
        generation = try db.integer("SELECT reading FROM dataset WHERE id = ?", dataset)
    }

    mutating func run() throws -> CommitOutcome {
        let open = try OpenRows(db, of: dataset)
        for received in versions {
            let file = try file(of: received)
            let isNew = try writer.take(received, file: file, generation: generation)
            if isNew { outcome.taken += 1 } else { outcome.unchanged += 1 }
            if open.mayHold(received.key) { try supersede(received, isNew: isNew) }
        }
        for entry in batch.quarantined { try quarantine(entry) }
        for event in batch.events { try apply(event) }
        try finish()
        return outcome
    }

    /// The file that shows a version: of a row that is tried again, the one that it was quarantined from, so that whatever
    /// replaces that file, or lacks the row, counts for it too.
    private mutating func file(of received: PreparedVersion) throws -> (number: Int64, epoch: Int64)? {
        if let file = received.file { return (file, try epoch(of: file)) }
        let file = received.sequence >> 32
        guard batch.isRetry, file > 0 else { return nil }
        let epoch = try epoch(of: file)
        return epoch > 0 ? (file, epoch) : nil
    }

    mutating func epoch(of file: Int64) throws -> Int64 {
        if let epoch = epochs[file] { return epoch }
        let epoch = try db.integer("SELECT epoch FROM file WHERE dataset = ? AND number = ?", dataset, file)
        epochs[file] = epoch
        return epoch
    }

    /// Notes that the store's position moves with this batch.
    mutating func touch() throws { _ = try writer.touch() }

    private mutating func finish() throws {
        try writer.finish()
        try db.run(
            """
            UPDATE dataset SET records = records + ?, tests = tests + ?, versions = versions + ?,
                open_quarantine = open_quarantine + ? WHERE id = ?
            """,
            writer.shownDelta,
            writer.testDelta,
            writer.versionDelta,
            quarantineDelta,
            dataset
        )
        if let progress = batch.progress {
            let bytes = ProgressCodec.encode(progress)
            let before = try db.read("SELECT progress FROM dataset WHERE id = ?", dataset) { $0.bytes(0) } ?? nil
            if before != bytes {
                try db.run("UPDATE dataset SET progress = ? WHERE id = ?", bytes, dataset)
                _ = try writer.touch()
            }
        }
        if let position = batch.position {
            try db.run("UPDATE dataset SET position = ? WHERE id = ?", position, dataset)
        }
    }

    // MARK: Events

    private mutating func apply(_ event: StoreEvent) throws {
        switch event {
        case .completeReadBegan:
            try db.run("UPDATE dataset SET generation = generation + 1, reading = generation + 1 WHERE id = ?", dataset)
            generation = try db.integer("SELECT reading FROM dataset WHERE id = ?", dataset)
        case .shown(let key):
            guard generation > 0 else { return }
            try db.run(
                "UPDATE record SET seen = ?1, sum = \(StatementSum.record(seen: "?1")) WHERE dataset = ?2 AND key = ?3",
                generation,
                dataset,
                StoredKey.text(key)
            )
        case .completeReadEnded(let time, let sequence, let hadUnreadableKeys, let allowedShare):
            try endCompleteRead(
                time: time,
                sequence: sequence,
                hadUnreadableKeys: hadUnreadableKeys,
                allowedShare: allowedShare
            )
        case .fileBegan(let number, let name, let digest):
            try beginFile(number, name: name, digest: digest)
        case .fileEnded(let number):
            try writer.dropSightings(in: number, before: try epoch(of: number))
            try settleRows(of: number)
        case .refused(let what, let why):
            try db.run(
                """
                INSERT INTO refusal(dataset, what, why, seen_at) VALUES(?, ?, ?, ?)
                ON CONFLICT(dataset, what, why) DO UPDATE SET seen_at = excluded.seen_at
                """,
                dataset,
                what,
                why,
                batch.receivedAt
            )
        case .drift(let kind, let name, let sample):
            guard noted.count < 2 * Self.mostDrift, noted.insert([kind, name]).inserted else { return }
            let left =
                try driftLeft ?? Self.mostDrift
                - Int(db.integer("SELECT count(*) FROM drift WHERE dataset = ?", dataset))
            driftLeft = left
            guard left > 0 else { return }
            try db.run(
                "INSERT OR IGNORE INTO drift(dataset, kind, name, sample, first_seen) VALUES(?, ?, ?, ?, ?)",
                dataset,
                kind,
                name,
                sample,
                batch.receivedAt
            )
            if db.changesCount > 0 {
                driftLeft = left - 1
                outcome.newDrift.append(
                    DriftEntry(
                        dataset: batch.dataset,
                        kind: kind,
                        name: name,
                        sample: sample,
                        firstSeen: batch.receivedAt
                    )
                )
            }
        }
    }

    /// A second content under the same number begins a new epoch: what only the first held goes when the new one ended.
    private mutating func beginFile(_ number: Int64, name: String, digest: String) throws {
        epochs[number] = nil
        let known = try db.read("SELECT digest FROM file WHERE dataset = ? AND number = ?", dataset, number) {
            $0.text(0)
        }
        if known == nil {
            try db.run(
                "INSERT INTO file(dataset, number, name, digest, epoch) VALUES(?, ?, ?, ?, 1)",
                dataset,
                number,
                name,
                digest
            )
        } else if known != digest {
            try db.run(
                "UPDATE file SET name = ?, digest = ?, epoch = epoch + 1 WHERE dataset = ? AND number = ?",
                name,
                digest,
                dataset,
                number
            )
        }
    }

    private mutating func endCompleteRead(
        time: LocalTime,
        sequence: Int64,
        hadUnreadableKeys: Bool,
        allowedShare: Double
    ) throws {
        guard generation > 0 else { return }
        // What an older content of a replaced 全量 held must not stand in the way of what the new one lacks.
        if sequence >= 0 { try writer.dropSightings(in: sequence >> 32, before: try epoch(of: sequence >> 32)) }
        try db.run(
            "UPDATE dataset SET reading = 0, unreadable = ?, held = 0 WHERE id = ?",
            hadUnreadableKeys,
            dataset
        )
        try db.run("DELETE FROM waiting WHERE dataset = ?", dataset)
        let generation = generation
        self.generation = 0
        _ = try writer.touch()
        guard !hadUnreadableKeys else { return }
        try settleRows(notShownIn: generation, sequence: sequence)
        try db.run(
            """
            INSERT INTO waiting(dataset, record, modified, sequence)
            SELECT dataset, id, ?2, ?3 FROM record WHERE dataset = ?1 AND shown = 1 AND seen <> ?4
                AND CASE WHEN ?3 < 0 THEN modified < ?2 ELSE sequence >> 32 < ?3 >> 32 END
            """,
            dataset,
            time.seconds,
            sequence,
            generation
        )
        let missing = db.changesCount
        guard missing > 0 else { return }
        let shown = try db.integer("SELECT records FROM dataset WHERE id = ?", dataset) + Int64(writer.shownDelta)
        if Double(missing) > allowedShare * Double(shown) {
            outcome.heldWithdrawals = missing
            try db.run("UPDATE dataset SET held = ? WHERE id = ?", missing, dataset)
        } else {
            outcome.withdrawnByAbsence = try Self.withdrawWaiting(&writer, of: batch.dataset)
        }
    }

    /// Carries out the withdrawals that wait, a page at a time; how many records they withdrew.
    static func withdrawWaiting(_ writer: inout RecordWriter, of dataset: DatasetID) throws -> Int {
        let db = writer.db
        var count = 0
        var last: Int64 = 0
        while true {
            let page = try db.all(
                """
                SELECT w.record, w.modified, w.sequence, r.key FROM waiting w JOIN record r ON r.id = w.record
                WHERE w.dataset = ? AND w.record > ? ORDER BY w.record LIMIT 1000
                """,
                writer.dataset,
                last
            ) { row in
                (
                    record: row.integer(0), time: LocalTime(seconds: row.integer(1)), sequence: row.integer(2),
                    key: row.text(3)
                )
            }
            guard let end = page.last else { break }
            last = end.record
            for (record, time, sequence, key) in page {
                let epoch = try db.integer(
                    "SELECT epoch FROM file WHERE dataset = ? AND number = ?",
                    writer.dataset,
                    sequence >> 32
                )
                let digest = absenceDigest(dataset, key: key, time: time, sequence: sequence)
                if try writer.withdraw(record, digest: digest, time: time, sequence: sequence, epoch: epoch) {
                    count += 1
                }
            }
        }
        try db.run("DELETE FROM waiting WHERE dataset = ?", writer.dataset)
        try db.run("UPDATE dataset SET held = 0 WHERE id = ?", writer.dataset)
        return count
    }

    private static func absenceDigest(
        _ dataset: DatasetID,
        key: String,
        time: LocalTime,
        sequence: Int64
    ) -> VersionDigest {
        let text = "suixin/absence/\(dataset)/\(time.seconds)/\(sequence)/\(key)"
        return VersionDigest(text: ShortDigest.text(of: Array(SHA256.hash(data: Array(text.utf8)))))
    }
}

/// The stored form of a source's progress.
enum ProgressCodec {
    static func encode(_ progress: StoredProgress) -> [UInt8] {
        var writer = BinaryWriter()
        writer.byte(progress.completeUpTo == nil ? 0 : 1)
        if let time = progress.completeUpTo { writer.integer(time.seconds) }
        writer.texts(progress.incomplete)
        writer.count(progress.announcements.count)
        for (office, day) in progress.announcements.sorted(by: { $0.key < $1.key }) {
            writer.text(office)
            writer.integer(Int64(day.number))
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> StoredProgress {
        var reader = BinaryReader(bytes[...])
        var progress = StoredProgress()
        if try reader.byte() == 1 { progress.completeUpTo = LocalTime(seconds: try reader.integer()) }
        progress.incomplete = try reader.texts()
        for _ in 0..<(try reader.count()) {
            let office = try reader.text()
            progress.announcements[office] = Day(number: Int32(truncatingIfNeeded: try reader.integer()))
        }
        return progress
    }
}
