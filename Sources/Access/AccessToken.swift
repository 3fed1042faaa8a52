internal import CanonicalJSON
public import Signing

extension DocumentType {
    /// An access token (RFC 9068 §2.1): no document of the exchange passes for one, and it for none.
    public static let accessToken = DocumentType(rawValue: "at+jwt")
}

/// What an access token says: RFC 9068.
struct AccessToken: Hashable, Sendable {
    let client: ClientID
    let scopes: ScopeSet
    /// POSIX seconds.
    let issuedAt: Int64
    let expiresAt: Int64
    let id: String
    /// The certificate that it is bound to (RFC 8705 §3.1); nil for none.
    let certificate: Digest256?

    /// The claims, canonical.
    func claims(issuer: String, audience: String) -> [UInt8] {
        var members: [String: JSONValue] = [
            "aud": .string(audience), "client_id": .string(client.text), "exp": .integer(expiresAt),
            "iat": .integer(issuedAt), "iss": .string(issuer), "jti": .string(id), "scope": .string(scopes.description),
            "sub": .string(client.text),
        ]
        if let certificate {
            members["cnf"] = .object(["x5t#S256": .string(Base64URL.text(certificate.bytes))])
        }
        return JSONValue.object(members).canonical
    }

    /// Reads the claims of a token whose signature was checked.
    /// - Throws: ``Refusal`` where they are not those of a token of this issuer for this audience.
    init(_ claims: [UInt8], issuer: String, audience: String) throws(Refusal) {
        guard let object = try? JSONValue(parsing: claims, limits: JSONLimits(size: 8192, depth: 4)),
            object["iss"]?.string == issuer, object["aud"]?.string == audience,
            let client = object["client_id"]?.string.flatMap({ ClientID($0) }), object["sub"]?.string == client.text,
            let issuedAt = object["iat"]?.integer, let expiresAt = object["exp"]?.integer,
            let id = object["jti"]?.string, let names = object["scope"]?.string,
            let scopes = names.isEmpty ? [] : ScopeSet(parameter: names)
        else { throw .malformed }
        var certificate: Digest256?
        if let confirmation = object["cnf"] {
            // A confirmation that is not understood must not be passed over.
            guard let text = confirmation["x5t#S256"]?.string, let bytes = Base64URL.decode(Array(text.utf8)),
                let digest = Digest256(bytes)
            else { throw .malformed }
            certificate = digest
        }
        self.init(
            client: client,
            scopes: scopes,
            issuedAt: issuedAt,
            expiresAt: expiresAt,
            id: id,
            certificate: certificate
        )
    }

    init(
        client: ClientID,
        scopes: ScopeSet,
        issuedAt: Int64,
        expiresAt: Int64,
        id: String,
        certificate: Digest256?
    ) {
        self.client = client
        self.scopes = scopes
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.id = id
        self.certificate = certificate
    }
}

/// What this exchange calls itself in its tokens, and how long they are good.
public struct TokenConfiguration: Sendable {
    /// `iss` of the tokens.
    public var issuer: String
    /// `aud` of the tokens: the API that they open.
    public var audience: String
    /// Texts that a client's assertion may name as its audience: the issuer, the token endpoint.
    public var assertionAudiences: Set<String>
    /// Seconds that a token is good.
    public var lifetime: Int64
    /// Seconds by which clocks may differ.
    public var leeway: Int64 = 30
    /// The longest time, in seconds, for which an assertion may say that it is good.
    public var assertionLifetime: Int64 = 300

    /// A configuration in which everything is called by the issuer's name.
    public init(issuer: String, audience: String? = nil, tokenEndpoint: String? = nil, lifetime: Int64 = 900) {
        self.issuer = issuer
        self.audience = audience ?? issuer
        assertionAudiences = Set([issuer, tokenEndpoint].compactMap { $0 })
        self.lifetime = lifetime
    }

    /// The keys whose tokens are still good: the one that signs, and those that did within a token's lifetime.
    ///
    /// Documents are verified by every key for ever; a token is not, since a key that was given up may be in wrong hands.
    public func keys(of ring: KeyRing, at now: Int64) -> KeySet {
        let entries = ring.entries
        return KeySet(
            entries.indices.filter { index in
                // When its successor came, it signed its last token.
                index + 1 >= entries.count || entries[index + 1].created + lifetime + leeway > now
            }.map { entries[$0].key }
        )
    }
}
