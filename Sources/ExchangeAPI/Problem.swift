internal import CanonicalJSON
internal import HTTPTypes
internal import Hummingbird

/// What a caller is told instead of a document: `application/problem+json` (RFC 9457).
///
/// Never repeats what was asked for: a path may hold a person's number.
struct Problem: Error {
    var status: HTTPResponse.Status
    /// The last part of `type`: `urn:suixin:problem:…`.
    var name: String
    var title: String
    var detail: String
    var members: [String: JSONValue] = [:]
    var headers: HTTPFields = [:]

    var response: Response {
        var object = members
        object["type"] = .string("urn:suixin:problem:\(name)")
        object["status"] = .integer(Int64(status.code))
        object["title"] = .string(title)
        object["detail"] = .string(detail)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-cache"
        headers[.xContentTypeOptions] = "nosniff"
        let body = ByteBuffer(bytes: JSONValue.object(object).canonical)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    static let noSuchPath = Problem(
        status: .notFound,
        name: "no-such-path",
        title: "No such path",
        detail: "This exchange has /v1/enterprises/{id}, /v1/sources, /.well-known/jwks.json, /livez and /readyz."
    )
    static let badPath = Problem(
        status: .badRequest,
        name: "bad-path",
        title: "Bad path",
        detail: "The path is not percent-encoded UTF-8, or holds control characters."
    )
    static let longPath = Problem(
        status: .uriTooLong,
        name: "long-path",
        title: "Path too long",
        detail: "No path of this exchange is that long."
    )
    static let method = Problem(
        status: .methodNotAllowed,
        name: "method-not-allowed",
        title: "Method not allowed",
        detail: "Only GET and HEAD are answered here.",
        headers: [.allow: "GET, HEAD"]
    )
    /// Nothing is known is not the same as nothing to say; records may speak of a code that is nobody's for certain.
    static let unknown = Problem(
        status: .notFound,
        name: "unknown-enterprise",
        title: "Nothing is known",
        detail: "No enterprise is known for certain by this id or code. "
            + "That is no clean record: the status of the sources says what was read, and up to when.",
        members: ["sources": .string("/v1/sources")]
    )
    static let notYet = Problem(
        status: .serviceUnavailable,
        name: "not-yet-published",
        title: "Not yet published",
        detail: "It is known but not signed yet; ask again in a moment.",
        headers: [.retryAfter: "10"]
    )
    static let failure = Problem(
        status: .serviceUnavailable,
        name: "store-unavailable",
        title: "The store cannot be read",
        detail: "The exchange cannot answer at the moment; ask again later.",
        headers: [.retryAfter: "30"]
    )

    static func moved(to location: String) -> Problem {
        Problem(
            status: .permanentRedirect,
            name: "moved",
            title: "This enterprise has another id now",
            detail:
                "Its records were found to belong to the enterprise under this location; the old id redirects for ever.",
            members: ["location": .string(location)],
            headers: [.location: location]
        )
    }

    static func several(_ locations: [String]) -> Problem {
        Problem(
            status: .multipleChoices,
            name: "several-enterprises",
            title: "Several enterprises hold this code",
            detail: "The agencies gave one code to several enterprises; ask for one of them by its id.",
            members: ["locations": .array(locations.map { .string($0) })]
        )
    }
}
