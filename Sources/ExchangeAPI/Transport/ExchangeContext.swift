internal import Access
internal import Hummingbird
internal import NIOCore
internal import NIOSSL

/// A request's surroundings: the connection that it came by.
struct ExchangeContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The other end of the connection; nil where there is none.
    var remote: SocketAddress? { channel.remoteAddress ?? channel.parent?.remoteAddress }

    /// SHA-256 of the certificate that the client proved to own in the handshake (`x5t#S256`, RFC 8705 §3.1).
    func certificate() async -> Digest256? {
        // A stream of HTTP/2 is a channel of its own, within the connection's.
        for channel in [channel, channel.parent].compactMap(\.self) {
            guard let found = try? await channel.nioSSL_peerCertificate().get(), let bytes = try? found.toDERBytes()
            else { continue }
            return Digest256(of: bytes)
        }
        return nil
    }
}
