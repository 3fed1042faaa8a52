internal import Access
internal import CanonicalJSON
internal import HTTPTypes
internal import Mustache

/// The description for people: one page, from the same table as `/openapi.json`.
struct DocumentationPage {
    let language: AnswerLanguage
    let issuer: String
    let endpoints: [Endpoint]
    let retirements: [Retirement]
    /// What stands in the page's `<style>`.
    static let style = PackageResources.docs_css

    init(_ language: AnswerLanguage, issuer: String, _ endpoints: [Endpoint], retirements: [Retirement]) {
        self.language = language
        self.issuer = issuer
        self.endpoints = endpoints
        self.retirements = retirements
    }

    func bytes() throws -> [UInt8] {
        let template = try MustacheTemplate(string: String(decoding: PackageResources.docs_mustache, as: UTF8.self))
        let isChinese = language == .chinese
        let groups = endpoints.map(\.group).uniqued
        let page: [String: Any] = [
            "lang": language.rawValue, "zh": isChinese, "en": !isChinese,
            "style": String(decoding: Self.style, as: UTF8.self), "issuer": issuer,
            "purposes": Purpose.all.map(\.name).joined(separator: ", "),
            "groups": groups.map { group in
                [
                    "title": Self.titles[group]?.text(in: language) ?? group, "anchor": group,
                    "endpoints": endpoints.filter { $0.group == group }.compactMap(endpoint),
                ] as [String: Any]
            }, "problems": problems,
        ]
        return Array(template.render(page).utf8)
    }

    private static let titles: [String: Problem.Wording] = [
        "open": .init("Open to anybody", "公开接口"), "token": .init("Tokens", "令牌"),
        "enterprises": .init("Enterprises", "企业"), "changes": .init("Changes", "变更"),
        "watch": .init("Watch lists, webhooks, retractions", "关注名单、回调与撤回"),
        "evidence": .init("The client's own queries", "调用方自己的查询"),
    ]

    private func endpoint(_ endpoint: Endpoint) -> [String: Any]? {
        guard let description = endpoint.description else { return nil }
        let problems = endpoint.problems
        var page: [String: Any] = [
            "name": endpoint.name, "method": endpoint.method.rawValue, "path": endpoint.pattern,
            "title": description.title.text(in: language), "text": description.text.text(in: language),
            "explained": !description.text.english.isEmpty, "guarded": endpoint.scope != nil,
            "scope": endpoint.scope?.name ?? "", "curl": curl(endpoint, description),
            "answers": description.answers.map { answer in
                [
                    "status": "\(answer.status)", "text": answer.text.text(in: language),
                    "types": answer.content.map { ["type": $0.type] },
                ] as [String: Any]
            },
            "problems": problems.map { ["name": $0.name, "status": "\($0.status.code)"] },
            "retired": retirements.contains { $0.covers(endpoint) },
        ]
        let parameters =
            rows(description.path, .init("path", "路径")) + rows(description.query, .init("query", "参数"))
            + rows(endpoint.fields, .init("field", "字段"))
        if !parameters.isEmpty { page["parameters"] = ["rows": parameters] }
        if let body = description.body, let rule = endpoint.body {
            page["body"] = ["type": rule.mediaType, "limit": "\(rule.limit)", "schema": body.schema]
        }
        return page
    }

    private func rows(_ parameters: [EndpointDescription.Parameter], _ place: Problem.Wording) -> [[String: Any]] {
        parameters.map { parameter in
            [
                "name": parameter.name, "place": place.text(in: language), "text": parameter.text.text(in: language),
                "bounds": bounds(parameter.schema), "required": parameter.isRequired,
            ]
        }
    }

    /// The limits of a parameter in a few signs.
    private func bounds(_ schema: JSONValue) -> String {
        var parts: [String] = []
        if let list = schema["enum"]?.array { parts.append(list.compactMap(\.string).joined(separator: " · ")) }
        if let least = schema["minimum"]?.integer, let most = schema["maximum"]?.integer {
            parts.append(most == EndpointDescription.wholeLimit ? "≥ \(least)" : "\(least)–\(most)")
        }
        if let value = schema["default"]?.integer { parts.append("= \(value)") }
        if schema["type"]?.string == "boolean" { parts.append("true · false") }
        if schema["format"]?.string == "date" { parts.append("yyyy-mm-dd") }
        if let longest = schema["maxLength"]?.integer { parts.append("≤ \(longest)") }
        return parts.joined(separator: ", ")
    }

    /// A call that can be copied.
    private func curl(_ endpoint: Endpoint, _ description: EndpointDescription) -> String {
        var path = endpoint.pattern
        for parameter in description.path {
            path = path.replacing("{\(parameter.name)}", with: parameter.example ?? parameter.name)
        }
        let query = description.query.filter(\.isRequired)
        var lines = ["curl"]
        if endpoint.method != .get { lines[0] += " -X \(endpoint.method.rawValue)" }
        if !query.isEmpty {
            lines[0] += " -G"
            lines += query.map { "  --data-urlencode '\($0.name)=\($0.example ?? "")'" }
        }
        if endpoint.scope != nil {
            lines += ["  -H \"Authorization: Bearer $KEY\"", "  -H 'Suixin-Purpose: merchant-onboarding'"]
        }
        if let body = description.body, let rule = endpoint.body {
            if endpoint.name == "token" { lines.append("  -u \"$CLIENT:$SECRET\"") }
            lines += ["  -H 'Content-Type: \(rule.mediaType)'", "  -d '\(body.example)'"]
        }
        guard lines.count > 1 else { return lines[0] + " \"$EXCHANGE\(path)\"" }
        return (lines + ["  \"$EXCHANGE\(path)\""]).joined(separator: " \\\n")
    }

    /// Every type once, with the statuses under which it comes.
    private var problems: [[String: Any]] {
        var byName: [String: (problem: Problem, statuses: Set<Int>)] = [:]
        for problem in endpoints.flatMap(\.problems) + [.noSuchPath, .method([])] {
            byName[problem.name, default: (problem, [])].statuses.insert(problem.status.code)
        }
        return byName.values.sorted { $0.problem.name < $1.problem.name }.map { problem, statuses in
            [
                "name": problem.name, "type": problem.uri, "title": problem.title.text(in: language),
                "detail": Self.details[problem.name]?.text(in: language) ?? problem.detail.text(in: language),
                "statuses": statuses.sorted().map(String.init).joined(separator: ", "),
            ]
        }
    }

    /// In place of those whose words depend on the request.
    private static let details: [String: Problem.Wording] = [
        "bad-parameter": .init(
            "A parameter is not known here, comes twice, or has a value that it cannot have; detail says which.",
            "参数未知、重复或取值有误；detail 写明是哪一个。"
        ),
        "bad-body": .init(
            "The body is another than described; detail says what it must be.",
            "请求正文与说明不符；detail 写明应为何种内容。"
        ),
        "large-body": .init("The body is larger than is read here; detail says how much is.", "请求正文超过上限；detail 写明上限。"),
        "scope-missing": .init(
            "This asks for a scope which the key or token does not grant; the member scope names it.",
            "此请求所需的权限未获授予；成员 scope 写明是哪一项。"
        ),
        "purpose-missing": .init(
            "Each query declares why it is made in Suixin-Purpose; the member purposes lists the vocabulary.",
            "每次查询须以 Suixin-Purpose 声明用途；成员 purposes 列出可用取值。"
        ),
        "too-many-requests": .init(
            "The client's limit is used up; Retry-After says when to ask again.",
            "调用方的额度已用完；Retry-After 写明何时重试。"
        ),
        "method-not-allowed": .init("Allow says which methods are answered here.", "可用方法见 Allow。"),
        "not-possible": .init("What was asked for cannot be done; detail says why.", "所请求之事无法办理；detail 写明原因。"),
    ]
}
