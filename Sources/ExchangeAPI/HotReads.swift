internal import Access
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import HashTree
internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// Answers the question that platforms ask all day, one enterprise by its id or code, where it is read from the socket.
///
/// The way through the framework costs more than all the rest. Whatever is not as usual (another form, a past day, sections,
/// something unknown, a client over its limits) goes that way and is answered there; so the two can differ in nothing but speed.
final class HotReads: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Behind this handler idle connections are closed; one that is busy here must now and then be seen there.
    private static let mostlyHere = TimeAmount.seconds(8)

    private let desk: HotDesk
    private var reader: (any AnswerReader)?
    /// Requests that went on and are not answered yet: what comes after them must not overtake them.
    private var outstanding = 0
    private var isAnswered = false
    private var lastSeenBehind = NIODeadline.now()

    init(_ desk: HotDesk) { self.desk = desk }

    func handlerAdded(context: ChannelHandlerContext) { reader = desk.reader(of: context.eventLoop) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(var head):
            // Nothing is upgraded here, and the parser reads nothing behind such a request: the connection ends with it.
            if head.headerFields[.upgrade] != nil {
                head.headerFields[.connection] = "close"
                outstanding += 1
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
            if outstanding == 0, let reader, NIODeadline.now() - lastSeenBehind < Self.mostlyHere,
                let (response, body) = desk.answer(head, reader, context.channel.allocator)
            {
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                context.write(wrapOutboundOut(.body(body)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
                isAnswered = true
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

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { outstanding -= 1 }
        context.write(data, promise: promise)
    }
}

/// What all connections answer from: a reader for each event loop.
final class HotDesk: Sendable {
    private let library: ExchangeLibrary
    private let gate: Gate
    private let readers = Mutex<[ObjectIdentifier: any AnswerReader]>([:])

    private static let prefix = "/v1/enterprises/"
    /// No id and no code is longer.
    private static let longestName = 32

    init(_ library: ExchangeLibrary) {
        self.library = library
        gate = library.gate
    }

    /// The event loop's reader, made when its first connection comes; nil where the store cannot be opened: then the usual
    /// way says why.
    func reader(of loop: any EventLoop) -> (any AnswerReader)? {
        readers.withLock { readers in
            if let known = readers[ObjectIdentifier(loop)] { return known }
            let made = try? library.store.answerReader()
            readers[ObjectIdentifier(loop)] = made
            return made
        }
    }

    /// The answer to a request that is as usual; nil for any other, which then has cost nothing.
    func answer(_ head: HTTPRequest, _ reader: any AnswerReader, _ allocator: ByteBufferAllocator) -> (
        HTTPResponse, ByteBuffer
    )? {
        guard head.method == .get, let name = Self.name(in: head.path ?? ""), head.headerFields[.evidence] == nil,
            head.headerFields[.connection] == nil, head.headerFields[.contentLength] == nil,
            head.headerFields[.transferEncoding] == nil, Self.isUsual(head.headerFields[.accept])
        else { return nil }
        let moment = gate.clock()
        let shown = ShownCredentials(
            authorization: head.headerFields[.authorization],
            apiKey: head.headerFields[.apiKey]
        )
        guard gate.journal.condition(at: moment) == .open,
            let caller = try? gate.authenticator.authenticate(shown, at: moment),
            let permission = try? caller.permit(.readEnterprises, purpose: head.headerFields[.purpose]),
            permission.sections == nil
        else { return nil }
        let decision = RateLimiter.admit(caller, at: moment)
        guard decision.isAdmitted else { return nil }
        guard let answer = try? reader.provenAnswer(about: [name]), let profile = answer.profile,
            answer.statements.first.map({ Self.leadsHere($0) }) == true
        else {
            RateLimiter.refund(decision, to: caller)
            return nil
        }
        let admission = Admission(caller: caller, permission: permission, decision: decision)
        return reply(answer, profile, head, admission, at: moment, allocator)
    }

    private func reply(
        _ answer: ProvenAnswer,
        _ profile: SignedProfile,
        _ head: HTTPRequest,
        _ admission: Admission,
        at moment: Int64,
        _ allocator: ByteBufferAllocator
    ) -> (HTTPResponse, ByteBuffer)? {
        let tag = "\"\(profile.version)\""
        let isKnown = head.headerFields[.ifNoneMatch].map { EntityTags($0).contains(tag) } ?? false
        let id = QueryID(at: moment, random: gate.random)
        var entry = QueryEntry(id: id, caller: admission.caller, endpoint: "enterprise", status: isKnown ? 304 : 200)
        entry.asked = [.enterprise(profile.id)]
        entry.purpose = admission.permission.purpose
        if !isKnown {
            entry.answer = .stored(StoredAnswer(profile, form: .flattened))
            entry.digest = Digest256(of: profile.document)
        }
        if isKnown { RateLimiter.refund(admission.decision, to: admission.caller) }
        guard gate.journal.append(JournalRecord(entry), at: moment) == .open else {
            if !isKnown { RateLimiter.refund(admission.decision, to: admission.caller) }
            return nil
        }
        var fields = HTTPFields()
        fields.reserveCapacity(14)
        func add(_ name: HTTPField.Name, _ value: String) { fields.append(HTTPField(name: name, value: value)) }
        add(.eTag, tag)
        add(.cacheControl, "no-cache")
        add(.vary, Endpoint.vary)
        add(.contentLocation, ExchangeLibrary.location(of: profile.id))
        ProofHeaders(answer).add(to: &fields)
        if !isKnown { add(.contentType, Accepted.flattened.contentType) }
        add(.query, id.text)
        add(.xContentTypeOptions, "nosniff")
        add(.rateLimit, admission.decision.rateLimit)
        add(.rateLimitPolicy, admission.decision.limits.policy)
        add(.date, library.date.text(at: moment / 1000))
        if isKnown { return (HTTPResponse(status: .notModified, headerFields: fields), allocator.buffer(capacity: 0)) }
        add(.contentLength, "\(profile.document.count)")
        return (HTTPResponse(status: .ok, headerFields: fields), allocator.buffer(bytes: profile.document))
    }

    /// The id or code in a path that has nothing else in it, in the form in which the tree knows it.
    private static func name(in path: String) -> String? {
        guard path.utf8.count <= prefix.utf8.count + longestName, path.hasPrefix(prefix) else { return nil }
        let name = path.utf8.dropFirst(prefix.utf8.count)
        guard !name.isEmpty, name.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }) else {
            return nil
        }
        let text = String(Substring(name))
        return EnterpriseID(text) == nil ? text.uppercased() : text
    }

    private static func isUsual(_ accept: String?) -> Bool {
        accept == nil || Accepted(accept) == .flattened
    }

    /// Whether the name is the enterprise's id, or a code that leads to it; an id that moved redirects.
    private static func leadsHere(_ said: ProvenStatement) -> Bool {
        switch said.statement {
        case .version?: true
        case .holders(let ids)?: ids.count == 1
        default: false
        }
    }
}

extension StoredAnswer {
    /// A stored document that is given as it is.
    init(_ profile: SignedProfile, form: DocumentForm) {
        self.init(
            enterprise: profile.id,
            version: profile.version,
            key: profile.key,
            issuedAt: profile.issuedAt,
            form: form
        )
    }
}
