package import CreditModel
internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// Four simulated agencies on one port of the loopback, until `stop()`.
package final class AgencyServer: Sendable {
    package struct Options: Sendable {
        package var population: any EnterprisePopulation
        package var seed: UInt64
        /// The agencies show what was visible at the end of this day.
        package var at: Day
        /// Where the index lies; nil for a temporary folder.
        package var data: String?
        package var port: Int
        package var credentials: AgencyCredentials
        package var wire: WireRates
        /// What else tells this population from others; an index of the same is used again.
        package var fingerprint: String
        /// Called with the share of the index that is built.
        package var progress: @Sendable (Double) -> Void

        package init(
            population: any EnterprisePopulation,
            seed: UInt64,
            at: Day,
            data: String? = nil,
            port: Int = 0,
            credentials: AgencyCredentials = .simulation,
            wire: WireRates = .standard,
            fingerprint: String = "",
            progress: @escaping @Sendable (Double) -> Void = { _ in }
        ) {
            self.population = population
            self.seed = seed
            self.at = at
            self.data = data
            self.port = port
            self.credentials = credentials
            self.wire = wire
            self.fingerprint = fingerprint
            self.progress = progress
        }
    }

    /// The port that it listens on.
    package let port: Int
    private let desk: AgencyDesk
    private let group: ServiceGroup
    private let running: Task<Void, any Error>
    private let pool: NIOThreadPool
    private let temporary: String?

    /// Builds the index unless it is there, and listens.
    package static func start(_ options: Options) async throws -> AgencyServer {
        let temporary =
            options.data == nil
            ? FileManager.default.temporaryDirectory.path + "/suixin-agencies-" + UUID().uuidString : nil
        let folder = options.data ?? temporary ?? "."
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        do {
            let desk = try await pool.runIfActive { try AgencyDesk(options, folder: folder) }
            return try await AgencyServer(desk, options, pool, temporary)
        } catch {
            try? await pool.shutdownGracefully()
            throw error
        }
    }

    private init(_ desk: AgencyDesk, _ options: Options, _ pool: NIOThreadPool, _ temporary: String?) async throws {
        var logger = Logger(label: "agencies")
        logger.logLevel = .error
        let (ports, found) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: AgencyResponder(desk: desk, pool: pool),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: options.port)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        let running = Task {
            defer { found.finish() }
            try await group.run()
        }
        var port: Int?
        for await number in ports {
            port = number
            break
        }
        guard let port else {
            try await running.value
            throw CancellationError()
        }
        self.port = port
        self.desk = desk
        self.group = group
        self.running = running
        self.pool = pool
        self.temporary = temporary
        desk.port.store(port, ordering: .relaxed)
    }

    /// Frees the port; a temporary index goes.
    package func stop() async {
        await group.triggerGracefulShutdown()
        let running = running
        let late = Task {
            try await Task.sleep(for: .seconds(5))
            running.cancel()
        }
        _ = try? await running.value
        late.cancel()
        try? await pool.shutdownGracefully()
        if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// Where an agency answers.
    package func baseURL(_ agency: AgencyID) -> String { "http://127.0.0.1:\(port)/\(agency)" }

    /// The day that the agencies have.
    package var day: Day { desk.day }

    /// Time passes to the end of a later day; what was shown keeps its numbers.
    package func advance(to day: Day) throws { try desk.advance(to: day) }

    /// The agencies go on with another population, which must be the same up to the day that they have.
    ///
    /// - Parameters:
    ///   - population: what they show from now on.
    ///   - fingerprint: what tells it from others; see ``Options/fingerprint``.
    ///   - day: the day whose end they show.
    /// - Throws: what building the tables throws.
    package func replace(with population: any EnterprisePopulation, fingerprint: String, at day: Day) throws {
        try desk.replace(with: population, fingerprint: fingerprint, at: day)
    }

    /// Every cursor of 红盾 that was handed out is refused from now on.
    package func expireCursors() { desk.change(.hongdun) { $0.expireCursors() } }

    /// 红盾 lost so many records of a dataset; the truth tells them no more.
    package func lose(_ count: Int, of dataset: String) throws {
        _ = try desk.change(.hongdun) { try $0.lose(count, of: dataset) }
    }

    /// From now on, rows are modified, added and doubled before each request.
    package func makeRestless() throws { try desk.changeAll { try $0.makeRestless() } }

    /// Nothing changes by itself any more.
    package func rest() { desk.changeAll { $0.rest() } }

    /// A bad moment that waits for its request.
    package func script(_ fault: Fault) { desk.change(fault.agency) { $0.script(fault) } }

    /// No fault waits any more.
    package func clearFaults() { desk.changeAll { $0.clearFaults() } }

    /// 质监's files that a fault made hostile are what they were.
    package func healFiles() throws { _ = try desk.change(.quality) { try $0.healFiles() } }

    /// How many requests an agency has had.
    package func requests(_ agency: AgencyID) -> Int { desk.change(agency) { $0.requests } ?? 0 }

    /// How many bytes of bodies an agency has sent; what was on the way when a reader went counts, too.
    package func bytesSent(_ agency: AgencyID) -> Int { desk.bytesSent(agency) }

    /// 质监's manifest: the datasets of its entries, in order.
    package var manifest: [String] { desk.change(.quality) { $0.listed.map(\.dataset) } ?? [] }

    /// What a reader of this dataset ought to hold now: the version of each key that counts, withdrawals left out.
    package func table(_ agency: AgencyID, _ dataset: String) throws -> [RecordKey: ShownRow] {
        try desk.change(agency) { try $0.tables[dataset]?.shownRows() }.flatMap { $0 } ?? [:]
    }

    /// The truth at the agencies' day, one line per enterprise.
    package func writeTruth(to path: String) throws { try desk.writeTruth(to: path) }
}
