internal import AdapterKit
internal import CreditModel
package import CreditStore

/// Takes what one pull hands over into the store: normalises, digests, quarantines, commits.
///
/// Belongs to the thread of its pull. It holds one batch at a time, and the adapter waits until that is durable.
final class StoreSink: PullSink {
    private let run: String
    private let dataset: DatasetID
    private let context: Context
    private let onCommit: (CommitOutcome) -> Void
    private var file: Int64?
    private var knownDrift: Set<Drift> = []
    private(set) var outcome = CommitOutcome()

    /// What all pulls of a sync share.
    struct Context: Sendable {
        let store: any CreditStore
        let adapter: any SourceAdapter
        let digests: VersionDigests
        /// The share of a source that a complete read may withdraw without a person's word.
        let allowedShare: Double
        /// Bytes of a refused row that are kept.
        let kept: Int
        let clock: @Sendable () -> Int64
    }

    init(run: String, dataset: DatasetID, context: Context, onCommit: @escaping (CommitOutcome) -> Void) {
        self.run = run
        self.dataset = dataset
        self.context = context
        self.onCommit = onCommit
    }

    func take(_ batch: PullBatch) throws(AdapterError) {
        let now = context.clock()
        var stored = StoreBatch(
            dataset: dataset,
            run: run,
            receivedAt: now,
            position: batch.position?.bytes,
            progress: StoredProgress(
                completeUpTo: batch.progress.completeUpTo,
                incomplete: batch.progress.incomplete,
                announcements: batch.progress.announcements
            )
        )
        stored.versions.reserveCapacity(batch.records.count)
        for record in batch.records { take(record, into: &stored, at: now) }
        for fault in batch.faults {
            if let key = fault.key { stored.events.append(.shown(key)) }
            stored.quarantined.append(
                QuarantineEntry(
                    dataset: dataset,
                    place: fault.place,
                    key: fault.key,
                    rule: fault.rule,
                    message: fault.message,
                    original: Array(fault.original.prefix(context.kept)),
                    firstSeen: now
                )
            )
        }
        stored.events += batch.events.map(storeEvent)
        do {
            let done = try context.store.commit(stored)
            outcome.add(done)
            onCommit(done)
        } catch {
            throw AdapterError(.local, "The store took nothing of this batch: \(error)")
        }
    }

    private func take(_ record: SourceRecord, into batch: inout StoreBatch, at now: Int64) {
        do throws(RowRejection) {
            let row = try context.adapter.normalise(record)
            let digest = context.digests.digest(of: record, isRestricted: row.hasRestrictedKey)
            batch.versions.append(
                ReceivedVersion(
                    key: record.key,
                    hasRestrictedKey: row.hasRestrictedKey,
                    version: RecordVersion(
                        digest: digest,
                        operation: record.operation,
                        modified: record.modified,
                        sequence: record.sequence,
                        content: row.record
                    ),
                    original: record.original,
                    place: record.place,
                    file: file
                )
            )
            for drift in row.drift where knownDrift.insert(drift).inserted {
                batch.events.append(.drift(kind: drift.kind, name: drift.name, sample: "\(record.place)"))
            }
        } catch {
            // It counts as shown although it was refused: its absence from the store must not withdraw what was taken before.
            batch.events.append(.shown(record.key))
            batch.quarantined.append(
                QuarantineEntry(
                    dataset: dataset,
                    place: record.place,
                    key: record.key,
                    rule: error.rule,
                    message: error.field.map { "\($0): \(error.message)" } ?? error.message,
                    original: Array(record.original.prefix(context.kept)),
                    firstSeen: now
                )
            )
        }
    }

    private func storeEvent(_ event: PullEvent) -> StoreEvent {
        switch event {
        case .completeReadBegan: return .completeReadBegan
        case .completeReadEnded(let time, let sequence, let hadUnreadableKeys):
            return .completeReadEnded(
                time: time,
                sequence: sequence,
                hadUnreadableKeys: hadUnreadableKeys,
                allowedShare: context.allowedShare
            )
        case .fileBegan(let number, let name, let digest):
            file = number
            return .fileBegan(number: number, name: name, digest: digest)
        case .fileEnded(let number):
            file = nil
            return .fileEnded(number: number)
        case .refused(let what, let why): return .refused(what: what, why: why)
        case .drift(let kind, let name, let sample): return .drift(kind: kind, name: name, sample: sample)
        }
    }
}

extension CommitOutcome {
    /// Adds what another commit did.
    package mutating func add(_ other: CommitOutcome) {
        taken += other.taken
        unchanged += other.unchanged
        quarantined += other.quarantined
        withdrawnByAbsence += other.withdrawnByAbsence
        heldWithdrawals += other.heldWithdrawals
        newDrift += other.newDrift
    }
}
