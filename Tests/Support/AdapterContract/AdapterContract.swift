internal import AdapterKit
internal import CreditModel

/// What every adapter must do, whichever agency it reads: shown on the agency's sample feeds.
///
/// A new adapter is tested by having a sample under `Samples/Feeds` and a line in the registry, and by nothing else.
package struct AdapterContract: Sendable {
    /// The rules, each of which is a test of its own.
    package enum Rule: String, CaseIterable, Sendable {
        case expectedRecords = "gives the records that lie beside the sample"
        case cuts = "gives the same records however the bytes are cut"
        case provenance =
            "tells of each record where it stood, with its bytes, and reads these alone as it did in place"
        case brokenRow = "quarantines a malformed row with its bytes and key, and takes all others"
        case strangeElement = "takes every row beside an element that nobody knows, and reports that"
        case passingTrouble = "takes a row that comes whole the second time, and asks again where the agency is busy"
        case undecodableRow = "quarantines a row with bytes of no encoding, and takes all others"
        case oversizedRow = "quarantines rows over the limit, and keeps no more of them than told"
        case hostileDocument = "refuses what is cut, hostile or too large as a whole, and takes nothing of it"
        case refusals = "ends at once, and says why, where the agency refuses it or sends it elsewhere"
        case resuming = "goes on from each position, so that a kill after any batch loses and doubles nothing"
        case standingStill = "finds nothing new where nothing changed, and its position stays"
        case stopping = "ends within one batch when it is stopped"
        case batches = "hands over no more at once than it may"
        case configuration = "names the setting that is missing, and never a secret"
        case descriptor = "describes itself"
    }

    /// Where the rules look: one sample of the adapter.
    package let feed: SampleFeed
    static let secrets = ["t0ken-of-the-contract", "passw0rd-of-the-contract"]

    /// The contract of one sample's adapter.
    package init(_ feed: SampleFeed) { self.feed = feed }

    /// What breaks the rule, in words; empty where it holds.
    package func complaints(_ rule: Rule) async throws -> [String] {
        switch rule {
        case .expectedRecords: try await expectedRecords()
        case .cuts: try await cuts()
        case .provenance: try await provenance()
        case .brokenRow: try await brokenRow()
        case .strangeElement: try await strangeElement()
        case .passingTrouble: try await passingTrouble()
        case .undecodableRow: try await undecodableRow()
        case .oversizedRow: try await oversizedRow()
        case .hostileDocument: try await hostileDocument()
        case .refusals: try await refusals()
        case .resuming: try await resuming()
        case .standingStill: try await standingStill()
        case .stopping: try await stopping()
        case .batches: try await batches()
        case .configuration: try configuration()
        case .descriptor: descriptor()
        }
    }

    // MARK: Pulling

    func adapter(_ base: String) throws -> any SourceAdapter {
        try feed.adapter.init(
            SourceConfiguration(
                agency: feed.dataset.agency,
                baseURL: base,
                token: Secret(Self.secrets[0]),
                user: "user-of-the-contract",
                password: Secret(Self.secrets[1])
            )
        )
    }

    func agency(_ feed: SampleFeed, pieces: Int? = nil) async throws -> ScriptedAgency {
        try await ScriptedAgency(pieces: pieces) { question in
            feed.answer(question).map { ScriptedAgency.Reply(body: $0) } ?? ScriptedAgency.Reply(404)
        }
    }

    /// Pulls into a sink, and returns why the pull failed, if it did.
    func pulling(
        _ agency: ScriptedAgency,
        into sink: MemorySink,
        limits: FeedLimits = patientLimits,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) async throws -> AdapterError? {
        do {
            try await pull(adapter(agency.base), feed.dataset, into: sink, limits: limits, isStopped: isStopped)
            return nil
        } catch let error as AdapterError {
            return error
        }
    }

    /// What a pull of an undisturbed sample gives.
    func undisturbed() async throws -> MemorySink {
        let sink = MemorySink()
        if let error = try await pulling(agency(feed), into: sink) { throw error }
        guard !sink.records.isEmpty else { throw AdapterError(.local, "The sample of \(feed.dataset) has no record.") }
        return sink
    }

    /// What tells records apart, their places left out.
    static func text(_ record: SourceRecord) -> String {
        let fields = record.fields.map { "\($0.name)=\($0.text)" }.joined(separator: ";")
        return "\(record.key) \(record.operation) \(record.modified) \(record.sequence) \(fields)"
    }

    static func texts(_ records: [SourceRecord]) -> [String] { records.map(text) }
}

/// A complaint where it is not so.
func unless(_ isSo: Bool, _ words: @autoclosure () -> String) -> [String] { isSo ? [] : [words()] }
