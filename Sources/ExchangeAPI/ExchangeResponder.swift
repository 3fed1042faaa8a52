internal import Access
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Finds the endpoint, lets the caller in, has it answered, and writes down what was answered.
///
/// ``Endpoint/all`` is the table of what there is: one description for finding, letting in and documenting, which the
/// framework's router has no place for.
struct ExchangeResponder: HTTPResponder {
    let library: ExchangeLibrary
    let gate: Gate
    let maximumPathSize: Int
    /// Reverse proxies, whose word is taken for who asks.
    let proxies: Set<String>
    /// Whether clients are asked for certificates in the handshake.
    let readsCertificates: Bool
    let compresses: Bool
    /// Whose pages may read answers.
    let sites: CrossOriginRules
    let metrics: ExchangeMetrics

    /// Never throws: whatever goes wrong becomes a problem document.
    ///
    /// Paths are not logged; they may hold a person's number.
    func respond(to request: Request, context: ExchangeContext) async throws -> Response {
        let start = NIODeadline.now()
        let moment = gate.clock()
        let id = QueryID(at: moment, random: gate.random)
        let language = AnswerLanguage(request.headers[.acceptLanguage])
        var decision: LimitDecision?
        var endpoint: Endpoint?
        var reply: Reply
        do {
            let certificate = readsCertificates ? await context.certificate() : nil
            reply = try await answer(
                request,
                context,
                id,
                moment,
                language,
                certificate,
                at: &endpoint,
                counting: &decision
            )
        } catch let problem as Problem {
            reply = problem.reply(in: language, instance: id.text)
        } catch {
            context.logger.error("cannot answer", metadata: ["error": "\(error)", "query": "\(id)"])
            reply = Problem.failure.reply(in: language, instance: id.text)
        }
        if compresses { reply = await coded(reply, request.headers) }
        reply.headers[.query] = id.text
        reply.headers[.xContentTypeOptions] = "nosniff"
        if request.headers[.connection]?.lowercased() == "close" { reply.headers[.connection] = "close" }
        sites.mark(&reply.headers, for: request.headers)
        if let endpoint { library.description.announce(on: &reply.headers, for: endpoint, library.date) }
        if let decision {
            reply.headers[.rateLimit] = decision.rateLimit
            reply.headers[.rateLimitPolicy] = decision.limits.policy
        }
        metrics.endpoint(endpoint?.name).answered(reply.status.code, since: start)
        context.logger.debug("answered", metadata: ["status": "\(reply.status.code)", "query": "\(id)"])
        return reply.response(isHead: request.method == .head)
    }

    private func answer(
        _ request: Request,
        _ context: ExchangeContext,
        _ id: QueryID,
        _ moment: Int64,
        _ language: AnswerLanguage,
        _ certificate: Digest256?,
        at found: inout Endpoint?,
        counting decision: inout LimitDecision?
    ) async throws -> Reply {
        let target = request.head.path ?? "/"
        let path = try RequestPath(target, limit: maximumPathSize)
        if let reply = sites.preflight(request.method, request.headers, path.segments, among: library.endpoints) {
            return reply
        }
        let (endpoint, segments) = try Self.endpoint(request.method, path.segments, among: library.endpoints)
        found = endpoint
        let parameters = try RequestParameters.read(target, known: endpoint.parameters)
        var inquiry = Inquiry(
            segments: segments,
            parameters: parameters,
            headers: compresses ? ContentCoding.withoutSuffix(request.headers) : request.headers,
            language: language,
            id: id,
            moment: moment,
            address: CallerAddress(context.remote, forwarded: request.headers[.forwardedFor], proxies: proxies),
            certificate: certificate
        )
        inquiry.isHead = request.method == .head
        guard case .scope(let scope) = endpoint.entry else {
            inquiry.body = try await body(of: request, endpoint)
            return try await endpoint.answer(library, inquiry)
        }
        let sections = parameters["sections"].map { $0.split(separator: ",").map(String.init) }
        // They are journaled: nothing but names gets there.
        guard sections?.joined().utf8.allSatisfy({ 0x61...0x7A ~= $0 }) ?? true else { throw Problem.badSections }
        let admission = try gate.admit(scope, to: endpoint.name, inquiry, sections: sections, counting: &decision)
        inquiry.admission = admission
        guard gate.journal.condition(at: moment) == .open else { throw Problem.unjournaled }
        var reply: Reply
        do {
            inquiry.body = try await body(of: request, endpoint)
            reply = try await endpoint.answer(library, inquiry)
        } catch let problem as Problem {
            reply = problem.reply(in: language, instance: id.text)
            if let name = segments["id"] { reply.asked = [.unknown(name, secret: gate.secret)] }
            if problem.members["absence"] != nil { reply.document = .kept(version: nil, .plain) }
        } catch {
            // Written down as any other query: that it could not be answered is an answer.
            context.logger.error("cannot answer", metadata: ["error": "\(error)", "query": "\(id)"])
            reply = Problem.failure.reply(in: language, instance: id.text)
            if let name = segments["id"] { reply.asked = [.unknown(name, secret: gate.secret)] }
        }
        if reply.status == .notModified {
            RateLimiter.refund(admission.decision, to: admission.caller)
        }
        try await gate.record(endpoint.name, inquiry, admission, reply)
        return reply
    }

    /// The reply as it is sent, compressed on a thread that may take its time; as it is, where that fails.
    private func coded(_ reply: Reply, _ headers: HTTPFields) async -> Reply {
        do {
            var coded = reply
            guard reply.bytes?.count ?? 0 >= ContentCoding.least, ContentCoding.accepts(headers[.acceptEncoding]) else {
                try ContentCoding.apply(to: &coded, headers)
                return coded
            }
            return try await library.reading { [coded] in
                var coded = coded
                try ContentCoding.apply(to: &coded, headers)
                return coded
            }
        } catch {
            return reply
        }
    }

    private static func endpoint(
        _ method: HTTPRequest.Method,
        _ segments: [String],
        among endpoints: [Endpoint]
    ) throws(Problem) -> (Endpoint, [String: String]) {
        var allowed: [String] = []
        for endpoint in endpoints {
            guard let found = endpoint.match(segments) else { continue }
            if endpoint.method == method || endpoint.method == .get && method == .head { return (endpoint, found) }
            allowed.append(endpoint.method.rawValue)
            if endpoint.method == .get { allowed.append("HEAD") }
        }
        throw allowed.isEmpty ? .noSuchPath : .method(allowed)
    }

    /// The body of a request, where the endpoint reads one.
    private func body(of request: Request, _ endpoint: Endpoint) async throws -> [UInt8] {
        guard let rule = endpoint.body else { return [] }
        guard request.headers[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
            throw Problem.coded
        }
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type == rule.mediaType else { throw Problem.mediaType(rule.mediaType) }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > rule.limit {
            throw Problem.largeBody(rule.limit)
        }
        do {
            let buffer = try await request.body.collect(upTo: rule.limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.largeBody(rule.limit)
        }
    }
}
