internal import CreditStore
internal import HTTPTypes
internal import ServiceKit
internal import Signing

extension Endpoint {
    /// What anybody must have to check an answer: statuses and public keys.
    ///
    /// Nothing in them is about an enterprise.
    static let sources = [
        Endpoint("sources", .get, "/v1/sources", .open) { library, inquiry in
            let status = try await library.reading { () -> SignedStatus? in
                // Signs one where that is due; its digest is its tag, so that whoever has it is told so.
                _ = try library.status.statusDocument(at: inquiry.now)
                return try library.store.latestStatus()
            }
            guard let status else { throw Problem.notYet }
            return try statusReply(status, inquiry.headers, cacheControl: "no-cache")
        },
        Endpoint("status", .get, "/v1/sources/{digest}", .open) { library, inquiry in
            let digest = inquiry.segments["digest"] ?? ""
            guard digest.utf8.count == 71,
                let status = try await library.reading({ try library.store.status(of: digest) })
            else { throw Problem.noSuchPath }
            return try statusReply(status, inquiry.headers, cacheControl: "max-age=31536000, immutable")
        },
        Endpoint("keys", .get, "/.well-known/jwks.json", .open) { library, _ in
            let jwks = try await library.reading { try library.keys().jwks }
            return Reply(
                headers: [.contentType: "application/jwk-set+json", .cacheControl: "max-age=300"],
                body: .bytes(jwks)
            )
        },
    ]

    private static func statusReply(_ status: SignedStatus, _ headers: HTTPFields, cacheControl: String) throws -> Reply
    {
        let accepted = Accepted(headers[.accept]).signed
        let tag = "\"\(status.digest)\(accepted.tag)\""
        var reply = Reply(
            headers: [.eTag: tag, .cacheControl: cacheControl, .vary: "Accept", .suixinStatus: status.digest],
            body: .none
        )
        if EntityTags(headers[.ifNoneMatch]).contains(tag) {
            reply.status = .notModified
            return reply
        }
        reply.headers[.contentType] = accepted.contentType
        reply.body = .bytes(try ExchangeLibrary.form(status.document, accepted))
        return reply
    }
}
