import AdapterKit
import CreditModel
import CreditStore
import Foundation
import Ingestion
import SQLiteStore
import Synchronization
import Testing

/// An agency of two datasets that hands over what the test wrote down.
private struct ScriptedAdapter: SourceAdapter {
    static let good = DatasetID(AgencyID(rawValue: "scripted"), "good")
    static let bad = DatasetID(AgencyID(rawValue: "scripted"), "bad")
    static let descriptor = AgencyDescriptor(
        id: good.agency,
        title: "脚本",
        englishTitle: "Scripted",
        datasets: [bad, good].map { DatasetDescriptor(id: $0, title: "", englishTitle: "") },
        schema: []
    )

    init(_ configuration: SourceConfiguration) throws(AdapterError) {}

    func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        if request.dataset == Self.bad { throw AdapterError(.unreachable, "nobody answers") }
        let start = request.position.map { Int($0.bytes[0]) } ?? 0
        let names = ["甲", "坏", "乙"]
        for index in start..<names.count {
            let place = RowPlace(document: "page", row: index + 1, line: 1)
            let record = SourceRecord(
                dataset: Self.good,
                key: RecordKey(["\(index)"]),
                operation: .record,
                modified: LocalTime(seconds: 1),
                sequence: 0,
                fields: [RawField("NAME", names[index])],
                original: Array(names[index].utf8),
                place: place
            )
            try sink.take(
                PullBatch(dataset: Self.good, records: [record], position: Position(bytes: [UInt8(index + 1)]))
            )
        }
    }

    func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        let name = record.fields[0].text
        if name == "坏" { throw RowRejection(rule: "name-bad", field: "NAME", message: "bad") }
        return NormalisedRow(
            record: CreditRecord(subjects: [Subject(role: .subject, name: name)], facts: []),
            hasRestrictedKey: false,
            drift: [Drift(kind: "field", name: "NEU")]
        )
    }
}

/// The operator's wish that a run may end.
private final class StopFlag: Sendable {
    let isSet = Atomic(false)
}

@Suite("Ingestion takes what agencies hand over")
struct IngestionTests {
    @Test("A bad row is quarantined, a bad dataset stops no other, and the next run goes on where the last ended")
    func sync() throws {
        let folder = NSTemporaryDirectory() + "ingestion-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        let agency = ScriptedAdapter.good.agency
        let adapter = try ScriptedAdapter(SourceConfiguration(agency: agency, baseURL: "http://localhost"))
        let ingestor = Ingestor(
            store: store,
            adapters: [agency: adapter],
            options: Ingestor.Options(spoolFolder: folder + "/spool"),
            secret: Array("secret".utf8),
            now: { 7 },
            random: { 1 },
            sleep: { _ in }
        )
        let report = ingestor.sync()
        #expect(report.runs.map(\.dataset) == [ScriptedAdapter.bad, ScriptedAdapter.good])
        #expect(report.failures.map(\.dataset) == [ScriptedAdapter.bad])
        let good = try #require(report.runs.last)
        #expect(good.outcome.taken == 2 && good.outcome.quarantined == 1 && good.outcome.newDrift.count == 1)
        let state = try store.sourceState(of: ScriptedAdapter.good)
        #expect(state.position == [3] && state.records == 2 && state.openQuarantine == 1 && state.lastSuccess == 7)
        #expect(try store.sourceState(of: ScriptedAdapter.bad).lastError.contains("nobody answers"))
        let entries = try store.quarantine(QuarantineFilter())
        #expect(entries.map(\.rule) == ["name-bad"])
        let entry = try #require(entries.first)
        #expect(entry.dataset == ScriptedAdapter.good && entry.key == RecordKey(["1"]) && entry.firstSeen == 7)
        #expect(entry.place == RowPlace(document: "page", row: 2, line: 1))
        #expect(entry.original == Array("坏".utf8) && entry.message == "NAME: bad")
        let again = ingestor.sync()
        #expect(again.runs.last?.outcome == CommitOutcome())
        #expect(try store.runs(limit: 10).count == 4)
    }

    @Test("Told to stop, it stops between two batches, keeps what was stored, and goes on there next time")
    func stop() throws {
        let folder = NSTemporaryDirectory() + "ingestion-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        let agency = ScriptedAdapter.good.agency
        let adapter = try ScriptedAdapter(SourceConfiguration(agency: agency, baseURL: "http://localhost"))
        let stop = StopFlag()
        let ingestor = Ingestor(
            store: store,
            adapters: [agency: adapter],
            options: Ingestor.Options(spoolFolder: folder + "/spool"),
            secret: Array("secret".utf8),
            now: { 7 },
            random: { 1 },
            sleep: { _ in },
            isStopped: { stop.isSet.load(ordering: .relaxed) }
        )
        let report = ingestor.sync(datasets: [ScriptedAdapter.good]) { _ in
            stop.isSet.store(true, ordering: .relaxed)
        }
        #expect(report.failures.count == 1)
        #expect(report.runs.first?.error.contains("stopped") == true)
        #expect(try store.sourceState(of: ScriptedAdapter.good).lastError.isEmpty, "it says nothing about the source")
        #expect(try store.sourceState(of: ScriptedAdapter.good).lastSuccess == nil)
        #expect(try store.sourceState(of: ScriptedAdapter.good).position == [1])
        #expect(ingestor.sync().runs.isEmpty)
        stop.isSet.store(false, ordering: .relaxed)
        #expect(ingestor.sync(datasets: [ScriptedAdapter.good]).failures.isEmpty)
        #expect(try store.sourceState(of: ScriptedAdapter.good).position == [3])
        #expect(try store.counts().records == 2)
    }

    @Test("The digest of a row that holds a person's number is the installation's own; any other row's is everybody's")
    func digests() {
        let record = SourceRecord(
            dataset: ScriptedAdapter.good,
            key: RecordKey(["1"]),
            operation: .record,
            modified: LocalTime(seconds: 1),
            sequence: 0,
            fields: [RawField("NAME", "甲"), RawField("TEL", "13800138000")],
            original: [],
            place: RowPlace(document: "page", row: 1, line: 1)
        )
        func digest(_ secret: String, isPersonal: Bool) -> VersionDigest {
            VersionDigester(secret: Array(secret.utf8)).digest(of: record, isPersonal: isPersonal)
        }
        #expect(digest("a", isPersonal: false) == digest("b", isPersonal: false))
        #expect(digest("a", isPersonal: true) != digest("b", isPersonal: true))
        #expect(digest("a", isPersonal: true) == digest("a", isPersonal: true))
        #expect(digest("a", isPersonal: true) != digest("a", isPersonal: false))
    }
}
