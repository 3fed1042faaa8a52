import AgencySimulator
import CreditModel
import CreditStore
import Foundation
import Testing

/// Simulated agencies that rows of the table borrow one after the other: to start them costs more than most rows do.
actor AgencyPool {
    @TaskLocal static var current = AgencyPool()

    private var idle: [AgencyServer] = []
    private var started: [AgencyServer] = []
    private var free = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var references: [FaultLane: Task<Reference, any Error>] = [:]

    /// What a sync without any fault leaves, and how many requests it takes.
    struct Reference: Sendable {
        var content: StoreContent
        var requests: Int
        /// Where the manifest names the dataset's newest file.
        var manifestRow: Int
    }

    /// Lends agencies that nobody else asks meanwhile.
    func withAgencies<Result: Sendable>(
        _ body: @Sendable (AgencyServer) async throws -> Result
    ) async throws -> Result {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
        let server: AgencyServer
        if let last = idle.popLast() { server = last } else { server = try await start() }
        let result = try await body(server)
        server.clearFaults()
        try server.healFiles()
        idle.append(server)
        return result
    }

    /// Agencies of the table's population; they end with the pool.
    func start() async throws -> AgencyServer {
        let server = try await AgencyServer.start(
            AgencyServer.Options(
                population: try SimulatedPopulation(seed: 22, enterprises: 40),
                seed: 22,
                at: FaultDesk.day
            )
        )
        started.append(server)
        return server
    }

    func reference(_ lane: FaultLane) async throws -> Reference {
        if let known = references[lane] { return try await known.value }
        let task = Task {
            try await withAgencies { server in
                let before = server.requests(lane.dataset.agency)
                let desk = try FaultDesk(lane)
                let run = try await desk.sync(from: server.baseURL(lane.dataset.agency))
                try #require(run.error.isEmpty)
                var requests = server.requests(lane.dataset.agency) - before
                if lane == .manifest { requests = 1 }
                if lane == .file { requests -= 1 }
                let entry = server.manifest.lastIndex(of: lane.dataset.name) ?? 0
                return Reference(content: try desk.content(derived: true), requests: requests, manifestRow: entry + 1)
            }
        }
        references[lane] = task
        return try await task.value
    }

    func close() async {
        await withTaskGroup(of: Void.self) { group in
            for server in started { group.addTask { await server.stop() } }
        }
    }
}

/// Gives a suite agencies of its own, and ends them with it.
struct PooledAgencies: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let pool = AgencyPool()
        try await AgencyPool.$current.withValue(pool) { try await function() }
        await pool.close()
    }
}

extension Trait where Self == PooledAgencies {
    /// Agencies for the suite's tests to borrow: `AgencyPool.current`.
    static var pooledAgencies: Self { Self() }
}
