import AdapterKit
import AdapterRegistry
import AgencySimulator
import CreditModel
import CreditStore
import Foundation
import Ingestion
import SQLiteStore
import Synchronization
import Testing

/// Rows are modified, added and doubled between any two requests; what is read in the end is what the agencies show.
@Suite("Agencies that never rest")
struct RestlessTests {
    @Test("Whatever moves while it is read, the store ends with each agency's table", .timeLimit(.minutes(20)))
    func everyRow() async throws {
        let seeds = UInt64(1)...100
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in UInt64(0)..<2 {
                group.addTask {
                    for seed in seeds where seed % 2 == lane { try await Self.check(seed) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func check(_ seed: UInt64) async throws {
        let desk = try await RestlessDesk(seed: seed)
        try desk.server.makeRestless()
        let first = await desk.pull()
        #expect(first.isEmpty, "seed \(seed): \(first)")
        desk.server.rest()
        let second = await desk.pull()
        #expect(second.isEmpty, "seed \(seed): \(second)")
        for (dataset, difference) in try desk.differences() {
            Issue.record("seed \(seed), page size \(desk.pageSize): \(dataset) \(difference)")
        }
        try await desk.close()
    }
}

/// Four simulated agencies, their adapters, and a store.
private final class RestlessDesk: Sendable {
    let server: AgencyServer
    let pageSize: Int
    private let folder: String
    private let store: SQLiteStore
    private let ingestor: Ingestor
    /// 国税 is read from here on; a window a month from the year 2000 on would take the test's whole time.
    private let since = Day("2018-04-01")

    init(seed: UInt64) async throws {
        // Small pages, so that every row may slide past a page's end.
        let pageSize = 5 + Int(seed % 9)
        self.pageSize = pageSize
        folder = NSTemporaryDirectory() + "restless-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let day = try #require(Day("2018-06-01"))
        let server = try await AgencyServer.start(
            AgencyServer.Options(
                population: try SimulatedPopulation(seed: seed, enterprises: 16),
                seed: seed,
                at: day,
                data: folder + "/agencies"
            )
        )
        self.server = server
        store = try SQLiteStore(path: folder + "/store.sqlite")
        var adapters: [AgencyID: any SourceAdapter] = [:]
        for type in AdapterRegistry.all {
            let agency = type.descriptor.id
            adapters[agency] = try type.init(
                SourceConfiguration(
                    agency: agency,
                    baseURL: server.baseURL(agency),
                    token: Secret("suixin-token"),
                    user: "suixin",
                    password: Secret("suixin-password"),
                    since: agency == .statetax ? since : nil,
                    pageSize: pageSize
                )
            )
        }
        var options = Ingestor.Options(spoolFolder: folder + "/spool")
        options.retry.firstDelay = 1
        options.retry.longestDelay = 2
        options.width = 1
        let counter = Mutex(seed)
        ingestor = Ingestor(
            store: store,
            adapters: adapters,
            options: options,
            secret: Array("secret".utf8),
            now: { 0 },
            random: {
                counter.withLock { number in
                    number += 1
                    return number &* 0x9E37_79B9_7F4A_7C15
                }
            },
            sleep: { _ in }
        )
    }

    func close() async throws {
        await server.stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// - Returns: the runs that failed.
    func pull() async -> [String] {
        let ingestor = ingestor
        return await withCheckedContinuation { done in
            // A pull blocks, so it has a thread of its own.
            Thread.detachNewThread {
                done.resume(returning: ingestor.sync().failures.map { "\($0.dataset): \($0.error)" })
            }
        }
    }

    /// What the store shows and what the agency shows, where they are not the same.
    func differences() throws -> [(DatasetID, String)] {
        var found: [(DatasetID, String)] = []
        for dataset in AdapterRegistry.all.flatMap({ $0.descriptor.datasets.map(\.id) }) {
            let table = try server.table(dataset.agency, dataset.name)
            let shown = try shown(dataset)
            let earliest = dataset.agency == .statetax ? since.map { LocalTime($0) } : nil
            for (key, row) in table where !row.isUnreadable && row.modified >= earliest ?? row.modified {
                guard shown[key] != row.modified else { continue }
                found.append((dataset, "\(key) of \(row.modified): \(shown[key].map { "\($0)" } ?? "missing")"))
            }
            for key in shown.keys where table[key] == nil { found.append((dataset, "\(key) is shown no more")) }
        }
        return found
    }

    private func shown(_ dataset: DatasetID) throws -> [RecordKey: LocalTime] {
        var shown: [RecordKey: LocalTime] = [:]
        var last: RecordKey?
        while true {
            let page = try store.shownRecords(of: dataset, after: last, limit: 1000)
            for (key, digest) in page {
                let history = try #require(try store.history(of: dataset, key: key))
                shown[key] = history.versions.first { $0.digest == digest }?.modified
            }
            guard let end = page.last else { return shown }
            last = end.key
        }
    }
}
