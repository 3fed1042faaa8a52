internal import CreditStore
internal import NIOCore
internal import NIOHTTP1

/// Answers the question that platforms ask all day, one enterprise by its id or code, where it is read from the socket.
///
/// The way through the framework costs more than all the rest. Whatever is not as usual (another form, a past day, sections,
/// something unknown, a client over its limits) goes that way and is answered there; so the two can differ in nothing but speed.
/// It stands behind the ``Door``, before requests are turned into what the framework takes, and writes what it answers before
/// the encoder: one head and one body in one piece.
final class HotReads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let desk: HotDesk
    private let door: Door
    private var reader: (any AnswerReader)?
    /// Whence bytes go to the socket as they are.
    private var wire: ChannelHandlerContext?
    private var isAnswered = false
    private var isWritten = false

    init(_ desk: HotDesk, behind door: Door) {
        self.desk = desk
        self.door = door
    }

    func handlerAdded(context: ChannelHandlerContext) {
        reader = desk.reader(of: context.eventLoop)
        wire = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { wire = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // What came before and is not answered yet must not be overtaken.
            guard door.allowsShortAnswer, let reader, let wire,
                let answer = desk.answer(head, reader, context.channel.allocator)
            else { return context.fireChannelRead(data) }
            door.isAnsweredShortly()
            wire.write(NIOAny(answer), promise: nil)
            (isAnswered, isWritten) = (true, true)
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
}
