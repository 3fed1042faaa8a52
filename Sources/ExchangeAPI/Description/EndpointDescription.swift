internal import Access
internal import CanonicalJSON
internal import HTTPTypes
internal import Watches

/// What whoever calls an endpoint has to know of it: from this `/openapi.json` and `/docs` are written, and tests hold every
/// answer against it.
struct EndpointDescription: Sendable {
    /// A parameter in the path, behind the `?`, or in a field of the request.
    struct Parameter: Sendable {
        let name: String
        let text: Problem.Wording
        let schema: JSONValue
        var isRequired = false
        var example: String?

        init(
            _ name: String,
            _ english: String,
            _ chinese: String,
            _ schema: JSONValue,
            isRequired: Bool = false,
            example: String? = nil
        ) {
            self.name = name
            text = Problem.Wording(english, chinese)
            self.schema = schema
            self.isRequired = isRequired
            self.example = example
        }
    }

    /// What a request carries; its media type and limit are the endpoint's.
    struct Body: Sendable {
        /// Among the schemas.
        let schema: String
        /// As it is sent.
        let example: String
    }

    /// What comes back under a status.
    struct Answer: Sendable {
        let status: Int
        let text: Problem.Wording
        /// By media type; empty where there is no body.
        var content: [(type: String, schema: JSONValue)]
        /// Fields that the answer always has, beside those of every answer.
        var fields: [String]

        init(
            _ status: Int,
            _ english: String,
            _ chinese: String,
            _ content: [(type: String, schema: JSONValue)] = [],
            fields: [String] = []
        ) {
            self.status = status
            text = Problem.Wording(english, chinese)
            self.content = content
            self.fields = fields
        }
    }

    let title: Problem.Wording
    var text = Problem.Wording("", "")
    var path: [Parameter] = []
    var query: [Parameter] = []
    var fields: [Parameter] = []
    var body: Body?
    var answers: [Answer]
    /// Beside those that the way in and the body bring with them.
    var problems: [Problem] = []
}

extension EndpointDescription {
    /// By which a call that is sent again is known.
    static let idempotencyKey = Parameter(
        "Idempotency-Key",
        "a string of the caller's own (RFC 9651): sent again with it, the call has one effect and the same answer",
        "调用方自定的字符串（RFC 9651）：以同一键重发时，只生效一次，答复相同",
        ParameterSchema.quoted(longest: RepeatableCall.keyLimit),
        example: "\"0191c2f4-7c5e-7d52-9a65-1f4f6a8f6f11\""
    )

    /// All of them by the endpoints' names.
    static let all: [String: EndpointDescription] = [
        open, enterprises, finding, bulk, watchLists, webhooks, own, sandbox,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}

extension Endpoint {
    /// nil where nobody wrote one: a test says so.
    var description: EndpointDescription? { EndpointDescription.all[name] }

    /// The scope that it asks for.
    var scope: Scope? { if case .scope(let scope) = entry { scope } else { nil } }

    /// The fields that it reads, beside those that every endpoint reads.
    var fields: [EndpointDescription.Parameter] {
        (description?.fields ?? []) + (takesIdempotencyKey ? [EndpointDescription.idempotencyKey] : [])
    }

    /// Every problem that it may give.
    var problems: [Problem] {
        var problems: [Problem] = [.parameter([]), .longPath, .failure]
        if scope != nil {
            problems += [
                .unauthorised(""), .scope(""), .purpose([]), .purposeDenied, .tooMany(after: 0), .unjournaled,
                .tooManyFailures(after: 0),
            ]
        }
        if let body { problems += [.body("", ""), .largeBody(0), .mediaType(body.mediaType), .coded] }
        if path.contains(where: { $0.hasPrefix("{") }) { problems += [.badPath] }
        if takesIdempotencyKey { problems += [.malformedKey, .underWay, .otherRequest, .tooManyKeys(after: 0)] }
        var seen: Set<String> = []
        return (problems + (description?.problems ?? [])).filter {
            seen.insert("\($0.status.code) \($0.name)").inserted
        }
    }
}

/// Schemas of what stands in paths and parameters (JSON Schema 2020-12).
enum ParameterSchema {
    /// Without control characters, which no path and no parameter may have.
    static func text(longest: Int, pattern: String = "^[^\\u0000-\\u001F\\u007F]+$") -> JSONValue {
        let members: [String: JSONValue] = [
            "type": .string("string"), "minLength": .integer(1), "maxLength": .integer(Int64(longest)),
            "pattern": .string(pattern),
        ]
        return .object(members)
    }

    static func whole(_ range: ClosedRange<Int64>, default value: Int64? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("integer"), "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ]
        if let value { members["default"] = .integer(value) }
        return .object(members)
    }

    static func choice(_ names: [String]) -> JSONValue {
        .object(["type": .string("string"), "enum": .array(names.map { .string($0) })])
    }

    /// A string of RFC 9651 §3.3.3, of at least one character.
    static func quoted(longest: Int) -> JSONValue {
        .object([
            "type": .string("string"),
            "pattern": .string(#"^"([ !#-\[\]-~]|\\["\\]){1,"# + "\(longest)" + #"}"$"#),
        ])
    }

    /// A field of a request: whatever it holds that is not understood counts as not sent.
    static let field = JSONValue.object(["type": .string("string")])

    static let flag = JSONValue.object(["type": .string("boolean"), "default": .bool(false)])
    static let day = JSONValue.object(["type": .string("string"), "format": .string("date")])

    static func named(_ name: String) -> JSONValue { .object(["$ref": .string("#/components/schemas/\(name)")]) }
}

extension ExchangeServer {
    /// Endpoints that are not described, and those whose parameters are others than described: none, as a test sees to.
    package static var undescribed: [String] {
        (Endpoint.all + Endpoint.sandbox).filter { endpoint in
            endpoint.description.map { $0.query.map(\.name).sorted() != endpoint.parameters.sorted() } ?? true
                || (endpoint.body == nil) != (endpoint.description?.body == nil)
        }.map(\.name)
    }
}
