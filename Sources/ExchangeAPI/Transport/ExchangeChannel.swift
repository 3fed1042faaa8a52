internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypesHTTP1
internal import NIOSSL
internal import NIOTLS

/// A connection on its way to whoever answers: TLS where there is any, HTTP/1.1 behind a ``Door``, or HTTP/2 where that
/// was agreed on in the handshake.
///
/// The framework's own channels take one certificate for their whole life; this one asks for each connection.
struct ExchangeChannel: ServerChildChannel {
    typealias Negotiated = NIONegotiatedHTTPVersion<HTTP1Channel.Value, HTTP2Channel.Value>

    struct Value: ServerChildChannelValue {
        fileprivate enum Connection {
            case plain(HTTP1Channel.Value)
            case negotiating(EventLoopFuture<Negotiated>)
            /// Turned away. A failure here would be taken for one of the listening socket, which would listen no more.
            case none
        }

        fileprivate let connection: Connection
        let channel: any Channel
    }

    let http1: HTTP1Channel
    /// nil where only HTTP/1.1 is spoken.
    let http2: HTTP2Channel?
    /// nil where TLS ends in a proxy.
    let identity: TLSIdentity?
    let rules: HeadRules
    let patience: Patience
    let addresses: AddressBook
    let meters: ExchangeMetrics
    /// Answers the commonest requests at once; nil where all go the usual way.
    let desk: HotDesk?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard addresses.enter(channel) else {
            meters.refused("address")
            return turnedAway(channel)
        }
        meters.connection(channel)
        guard let identity else { return plain(channel, logger) }
        do {
            let context = identity.context(at: .now())
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        } catch {
            logger.error("no connection can be secured", metadata: ["error": "\(error)"])
            return turnedAway(channel)
        }
        guard let http2 else { return plain(channel, logger) }
        return negotiate(channel, http2, logger)
    }

    private func turnedAway(_ channel: any Channel) -> EventLoopFuture<Value> {
        channel.close(promise: nil)
        return channel.eventLoop.makeSucceededFuture(Value(connection: .none, channel: channel))
    }

    private func plain(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Value> {
        http1Connection(channel, logger).map { Value(connection: .plain($0), channel: channel) }
    }

    private func http1Connection(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let (rules, patience, meters, desk) = (rules, patience, meters, desk)
        return http1.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let door = Door(rules, patience, meters)
            try pipeline.addHandler(door, position: .before(codec))
            if let desk { try pipeline.addHandler(HotReads(desk, behind: door), position: .before(codec)) }
            return value
        }
    }

    private func negotiate(
        _ channel: any Channel,
        _ http2: HTTP2Channel,
        _ logger: Logger
    ) -> EventLoopFuture<Value> {
        // Until the handshake has said what is spoken there is no door to watch the time.
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(patience.head)) { channel.close(promise: nil) }
        return channel.eventLoop.makeCompletedFuture {
            let handler = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
                deadline.cancel()
                switch result {
                case .negotiated("h2"): return http2.setup(channel: channel, logger: logger).map { .http2($0) }
                case .negotiated("http/1.1"), .fallback:
                    return http1Connection(channel, logger).map { .http1_1($0) }
                case .negotiated:
                    return channel.close().flatMapThrowing { throw NIOHTTP2Errors.invalidALPNToken() }
                }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            return Value(connection: .negotiating(handler.protocolNegotiationResult), channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        switch value.connection {
        case .none: break
        case .plain(let http1): await self.http1.handle(value: http1, logger: logger)
        case .negotiating(let result):
            do {
                switch try await result.get() {
                case .http1_1(let http1): await self.http1.handle(value: http1, logger: logger)
                case .http2(let http2): await self.http2?.handle(value: http2, logger: logger)
                }
            } catch {
                logger.debug("no protocol was agreed on", metadata: ["error": "\(error)"])
            }
        }
    }
}
