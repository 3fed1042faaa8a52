public import CreditModel

/// Collects what a pull reads and hands it over in batches, the position only with the rows that lead to it.
public final class PullWriter {
    private let request: PullRequest
    private let sink: any PullSink
    private var records: [SourceRecord] = []
    private var faults: [FaultyRow] = []
    /// Elements outside the rows that nobody knows: each is reported once a pull.
    private var strays: Set<String> = []
    private var strayEvents: [PullEvent] = []
    private static let mostStrays = 100
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

    /// Notes the elements outside of a document's rows that are none of the known ones, by their path.
    public func noteStrays(in head: FeedHead, knowing known: Set<String>) {
        for element in head.elements where !known.contains(element.path) && strays.count < Self.mostStrays {
            let path = String(element.path.prefix(120))
            if strays.insert(path).inserted { strayEvents.append(.drift(kind: "element", name: path, sample: "")) }
        }
    }

    private func flushIfFull() throws(AdapterError) {
        if records.count + faults.count >= max(1, request.limits.batch) { try hand(events: [], position: nil) }
    }

    /// Hands over what is collected, then `events`, and the position that all of it leads to.
    public func flush(events: [PullEvent] = [], position: Position? = nil) throws(AdapterError) {
        guard !records.isEmpty || !faults.isEmpty || !events.isEmpty || !strayEvents.isEmpty || position != nil else {
            return
        }
        try hand(events: events, position: position)
    }

    private func hand(events: [PullEvent], position: Position?) throws(AdapterError) {
        let batch = PullBatch(
            dataset: request.dataset,
            records: records,
            faults: faults,
            events: strayEvents + events,
            position: position,
            progress: progress
        )
        strayEvents = []
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
