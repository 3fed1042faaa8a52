internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypesHTTP1

/// Stands where HTTP/1 requests come out of the parser, before whoever answers them: turns away what is unclear, too
/// large or too slow, says why, and closes the connection behind it.
///
/// No request is answered twice, and none after one that was turned away.
final class Door: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let rules: HeadRules
    private let meters: ExchangeMetrics
    private var clock: ClientClock
    /// Requests that were let in and are not answered to their end.
    private var unanswered = 0
    private var isReading = false
    private var bodySize = 0
    /// Whether an answer was begun and not ended.
    private var isWriting = false
    /// Why no more is let in; said once what came before is answered.
    private var refusal: Problem?
    private var isOver = false
    private var isStopping = false
    private var sawPart = false
    private var isReadHeld = false
    private var timer: Scheduled<Void>?
    private var timerDue = NIODeadline.distantFuture

    init(_ rules: HeadRules, _ patience: Patience, _ meters: ExchangeMetrics) {
        self.rules = rules
        self.meters = meters
        clock = ClientClock(patience, from: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) { arm(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sawPart = true
        guard refusal == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): enter(head, context)
        case .body(let bytes):
            bodySize += bytes.readableBytes
            clock.bodyGrew(to: bodySize)
            guard bodySize <= rules.maximumBodySize else { return refuse(.largeBody(rules.maximumBodySize), context) }
            context.fireChannelRead(data)
        case .end:
            isReading = false
            if unanswered == 0 { clock.isIdle(at: .now()) } else { clock.owesNothing() }
            arm(context)
            // Trailers are told to nobody: a field there was not looked at.
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    private func enter(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var head = head
        let reading: HeadRules.Reading
        do throws(Problem) { reading = try rules.read(&head) } catch { return refuse(error, context) }
        if reading.isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        if reading.asksToContinue, reading.hasBody, unanswered == 0 {
            let part = HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .continue))
            context.writeAndFlush(wrapOutboundOut(part), promise: nil)
        }
        unanswered += 1
        isReading = true
        bodySize = 0
        if reading.hasBody { clock.bodyBegins(at: .now()) } else { clock.owesNothing() }
        arm(context)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes of which nothing came out of the parser are the beginning of a head.
        if !sawPart, !isReading, unanswered == 0, refusal == nil {
            clock.headBegins(at: .now())
            arm(context)
        }
        sawPart = false
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        refuse(Problem(error), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { isStopping = true }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isWriting = head.status.code >= 200
            // Whoever keeps the connection is told that it ends with this answer.
            if isStopping { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            isWriting = false
            unanswered -= 1
            context.write(data, promise: promise)
            if refusal != nil { return farewell(context) }
            if unanswered == 0, !isReading {
                clock.isIdle(at: .now())
                arm(context)
            }
        }
    }

    /// Whether the request that was let in last may be answered at once, past the encoder: nothing is owed before it.
    var allowsShortAnswer: Bool { unanswered == 1 && !isWriting && !isStopping && refusal == nil }

    /// Counts the request that was let in last as answered: all of it went out past this door.
    func isAnsweredShortly() { unanswered -= 1 }

    /// Whoever does not take his answers is not heard either: else he could fill the memory with them.
    func read(context: ChannelHandlerContext) {
        isReadHeld = !context.channel.isWritable
        if !isReadHeld { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReadHeld, context.channel.isWritable {
            isReadHeld = false
            context.read()
        }
        clock.isWritable(context.channel.isWritable, at: .now())
        arm(context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: The end

    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        guard refusal == nil else { return }
        refusal = problem
        meters.refused(problem.name)
        farewell(context)
    }

    /// Says why, as soon as it is this request's turn, and lets nothing more pass.
    private func farewell(_ context: ChannelHandlerContext) {
        let own = isReading && unanswered > 0 ? 1 : 0
        guard !isOver, unanswered == own, let refusal else { return }
        isOver = true
        clock.owesNothing()
        // One that was answered already, or is being answered, is not answered again.
        if !isWriting, own == 1 || !isReading {
            let document = refusal.document(in: .english, instance: nil)
            var fields = HTTPFields()
            fields[.contentType] = "application/problem+json"
            fields[.contentLength] = String(document.count)
            fields[.connection] = "close"
            for field in refusal.headers { fields[field.name] = field.value }
            let head = HTTPResponse(status: refusal.status, headerFields: fields)
            context.write(wrapOutboundOut(.head(HTTPResponseHead(head))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: document)))), promise: nil)
            context.write(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.flush()
        // Closed at once, what the client still sends would wipe the answer out before it is read.
        context.close(mode: .output, promise: nil)
        clock.leaves(at: .now())
        arm(context)
    }

    // MARK: Time

    private func arm(_ context: ChannelHandlerContext) {
        let due = clock.due
        guard due < timerDue else { return }
        timer?.cancel()
        timerDue = due
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            timer = nil
            timerDue = .distantFuture
            tick(context)
        }
    }

    private func tick(_ context: ChannelHandlerContext) {
        switch clock.verdict(at: .now()) {
        case .inTime: arm(context)
        case .late: refuse(.slow, context)
        case .gone: context.close(promise: nil)
        }
    }
}
