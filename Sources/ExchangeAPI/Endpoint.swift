internal import Access
internal import CreditModel
internal import HTTPTypes

/// One thing that can be asked for: the router, the gate and the description of the API all read this.
struct Endpoint: Sendable {
    enum Entry: Sendable {
        /// To anybody.
        case open
        /// To whom this scope was granted, and who declares a purpose.
        case scope(Scope)
    }

    struct Body: Sendable {
        var mediaType: String
        var limit: Int
    }

    /// Stable: the journal and the description name it.
    let name: String
    let method: HTTPRequest.Method
    /// A part in braces takes any text.
    let path: [String]
    let entry: Entry
    let parameters: [String]
    let body: Body?
    let answer: @Sendable (ExchangeLibrary, Inquiry) async throws -> Reply

    init(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ entry: Entry,
        parameters: [String] = [],
        body: Body? = nil,
        answer: @escaping @Sendable (ExchangeLibrary, Inquiry) async throws -> Reply
    ) {
        self.name = name
        self.method = method
        self.path = path.split(separator: "/").map(String.init)
        self.entry = entry
        self.parameters = parameters
        self.body = body
        self.answer = answer
    }

    /// What the path's named parts are in a request's path; nil where it is another path.
    func match(_ segments: [String]) -> [String: String]? {
        guard segments.count == path.count else { return nil }
        var found: [String: String] = [:]
        for (pattern, segment) in zip(path, segments) {
            if pattern.hasPrefix("{") {
                guard !segment.isEmpty else { return nil }
                found[String(pattern.dropFirst().dropLast())] = segment
            } else if pattern != segment {
                return nil
            }
        }
        return found
    }

    /// All there are; where two fit, the first.
    static let all: [Endpoint] =
        health + sources + enterprises + finding + changes + bulk + watching + webhooks + access
        + described

    /// All that can be asked for at an exchange.
    static func all(inSandbox isSandbox: Bool) -> [Endpoint] { isSandbox ? all + sandbox : all }
}
