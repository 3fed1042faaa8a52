internal import CanonicalJSON
internal import Signing

/// A JWT by which a client shows that it holds a private key (RFC 7523 §2.2, §3; OpenID Connect `private_key_jwt`).
struct ClientAssertion {
    /// The value of `client_assertion_type`.
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let sizeLimit = 8192
    private static let idLimit = 256

    /// Why an assertion is not taken: for the operator's log.
    enum Fault: String, Error {
        case form, type, issuer, key, signature, audience, expiry, lifetime, notYet, issued, id
    }

    let document: SignedDocument
    /// Who it says it is from, which proves nothing yet.
    let claimedClient: ClientID
    private let claims: JSONValue
    private let id: String

    /// Reads an assertion; nothing of it is believed yet.
    init(parsing text: String) throws(Fault) {
        guard text.utf8.first != UInt8(ascii: "{"), text.utf8.allSatisfy({ $0 > 0x20 }),
            let document = try? SignedDocument(parsing: Array(text.utf8), limit: Self.sizeLimit),
            let header = try? document.unverifiedHeader, let payload = try? document.unverifiedPayload,
            let claims = try? JSONValue(parsing: payload, limits: JSONLimits(size: Self.sizeLimit, depth: 4))
        else { throw .form }
        // What was signed as something else is no assertion (RFC 8725 §3.11); many libraries write JWT or nothing.
        let names = ["jwt", "client-authentication+jwt"]
        guard header.type.map({ names.contains($0.rawValue.lowercased()) }) ?? true else { throw .type }
        guard let issuer = claims["iss"]?.string, claims["sub"]?.string == issuer, let client = ClientID(issuer) else {
            throw .issuer
        }
        guard let id = claims["jti"]?.string, 1...Self.idLimit ~= id.utf8.count else { throw .id }
        self.document = document
        claimedClient = client
        self.claims = claims
        self.id = id
    }

    /// Checks that the client signed it, for this exchange, for now.
    ///
    /// - Parameters:
    ///   - client: the client that it says it is from.
    ///   - configuration: audiences and times.
    ///   - now: POSIX seconds.
    /// - Returns: the digest by which its use is remembered, and until when that is needed.
    /// - Throws: ``Fault`` that names the first rule that is broken.
    func check(
        by client: Client,
        _ configuration: TokenConfiguration,
        at now: Int64
    ) throws(Fault) -> (use: Digest256, until: Int64) {
        try checkSignature(client)
        let audiences = claims["aud"]?.string.map { [$0] } ?? claims["aud"]?.array?.compactMap(\.string) ?? []
        guard audiences.contains(where: configuration.assertionAudiences.contains) else { throw .audience }
        guard let expiry = claims["exp"]?.integer, expiry > now - configuration.leeway else { throw .expiry }
        // How long a use must be remembered is ours to say.
        guard expiry <= now + configuration.assertionLifetime + configuration.leeway else { throw .lifetime }
        for (name, fault) in [("nbf", Fault.notYet), ("iat", .issued)] {
            guard let claim = claims[name] else { continue }
            guard let moment = claim.integer, moment <= now + configuration.leeway else { throw fault }
        }
        let use = Digest256(of: Array("\(client.id)\n\(id)".utf8))
        return (use, expiry + configuration.leeway)
    }

    private func checkSignature(_ client: Client) throws(Fault) {
        guard !client.keys.keys.isEmpty else { throw .key }
        do throws(SigningError) {
            if try document.unverifiedHeader.keyID != nil {
                _ = try client.keys.verify(document)
            } else if !client.keys.keys.contains(where: { (try? $0.verify(document)) != nil }) {
                throw .signature
            }
        } catch {
            if case .unknownKey = error { throw .key }
            throw .signature
        }
    }
}

extension ClientAssertion {
    /// Nobody, with a key of which nobody has the private half any use: RFC 7515, appendix A.3.
    static let decoy: Client = {
        var client = Client(id: .nobody, name: "", created: 0)
        let jwks =
            #"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
            + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#
        client.keys = (try? KeySet(parsing: Array(jwks.utf8))) ?? client.keys
        return client
    }()
}
