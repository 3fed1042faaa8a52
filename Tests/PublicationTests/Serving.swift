import Crypto
import Derivation
import ExchangeAPI
import Foundation
import Logging
import Publication
import Search
import ServiceLifecycle
import Signing
import Synchronization

/// Runs the API over a world on a free port of the loopback while a test asks.
///
/// - Parameters:
///   - world: what is served.
///   - now: the server's time, in POSIX seconds.
///   - desk: who may ask; nil for somebody who may do everything, as whom ``HTTPCall`` asks.
///   - configuration: how it is carried; the port is any.
///   - metrics: what is counted.
///   - stop: stops the server when it is raised; after the body it is stopped anyhow.
///   - retirements: what is announced to end.
///   - body: what the test does, given the port.
/// - Throws: what the body throws.
func serving(
    _ world: World,
    at now: Int64 = World.now,
    desk: FrontDesk? = nil,
    configuration: ExchangeConfiguration = ExchangeConfiguration(port: 0),
    metrics: ExchangeMetrics = ExchangeMetrics(),
    stop: StopFlag = StopFlag(),
    retirements: [Retirement] = [],
    _ body: @escaping @Sendable (Int) throws -> Void
) async throws {
    let desk = try desk ?? FrontDesk(world, at: now)
    let keys = world.ring.folder
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var configuration = configuration
    configuration.port = 0
    configuration.readers = 2
    configuration.retirements = retirements
    let server = try ExchangeServer(
        store: world.store,
        status: world.publisher,
        keys: { try KeyRing(folder: keys).keySet },
        past: Retrospect(store: world.store, secret: Array(repeating: 7, count: 32)),
        signer: world.publisher,
        finder: EnterpriseSearch(store: world.store),
        watching: desk.watching,
        snapshots: SnapshotFolder(path: world.path("snapshots")),
        gate: desk.gate,
        digest: World.sha256,
        configuration: configuration,
        clock: { now },
        logger: logger,
        metrics: metrics,
        onRunning: { continuation.yield($0) }
    )
    let isSecure = configuration.tls != nil
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { stop.raise() }
            try await group.run()
        }
        tasks.addTask { if await stop.isRaised() { await group.triggerGracefulShutdown() } }
        for await port in ports {
            FrontDesk.keys.withLock { $0[port] = desk.key }
            do {
                // A thread of its own: the calls block.
                try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                    Thread.detachNewThread {
                        done.resume(
                            with: Result {
                                if !isSecure { try DescribedAnswers.watch(port) }
                                try body(port)
                            }
                        )
                    }
                }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            break
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// Raised once, by whoever wants a server to stop.
final class StopFlag: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func raise() { continuation.yield() }

    /// Waits until it is; false where nobody waits any more.
    func isRaised() async -> Bool {
        for await _ in stream { return true }
        return false
    }
}
