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
        case .sources: return try await sources(Accepted(request.headers[.accept]))
        case .enterprise(let name):
            let query = try PastQuery(request.head.path ?? "/", at: library.clock())
            if let day = query.asOf { return try await past(name, query, asOf: day, request.headers) }
            return try await enterprise(name, query, request.headers)
        }
    }

    private enum Route {
        case enterprise(String)
        case sources
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
        case (3, "v1", let name?) where segments[1] == "enterprises" && !name.isEmpty: .enterprise(name)
        default: throw Problem.noSuchPath
        }
    }

    private func enterprise(_ name: String, _ query: PastQuery, _ headers: HTTPFields) async throws -> Response {
        let library = library
        let profile = try await pool.runIfActive {
            try query.knownAt.map { try library.profile(named: name, query, knownAt: $0) }
                ?? library.profile(named: name)
        }
        let accepted = Accepted(headers[.accept])
        let tag = accepted == .compact ? "\"\(profile.version).compact\"" : "\"\(profile.version)\""
        var fields: HTTPFields = [
            .eTag: tag, .cacheControl: query.cacheControl(at: library.clock()), .vary: "Accept",
            .contentLocation: ExchangeLibrary.location(of: profile.id) + query.text,
        ]
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

    private func sources(_ accepted: Accepted) async throws -> Response {
        let library = library
        let document = try await pool.runIfActive { try library.status.statusDocument(at: library.clock()) }
        guard let document else { throw Problem.notYet }
        let fields: HTTPFields = [
            .contentType: accepted.contentType, .cacheControl: "no-cache", .vary: "Accept",
        ]
        return Response(status: .ok, headers: fields, body: try body(document, accepted))
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
