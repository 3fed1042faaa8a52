package import AdapterKit
package import CreditModel

/// What a store would hold: versions by key, absences, files, the position.
package final class MemorySink: PullSink {
    package private(set) var batches: [PullBatch] = []
    package private(set) var position: Position?
    package private(set) var events: [PullEvent] = []
    package private(set) var faults: [FaultyRow] = []
    private var versions: [RecordKey: [RecordVersion]] = [:]
    private var shown: Set<RecordKey>?
    /// Ends the pull after so many batches, as a kill would.
    package var batchesLeft = Int.max
    /// Batches that came after it wanted no more.
    package private(set) var ignored = 0

    package init() {}

    package func take(_ batch: PullBatch) throws(AdapterError) {
        guard batchesLeft > 0 else {
            ignored += 1
            throw AdapterError(.stopped, "enough")
        }
        batchesLeft -= 1
        batches.append(batch)
        for record in batch.records {
            shown?.insert(record.key)
            let text = record.fields.map { "\($0.name)=\($0.text)" }.joined(separator: ";")
            let digest = VersionDigest(text: "\(record.operation) \(record.modified) \(text)")
            let content = CreditRecord(subjects: [], facts: [Fact("raw", .text(text))])
            add(
                RecordVersion(
                    digest: digest,
                    operation: record.operation,
                    modified: record.modified,
                    sequence: record.sequence,
                    content: record.operation == .record ? content : nil
                ),
                to: record.key
            )
        }
        for fault in batch.faults {
            if let key = fault.key { shown?.insert(key) }
        }
        faults += batch.faults
        for event in batch.events { apply(event) }
        events += batch.events
        if let position = batch.position { self.position = position }
    }

    private func add(_ version: RecordVersion, to key: RecordKey) {
        if !versions[key, default: []].contains(where: { $0.digest == version.digest }) {
            versions[key, default: []].append(version)
        }
    }

    private func apply(_ event: PullEvent) {
        switch event {
        case .completeReadBegan: shown = []
        case .completeReadEnded(let time, let sequence, let hadUnreadableKeys):
            if let shown, !hadUnreadableKeys {
                for key in versions.keys where !shown.contains(key) {
                    let digest = VersionDigest(text: "absence \(time) \(sequence)")
                    add(
                        RecordVersion(
                            digest: digest,
                            operation: .absence,
                            modified: time,
                            sequence: sequence,
                            content: nil
                        ),
                        to: key
                    )
                }
            }
            shown = nil
        default: break
        }
    }

    /// The keys that the agency shows now.
    package var keys: [String] {
        versions.filter { key, versions in
            RecordHistory(
                dataset: DatasetID(.hongdun, "x"),
                key: key,
                hasRestrictedKey: false,
                versions: versions
            ).isShown
        }.keys.map(\.text).sorted()
    }

    package var progress: SourceProgress? { batches.last?.progress }
    package var records: [SourceRecord] { batches.flatMap(\.records) }
    package var refusals: [String] {
        events.compactMap { event in
            if case .refused(let what, _) = event { what } else { nil }
        }
    }
}
