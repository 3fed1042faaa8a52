import AdapterKit
import AdapterRegistry
import AgencySimulator
import CreditModel
import CreditStore
import Foundation
import Ingestion
import SQLiteStore
import Testing

/// Agencies share nothing but the store.
@Suite("Agencies that fail")
struct FaultyNeighboursTests {
    @Test(
        "Two agencies that hang do not delay the other two: these end while those still hang",
        .timeLimit(.minutes(5)),
        arguments: [
            ([AgencyID.hongdun, .statetax], Fault.Kind.hang(600)), ([.localtax, .quality], .hang(600)),
            ([.hongdun, .localtax], .stall(100, seconds: 600)),
        ]
    )
    func hanging(_ silent: [AgencyID], _ kind: Fault.Kind) async throws {
        let server = try await AgencyServer.start(
            AgencyServer.Options(
                population: try SimulatedPopulation(seed: 22, enterprises: 10),
                seed: 22,
                at: FaultDesk.day
            )
        )
        for agency in silent { server.script(Fault(agency: agency, times: .max, kind: kind)) }
        let folder = NSTemporaryDirectory() + "neighbours-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        let well = AdapterRegistry.all.filter { !silent.contains($0.descriptor.id) }
            .flatMap { $0.descriptor.datasets.map { $0.id } }
        var options = Ingestor.Options(spoolFolder: folder + "/spool")
        // Patient with the silent: nothing but the others' end stops the sync.
        options.limits = .patient
        let ingestor = Ingestor(
            store: store,
            adapters: try adapters(server),
            options: options,
            secret: Exchange.secret,
            now: { 1_530_400_000 },
            random: { .random(in: .min ... .max) },
            sleep: { _ in },
            isStopped: {
                let ended = (try? store.runs(limit: 100))?.map(\.dataset) ?? []
                return Set(well).isSubset(of: ended)
            }
        )
        let report = try await blocking { ingestor.sync() }
        await server.stop()
        for run in report.runs {
            if silent.contains(run.dataset.agency) {
                #expect(run.error.hasPrefix("stopped: "), "\(run.dataset): \(run.error)")
            } else {
                #expect(run.error == "", "\(run.dataset)")
            }
        }
        #expect(Set(report.runs.filter(\.error.isEmpty).map(\.dataset)) == Set(well))
        // Each silent one was asked once, for its first dataset, and never answered.
        for agency in silent { #expect(server.requests(agency) == 1) }
    }

    private func adapters(_ server: AgencyServer) throws -> [AgencyID: any SourceAdapter] {
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
                    since: agency == .statetax ? Day("2018-01-01") : nil
                )
            )
        }
        return adapters
    }
}
