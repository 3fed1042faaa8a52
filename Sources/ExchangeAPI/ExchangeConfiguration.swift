internal import HummingbirdCore
internal import HummingbirdHTTP2

/// Where the API listens, and what a caller may ask of it.
package struct ExchangeConfiguration: Sendable {
    package var host: String
    /// 0 takes any free port; `onRunning` tells which.
    package var port: Int
    /// Connections at once; more wait in the queue of the operating system.
    package var maximumConnections = 1024
    /// Connections of one address at once; 0 for as many as there are, as behind a proxy.
    package var maximumConnectionsPerAddress = 0
    /// How long a client may take.
    package var patience = Patience()
    /// Whether answers are compressed for those who ask for it.
    package var compresses = true
    /// nil where TLS ends in a proxy before the exchange.
    package var tls: TLSFiles?
    /// Whether HTTP/2 is offered, over TLS.
    package var offersHTTP2 = false
    /// All headers of a request together, in bytes.
    package var maximumHeaderSize = 16 * 1024
    /// The body of a request: whoever sends more is not heard to the end.
    ///
    /// Endpoints read less, and say so.
    package var maximumBodySize = 1024 * 1024
    /// The path of a request, in bytes.
    package var maximumPathSize = 512
    /// Seconds after a good run of a source by which the next one is due.
    package var lateAfter: Int64 = 36 * 3600
    /// Threads that read the store.
    package var readers = 4
    /// Seconds for which the answer to a call with an `Idempotency-Key` is kept.
    package var callsLast: Int64 = ExchangeConfiguration.callsLast
    /// Addresses of reverse proxies, whose word (`X-Forwarded-For`) is taken for who asks.
    package var proxies: Set<String> = []

    /// A day.
    static let callsLast: Int64 = 86_400

    /// What should no longer be used, and until when it can be.
    package var retirements: [Retirement] = []

    /// Sites whose pages may read answers; while there are any, single profiles take the way of all other answers.
    package var allowedOrigins: Set<WebOrigin> = []

    package init(host: String = "127.0.0.1", port: Int = 8080) {
        self.host = host
        self.port = port
    }
}

extension ExchangeConfiguration {
    /// HTTP/2's; streams at once, sizes of heads and resets are bounded by the library: 100, 16 kB, and 200 in 30 seconds.
    func http2(_ meters: ExchangeMetrics) -> HTTP2Channel.Configuration {
        let (limit, patience) = (maximumBodySize, patience)
        return HTTP2Channel.Configuration(
            idleTimeout: patience.idle,
            gracefulCloseTimeout: patience.shutdown,
            streamConfiguration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [StreamDoor(limit, patience, meters)]
            )
        )
    }
}
