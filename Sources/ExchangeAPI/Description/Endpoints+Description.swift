internal import Access
internal import CanonicalJSON
internal import HTTPTypes
internal import Signing

extension Endpoint {
    /// What tells of the others: for programs and for people, and how to get a token.
    static let described = [
        Endpoint("openapi", .get, "/openapi.json", .open) { library, inquiry in
            page(library.description.openAPI, "application/json", inquiry)
        },
        Endpoint("docs", .get, "/docs", .open, parameters: ["lang"]) { library, inquiry in
            let language: AnswerLanguage
            switch inquiry.parameters["lang"] {
            case "zh": language = .chinese
            case "en": language = .english
            case nil:
                // The page is Chinese first: English for those who ask for it.
                let accept = inquiry.headers[.acceptLanguage]?.lowercased() ?? ""
                language = accept.contains("en") && inquiry.language == .english ? .english : .chinese
            default: throw Problem.value("lang", "zh or en", "zh 或 en")
            }
            var reply = page(library.description.page(in: language), "text/html; charset=utf-8", inquiry)
            reply.headers[.contentLanguage] = language.rawValue
            reply.headers[.vary] = "Accept-Language"
            reply.headers[.contentSecurityPolicy] = library.description.policy
            reply.headers[.referrerPolicy] = "no-referrer"
            return reply
        },
        Endpoint("metadata", .get, "/.well-known/oauth-authorization-server", .open) { library, _ in
            let bytes = library.gate.tokens.metadata
            return Reply(
                headers: [.contentType: "application/json", .cacheControl: "max-age=300"],
                body: .bytes(bytes)
            )
        },
    ]

    private static func page(_ page: DescribedAPI.Page, _ type: String, _ inquiry: Inquiry) -> Reply {
        var reply = Reply(headers: [.eTag: page.tag, .cacheControl: "no-cache"], body: .none)
        if EntityTags(inquiry.headers[.ifNoneMatch]).contains(page.tag) {
            reply.status = .notModified
            return reply
        }
        reply.headers[.contentType] = type
        reply.body = .bytes(page.bytes)
        return reply
    }

    /// As the description has it: `/v1/enterprises/{id}`.
    var pattern: String { "/" + path.joined(separator: "/") }

    /// Those that some endpoint asks for.
    static var scopes: [Scope] { all.compactMap(\.scope).uniqued }

    /// What endpoints are sorted by, for people.
    var group: String {
        switch scope {
        case nil: path.first == "oauth2" || path.last == "oauth-authorization-server" ? "token" : "open"
        case let scope?: String(scope.name.prefix { $0 != ":" })
        }
    }
}

/// The description, written once when the server is made.
struct DescribedAPI: Sendable {
    /// Bytes with what they are known by.
    struct Page: Sendable {
        let bytes: [UInt8]
        let tag: String
    }

    let openAPI: Page
    let retirements: [Retirement]
    private let chinese: Page
    private let english: Page
    /// Nothing is loaded, run or sent: the page's own style is all that is let in.
    let policy: String

    func page(in language: AnswerLanguage) -> Page { language == .chinese ? chinese : english }

    /// - Throws: what the templates and schemas that were built in have wrong; a test sees that first.
    init(_ endpoints: [Endpoint], _ retirements: [Retirement], issuer: String, digest: ([UInt8]) -> [UInt8]) throws {
        func page(_ bytes: [UInt8]) -> Page {
            let digits = digest(bytes).prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return Page(bytes: bytes, tag: "\"\(digits)\"")
        }
        self.retirements = retirements
        policy =
            "default-src 'none'; style-src 'sha256-\(Base64.text(digest(DocumentationPage.style)))'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        openAPI = page(try OpenAPIDocument(endpoints: endpoints, retirements: retirements).bytes())
        chinese = page(try DocumentationPage(.chinese, issuer: issuer, endpoints, retirements: retirements).bytes())
        english = page(try DocumentationPage(.english, issuer: issuer, endpoints, retirements: retirements).bytes())
    }

    func isRetired(_ endpoint: Endpoint) -> Bool { retirements.contains { $0.covers(endpoint) } }

    /// Tells of an end, where the endpoint has one.
    func announce(on fields: inout HTTPFields, for endpoint: Endpoint, _ date: DateField) {
        retirements.first { $0.covers(endpoint) }?.add(to: &fields, date)
    }
}

extension Problem {
    static let badSections = value("sections", "names of sections, joined by commas", "分项名称，以逗号相连")
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .eTag
}
