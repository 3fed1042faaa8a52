internal import AdapterKit
internal import CreditModel
internal import CreditStore
internal import ServiceKit
internal import Synchronization

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
    /// What is being stored, and what is made ready for it.
    private var storing: [Ahead<CommitOutcome>] = []
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
        var failure: (any Error)?
        do { try store() } catch { failure = error }
        // Whatever fails, nothing of this pull is under way when it has ended.
        while !storing.isEmpty {
            do { try settle(storing.removeFirst()) } catch { failure = failure ?? error }
        }
        if rows >= Self.rowsAtOnce { FreedMemory.giveBack() }
        if let failure { throw unstored(failure) }
    }

    private func unstored(_ error: any Error) -> AdapterError {
        // What follows rests on what could not be stored.
        gathered = []
        return AdapterError(.local, "\(dataset) could not be stored: \(error)")
    }

    /// Begins to store what is gathered: it is made ready while what was before it is stored.
    private func store() throws {
        // Of what is under way there is never more than one that is stored and one that is made ready.
        if storing.count > 1 { try settle(storing.removeFirst()) }
        guard !gathered.isEmpty else { return }
        let batches = Mutex(gathered)
        gathered = []
        gatheredBytes = 0
        begun = rows
        let (store, before) = (ingestor.store, storing.last)
        let preparer = BatchPreparer(ingestor, adapter: adapter, dataset: dataset, run: run)
        storing.append(
            Ahead {
                // Taken out, so that each is let go as soon as it is prepared.
                let batches = batches.withLock { batches in
                    defer { batches = [] }
                    return batches
                }
                return try store.commit(Self.prepared(batches, by: preparer)) { _ = try before?.value() }
            }
        )
    }

    private static func prepared(
        _ batches: consuming [(batch: PullBatch, file: Int64?)],
        by preparer: BatchPreparer
    ) throws -> [StoreBatch] {
        var prepared: [StoreBatch] = []
        batches.reverse()
        while let (batch, file) = batches.popLast() {
            let next = try preparer.prepare(batch, file: file)
            // Events apply after the rows of their own batch, so nothing may join behind them.
            if let last = prepared.indices.last, prepared[last].append(next) { continue }
            prepared.append(next)
        }
        return prepared
    }

    private func settle(_ one: Ahead<CommitOutcome>) throws {
        outcome.add(try one.value())
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
