internal import HTTPTypes

/// Which other sites' pages may read answers (CORS, Fetch §3.3): none, but for those that the operator names.
///
/// It keeps nobody out: whoever asks without a browser does as he likes, and keys and purposes are asked of all. Credentials
/// that a browser would send by itself are never allowed, since there are none here; so no site can ask in its
/// visitors' names.
struct CrossOriginRules: Sendable {
    private let origins: Set<String>

    init(_ origins: Set<WebOrigin>) { self.origins = Set(origins.map(\.text)) }

    /// Seconds for which a browser need not ask again whether it may ask.
    private static let longevity = "600"

    /// Every field that some endpoint reads, beside those that every page may send.
    private static let readFields =
        (["Authorization", "Content-Type", "Suixin-Purpose", "X-API-Key"]
        + Endpoint.all(inSandbox: true).flatMap(\.fields).map(\.name)).uniqued.sorted().joined(separator: ", ")

    /// Every field of an answer that is described.
    private static let shownFields = AnswerField.all.keys.sorted().joined(separator: ", ")

    private func allowed(_ headers: HTTPFields) -> String? {
        headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
    }

    /// The answer to a browser that asks whether a page of an allowed site may ask; nil for everything else.
    ///
    /// Nobody is let in by it, so nothing is counted or journaled.
    func preflight(
        _ method: HTTPRequest.Method,
        _ headers: HTTPFields,
        _ segments: [String],
        among endpoints: [Endpoint]
    ) -> Reply? {
        guard method == .options, headers[.requestMethod] != nil, allowed(headers) != nil else { return nil }
        let methods = endpoints.filter { $0.match(segments) != nil }.flatMap { endpoint in
            endpoint.method == .get ? ["GET", "HEAD"] : [endpoint.method.rawValue]
        }
        guard !methods.isEmpty else { return nil }
        return Reply(
            status: .noContent,
            headers: [
                .allowMethods: methods.uniqued.sorted().joined(separator: ", "), .allowHeaders: Self.readFields,
                .maxAge: Self.longevity, .vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            body: .none
        )
    }

    /// Says who may read an answer.
    ///
    /// Whoever keeps answers must keep them apart by who asked, those of others included.
    func mark(_ answer: inout HTTPFields, for request: HTTPFields) {
        guard !origins.isEmpty else { return }
        answer[.vary] = answer[.vary].map { "\($0), Origin" } ?? "Origin"
        guard let origin = allowed(request) else { return }
        answer[.allowOrigin] = origin
        answer[.exposeHeaders] = Self.shownFields
    }
}

extension HTTPField.Name {
    fileprivate static let requestMethod = HTTPField.Name("Access-Control-Request-Method") ?? .origin
    fileprivate static let allowMethods = HTTPField.Name("Access-Control-Allow-Methods") ?? .eTag
    fileprivate static let allowHeaders = HTTPField.Name("Access-Control-Allow-Headers") ?? .eTag
    fileprivate static let allowOrigin = HTTPField.Name("Access-Control-Allow-Origin") ?? .eTag
    fileprivate static let exposeHeaders = HTTPField.Name("Access-Control-Expose-Headers") ?? .eTag
    fileprivate static let maxAge = HTTPField.Name("Access-Control-Max-Age") ?? .eTag
}
