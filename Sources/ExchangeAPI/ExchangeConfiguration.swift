/// Where the API listens, and what a caller may ask of it.
package struct ExchangeConfiguration: Sendable {
    package var host: String
    /// 0 takes any free port; `onRunning` tells which.
    package var port: Int
    /// Connections at once; more wait in the queue of the operating system.
    package var maximumConnections = 1024
    /// Seconds without a byte after which a connection is closed.
    package var idleTimeout: Int64 = 30
    /// All headers of a request together, in bytes.
    package var maximumHeaderSize = 16 * 1024
    /// The body of a request: whoever sends more is not heard to the end.
    ///
    /// Endpoints read less, and say so.
    package var maximumBodySize = 1024 * 1024
    /// The path of a request, in bytes.
    package var maximumPathSize = 512
    /// Threads that read the store.
    package var readers = 4

    /// What should no longer be used, and until when it can be.
    package var retirements: [Retirement] = []

    package init(host: String = "127.0.0.1", port: Int = 8080) {
        self.host = host
        self.port = port
    }
}
