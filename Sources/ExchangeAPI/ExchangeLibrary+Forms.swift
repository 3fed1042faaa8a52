internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import ServiceKit
internal import Signing
internal import Synchronization

/// Excerpts that were signed lately: made when first asked for, and the same for whoever asks again.
final class ExcerptCache: Sendable {
    private let documents = Mutex<[String: [UInt8]]>([:])
    /// About as many as fit into a few megabytes.
    private static let capacity = 2000

    func document(_ name: String, _ make: () throws -> [UInt8]) rethrows -> [UInt8] {
        if let known = documents.withLock({ $0[name] }) { return known }
        let made = try make()
        return documents.withLock { documents in
            if let known = documents[name] { return known }
            if documents.count >= Self.capacity { documents.removeAll(keepingCapacity: true) }
            documents[name] = made
            return made
        }
    }
}

/// The forms in which a profile is given.
extension ExchangeLibrary {
    /// The stored bytes, or the same three parts with dots between them.
    static func form(_ document: [UInt8], _ accepted: Accepted) throws -> [UInt8] {
        accepted == .compact ? try SignedDocument(parsing: document).compact : document
    }

    /// A short name for a set of sections.
    func tag(of sections: [String]) -> String {
        String(ShortDigest.text(of: digest(Array(sections.joined(separator: ",").utf8))).prefix(8))
    }

    /// What may be shown of a signed profile, signed itself.
    func excerpt(of profile: SignedProfile, showing sections: [String], at now: Int64) throws -> [UInt8] {
        try excerpts.document("\(profile.id).\(profile.version).\(sections.joined(separator: ","))") {
            let excerpt = try answers.excerpt(of: profile.profile, showing: sections)
            return try answers.signedExcerpt(excerpt, of: profile.id, version: profile.version, at: now)
        }
    }

    /// What may be shown of a day's profile, which is signed as what it then is.
    func shown(_ profile: DatedProfile, _ sections: [String]?) throws -> DatedProfile {
        guard let sections else { return profile }
        var profile = profile
        profile.bytes = try answers.excerpt(of: profile.bytes, showing: sections)
        profile.version = ShortDigest.text(of: digest(profile.bytes))
        return profile
    }

    /// JSON to be read as it is: profile, status and proof in one object, under one signature (RFC 9421, RFC 9530).
    func plain(_ answer: CurrentAnswer, _ sections: [String]?, _ inquiry: Inquiry, _ reply: inout Reply) throws {
        let profile = answer.profile
        var writer = CanonicalJSONWriter(reservingCapacity: profile.profile.count + 8192)
        writer.beginObject()
        writer.key("id")
        writer.string(profile.id.text)
        writer.key("profile")
        writer.canonical(try sections.map { try answers.excerpt(of: profile.profile, showing: $0) } ?? profile.profile)
        if let proof = answer.proof, let status = try store.status(of: proof.status) {
            writer.key("proof")
            writer.value(proof.json)
            writer.key("status")
            writer.canonical(try SignedDocument(parsing: status.document).unverifiedPayload)
            writer.key("statusDigest")
            writer.string(proof.status)
        }
        writer.key("version")
        writer.string(profile.version)
        writer.endObject()
        let body = writer.bytes
        reply.body = .bytes(body)
        reply.document = .kept(version: profile.version, .plain)
        reply.headers[.query] = inquiry.id.text
        try MessageSignature(of: &reply, body: body, digest: digest).sign(&reply, by: answers, at: inquiry)
    }
}

/// The signature of an answer whose body is no signed document by itself.
struct MessageSignature {
    private var components: [(name: String, value: String)]

    /// Adds the digest of the body, and takes in what is signed.
    init(of reply: inout Reply, body: [UInt8], digest: DigestFunction) {
        let contentDigest = "sha-256=:\(Base64.text(digest(body))):"
        reply.headers[.contentDigest] = contentDigest
        components = [
            ("\"@status\"", "\(reply.status.code)"), ("\"content-type\"", reply.headers[.contentType] ?? ""),
            ("\"content-digest\"", contentDigest), ("\"suixin-query\"", reply.headers[.query] ?? ""),
        ]
        if let status = reply.headers[.suixinStatus] { components.append(("\"suixin-status\"", status)) }
    }

    func sign(_ reply: inout Reply, by signer: any AnswerSigner, at inquiry: Inquiry) throws {
        let (parameters, signature) = try signer.signature { keyID, algorithm in
            let names = components.map(\.name).joined(separator: " ")
            let parameters =
                "(\(names));created=\(inquiry.now);keyid=\"\(keyID)\";alg=\"\(algorithm)\";tag=\"suixin-answer\""
            let lines = components.map { "\($0.name): \($0.value)\n" }.joined()
            return (parameters, Array("\(lines)\"@signature-params\": \(parameters)".utf8))
        }
        reply.headers[.signatureInput] = "suixin=\(parameters)"
        reply.headers[.signature] = "suixin=:\(Base64.text(signature)):"
    }
}

extension HTTPField.Name {
    /// RFC 9530.
    static let contentDigest = HTTPField.Name("Content-Digest") ?? .eTag
    /// RFC 9421.
    static let signatureInput = HTTPField.Name("Signature-Input") ?? .eTag
    static let signature = HTTPField.Name("Signature") ?? .eTag
}
