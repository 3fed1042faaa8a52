internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import ServiceKit
internal import Signing

extension Endpoint {
    /// What is known of enterprises.
    static let enterprises = [
        Endpoint(
            "enterprise",
            .get,
            "/v1/enterprises/{id}",
            .scope(.readEnterprises),
            parameters: ["asOf", "knownAt", "sections"]
        ) { library, inquiry in
            let query = try PastQuery(inquiry.parameters, at: inquiry.now)
            let name = inquiry.segments["id"] ?? ""
            if let day = query.asOf { return try await past(library, inquiry, name, query, asOf: day) }
            return try await enterprise(library, inquiry, name, query)
        },
        Endpoint(
            "batch",
            .post,
            "/v1/enterprises:batchGet",
            .scope(.bulkEnterprises),
            parameters: ["sections"],
            body: Body(mediaType: "application/json", limit: 128 * 1024)
        ) { library, inquiry in
            let batch = try Batch(library, inquiry)
            return Reply(
                headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
                body: .stream(batch.body)
            )
        },
    ]

    private static func enterprise(
        _ library: ExchangeLibrary,
        _ inquiry: Inquiry,
        _ name: String,
        _ query: PastQuery
    ) async throws -> Reply {
        let accepted = Accepted(inquiry.headers[.accept])
        let sections = inquiry.admission?.permission.sections
        return try await library.reading {
            let answer =
                try query.knownAt.map { CurrentAnswer(profile: try library.profile(named: name, query, knownAt: $0)) }
                ?? library.profile(named: name)
            let profile = answer.profile
            let tag = "\"\(profile.version)\(sections.map { "." + library.tag(of: $0) } ?? "")\(accepted.tag)\""
            var fields: HTTPFields = [
                .eTag: tag, .cacheControl: query.cacheControl(at: inquiry.now), .vary: Self.vary,
                .contentLocation: ExchangeLibrary.location(of: profile.id) + query.text,
            ]
            answer.proof?.add(to: &fields)
            var reply = Reply(headers: fields, body: .none)
            reply.asked = [.enterprise(profile.id)]
            reply.sections = sections
            if EntityTags(inquiry.headers[.ifNoneMatch]).contains(tag) {
                reply.status = .notModified
                return reply
            }
            let document = try sections.map { try library.excerpt(of: profile, showing: $0, at: inquiry.now) }
            reply.headers[.contentType] = accepted.contentType
            if accepted == .plain {
                try library.plain(answer, sections, inquiry, &reply)
                return reply
            }
            reply.body = .bytes(try ExchangeLibrary.form(document ?? profile.document, accepted))
            reply.document =
                document == nil ? .stored(profile, accepted.form) : .kept(version: profile.version, accepted.form)
            return reply
        }
    }

    /// What was true on a day: worked out and signed for whoever asks, and kept by the journal alone.
    ///
    /// The tag is a weak one, since each signature is another.
    private static func past(
        _ library: ExchangeLibrary,
        _ inquiry: Inquiry,
        _ name: String,
        _ query: PastQuery,
        asOf day: Day
    ) async throws -> Reply {
        let accepted = Accepted(inquiry.headers[.accept]).signed
        let sections = inquiry.admission?.permission.sections
        return try await library.reading {
            let profile = try library.shown(library.profile(named: name, query, asOf: day), sections)
            let tag = "W/\"\(profile.version)\(query.tag)\(accepted.tag)\""
            let fields: HTTPFields = [
                .eTag: tag, .cacheControl: query.cacheControl(at: inquiry.now), .vary: Self.vary,
                .contentLocation: ExchangeLibrary.location(of: profile.id) + query.text,
            ]
            var reply = Reply(headers: fields, body: .none)
            reply.asked = [.enterprise(profile.id)]
            reply.sections = sections
            if EntityTags(inquiry.headers[.ifNoneMatch]).contains(tag) {
                reply.status = .notModified
                return reply
            }
            let document = try library.signer.signedDocument(of: profile, at: inquiry.now)
            reply.headers[.contentType] = accepted.contentType
            reply.body = .bytes(try ExchangeLibrary.form(document, accepted))
            reply.document = .kept(version: profile.version, accepted.form)
            return reply
        }
    }

    /// What is shown depends on who asks, too.
    static let vary = "Accept, Authorization"
}
