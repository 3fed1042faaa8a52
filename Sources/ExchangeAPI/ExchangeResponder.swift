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

    /// Never throws: whatever goes wrong becomes a problem document.
    ///
    /// Paths are not logged; they may hold a person's number.
    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let moment = gate.clock()
        let id = QueryID(at: moment, random: gate.random)
        let language = AnswerLanguage(request.headers[.acceptLanguage])
        var decision: LimitDecision?
        var reply: Reply
        do {
            reply = try await answer(request, id, moment, language, counting: &decision)
        } catch let problem as Problem {
            reply = problem.reply(in: language, instance: id.text)
        } catch {
            context.logger.error("cannot answer", metadata: ["error": "\(error)", "query": "\(id)"])
            reply = Problem.failure.reply(in: language, instance: id.text)
        }
        reply.headers[.query] = id.text
        reply.headers[.xContentTypeOptions] = "nosniff"
        if request.headers[.connection]?.lowercased() == "close" { reply.headers[.connection] = "close" }
        if !library.description.retirements.isEmpty,
            let path = try? RequestPath(request.head.path ?? "/", limit: maximumPathSize),
            let (endpoint, _) = try? Self.endpoint(request.method, path.segments)
        {
            library.description.announce(on: &reply.headers, for: endpoint, library.date)
        }
        if let decision {
            reply.headers[.rateLimit] = decision.rateLimit
            reply.headers[.rateLimitPolicy] = decision.limits.policy
        }
        context.logger.debug("answered", metadata: ["status": "\(reply.status.code)", "query": "\(id)"])
        return reply.response(isHead: request.method == .head)
    }

    private func answer(
        _ request: Request,
        _ id: QueryID,
        _ moment: Int64,
        _ language: AnswerLanguage,
        counting decision: inout LimitDecision?
    ) async throws -> Reply {
        let target = request.head.path ?? "/"
        let path = try RequestPath(target, limit: maximumPathSize)
        let (endpoint, segments) = try Self.endpoint(request.method, path.segments)
        let parameters = try RequestParameters.read(target, known: endpoint.parameters)
        var inquiry = Inquiry(
            segments: segments,
            parameters: parameters,
            headers: request.headers,
            language: language,
            id: id,
            moment: moment
        )
        guard case .scope(let scope) = endpoint.entry else {
            inquiry.body = try await body(of: request, endpoint)
            return try await endpoint.answer(library, inquiry)
        }
        let sections = parameters["sections"].map { $0.split(separator: ",").map(String.init) }
        // They are journaled: nothing but names gets there.
        guard sections?.joined().utf8.allSatisfy({ 0x61...0x7A ~= $0 }) ?? true else { throw Problem.badSections }
        let admission = try gate.admit(scope, request.headers, sections: sections, at: moment, counting: &decision)
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
        }
        if reply.status == .notModified {
            RateLimiter.refund(admission.decision, to: admission.caller)
        }
        try await gate.record(endpoint.name, inquiry, admission, reply)
        return reply
    }

    private static func endpoint(_ method: HTTPRequest.Method, _ segments: [String]) throws(Problem) -> (
        Endpoint, [String: String]
    ) {
        var allowed: [String] = []
        for endpoint in Endpoint.all {
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
