internal import CreditStore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Answers the question that platforms ask all day, one enterprise by its id or code, where it is read from the socket.
///
/// The way through the framework costs more than all the rest. Whatever is not as usual (another form, a past day, sections,
/// something unknown, a client over its limits) goes that way and is answered there; so the two can differ in nothing but speed.
/// It stands right behind the parser, before requests are turned into what the framework takes, and writes what it answers
/// before the encoder: one head and one body in one piece.
final class HotReads: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Behind this handler idle connections are closed; one that is busy here must now and then be seen there.
    private static let mostlyHere = TimeAmount.seconds(8)

    private let desk: HotDesk
    private var reader: (any AnswerReader)?
    /// Whence bytes go to the socket as they are.
    private var wire: ChannelHandlerContext?
    /// Requests that went on and are not answered yet: what comes after them must not overtake them.
    private var outstanding = 0
    private var isAnswered = false
    private var isWritten = false
    private var lastSeenBehind = NIODeadline.now()

    init(_ desk: HotDesk) { self.desk = desk }

    func handlerAdded(context: ChannelHandlerContext) {
        reader = desk.reader(of: context.eventLoop)
        wire = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { wire = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(var head):
            // Nothing is upgraded here, and the parser reads nothing behind such a request: the connection ends with it.
            if head.headers.contains(name: "upgrade") {
                head.headers.replaceOrAdd(name: "connection", value: "close")
                outstanding += 1
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
            if outstanding == 0, let reader, let wire, NIODeadline.now() - lastSeenBehind < Self.mostlyHere,
                let answer = desk.answer(head, reader, context.channel.allocator)
            {
                wire.write(NIOAny(answer), promise: nil)
                (isAnswered, isWritten) = (true, true)
                return
            }
            outstanding += 1
            lastSeenBehind = .now()
            context.fireChannelRead(data)
        case .body: if !isAnswered { context.fireChannelRead(data) }
        case .end:
            if isAnswered { isAnswered = false } else { context.fireChannelRead(data) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isWritten {
            isWritten = false
            wire?.flush()
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { outstanding -= 1 }
        context.write(data, promise: promise)
    }
}

/// Puts the short way into a connection: the framework has a place for handlers only behind the one that turns requests into
/// what it takes.
final class HotReadsDoor: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let desk: HotDesk

    init(_ desk: HotDesk) { self.desk = desk }

    /// Without a parser of HTTP/1 in the connection there is no short way, and all is answered on the long one.
    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        guard let parser = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) else { return }
        try? pipeline.addHandler(HotReads(desk), position: .after(parser))
    }
}
