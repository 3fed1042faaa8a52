import AdapterKit
import AdapterRegistry
import AgencySimulator
import CanonicalJSON
import CreditModel
import CreditStore
import Derivation
import Foundation
import Ingestion
import Logging
import Publication
import SQLiteStore
import Signing
import Synchronization

/// Four simulated agencies with a small population.
func simulatedAgencies(seed: UInt64 = 5, enterprises: Int = 150) async throws -> AgencyServer {
    try await AgencyServer.start(
        AgencyServer.Options(
            population: try SimulatedPopulation(seed: seed, enterprises: enterprises),
            seed: seed,
            at: Exchange.june
        )
    )
}

/// Does blocking work on a thread of its own.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Swift.Result { try work() }) }
    }
}

/// Texts that a log handler was given.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: String { lines.withLock { $0.joined(separator: "\n") } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct KeptLog: LogHandler {
    let kept: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { kept.add("\(event.message) \(event.metadata ?? [:])") }
}

/// One installation of the exchange in a folder of its own: everything but the command line.
final class Exchange: Sendable {
    static let june = Day(year: 2018, month: 6, day: 1) ?? LocalTime(posix: 0).day
    static let july = Day(year: 2018, month: 7, day: 1) ?? LocalTime(posix: 0).day
    static let issuer = "https://credit.example"
    static let secret = Array("a secret of at least thirty-two bytes".utf8)

    let folder: String
    let store: any CreditStore
    let log = LogLines()
    private let clock = Mutex<Int64>(1_530_400_000)
    private let adapters: [AgencyID: any SourceAdapter]

    /// Opens an exchange in a folder of its own; `change` alters where and by what credentials agencies are reached.
    init(_ server: AgencyServer, change: (inout SourceConfiguration) -> Void = { _ in }) throws {
        folder = NSTemporaryDirectory() + "exchange-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder + "/store.sqlite")
        var ring = try KeyRing(folder: folder + "/keys")
        try ring.create(created: 1_530_400_000)
        var adapters: [AgencyID: any SourceAdapter] = [:]
        for type in AdapterRegistry.all {
            let agency = type.descriptor.id
            var configuration = SourceConfiguration(
                agency: agency,
                baseURL: server.baseURL(agency),
                token: Secret("suixin-token"),
                user: "suixin",
                password: Secret("suixin-password")
            )
            change(&configuration)
            adapters[agency] = try type.init(configuration)
        }
        self.adapters = adapters
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var now: Int64 { clock.withLock { $0 } }
    func wait(seconds: Int64) { clock.withLock { $0 += seconds } }

    var publisher: Publisher {
        let keys = folder + "/keys"
        return Publisher(
            store: store,
            issuer: Exchange.issuer,
            signingKey: { try KeyRing(folder: keys).signingKey },
            datasets: AdapterRegistry.all.flatMap { $0.descriptor.datasets.map(\.id) }
        )
    }

    var keys: KeySet { get throws { try KeyRing(folder: folder + "/keys").keySet } }

    /// Pulls, derives on the day, signs, publishes the status.
    @discardableResult
    func sync(on day: Day) async throws -> Synced {
        try await blocking { [self] in
            let report = ingestor.sync()
            let now = now
            let derived = try Deriver(store: store, secret: Exchange.secret) { now }.derive(on: day)
            let publisher = publisher
            let signed = try publisher.signProfiles(at: now)
            let status = try publisher.publishStatus(at: now, day: day)
            return Synced(report: report, derived: derived, signed: signed, status: status)
        }
    }

    struct Synced: Sendable {
        let report: SyncReport
        let derived: Deriver.Progress
        let signed: Int
        let status: SignedStatus
        var taken: Int { report.runs.reduce(0) { $0 + $1.outcome.taken } }
    }

    private var ingestor: Ingestor {
        var options = Ingestor.Options(spoolFolder: folder + "/spool")
        options.retry.firstDelay = 1
        options.retry.longestDelay = 2
        options.retry.attempts = 3
        options.retry.longestRetryAfter = 10
        let log = log
        return Ingestor(
            store: store,
            adapters: adapters,
            options: options,
            secret: Exchange.secret,
            now: { [self] in now },
            random: { UInt64.random(in: .min ... .max) },
            sleep: { _ in },
            logger: Logger(label: "test") { _ in KeptLog(kept: log) }
        )
    }

    /// Every profile's bytes by id.
    func profiles() throws -> [EnterpriseID: [UInt8]] {
        var found: [EnterpriseID: [UInt8]] = [:]
        var last: EnterpriseID?
        while true {
            let page = try store.profiles(after: last, limit: 500)
            guard let end = page.last else { return found }
            for profile in page { found[profile.id] = profile.bytes }
            last = end.id
        }
    }

    /// Every record in a profile, and whose it is; what is in two profiles is in `doubled`.
    func members() throws -> (of: [RecordReference: EnterpriseID], doubled: [RecordReference]) {
        var owners: [RecordReference: EnterpriseID] = [:]
        var doubled: [RecordReference] = []
        for id in try profiles().keys {
            for member in try store.members(of: id)
            where owners.updateValue(id, forKey: member.record) != nil {
                doubled.append(member.record)
            }
        }
        return (owners, doubled)
    }

    func path(_ name: String) -> String { folder + "/" + name }

    func lines(_ name: String) throws -> [JSONValue] {
        try Data(contentsOf: URL(filePath: path(name))).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    }
}
