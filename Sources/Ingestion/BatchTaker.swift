internal import AdapterKit
internal import CreditModel
internal import CreditStore
internal import ServiceKit

/// Takes what one pull hands over: normalises, quarantines, and commits with the position.
///
/// Batches that follow each other become one transaction, which is stored while the pull goes on: each page of an index
/// is then written once for thousands of rows. A pull has ended when ``finish()`` has returned; what a crash takes away is
/// the position with the rows that lead to it, so the next pull asks for them again.
final class BatchTaker: PullSink {
    private let ingestor: Ingestor
    private let adapter: any SourceAdapter
    private let dataset: DatasetID
    private let run: String
    private let report: (SyncProgress) -> Void
    /// The file that the rows now belong to.
    private var file: Int64?
    private(set) var outcome = CommitOutcome()
    /// Records handed over so far.
    private var rows = 0
    /// What waits to be stored, and the bytes of its rows.
    private var gathered: StoreBatch?
    private var gatheredBytes = 0
    /// How many of the rows were given to the store.
    private var begun = 0
    /// What is being stored.
    private var storing: Ahead<CommitOutcome>?
    /// Rows, and bytes of rows, that are stored at once.
    private static let rowsAtOnce = 3000
    private static let bytesAtOnce = 4 << 20

    init(
        _ ingestor: Ingestor,
        adapter: any SourceAdapter,
        dataset: DatasetID,
        run: String,
        report: @escaping (SyncProgress) -> Void
    ) {
        self.ingestor = ingestor
        self.adapter = adapter
        self.dataset = dataset
        self.run = run
        self.report = report
    }

    func take(_ batch: PullBatch) throws(AdapterError) {
        if ingestor.isStopped() { throw AdapterError(.stopped, "stopped by the operator: the next run goes on here") }
        do {
            let prepared = try prepare(batch)
            // Events apply after the rows of their own batch, so nothing may join behind them.
            if gathered?.append(prepared) != true {
                try store()
                gathered = prepared
            }
        } catch {
            throw unstored(error)
        }
        for event in batch.events {
            switch event {
            case .fileBegan(let number, _, _): file = number
            case .fileEnded: file = nil
            default: break
            }
        }
        rows += batch.records.count + batch.faults.count
        gatheredBytes += batch.records.reduce(0) { $0 + $1.original.count }
        if rows - begun >= Self.rowsAtOnce || gatheredBytes >= Self.bytesAtOnce {
            do { try store() } catch { throw unstored(error) }
        }
        report(SyncProgress(dataset: dataset, rows: rows, outcome: outcome))
    }

    /// Stores what was taken and waits for it.
    ///
    /// - Throws: what the store throws; from where it did, nothing is stored.
    func finish() throws(AdapterError) {
        do {
            try store()
            try settle()
        } catch {
            throw unstored(error)
        }
    }

    private func unstored(_ error: any Error) -> AdapterError {
        // What follows rests on what could not be stored.
        gathered = nil
        return AdapterError(.local, "\(dataset) could not be stored: \(error)")
    }

    /// Begins to store what is gathered, once what was before it is.
    private func store() throws {
        try settle()
        guard let batch = gathered else { return }
        gathered = nil
        gatheredBytes = 0
        begun = rows
        let store = ingestor.store
        storing = Ahead { try store.commit(batch) }
    }

    private func settle() throws {
        guard let storing else { return }
        self.storing = nil
        outcome.add(try storing.value())
        report(SyncProgress(dataset: dataset, rows: rows, outcome: outcome))
    }

    private enum Taken: Sendable {
        case version(ReceivedVersion, [Drift])
        case rejected(QuarantineEntry)
    }

    private func prepare(_ batch: PullBatch) throws -> StoreBatch {
        let now = ingestor.now()
        let progress = batch.progress
        var prepared = StoreBatch(
            dataset: dataset,
            run: run,
            receivedAt: now,
            position: batch.position?.bytes,
            progress: StoredProgress(
                completeUpTo: progress.completeUpTo,
                incomplete: progress.incomplete,
                announcements: progress.announcements
            )
        )
        let (adapter, digester, file, kept) = (adapter, ingestor.digester, file, ingestor.options.limits.kept)
        let width = batch.records.count < 64 ? 1 : ingestor.options.width
        let taken = try batch.records.parallelMap(width: width) {
            Self.normalise($0, by: adapter, digester: digester, file: file, now: now, kept: kept)
        }
        prepared.versions.reserveCapacity(taken.count)
        for one in taken {
            switch one {
            case .version(let version, let drift):
                prepared.versions.append(version)
                for drift in drift { prepared.events.append(.drift(kind: drift.kind, name: drift.name, sample: "")) }
            case .rejected(let entry):
                prepared.quarantined.append(entry)
                if let key = entry.key { prepared.events.append(.shown(key)) }
            }
        }
        for fault in batch.faults {
            prepared.quarantined.append(
                QuarantineEntry(
                    dataset: dataset,
                    place: fault.place,
                    key: fault.key,
                    modified: fault.modified,
                    sequence: fault.sequence,
                    rule: fault.rule,
                    message: fault.message,
                    original: fault.original,
                    firstSeen: now
                )
            )
            if let key = fault.key { prepared.events.append(.shown(key)) }
        }
        // After what was shown: a complete read may end with this batch.
        prepared.events += batch.events.map { $0.stored(allowedShare: ingestor.options.allowedWithdrawals) }
        return prepared
    }

    private static func normalise(
        _ record: SourceRecord,
        by adapter: any SourceAdapter,
        digester: VersionDigester,
        file: Int64?,
        now: Int64,
        kept: Int
    ) -> Taken {
        do {
            let row = try adapter.normalise(record)
            let digest = digester.digest(of: record, hasRestrictedKey: row.hasRestrictedKey)
            let version = RecordVersion(
                digest: digest,
                operation: record.operation,
                modified: record.modified,
                sequence: record.sequence,
                content: record.operation == .record ? row.record : nil
            )
            return .version(
                ReceivedVersion(
                    key: record.key,
                    hasRestrictedKey: row.hasRestrictedKey,
                    version: version,
                    original: record.original,
                    place: record.place,
                    file: file
                ),
                row.drift
            )
        } catch {
            return .rejected(
                QuarantineEntry(
                    dataset: record.dataset,
                    place: record.place,
                    key: record.key,
                    modified: record.modified,
                    sequence: record.sequence,
                    rule: error.rule,
                    message: error.field.map { "\($0): \(error.message)" } ?? error.message,
                    original: Array(record.original.prefix(kept)),
                    firstSeen: now
                )
            )
        }
    }
}

extension PullEvent {
    fileprivate func stored(allowedShare: Double) -> StoreEvent {
        switch self {
        case .completeReadBegan: .completeReadBegan
        case .completeReadEnded(let time, let sequence, let hadUnreadableKeys):
            .completeReadEnded(
                time: time,
                sequence: sequence,
                hadUnreadableKeys: hadUnreadableKeys,
                allowedShare: allowedShare
            )
        case .fileBegan(let number, let name, let digest): .fileBegan(number: number, name: name, digest: digest)
        case .fileEnded(let number): .fileEnded(number: number)
        case .refused(let what, let why): .refused(what: what, why: why)
        case .drift(let kind, let name, let sample): .drift(kind: kind, name: name, sample: sample)
        }
    }
}

extension StoreBatch {
    /// Takes on what follows, if it may be stored together with this.
    ///
    /// - Returns: false, and nothing taken, where this batch has events after which nothing may come, or rows in
    ///   quarantine that a later version may settle.
    fileprivate mutating func append(_ other: StoreBatch) -> Bool {
        guard quarantined.isEmpty, events.allSatisfy(\.isIndependent) else { return false }
        versions += other.versions
        quarantined += other.quarantined
        events += other.events
        position = other.position ?? position
        progress = other.progress ?? progress
        return true
    }
}

extension StoreEvent {
    /// Whether it matters nothing which rows come before it.
    fileprivate var isIndependent: Bool {
        switch self {
        case .shown, .drift: true
        default: false
        }
    }
}

extension CommitOutcome {
    mutating func add(_ other: CommitOutcome) {
        taken += other.taken
        unchanged += other.unchanged
        quarantined += other.quarantined
        withdrawnByAbsence += other.withdrawnByAbsence
        heldWithdrawals = max(heldWithdrawals, other.heldWithdrawals)
        newDrift += other.newDrift
    }
}
