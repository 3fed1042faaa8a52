public import CreditModel
public import CreditStore
internal import GRDB
internal import Synchronization

/// What ingestion writes and reads.
extension SQLiteStore {
    /// One transaction, flushed to the disk before it returns.
    public func commit(_ batches: consuming [StoreBatch], once ready: () throws -> Void) throws -> CommitOutcome {
        let news = news.withLock { $0 }
        let prepared = try batches.map { try PreparedBatch($0, isNews: news.contains($0.dataset)) }
        batches = []
        try ready()
        let outcome = try write { db in
            var outcome = CommitOutcome()
            let unmarkedBeyond = try unmarkedBeyond(db)
            for batch in prepared {
                var commit = try BatchCommit(db, batch, unmarkedBeyond: unmarkedBeyond)
                outcome.add(try commit.run())
            }
            return outcome
        }
        let datasets = prepared.map(\.rest.dataset)
        self.news.withLock { news in
            if outcome.unchanged == 0, outcome.taken > 0 { news.formUnion(datasets) } else { news.subtract(datasets) }
        }
        return outcome
    }

    /// Withdraws what the guard held; 0 where it held nothing.
    public func releaseHeldWithdrawals(of dataset: DatasetID, at moment: Int64) throws -> Int {
        try write { db in
            guard let number = try db.datasetNumber(dataset) else { return 0 }
            var writer = try RecordWriter(db, dataset: number, run: "", receivedAt: moment)
            let count = try BatchCommit.withdrawWaiting(&writer, of: dataset)
            _ = try writer.touch()
            try db.run(
                "UPDATE dataset SET records = records + ?, tests = tests + ?, versions = versions + ? WHERE id = ?",
                writer.shownDelta,
                writer.testDelta,
                writer.versionDelta,
                number
            )
            return count
        }
    }

    /// The row of the dataset; an empty state where it was never tried.
    public func sourceState(of dataset: DatasetID) throws -> SourceState {
        try sourceStates().first { $0.dataset == dataset } ?? SourceState(dataset: dataset)
    }

    /// The states of all datasets that were ever tried, by agency and name.
    public func sourceStates() throws -> [SourceState] {
        try look { db in
            try db.all(
                """
                SELECT agency, name, position, progress, last_success, last_attempt, last_error, records, open_quarantine,
                    held, unreadable FROM dataset ORDER BY agency, name
                """
            ) { row in
                var progress = try row.bytes(3).map(ProgressCodec.decode)
                if row.integer(10) != 0, progress?.incomplete.contains("unreadable-keys") != true {
                    progress = progress ?? StoredProgress()
                    progress?.incomplete.append("unreadable-keys")
                }
                return SourceState(
                    dataset: DatasetID(AgencyID(rawValue: row.text(0)), row.text(1)),
                    position: row.bytes(2),
                    progress: progress,
                    lastSuccess: row.optionalInteger(4),
                    lastAttempt: row.optionalInteger(5),
                    lastError: row.text(6),
                    records: Int(row.integer(7)),
                    openQuarantine: Int(row.integer(8)),
                    heldWithdrawals: Int(row.integer(9))
                )
            }
        }
    }

    /// Stores the report, and the end of the run as the dataset's last attempt or success.
    public func finish(_ run: RunReport) throws {
        try write { db in
            let dataset = try db.makeDatasetNumber(run.dataset)
            try db.run(
                """
                UPDATE dataset SET last_attempt = ?, last_error = coalesce(?, last_error),
                    last_success = coalesce(?, last_success) WHERE id = ?
                """,
                run.endedAt,
                run.isOurs ? nil : run.error,
                run.error.isEmpty ? run.endedAt : nil,
                dataset
            )
            let outcome = run.outcome
            try db.run(
                """
                INSERT INTO run(run, dataset, started, ended, taken, unchanged, quarantined, withdrawn, held, error)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run.run,
                dataset,
                run.startedAt,
                run.endedAt,
                outcome.taken,
                outcome.unchanged,
                outcome.quarantined,
                outcome.withdrawnByAbsence,
                outcome.heldWithdrawals,
                run.error
            )
            _ = try db.advancePosition()
        }
    }

    /// The last runs, newest first.
    public func runs(limit: Int) throws -> [RunReport] {
        try look { db in
            try db.all(
                """
                SELECT r.run, d.agency, d.name, r.started, r.ended, r.taken, r.unchanged, r.quarantined, r.withdrawn, r.held,
                    r.error FROM run r JOIN dataset d ON d.id = r.dataset ORDER BY r.id DESC LIMIT ?
                """,
                limit
            ) { row in
                var outcome = CommitOutcome()
                outcome.taken = Int(row.integer(5))
                outcome.unchanged = Int(row.integer(6))
                outcome.quarantined = Int(row.integer(7))
                outcome.withdrawnByAbsence = Int(row.integer(8))
                outcome.heldWithdrawals = Int(row.integer(9))
                return RunReport(
                    run: row.text(0),
                    dataset: DatasetID(AgencyID(rawValue: row.text(1)), row.text(2)),
                    startedAt: row.integer(3),
                    endedAt: row.integer(4),
                    outcome: outcome,
                    error: row.text(10)
                )
            }
        }
    }

    /// What was noted as unknown, by dataset, kind and name.
    public func drift() throws -> [DriftEntry] {
        try look { db in
            try db.all(
                """
                SELECT d.agency, d.name, x.kind, x.name, x.sample, x.first_seen FROM drift x
                JOIN dataset d ON d.id = x.dataset ORDER BY d.agency, d.name, x.kind, x.name
                """
            ) { row in
                DriftEntry(
                    dataset: DatasetID(AgencyID(rawValue: row.text(0)), row.text(1)),
                    kind: row.text(2),
                    name: row.text(3),
                    sample: row.text(4),
                    firstSeen: row.integer(5)
                )
            }
        }
    }

    /// What was refused whole, newest first.
    public func refusals(limit: Int) throws -> [RefusalEntry] {
        try look { db in
            try db.all(
                """
                SELECT d.agency, d.name, x.what, x.why, x.seen_at FROM refusal x JOIN dataset d ON d.id = x.dataset
                ORDER BY x.seen_at DESC, x.id DESC LIMIT ?
                """,
                limit
            ) { row in
                RefusalEntry(
                    dataset: DatasetID(AgencyID(rawValue: row.text(0)), row.text(1)),
                    what: row.text(2),
                    why: row.text(3),
                    seenAt: row.integer(4)
                )
            }
        }
    }

    /// Quarantined rows that match, by ascending id.
    public func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry] {
        try look { db in
            try db.all(
                """
                SELECT q.id, d.agency, d.name, q.document, q.row, q.line, q.key, q.rule, q.message, q.original, q.first_seen,
                    q.resolution, q.modified, q.sequence FROM quarantine q JOIN dataset d ON d.id = q.dataset
                WHERE q.id > ?1 AND (?2 IS NULL OR q.id = ?2) AND (?3 IS NULL OR d.agency = ?3)
                    AND (?4 IS NULL OR d.agency = ?4 AND d.name = ?5) AND (?6 = 0 OR q.resolution = '')
                ORDER BY q.id LIMIT ?7
                """,
                filter.after,
                filter.id,
                filter.agency?.rawValue,
                filter.dataset?.agency.rawValue,
                filter.dataset?.name,
                filter.onlyOpen,
                filter.limit
            ) { row in
                QuarantineEntry(
                    id: row.integer(0),
                    dataset: DatasetID(AgencyID(rawValue: row.text(1)), row.text(2)),
                    place: RowPlace(document: row.text(3), row: Int(row.integer(4)), line: Int(row.integer(5))),
                    key: (row.optionalText(6)).map(StoredKey.key),
                    modified: (row.optionalInteger(12)).map(LocalTime.init(seconds:)),
                    sequence: row.integer(13),
                    rule: row.text(7),
                    message: row.text(8),
                    original: row.bytes(9) ?? [],
                    firstSeen: row.integer(10),
                    resolution: row.text(11)
                )
            }
        }
    }

    /// Notes the outcome and keeps the dataset's count of open rows in step.
    public func resolveQuarantine(id: Int64, as outcome: String) throws {
        try write { db in
            let found = try db.read("SELECT dataset, resolution FROM quarantine WHERE id = ?", id) { row in
                (dataset: row.integer(0), isOpen: row.text(1).isEmpty)
            }
            guard let row = found else {
                throw StoreError(.conflict, "there is no quarantined row \(id): list them to see their numbers")
            }
            let delta = (outcome.isEmpty ? 1 : 0) - (row.isOpen ? 1 : 0)
            try db.run("UPDATE quarantine SET resolution = ? WHERE id = ?", outcome, id)
            try db.run("UPDATE dataset SET open_quarantine = open_quarantine + ? WHERE id = ?", delta, row.dataset)
            _ = try db.advancePosition()
        }
    }
}
