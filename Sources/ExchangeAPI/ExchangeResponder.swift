internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOPosix
internal import ServiceKit
internal import Signing

/// Answers each request from stored bytes.
///
/// There are five paths, so there is no router.
struct ExchangeResponder: HTTPResponder {
    let library: ExchangeLibrary
    let pool: NIOThreadPool
    let maximumPathSize: Int

    /// Never throws: whatever goes wrong becomes a problem document.
    ///
    /// Paths are not logged; they may hold a person's number.
    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch let problem as Problem {
            response = problem.response
        } catch {
            context.logger.error("cannot answer", metadata: ["error": "\(error)"])
            response = Problem.failure.response
        }
        context.logger.debug("answered", metadata: ["status": "\(response.status.code)"])
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws -> Response {
        let path = try RequestPath(request.head.path ?? "/", limit: maximumPathSize)
        let route = try route(to: path.segments)
        guard request.method == .get || request.method == .head else { throw Problem.method }
        switch route {
        case .alive: return text("alive")
        case .ready: return try await ready()
        case .keys: return try await keys()
        case .sources: return try await sources(request.headers)
        case .status(let digest): return try await status(digest, request.headers)
        case .enterprise(let name):
            let query = try PastQuery(request.head.path ?? "/", at: library.clock())
            if let day = query.asOf { return try await past(name, query, asOf: day, request.headers) }
            return try await enterprise(name, query, request.headers)
        }
    }

    private enum Route {
        case enterprise(String)
        case sources
        case status(String)
        case keys
        case alive
        case ready
    }

    private func route(to segments: [String]) throws -> Route {
        switch (segments.count, segments.first, segments.last) {
        case (1, "livez", _): .alive
        case (1, "readyz", _): .ready
        case (2, ".well-known", "jwks.json"): .keys
        case (2, "v1", "sources"): .sources
        case (3, "v1", let digest?) where segments[1] == "sources": .status(digest)
        case (3, "v1", let name?) where segments[1] == "enterprises" && !name.isEmpty: .enterprise(name)
        default: throw Problem.noSuchPath
        }
    }

    private func enterprise(_ name: String, _ query: PastQuery, _ headers: HTTPFields) async throws -> Response {
        let library = library
        let answer = try await pool.runIfActive {
            try query.knownAt.map { CurrentAnswer(profile: try library.profile(named: name, query, knownAt: $0)) }
                ?? library.profile(named: name)
        }
        let profile = answer.profile
        let accepted = Accepted(headers[.accept])
        let tag = accepted == .compact ? "\"\(profile.version).compact\"" : "\"\(profile.version)\""
        var fields: HTTPFields = [
            .eTag: tag, .cacheControl: query.cacheControl(at: library.clock()), .vary: "Accept",
            .contentLocation: ExchangeLibrary.location(of: profile.id) + query.text,
        ]
        answer.proof?.add(to: &fields)
        if EntityTags(headers[.ifNoneMatch]).contains(tag) { return Response(status: .notModified, headers: fields) }
        fields[.contentType] = accepted.contentType
        return Response(status: .ok, headers: fields, body: try body(profile.document, accepted))
    }

    /// What was true on a day: worked out and signed for whoever asks, and not kept.
    ///
    /// The tag is a weak one, since each signature is another.
    private func past(_ name: String, _ query: PastQuery, asOf day: Day, _ headers: HTTPFields) async throws -> Response
    {
        let library = library
        let profile = try await pool.runIfActive { try library.profile(named: name, query, asOf: day) }
        let accepted = Accepted(headers[.accept])
        let tag = "W/\"\(profile.version)\(query.tag)\(accepted == .compact ? ".compact" : "")\""
        var fields: HTTPFields = [
            .eTag: tag, .cacheControl: query.cacheControl(at: library.clock()), .vary: "Accept",
            .contentLocation: ExchangeLibrary.location(of: profile.id) + query.text,
        ]
        if EntityTags(headers[.ifNoneMatch]).contains(tag) { return Response(status: .notModified, headers: fields) }
        let document = try await pool.runIfActive {
            try library.signer.signedDocument(of: profile, at: library.clock())
        }
        fields[.contentType] = accepted.contentType
        return Response(status: .ok, headers: fields, body: try body(document, accepted))
    }

    /// The present status; its digest is its tag, so that whoever has it is told so.
    private func sources(_ headers: HTTPFields) async throws -> Response {
        let library = library
        let status = try await pool.runIfActive { () -> SignedStatus? in
            _ = try library.status.statusDocument(at: library.clock())
            return try library.store.latestStatus()
        }
        guard let status else { throw Problem.notYet }
        return try answer(status, headers, cacheControl: "no-cache")
    }

    /// A status of any time, by the digest that an answer named.
    private func status(_ digest: String, _ headers: HTTPFields) async throws -> Response {
        let library = library
        guard digest.utf8.count == 71, let status = try await pool.runIfActive({ try library.store.status(of: digest) })
        else { throw Problem.noSuchPath }
        return try answer(status, headers, cacheControl: "max-age=31536000, immutable")
    }

    private func answer(_ status: SignedStatus, _ headers: HTTPFields, cacheControl: String) throws -> Response {
        let accepted = Accepted(headers[.accept])
        let tag = accepted == .compact ? "\"\(status.digest).compact\"" : "\"\(status.digest)\""
        var fields: HTTPFields = [
            .eTag: tag, .cacheControl: cacheControl, .vary: "Accept", .suixinStatus: status.digest,
        ]
        if EntityTags(headers[.ifNoneMatch]).contains(tag) { return Response(status: .notModified, headers: fields) }
        fields[.contentType] = accepted.contentType
        return Response(status: .ok, headers: fields, body: try body(status.document, accepted))
    }

    private func keys() async throws -> Response {
        let library = library
        let jwks = try await pool.runIfActive { try library.keys().jwks }
        return Response(
            status: .ok,
            headers: [.contentType: "application/jwk-set+json", .cacheControl: "max-age=300"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: jwks))
        )
    }

    private func ready() async throws -> Response {
        let library = library
        _ = try await pool.runIfActive { (try library.store.storePosition(), try library.keys().keys.count) }
        return text("ready")
    }

    private func text(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n"))
        )
    }

    /// The stored bytes, or the same three parts with dots between them.
    private func body(_ document: [UInt8], _ accepted: Accepted) throws -> ResponseBody {
        let bytes = accepted == .compact ? try SignedDocument(parsing: document).compact : document
        return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    }
}
