/// How long a client may take, and how much it may send.
package struct Patience: Sendable {
    /// From the connection, or from the first byte of a later request, to the end of its head; TLS included.
    package var head = Duration.seconds(10)
    /// What a body may take beyond the time that its bytes have at the least rate.
    package var body = Duration.seconds(10)
    /// Bytes a second.
    package var bodyRate = 4096
    /// Without any request.
    package var idle = Duration.seconds(30)
    /// During which a client takes nothing of its answer.
    package var stalled = Duration.seconds(30)
    /// For a client to read why it was refused before the connection is gone.
    package var farewell = Duration.seconds(2)
    /// Between two looks at the files of the certificate.
    package var certificates = Duration.seconds(5)
    /// For answers under way when the exchange is stopped.
    package var shutdown = Duration.seconds(30)

    package init() {}
}
