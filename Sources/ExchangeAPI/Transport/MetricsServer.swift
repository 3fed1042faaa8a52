internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Gives metrics at an address of its own, which only the operator's machines reach: `GET /metrics`.
package struct MetricsServer: Service {
    private let host: String
    private let port: Int
    private let text: @Sendable () throws -> String
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Makes a server that is not yet running.
    ///
    /// - Parameters:
    ///   - host: where it listens.
    ///   - port: 0 takes any.
    ///   - logger: told of what went wrong.
    ///   - onRunning: called with the port once it listens.
    ///   - text: what is given.
    package init(
        host: String,
        port: Int,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in },
        text: @escaping @Sendable () throws -> String
    ) {
        self.host = host
        self.port = port
        self.logger = logger
        self.onRunning = onRunning
        self.text = text
    }

    /// Serves until the service group is shut down.
    package func run() async throws {
        let (text, onRunning) = (text, onRunning)
        let responder = CallbackResponder<BasicRequestContext> { request, context in
            guard request.uri.path == "/metrics", request.method == .get else { return Response(status: .notFound) }
            do {
                return Response(
                    status: .ok,
                    headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: try text()))
                )
            } catch {
                context.logger.error("metrics cannot be read", metadata: ["error": "\(error)"])
                return Response(status: .serviceUnavailable)
            }
        }
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(16, logger: logger)
            ),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        try await application.run()
    }
}
