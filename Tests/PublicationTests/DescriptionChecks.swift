import CanonicalJSON
import Compression
import Foundation
import Synchronization
import Testing

/// Holds answers against the exchange's own description: what is not described must not come back.
///
/// It reads `/openapi.json` as any client does, not the table from which that is written.
struct DescribedAnswers: Sendable {
    private let document: JSONValue
    private let schema: JSONSchemaCheck

    /// - Parameter bytes: `/openapi.json`.
    /// - Throws: where that is no JSON.
    init(_ bytes: [UInt8]) throws {
        document = try JSONValue(parsing: bytes)
        var schemas = document["components"]?["schemas"]?.object ?? [:]
        // The profiles of tests are made up, and hold what a test is about; real ones are held against the schema by
        // Scripts/check-profiles.py and Scripts/check-openapi.
        schemas["profile-profile"] = .object(["type": .string("object")])
        schema = JSONSchemaCheck(components: schemas)
    }

    /// Every operation with each of its statuses, such as `GET /v1/changes 200`.
    var statuses: Set<String> {
        var found: Set<String> = []
        for (path, item) in document["paths"]?.object ?? [:] {
            for (method, operation) in item.object ?? [:] {
                for status in (operation["responses"]?.object ?? [:]).keys {
                    found.insert("\(method.uppercased()) \(path) \(status)")
                }
            }
        }
        return found
    }

    /// The operation's path and description; nil where there is none for the target.
    private func operation(_ method: String, _ target: String) -> (path: String, operation: JSONValue)? {
        let segments = target.prefix { $0 != "?" && $0 != "#" }.split(
            separator: "/",
            omittingEmptySubsequences: false
        )
        let fitting = (document["paths"]?.object ?? [:]).filter { path, _ in
            let pattern = path.split(separator: "/", omittingEmptySubsequences: false)
            return pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") && !$1.isEmpty }
        }
        // A path without parameters goes before one with them.
        let found = fitting.min { ($0.key.contains("{") ? 1 : 0, $0.key) < ($1.key.contains("{") ? 1 : 0, $1.key) }
        let verb = (method == "HEAD" ? "GET" : method).lowercased()
        return found.flatMap { path, item in item[verb].map { (path, $0) } }
    }

    /// What is wrong with an answer, and which operation and status it was.
    func check(_ method: String, _ target: String, _ answer: HTTPAnswer) -> (wrong: [String], status: String?) {
        let type = answer.headers["content-type"]?.split(separator: ";").first.map(String.init)
        // Turned away before it was looked at: of that nothing is journaled, and nothing more is read behind it.
        if answer.headers["suixin-query"] == nil, type == "application/problem+json" {
            let isLast = answer.headers["connection"] == "close"
            let wrong = problems(of: answer.body, .object(["$ref": .string("#/components/schemas/Refusal")]))
            return (isLast ? wrong : wrong + ["the connection stays open behind what was turned away"], nil)
        }
        var answer = answer
        if answer.headers["content-encoding"] == "gzip", method != "HEAD" {
            guard let whole = try? Gzip.decompress(answer.body, ratio: .max, limit: 1 << 26) else {
                return (["what is compressed cannot be read"], nil)
            }
            answer.body = whole
        }
        // A browser's question whether it may ask is no operation.
        if method == "OPTIONS", answer.status == 204 { return ([], nil) }
        guard let (path, operation) = operation(method, target) else {
            guard [400, 404, 405, 414].contains(answer.status), type == "application/problem+json" else {
                return (["\(answer.status) of a path that is not described"], nil)
            }
            return (method == "HEAD" ? [] : problems(of: answer.body, .object(["$ref": .string(Self.problem)])), nil)
        }
        let name = "\(method == "HEAD" ? "GET" : method) \(path) \(answer.status)"
        guard let described = operation["responses"]?["\(answer.status)"] else {
            return (["not described: \(name)"], name)
        }
        var wrong: [String] = []
        for (field, description) in described["headers"]?.object ?? [:] {
            guard let value = answer.headers[field.lowercased()] else {
                if description["required"] == .bool(true) { wrong.append("\(name): no \(field)") }
                continue
            }
            let named = description["$ref"] == nil ? description : document["components"]?["headers"]?[field] ?? .null
            wrong += schema.objections(to: .string(value), named["schema"] ?? .object([:])).map {
                "\(name): \(field): \($0)"
            }
        }
        guard let content = described["content"]?.object else {
            if !answer.body.isEmpty { wrong.append("\(name): a body where none is described") }
            return (wrong, name)
        }
        guard method != "HEAD" else { return (wrong, name) }
        guard let type, let media = content[type]?["schema"] else {
            return (wrong + ["\(name): media type \(type ?? "none")"], name)
        }
        switch type {
        case "application/x-ndjson":
            for line in answer.body.split(separator: 0x0A) { wrong += problems(of: Array(line), media) }
        case _ where type.hasSuffix("json"): wrong += problems(of: answer.body, media)
        default: wrong += schema.objections(to: .string(answer.text), media)
        }
        return (wrong.map { $0.hasPrefix(name) ? $0 : "\(name): \($0)" }, name)
    }

    private static let problem = "#/components/schemas/Problem"

    private func problems(of body: [UInt8], _ schema: JSONValue) -> [String] {
        guard let value = try? JSONValue(parsing: body) else { return ["the body is no JSON"] }
        return self.schema.objections(to: value, schema)
    }

    // MARK: Through the calls of all tests

    private static let known = Mutex<[Int: DescribedAnswers]>([:])

    /// Records an issue for every answer that is another than described.
    static func witness(_ method: String, _ target: String, _ answer: HTTPAnswer, port: Int) {
        guard answer.status != 0, let described = known.withLock({ $0[port] }) else { return }
        for wrong in described.check(method, target, answer).wrong {
            Issue.record("the answer is not as /openapi.json describes it: \(wrong)")
        }
    }

    /// Reads the description of the exchange at a port, which from now on is held to it.
    static func watch(_ port: Int) throws {
        let answer = try HTTPCall.send("GET", "/openapi.json", port: port)
        let described = try DescribedAnswers(answer.body)
        known.withLock { $0[port] = described }
    }
}
