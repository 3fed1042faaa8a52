public import CreditModel

/// Collects what a pull reads and hands it over in batches, the position only with the rows that lead to it.
public final class PullWriter {
    private let request: PullRequest
    private let sink: any PullSink
    private var records: [SourceRecord] = []
    private var faults: [FaultyRow] = []
    /// How complete the source is; goes with every batch.
    public var progress = SourceProgress()

    /// Writes one pull's batches into `sink`.
    public init(_ request: PullRequest, into sink: any PullSink) {
        self.request = request
        self.sink = sink
    }

    /// Adds a decoded row.
    public func add(_ record: SourceRecord) throws(AdapterError) {
        records.append(record)
        try flushIfFull()
    }

    /// Adds a row that no record could be made of.
    public func add(_ fault: FaultyRow) throws(AdapterError) {
        faults.append(fault)
        try flushIfFull()
    }

    private func flushIfFull() throws(AdapterError) {
        if records.count + faults.count >= max(1, request.limits.batch) { try hand(events: [], position: nil) }
    }

    /// Hands over what is collected, then `events`, and the position that all of it leads to.
    public func flush(events: [PullEvent] = [], position: Position? = nil) throws(AdapterError) {
        guard !records.isEmpty || !faults.isEmpty || !events.isEmpty || position != nil else { return }
        try hand(events: events, position: position)
    }

    private func hand(events: [PullEvent], position: Position?) throws(AdapterError) {
        let batch = PullBatch(
            dataset: request.dataset,
            records: records,
            faults: faults,
            events: events,
            position: position,
            progress: progress
        )
        records.removeAll(keepingCapacity: true)
        faults.removeAll(keepingCapacity: true)
        try sink.take(batch)
    }
}

extension FaultyRow {
    /// A broken row, with its key and time if its bytes tell them.
    public init(
        _ broken: BrokenRow,
        document: String,
        key: RecordKey?,
        modified: LocalTime?,
        sequence: Int64 = 0
    ) {
        self.init(
            place: RowPlace(document: document, row: broken.row, line: broken.line),
            key: key,
            modified: modified,
            sequence: sequence,
            rule: broken.rule,
            message: broken.message,
            original: broken.original
        )
    }
}
