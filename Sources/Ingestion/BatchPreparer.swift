internal import AdapterKit
internal import CreditModel
internal import CreditStore
internal import ServiceKit

/// Makes what a store takes of what a pull hands over: normalises, and sets apart what cannot be.
struct BatchPreparer: Sendable {
    private let ingestor: Ingestor
    private let adapter: any SourceAdapter
    private let dataset: DatasetID
    private let run: String

    init(_ ingestor: Ingestor, adapter: any SourceAdapter, dataset: DatasetID, run: String) {
        self.ingestor = ingestor
        self.adapter = adapter
        self.dataset = dataset
        self.run = run
    }

    private enum Taken: Sendable {
        case version(ReceivedVersion, [Drift])
        case rejected(QuarantineEntry)
    }

    func prepare(_ batch: PullBatch, file: Int64?) throws -> StoreBatch {
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
        let (adapter, digester, kept) = (adapter, ingestor.digester, ingestor.options.limits.kept)
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
            let digest = digester.digest(of: record, isPersonal: row.holdsPersonalText)
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
