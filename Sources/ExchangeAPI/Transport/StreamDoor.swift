internal import NIOCore
internal import NIOHTTPTypes

/// Closes a stream of HTTP/2 whose request brings a longer body than anybody here reads, or takes too long to bring it.
///
/// The head comes whole, and checked by the library; the framework reads an unwanted body to its end.
final class StreamDoor: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: Int
    private let meters: ExchangeMetrics
    private var clock: ClientClock
    private var size = 0
    private var timer: Scheduled<Void>?

    init(_ limit: Int, _ patience: Patience, _ meters: ExchangeMetrics) {
        self.limit = limit
        self.meters = meters
        clock = ClientClock(patience, from: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) { arm(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: clock.bodyBegins(at: .now())
        case .body(let bytes):
            size += bytes.readableBytes
            clock.bodyGrew(to: size)
            guard size <= limit else { return close("large-body", context) }
        case .end: clock.owesNothing()
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        clock.isWritable(context.channel.isWritable, at: .now())
        arm(context)
        context.fireChannelWritabilityChanged()
    }

    private func close(_ reason: String, _ context: ChannelHandlerContext) {
        meters.refused(reason)
        context.close(promise: nil)
    }

    private func arm(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        guard clock.due < .distantFuture else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: clock.due) { [self] in
            timer = nil
            if clock.verdict(at: .now()) == .inTime { arm(context) } else { close("slow-request", context) }
        }
    }
}
