internal import Access
internal import CanonicalJSON
internal import HTTPTypes

/// The description as OpenAPI 3.1 has it, from the table of endpoints.
struct OpenAPIDocument {
    let endpoints: [Endpoint]
    let retirements: [Retirement]

    /// Canonical, so that the same table gives the same bytes.
    func bytes() throws -> [UInt8] {
        var paths: [String: [String: JSONValue]] = [:]
        for endpoint in endpoints {
            guard let description = endpoint.description else { continue }
            paths[endpoint.pattern, default: [:]][endpoint.method.rawValue.lowercased()] =
                operation(endpoint, description)
        }
        let schemas = try schemas()
        return JSONValue.object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("穗信 Suixin"), "version": .string("1"),
                "summary": .string("企业信用信息共享 / Open enterprise credit information exchange"),
                "description": .string(
                    "企业信用档案的查询、检索、变更订阅与存证；凡答复均可离线验证。凡 GET 之处均可 HEAD。\n\n"
                        + "Profiles, search, changes and evidence, all of which can be verified offline. HEAD works wherever GET does."
                ),
            ]),
            "servers": .array([.object(["url": .string("/")])]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "schemas": .object(schemas),
                "headers": .object(AnswerField.all.mapValues(\.json)),
                "securitySchemes": Self.securitySchemes,
            ]),
        ]).canonical
    }

    private func operation(_ endpoint: Endpoint, _ description: EndpointDescription) -> JSONValue {
        var parameters =
            description.path.map { $0.json(in: "path") } + description.query.map { $0.json(in: "query") }
            // OpenAPI has no parameters called Accept or Authorization: media types and security say the same.
            + endpoint.fields.filter { !["Accept", "Authorization"].contains($0.name) }.map { $0.json(in: "header") }
        if endpoint.scope != nil { parameters.append(AnswerField.purpose) }
        parameters.append(AnswerField.language)
        var members: [String: JSONValue] = [
            "operationId": .string(endpoint.name), "summary": .string(description.title.both),
            "parameters": .array(parameters), "responses": .object(responses(endpoint, description)),
            "tags": .array([.string(endpoint.group)]),
        ]
        if !description.text.english.isEmpty { members["description"] = .string(description.text.both) }
        if let scope = endpoint.scope {
            members["security"] = .array([
                .object(["key": .array([])]), .object(["apiKey": .array([])]),
                .object(["token": .array([.string(scope.name)])]),
            ])
            members["x-scope"] = .string(scope.name)
        }
        if let rule = endpoint.body, let body = description.body {
            let example =
                rule.mediaType == "application/json"
                ? (try? JSONValue(parsing: Array(body.example.utf8))) ?? .null : nil
            var content: [String: JSONValue] = ["schema": ParameterSchema.named(body.schema)]
            if let example { content["example"] = example }
            members["requestBody"] = .object([
                "required": .bool(true), "content": .object([rule.mediaType: .object(content)]),
                "x-limit": .integer(Int64(rule.limit)),
            ])
        }
        if let retirement = retirements.first(where: { $0.covers(endpoint) }) {
            members["deprecated"] = .bool(true)
            if let sunset = retirement.sunset { members["x-sunset"] = .integer(sunset) }
        }
        return .object(members)
    }

    private func responses(_ endpoint: Endpoint, _ description: EndpointDescription) -> [String: JSONValue] {
        let retired = retirements.contains { $0.covers(endpoint) } ? ["Deprecation"] : []
        let counted = endpoint.scope == nil ? [] : ["RateLimit", "RateLimit-Policy"]
        var answers = description.answers
        for (status, problems) in Dictionary(grouping: endpoint.problems, by: { $0.status.code }) {
            let schema = Self.problem(problems)
            let text = Problem.Wording(
                problems.map(\.title.english).uniqued.joined(separator: "; "),
                problems.map(\.title.chinese).uniqued.joined(separator: "；")
            )
            if let place = answers.firstIndex(where: { $0.status == status }) {
                answers[place].content.append(("application/problem+json", schema))
            } else {
                var answer = EndpointDescription.Answer(status, text.english, text.chinese)
                answer.content = [("application/problem+json", schema)]
                // Fields that every one of them has.
                let fields = problems.map { Set($0.headers.map(\.name.rawName)) }
                answer.fields = fields.dropFirst().reduce(fields.first ?? []) { $0.intersection($1) }.sorted()
                answers.append(answer)
            }
        }
        let links = AnswerLink.all[endpoint.name] ?? []
        return Dictionary(
            answers.map { answer in
                // Who is not known is not counted either.
                let limits = answer.status == 401 ? [] : counted.map { ($0, false) }
                let fields =
                    [("Suixin-Query", true), ("X-Content-Type-Options", true)] + answer.fields.map { ($0, true) }
                    + retired.map { ($0, true) } + limits
                var members: [String: JSONValue] = [
                    "description": .string(answer.text.both),
                    "headers": .object(
                        Dictionary(fields.map { ($0.0, AnswerField.reference($0.0, $0.1)) }) { first, _ in first }
                    ),
                ]
                if !answer.content.isEmpty {
                    members["content"] = .object(
                        Dictionary(answer.content.map { ($0.type, .object(["schema": $0.schema])) }) { first, _ in first
                        }
                    )
                }
                if 200...201 ~= answer.status, !links.isEmpty {
                    members["links"] = .object(
                        Dictionary(links.map { ($0.operation, $0.json) }) { first, _ in first }
                    )
                }
                return ("\(answer.status)", .object(members))
            }
        ) { first, _ in first }
    }

    /// A problem of one of these types.
    private static func problem(_ problems: [Problem]) -> JSONValue {
        .object([
            "allOf": .array([ParameterSchema.named("Problem")]),
            "properties": .object([
                "type": .object(["enum": .array(problems.map(\.uri).uniqued.sorted().map { .string($0) })])
            ]),
        ])
    }

    /// The schemas of the file, and those of the profile's own, whose names do not meet.
    private func schemas() throws -> [String: JSONValue] {
        var schemas = try JSONValue(parsing: PackageResources.schemas_json).object ?? [:]
        if !endpoints.contains(where: { EndpointDescription.sandbox[$0.name] != nil }) {
            schemas = schemas.filter { !$0.key.hasPrefix(EndpointDescription.sandboxSchemas) }
        }
        schemas["Refusal"] = Self.refusal
        let profile = try JSONValue(parsing: PackageResources.profile_schema_json)
        for (name, schema) in profile["$defs"]?.object ?? [:] {
            schemas["profile-\(name)"] = schema.moving("#/$defs/", to: "#/components/schemas/profile-")
        }
        return schemas
    }

    /// What is turned away before it is looked at, whatever was asked for; nothing of it is journaled, so it has no id.
    private static var refusal: JSONValue {
        let problems: [Problem] = [
            .badRequest, .badHost, .badTarget, .badFraming, .expectation, .largeHead, .slow, .version, .largeBody(0),
        ]
        let text = Problem.Wording(
            "Whatever is malformed, too large or too slow is turned away before it is looked at, with one of these problems in "
                + "place of the answers described; the connection is closed behind it.",
            "格式错误、过大或过慢的请求在受理之前即被拒绝，以此类问题代替所述答复，随后关闭连接。"
        )
        return .object([
            "type": .string("object"), "description": .string(text.both),
            "required": .array(["type", "title", "detail", "status"].map { .string($0) }),
            "properties": .object([
                "type": .object(["enum": .array(problems.map(\.uri).uniqued.sorted().map { .string($0) })]),
                "title": .object(["type": .string("string")]), "detail": .object(["type": .string("string")]),
                "status": .object([
                    "enum": .array(Set(problems.map(\.status.code)).sorted().map { .integer(Int64($0)) })
                ]),
                "limit": .object(["type": .string("integer")]),
            ]),
        ])
    }

    private static let securitySchemes = JSONValue.object([
        "key": .object([
            "type": .string("http"), "scheme": .string("bearer"),
            "description": .string("API 密钥 / an API key: sxk_…"),
        ]),
        "apiKey": .object(["type": .string("apiKey"), "in": .string("header"), "name": .string("X-API-Key")]),
        "token": .object([
            "type": .string("oauth2"),
            "flows": .object([
                "clientCredentials": .object([
                    "tokenUrl": .string("/oauth2/token"),
                    "scopes": .object(
                        Dictionary(uniqueKeysWithValues: Endpoint.scopes.map { ($0.name, .string($0.name)) })
                    ),
                ])
            ]),
        ]),
    ])
}

extension Problem {
    /// `type`.
    var uri: String { "urn:suixin:problem:\(name)" }
}

extension Problem.Wording {
    /// 中文 / English.
    var both: String { "\(chinese) / \(english)" }
}

extension EndpointDescription.Parameter {
    func json(in place: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "in": .string(place), "description": .string(text.both), "schema": schema,
            "required": .bool(isRequired),
        ]
        if let example { members["example"] = .string(example) }
        return .object(members)
    }
}

extension JSONValue {
    /// The same with other places in its references.
    fileprivate func moving(_ old: String, to new: String) -> JSONValue {
        switch self {
        case .object(let members):
            .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { name, value in
                        if name == "$ref", let text = value.string, text.hasPrefix(old) {
                            return (name, .string(new + text.dropFirst(old.count)))
                        }
                        return (name, value.moving(old, to: new))
                    }
                )
            )
        case .array(let values): .array(values.map { $0.moving(old, to: new) })
        default: self
        }
    }
}

extension Array where Element: Hashable {
    /// Each once, in order.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
