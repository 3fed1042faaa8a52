internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose request brings a longer body than anybody here reads.
///
/// The framework reads an unwanted body to its end to keep the connection; a body without an end would keep it for ever.
final class BodyLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limit: Int
    private var count = 0

    init(_ limit: Int) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: count = 0
        case .body(let bytes):
            count += bytes.readableBytes
            guard count <= limit else {
                context.close(promise: nil)
                return
            }
        case .end: break
        }
        context.fireChannelRead(data)
    }
}
