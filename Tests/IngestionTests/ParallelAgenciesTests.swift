import AdapterKit
import CreditModel
import CreditStore
import Dispatch
import Foundation
import Ingestion
import SQLiteStore
import Synchronization
import Testing

/// Lets nobody go on before all are there.
private final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let complete = DispatchSemaphore(value: 0)
    private let count: Int

    init(of count: Int) {
        self.count = count
        missing = Mutex(count)
    }

    /// - Returns: whether all came; a test whose agencies wait for each other must end, too.
    func attend() -> Bool {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { for _ in 0..<count { complete.signal() } }
        return complete.wait(timeout: .now() + 120) == .success
    }
}

/// What was seen while the agencies handed over.
private final class Watch: Sendable {
    let isDone = Atomic(false)
    let readings = Mutex<[Int]>([])
    let progress = Mutex<[DatasetID: [Int]]>([:])
}

private protocol Town { static var name: String { get } }
private enum North: Town { static let name = "north" }
private enum East: Town { static let name = "east" }
private enum South: Town { static let name = "south" }
private enum West: Town { static let name = "west" }

/// An agency that hands over batches of rows once all agencies have begun.
private struct TownAdapter<Place: Town>: SourceAdapter {
    static var dataset: DatasetID { DatasetID(AgencyID(rawValue: Place.name), "rows") }
    static var descriptor: AgencyDescriptor {
        AgencyDescriptor(
            id: dataset.agency,
            title: "",
            englishTitle: Place.name,
            datasets: [DatasetDescriptor(id: dataset, title: "", englishTitle: "")],
            schema: []
        )
    }

    let meeting: Meeting
    static var batches: Int { 12 }
    static var rows: Int { 40 }

    init(_ configuration: SourceConfiguration) throws(AdapterError) { meeting = Meeting(of: 1) }
    init(_ meeting: Meeting) { self.meeting = meeting }

    func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard meeting.attend() else { throw AdapterError(.stopped, "the others did not come") }
        for batch in 0..<Self.batches {
            let records = (0..<Self.rows).map { row in
                SourceRecord(
                    dataset: Self.dataset,
                    key: RecordKey(["\(batch)-\(row)"]),
                    operation: .record,
                    modified: LocalTime(seconds: Int64(batch)),
                    sequence: 0,
                    fields: [RawField("NAME", "\(Place.name) \(row)")],
                    original: Array("\(Place.name) \(batch) \(row)".utf8),
                    place: RowPlace(document: "page \(batch)", row: row + 1, line: 1)
                )
            }
            let position = Position(bytes: [UInt8(batch)])
            try sink.take(PullBatch(dataset: Self.dataset, records: records, position: position))
        }
    }

    func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        let subject = Subject(role: .subject, name: record.fields[0].text)
        // The same stranger in all rows: each source reports it once.
        return NormalisedRow(
            record: CreditRecord(subjects: [subject], facts: []),
            hasRestrictedKey: false,
            drift: [Drift(kind: "field", name: "NEU")]
        )
    }
}

@Suite("Agencies side by side")
struct ParallelAgenciesTests {
    @Test("Four agencies hand over at once while others read, and nothing is lost or mixed up")
    func sideBySide() throws {
        let folder = NSTemporaryDirectory() + "ingestion-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        let meeting = Meeting(of: 4)
        let adapters: [any SourceAdapter] = [
            TownAdapter<North>(meeting), TownAdapter<East>(meeting), TownAdapter<South>(meeting),
            TownAdapter<West>(meeting),
        ]
        var options = Ingestor.Options(spoolFolder: folder + "/spool")
        options.width = 3
        let ingestor = Ingestor(
            store: store,
            adapters: Dictionary(uniqueKeysWithValues: adapters.map { (type(of: $0).descriptor.id, $0) }),
            options: options,
            secret: Array("secret".utf8),
            now: { 7 },
            random: { 1 },
            sleep: { _ in }
        )
        let watch = Watch()
        let reading = DispatchGroup()
        DispatchQueue.global().async(group: reading) {
            while !watch.isDone.load(ordering: .acquiring) {
                let count = (try? store.counts().records) ?? -1
                watch.readings.withLock { $0.append(count) }
            }
        }
        let report = ingestor.sync { step in
            watch.progress.withLock { $0[step.dataset, default: []].append(step.rows) }
        }
        watch.isDone.store(true, ordering: .releasing)
        reading.wait()

        let each = TownAdapter<North>.batches * TownAdapter<North>.rows
        #expect(report.failures.isEmpty && report.runs.count == 4)
        for run in report.runs {
            #expect(run.outcome.taken == each && run.outcome.newDrift.count == 1, "\(run.dataset)")
            let state = try store.sourceState(of: run.dataset)
            #expect(state.records == each && state.position == [UInt8(TownAdapter<North>.batches - 1)])
        }
        #expect(try store.counts().records == 4 * each)
        // A reader sees whole transactions, and never fewer records than before.
        let counts = watch.readings.withLock { $0 }
        #expect(counts == counts.sorted() && counts.allSatisfy { $0 % TownAdapter<North>.rows == 0 })
        for rows in watch.progress.withLock({ $0 }).values {
            #expect(rows == rows.sorted() && rows.last == each)
        }
    }
}
