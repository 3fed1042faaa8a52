internal import CreditModel
internal import CreditStore
internal import Crypto
internal import GRDB

/// The keys of which rows wait in quarantine: most batches settle none of them.
struct OpenRows {
    /// nil where there are too many to hold.
    private let keys: Set<String>?
    private static let most = 10_000

    init(_ db: Database, of dataset: Int64) throws {
        let keys = try db.all(
            "SELECT key FROM quarantine WHERE dataset = ? AND resolution = '' AND key IS NOT NULL LIMIT ?",
            dataset,
            Self.most
        ) { $0.text(0) }
        self.keys = keys.count < Self.most ? Set(keys) : nil
    }

    func mayHold(_ key: String) -> Bool {
        guard let keys else { return true }
        return !keys.isEmpty && keys.contains(key)
    }
}

/// What a batch does to rows that could not be taken.
extension BatchCommit {
    /// A good version at least as late settles what was wrong with a row of its record.
    ///
    /// Of a row that does not tell its time, what comes after it and was not known before counts as later.
    mutating func supersede(_ received: PreparedVersion, isNew: Bool) throws {
        try db.run(
            """
            UPDATE quarantine SET resolution = 'superseded' WHERE dataset = ?1 AND key = ?2 AND resolution = ''
                AND CASE WHEN modified IS NULL THEN NOT ?5 ELSE (modified, sequence) <= (?3, ?4) END
            """,
            dataset,
            received.key,
            received.modified.seconds,
            received.sequence,
            batch.isRetry || !isNew
        )
        quarantineDelta -= db.changesCount
    }

    mutating func quarantine(_ entry: QuarantineEntry) throws {
        var hash = SHA256()
        hash.update(data: Array(entry.rule.utf8) + [0])
        hash.update(data: Array((entry.key.map(StoredKey.text) ?? "").utf8) + [0])
        hash.update(data: entry.original)
        let digest = ShortDigest.text(of: Array(hash.finalize()))
        // Of what is known it is noted that it is shown still; what an absence had settled waits again.
        let fileEpoch = entry.sequence >> 32 > 0 ? try epoch(of: entry.sequence >> 32) : 0
        let isGone = try db.exists(
            "SELECT 1 FROM quarantine WHERE dataset = ? AND digest = ? AND resolution = ?",
            dataset,
            digest,
            Self.absent
        )
        try db.run(
            """
            UPDATE quarantine SET seen = ?3, epoch = ?4, sequence = max(sequence, ?5),
                resolution = CASE WHEN resolution = ?6 THEN '' ELSE resolution END
            WHERE dataset = ?1 AND digest = ?2
            """,
            dataset,
            digest,
            generation,
            fileEpoch,
            entry.sequence,
            Self.absent
        )
        if db.changesCount > 0 {
            guard isGone else { return }
            outcome.quarantined += 1
            quarantineDelta += 1
            try touch()
            return
        }
        try db.run(
            """
            INSERT INTO quarantine(dataset, digest, document, row, line, key, modified, sequence, rule, message, original,
                first_seen, seen, epoch)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            dataset,
            digest,
            entry.place.document,
            entry.place.row,
            entry.place.line,
            entry.key.map(StoredKey.text),
            entry.modified?.seconds,
            entry.sequence,
            entry.rule,
            entry.message,
            entry.original,
            entry.firstSeen,
            generation,
            fileEpoch
        )
        outcome.quarantined += 1
        quarantineDelta += 1
        try touch()
    }

    /// How a quarantined row is settled that its agency does not show any more: nothing of it may be taken by a retry.
    static let absent = "absent"

    /// Settles the rows that a replaced file does not hold any more.
    mutating func settleRows(of file: Int64) throws {
        try db.run(
            """
            UPDATE quarantine SET resolution = ?4
            WHERE dataset = ?1 AND resolution = '' AND sequence >> 32 = ?2 AND epoch < ?3
            """,
            dataset,
            file,
            try epoch(of: file),
            Self.absent
        )
        quarantineDelta -= db.changesCount
    }

    /// Settles the rows that a complete read did not show any more: of a file's, those that came before it.
    mutating func settleRows(notShownIn generation: Int64, sequence: Int64) throws {
        try db.run(
            """
            UPDATE quarantine SET resolution = ?4 WHERE dataset = ?1 AND resolution = '' AND key IS NOT NULL
                AND seen <> ?2 AND (?3 < 0 OR sequence >> 32 < ?3 >> 32)
            """,
            dataset,
            generation,
            sequence,
            Self.absent
        )
        quarantineDelta -= db.changesCount
    }
}
