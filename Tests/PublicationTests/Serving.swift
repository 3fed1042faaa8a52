import Crypto
import Derivation
import ExchangeAPI
import Foundation
import Logging
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
///   - retirements: what is announced to end.
///   - body: what the test does, given the port.
/// - Throws: what the body throws.
func serving(
    _ world: World,
    at now: Int64 = World.now,
    desk: FrontDesk? = nil,
    retirements: [Retirement] = [],
    _ body: @escaping @Sendable (Int) throws -> Void
) async throws {
    let desk = try desk ?? FrontDesk(world, at: now)
    let keys = world.ring.folder
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var configuration = ExchangeConfiguration(port: 0)
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
        gate: desk.gate,
        digest: World.sha256,
        configuration: configuration,
        clock: { now },
        logger: logger,
        onRunning: { continuation.yield($0) }
    )
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        for await port in ports {
            FrontDesk.keys.withLock { $0[port] = desk.key }
            do {
                // A thread of its own: the calls block.
                try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                    Thread.detachNewThread {
                        done.resume(
                            with: Result {
                                try DescribedAnswers.watch(port)
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
