internal import Glibc
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

/// A request's context that knows its connection, so that a fault can break it.
struct AgencyContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// The connection that an answer goes out on, for what no proper server does to one.
struct AgencyWire: Sendable {
    /// A connection that broke, as a fault asked for.
    struct Broken: Error {}

    let channel: any Channel
    /// Told how many bytes of a body went out.
    let count: @Sendable (Int) -> Void

    /// Ends the connection in a fault's way; nil leaves it as it is.
    /// - Throws: ``Broken`` so that nothing follows.
    func end(_ breaking: AgencyAnswer.Breaking?) async throws {
        guard let breaking else { return }
        switch breaking {
        case .closed: break
        case .refused, .reset:
            // Nothing lingers: the other side gets a reset.
            if let socket = channel as? any SocketOptionProvider {
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try? await channel.close().get()
        case .inHead:
            let channel = channel
            try? await channel.eventLoop.submit {
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-")), promise: nil)
            }.get()
            try? await channel.close().get()
        }
        throw Broken()
    }
}
