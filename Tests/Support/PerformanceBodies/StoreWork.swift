import AdapterKit
import AdapterRegistry
public import CreditModel
import CreditStore
import Derivation
import Ingestion
import Logging
import Publication
import SQLiteStore
import ServiceKit
import Signing
import Synchronization

/// A whole sync in which the store works alone: everything that it is given is made ready before.
///
/// Pull, normalisation, derivation and signatures are those of a sync, in batches of the same sizes, but one after the other:
/// what is measured is the store's own time, which nothing else competes with.
public struct StoreWork {
    /// Where an agency is asked.
    public struct Source: Sendable {
        let configuration: SourceConfiguration
        /// Of an agency's name and what its configuration has.
        public init(agency: String, baseURL: String, token: String, user: String, password: String) {
            configuration = SourceConfiguration(
                agency: AgencyID(rawValue: agency),
                baseURL: baseURL,
                token: token.isEmpty ? nil : Secret(token),
                user: user.isEmpty ? nil : user,
                password: password.isEmpty ? nil : Secret(password)
            )
        }
    }

    /// Seconds that pieces of the store's work took.
    public struct Time: Sendable {
        /// On the wall, waiting for the disk included.
        public var wall = 0.0
        /// Of processors.
        public var processor = 0.0
        /// How many calls.
        public var calls = 0

        mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
            let (clock, processor) = (Processor.clock, Processor.seconds)
            defer {
                wall += Processor.clock - clock
                self.processor += Processor.seconds - processor
                calls += 1
            }
            return try work()
        }
    }

    /// What was done.
    public struct Report: Sendable {
        /// Batches of rows made durable, a transaction each.
        public var commit = Time()
        /// Components read to be derived.
        public var read = Time()
        /// What was derived and signed made durable, a transaction each.
        public var derived = Time()
        /// The store closed: its log carried over.
        public var close = Time()
        /// Rows that were new.
        public var taken = 0
        /// Profiles that were stored.
        public var profiles = 0
    }

    private let sources: [Source]
    private let folder: String
    private let day: Day
    /// As many components at once as a sync derives.
    private let componentsAtOnce = 400

    /// - Parameters:
    ///   - sources: The agencies.
    ///   - folder: Where the store is made, and spooled files lie.
    ///   - day: Of the profiles.
    public init(_ sources: [Source], folder: String, day: Day) {
        self.sources = sources
        self.folder = folder
        self.day = day
    }

    /// Fills a new store.
    public func run() throws -> Report {
        var report = Report()
        var store: SQLiteStore? = try SQLiteStore(path: "\(folder)/store.sqlite")
        if let store {
            try pull(into: store, &report)
            try derive(store, &report)
        }
        report.close.measure { store = nil }
        return report
    }

    private static let secret = [UInt8](repeating: 0x5A, count: 64)
    private static let now: Int64 = 1_530_000_000

    private func pull(into store: SQLiteStore, _ report: inout Report) throws {
        var logger = Logger(label: "performance")
        logger.logLevel = .critical
        for source in sources {
            guard let type = AdapterRegistry.adapter(source.configuration.agency) else {
                throw WorkError("there is no agency \(source.configuration.agency)")
            }
            let adapter = try type.init(source.configuration)
            for dataset in type.descriptor.datasets.map(\.id) {
                let gathering = GatheringStore(store)
                let ingestor = Ingestor(
                    store: gathering,
                    adapters: [dataset.agency: adapter],
                    options: Ingestor.Options(spoolFolder: "\(folder)/spool"),
                    secret: Self.secret,
                    now: { Self.now },
                    random: { UInt64.random(in: .min ... .max) },
                    sleep: { _ in },
                    logger: logger
                )
                let runs = ingestor.sync(datasets: [dataset])
                if let failure = runs.failures.first { throw WorkError("\(dataset): \(failure.error)") }
                for batch in gathering.gathered {
                    report.taken += try report.commit.measure { try store.commit(batch) }.taken
                }
                for run in runs.runs { try report.commit.measure { try store.finish(run) } }
            }
        }
    }

    private func derive(_ store: SQLiteStore, _ report: inout Report) throws {
        let key = try SigningKey(.es256)
        let publisher = Publisher(store: store, issuer: "https://suixin.example", signingKey: { key }, datasets: [])
        let sealing = try publisher.sealing { Self.now }
        let deriver = try Deriver(store: store, secret: Self.secret, sealing: sealing) { Self.now }
        let day = day
        while true {
            let components = try report.read.measure { try store.nextComponents(limit: componentsAtOnce, on: day) }
            guard !components.isEmpty else { return }
            let derivations = try components.parallelMap(width: 2) { deriver.derivation(of: $0, on: day) }
            try report.derived.measure { try store.store(derivations, at: Self.now) }
            report.profiles += derivations.reduce(0) { $0 + $1.profiles.count }
        }
    }
}
