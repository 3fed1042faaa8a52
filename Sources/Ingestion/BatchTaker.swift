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
    /// What waits to be stored, each batch with the file that its rows belong to, and the bytes of its rows.
    private var gathered: [(batch: PullBatch, file: Int64?)] = []
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
        gathered.append((batch, file))
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
        gathered = []
        return AdapterError(.local, "\(dataset) could not be stored: \(error)")
    }

    /// Begins to store what is gathered, once what was before it is.
    private func store() throws {
        try settle()
        guard !gathered.isEmpty else { return }
        let batches = gathered
        gathered = []
        gatheredBytes = 0
        begun = rows
        let (store, preparer) = (ingestor.store, BatchPreparer(ingestor, adapter: adapter, dataset: dataset, run: run))
        storing = Ahead {
            var outcome = CommitOutcome()
            var whole: StoreBatch?
            for (batch, file) in batches {
                let prepared = try preparer.prepare(batch, file: file)
                // Events apply after the rows of their own batch, so nothing may join behind them.
                if whole?.append(prepared) == true { continue }
                if let whole { outcome.add(try store.commit(whole)) }
                whole = prepared
            }
            if let whole { outcome.add(try store.commit(whole)) }
            return outcome
        }
    }

    private func settle() throws {
        guard let storing else { return }
        self.storing = nil
        outcome.add(try storing.value())
        report(SyncProgress(dataset: dataset, rows: rows, outcome: outcome))
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
