internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Who the exchange is in handshakes: read anew when the files are, so that a renewed certificate needs no restart.
///
/// swift-nio-extras' reloader renews chain and key only, and brings X.509 in Swift with it; the authorities of clients
/// are renewed as well here.
final class TLSIdentity: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// Of the files as they were when they were read last, for good or ill.
        var stamps: [FileStamp?]
        var lookedAt: NIODeadline
    }

    private let files: TLSFiles
    private let protocols: [String]
    private let logger: Logger
    /// Between two looks at the files.
    private let pace: TimeAmount
    private let state: Mutex<State>

    /// - Parameters:
    ///   - files: what is read.
    ///   - protocols: what is offered by ALPN.
    ///   - pace: how seldom the files are looked at, by connections that come.
    ///   - logger: told when files were renewed, or could not be.
    /// - Throws: ``TLSError``.
    init(_ files: TLSFiles, offering protocols: [String], pace: TimeAmount, logger: Logger) throws(TLSError) {
        self.files = files
        self.protocols = protocols
        self.pace = pace
        self.logger = logger
        let stamps = files.paths.map { FileStamp(of: $0) }
        state = Mutex(State(context: try files.context(offering: protocols), stamps: stamps, lookedAt: .now()))
    }

    /// The context for a connection that comes now.
    ///
    /// What cannot be read leaves the last one that could: the two files of a renewal are never replaced in one moment.
    func context(at now: NIODeadline) -> NIOSSLContext {
        state.withLock { state in
            guard now >= state.lookedAt + pace else { return state.context }
            state.lookedAt = now
            let stamps = files.paths.map { FileStamp(of: $0) }
            guard stamps != state.stamps else { return state.context }
            state.stamps = stamps
            do {
                state.context = try files.context(offering: protocols)
                logger.notice("the certificate was renewed")
            } catch {
                logger.error(
                    "the certificate cannot be renewed; the last one is used on",
                    metadata: ["error": "\(error)"]
                )
            }
            return state.context
        }
    }

    /// Whether clients are asked for certificates of their own.
    var asksClients: Bool { files.clientAuthorities != nil && files.clientCertificates != .none }
}
