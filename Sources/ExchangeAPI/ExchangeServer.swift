package import CreditModel
package import CreditStore
internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
package import Logging
internal import NIOCore
internal import NIOPosix
package import ServiceKit
internal import ServiceLifecycle
package import Signing

/// The platforms' door: signed profiles, the signed status of the sources, and the public keys, over HTTP.
///
/// It keeps nothing that it signs and changes nothing.
package struct ExchangeServer: Service {
    private let configuration: ExchangeConfiguration
    private let library: @Sendable (NIOThreadPool) throws -> ExchangeLibrary
    private let gate: Gate
    private let metrics: ExchangeMetrics
    private let identity: TLSIdentity?
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Makes a server that is not yet running.
    ///
    /// - Parameters:
    ///   - store: what is read; never written.
    ///   - status: who signs the status of the sources.
    ///   - keys: the public keys, retired ones included; asked anew for each reader, so that a rotation is seen.
    ///   - past: who tells what was true on a day.
    ///   - signer: who signs that, and that nothing is known, each time anew.
    ///   - finder: who finds enterprises by name and by example.
    ///   - watching: what clients may do with their lists, webhooks and retractions.
    ///   - snapshots: where snapshots of everything lie; nil where none are handed out.
    ///   - gate: who may ask, how much, and the journal.
    ///   - digest: SHA-256: a registry key derives an enterprise's id.
    ///   - configuration: address, limits and threads.
    ///   - sandbox: the levers of a sandbox; nil for a real exchange.
    ///   - clock: POSIX seconds.
    ///   - logger: told of what went wrong, never of a path.
    ///   - metrics: what is counted.
    ///   - onRunning: called with the port once the server listens.
    /// - Throws: ``TLSError`` where the certificate cannot be used.
    package init(
        store: any ProvingStore,
        status: any SourcesStatus,
        keys: @escaping @Sendable () throws -> KeySet,
        past: any PastProfiles,
        signer: any PastSigner & AbsenceSigner & AnswerSigner,
        finder: any EnterpriseFinder,
        watching: WatchDesks,
        snapshots: (any SnapshotShelf)? = nil,
        gate: Gate,
        digest: @escaping DigestFunction,
        configuration: ExchangeConfiguration,
        sandbox: (any SandboxControl)? = nil,
        clock: @escaping @Sendable () -> Int64,
        logger: Logger,
        metrics: ExchangeMetrics = ExchangeMetrics(),
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.gate = gate
        self.library = { pool in
            var library = try ExchangeLibrary(
                store: store,
                status: status,
                keys: keys,
                digest: digest,
                clock: clock,
                past: past,
                signer: signer,
                absences: signer,
                answers: signer,
                finder: finder,
                watching: watching,
                snapshots: snapshots,
                gate: gate,
                description: DescribedAPI(
                    Endpoint.all(inSandbox: sandbox != nil),
                    configuration.retirements,
                    issuer: gate.realm,
                    digest: digest
                ),
                pool: pool,
                sandbox: sandbox,
                lateAfter: configuration.lateAfter
            )
            library.callsLast = configuration.callsLast
            return library
        }
        self.logger = logger
        self.metrics = metrics
        self.onRunning = onRunning
        identity = try configuration.tls.map { files in
            try TLSIdentity(
                files,
                offering: configuration.offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"],
                pace: TimeAmount(configuration.patience.certificates),
                logger: logger
            )
        }
    }

    /// Serves until the service group is shut down; requests under way are answered first.
    package func run() async throws {
        let pool = NIOThreadPool(numberOfThreads: configuration.readers)
        pool.start()
        do {
            let library = try library(pool)
            // Ends where this scope does.
            async let _: Void = library.lookout.run {
                try await Task.sleep(for: .milliseconds(ChangeFeed.pace))
            } looking: {
                try await library.reading { try library.store.changes(after: .max, limit: 0)?.last }
            }
            try await stopping(application(library))
        } catch {
            try? await pool.shutdownGracefully()
            throw ListenError(error, configuration) ?? error
        }
        try await pool.shutdownGracefully()
    }

    /// Runs until what was begun when the stop came is done, or its time is over: then it is cut off.
    private func stopping(_ application: Application<ExchangeResponder>) async throws {
        let limit = configuration.patience.shutdown
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await application.run() }
            tasks.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: limit)
            }
            try await tasks.next()
            tasks.cancelAll()
            while true {
                do { guard try await tasks.next() != nil else { return } } catch is CancellationError { continue }
            }
        }
    }

    /// Says where, and what to do, if the operating system refused the address.
    private struct ListenError: Error, CustomStringConvertible {
        let description: String

        init?(_ error: any Error, _ configuration: ExchangeConfiguration) {
            let reason: String
            switch error {
            case let error as IOError:
                reason = unsafe strerror(error.errnoCode).map { unsafe String(cString: $0) } ?? ""
            case is SocketAddressError.UnknownHost: reason = "no such host is known"
            default: return nil
            }
            description =
                "cannot listen at \(configuration.host):\(configuration.port): \(reason); "
                + "choose another port or host (--port, --host, or serve.port and serve.host in the configuration)"
        }
    }

    private func application(_ library: ExchangeLibrary) -> Application<ExchangeResponder> {
        // What is retired says so in every answer, and which sites may read them, too: then all go the usual way.
        let isRetired = Endpoint.enterprises.contains { library.description.isRetired($0) }
        let isPlain = !isRetired && configuration.allowedOrigins.isEmpty
        let desk = isPlain ? HotDesk(library, metrics.endpoint("enterprise")) : nil
        let http1 = HTTP1Channel.Configuration(
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: configuration.maximumHeaderSize,
                maxHeaderListSize: configuration.maximumHeaderSize,
                maxHeaderFieldCount: 64
            )
        )
        let (configuration, identity, metrics) = (configuration, identity, metrics)
        let addresses = AddressBook(limit: configuration.maximumConnectionsPerAddress)
        let server = HTTPServerBuilder { responder in
            ExchangeChannel(
                http1: HTTP1Channel(responder: responder, configuration: http1),
                http2: configuration.offersHTTP2
                    ? HTTP2Channel(responder: responder, configuration: configuration.http2(metrics)) : nil,
                identity: identity,
                rules: HeadRules(maximumBodySize: configuration.maximumBodySize),
                patience: configuration.patience,
                addresses: addresses,
                meters: metrics,
                desk: desk
            )
        }
        let onRunning = onRunning
        return Application(
            responder: ExchangeResponder(
                library: library,
                gate: gate,
                maximumPathSize: configuration.maximumPathSize,
                proxies: configuration.proxies,
                readsCertificates: identity?.asksClients ?? false,
                compresses: configuration.compresses,
                sites: CrossOriginRules(configuration.allowedOrigins),
                metrics: metrics
            ),
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.maximumConnections,
                    logger: logger
                )
            ),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }
}
