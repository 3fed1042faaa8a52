package import CreditModel
package import CreditStore
internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
package import ServiceKit
internal import ServiceLifecycle
package import Signing

/// The platforms' door: signed profiles, the signed status of the sources, and the public keys, over HTTP.
///
/// It keeps nothing that it signs and changes nothing. TLS ends before it, in a reverse proxy.
package struct ExchangeServer: Service {
    private let configuration: ExchangeConfiguration
    private let library: @Sendable (NIOThreadPool) throws -> ExchangeLibrary
    private let gate: Gate
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
    ///   - gate: who may ask, how much, and the journal.
    ///   - digest: SHA-256: a registry key derives an enterprise's id.
    ///   - configuration: address, limits and threads.
    ///   - clock: POSIX seconds.
    ///   - logger: told of what went wrong, never of a path.
    ///   - onRunning: called with the port once the server listens.
    package init(
        store: any ProvingStore,
        status: any SourcesStatus,
        keys: @escaping @Sendable () throws -> KeySet,
        past: any PastProfiles,
        signer: any PastSigner & AbsenceSigner & AnswerSigner,
        finder: any EnterpriseFinder,
        watching: WatchDesks,
        gate: Gate,
        digest: @escaping DigestFunction,
        configuration: ExchangeConfiguration,
        clock: @escaping @Sendable () -> Int64,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.gate = gate
        self.library = { pool in
            try ExchangeLibrary(
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
                gate: gate,
                description: DescribedAPI(configuration.retirements, issuer: gate.realm, digest: digest),
                pool: pool
            )
        }
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until the service group is shut down; requests under way are answered first.
    package func run() async throws {
        let pool = NIOThreadPool(numberOfThreads: configuration.readers)
        pool.start()
        do {
            try await application(pool).run()
        } catch {
            try? await pool.shutdownGracefully()
            throw ListenError(error, configuration) ?? error
        }
        try await pool.shutdownGracefully()
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

    private func application(_ pool: NIOThreadPool) throws -> Application<ExchangeResponder> {
        let limit = configuration.maximumBodySize
        let library = try library(pool)
        let desk = HotDesk(library)
        // What is retired says so in every answer: then all go the usual way.
        let isRetired = Endpoint.enterprises.contains { library.description.isRetired($0) }
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: isRetired ? [BodyLimit(limit)] : [BodyLimit(limit), HotReads(desk)],
            idleTimeout: .seconds(configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: configuration.maximumHeaderSize,
                maxHeaderListSize: configuration.maximumHeaderSize,
                maxHeaderFieldCount: 64
            )
        )
        let onRunning = onRunning
        return Application(
            responder: ExchangeResponder(
                library: library,
                gate: gate,
                maximumPathSize: configuration.maximumPathSize
            ),
            server: .http1(configuration: channel),
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
