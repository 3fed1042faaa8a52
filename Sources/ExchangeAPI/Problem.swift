internal import CanonicalJSON
internal import HTTPTypes
internal import Hummingbird

/// What a caller is told instead of a document: `application/problem+json` (RFC 9457), in Chinese or English.
///
/// Never repeats what was asked for: a path may hold a person's number.
struct Problem: Error {
    /// A sentence in both languages.
    struct Wording {
        var english: String
        var chinese: String

        init(_ english: String, _ chinese: String) {
            self.english = english
            self.chinese = chinese
        }

        func text(in language: AnswerLanguage) -> String { language == .chinese ? chinese : english }
    }

    var status: HTTPResponse.Status
    /// The last part of `type`: `urn:suixin:problem:…`; stable.
    var name: String
    var title: Wording
    var detail: Wording
    var members: [String: JSONValue] = [:]
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status,
        _ name: String,
        _ title: Wording,
        _ detail: Wording,
        members: [String: JSONValue] = [:],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.name = name
        self.title = title
        self.detail = detail
        self.members = members
        self.headers = headers
    }

    /// - Parameters:
    ///   - language: of title and detail.
    ///   - instance: the query's id, by which the operator finds it in journal and log.
    /// - Returns: the canonical document.
    func document(in language: AnswerLanguage, instance: String?) -> [UInt8] {
        var object = members
        object["type"] = .string("urn:suixin:problem:\(name)")
        object["status"] = .integer(Int64(status.code))
        object["title"] = .string(title.text(in: language))
        object["detail"] = .string(detail.text(in: language))
        if let instance { object["instance"] = .string("urn:suixin:query:\(instance)") }
        return JSONValue.object(object).canonical
    }

    func reply(in language: AnswerLanguage, instance: String?) -> Reply {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-cache"
        headers[.contentLanguage] = language.rawValue
        var reply = Reply(status: status, headers: headers, body: .bytes(document(in: language, instance: instance)))
        if status == .forbidden || status == .tooManyRequests || status.code >= 500 { reply.refusal = name }
        return reply
    }
}

/// The language of what people read.
enum AnswerLanguage: String {
    case english = "en"
    case chinese = "zh-CN"

    /// Chinese where `Accept-Language` (RFC 9110 §12.5.4) gives it more weight than English.
    init(_ accept: String?) {
        var (chinese, english) = (0.0, 0.0)
        for range in accept?.split(separator: ",").prefix(32) ?? [] {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first?.prefix(2) {
            case "zh": chinese = max(chinese, weight)
            case "en": english = max(english, weight)
            default: break
            }
        }
        self = chinese > english ? .chinese : .english
    }
}
