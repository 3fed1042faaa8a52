internal import CreditModel
public import Signing

/// A request to the token endpoint, as it came.
public struct TokenRequest: Sendable {
    /// The body's parameters.
    public var parameters: FormParameters
    /// The value of `Authorization`.
    public var authorization: String?
    /// SHA-256 of the certificate (DER) that the client proved to own in the TLS handshake.
    public var certificate: Digest256?

    /// Says what came.
    public init(_ parameters: FormParameters, authorization: String? = nil, certificate: Digest256? = nil) {
        self.parameters = parameters
        self.authorization = authorization
        self.certificate = certificate
    }
}

/// The token endpoint: OAuth 2.0 client credentials (RFC 6749 §4.4) for tokens of RFC 9068.
///
/// Clients show who they are by `client_secret_basic`, `client_secret_post` or `private_key_jwt`. It signs, and may wait for
/// the store: call it from a thread that may, never on an event loop.
public struct TokenService: Sendable {
    private let table: AccessTable
    private let store: any AccessStore
    private let configuration: TokenConfiguration
    private let signingKey: @Sendable () throws -> SigningKey
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - table: the clients and their secrets.
    ///   - store: where the use of assertions is remembered.
    ///   - configuration: what tokens say.
    ///   - signingKey: the exchange's own, asked for each token, so that a rotation holds at once.
    ///   - random: randomness fit for keys.
    public init(
        _ table: AccessTable,
        store: any AccessStore,
        _ configuration: TokenConfiguration,
        signingKey: @escaping @Sendable () throws -> SigningKey,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.table = table
        self.store = store
        self.configuration = configuration
        self.signingKey = signingKey
        self.random = random
    }

    /// The metadata of RFC 8414, by which clients set themselves up; addresses lie under the issuer.
    public var metadata: [UInt8] {
        configuration.metadata(
            tokenEndpoint: configuration.issuer + "/oauth2/token",
            keys: configuration.issuer + "/.well-known/jwks.json"
        )
    }

    /// Issues a token, or says why not.
    ///
    /// - Parameters:
    ///   - request: what came.
    ///   - now: POSIX milliseconds.
    ///   - limiter: how many tokens a client gets; counted once it is known whose they are, so that nobody uses up another's.
    /// - Returns: the token, and what it opens.
    /// - Throws: ``OAuthError`` and ``TooManyTokens`` for the client; what store or key ring throw where they fail, for 503.
    public func issue(
        _ request: TokenRequest,
        at now: Int64,
        within limiter: AttemptLimiter? = nil
    ) throws -> TokenResponse {
        do {
            let client = try authenticated(request, at: now)
            if let wait = limiter?.admit(client.id, at: now), wait > 0 { throw TooManyTokens(retryAfter: wait) }
            guard request.parameters["grant_type"] == "client_credentials" else {
                throw request.parameters["grant_type"] == nil
                    ? OAuthError(.invalidRequest, "The parameter grant_type is missing.", client: client.id)
                    : OAuthError(.unsupportedGrantType, "Only client_credentials is granted here.", client: client.id)
            }
            return try token(for: client, granting: scopes(request, client), request.certificate, at: now / 1000)
        } catch var error as OAuthError {
            error.usedBasic = request.authorization != nil
            throw error
        }
    }

    private func scopes(_ request: TokenRequest, _ client: Client) throws(OAuthError) -> ScopeSet {
        guard let names = request.parameters["scope"] else { return client.scopes }
        guard let wish = ScopeSet(parameter: names), let scopes = client.scopes.narrowed(to: wish) else {
            throw OAuthError(.invalidScope, "A scope is unknown, or was not granted to this client.", client: client.id)
        }
        return scopes
    }

    private func token(
        for client: Client,
        granting scopes: ScopeSet,
        _ certificate: Digest256?,
        at now: Int64
    ) throws -> TokenResponse {
        var id: [UInt8] = []
        for _ in 0..<2 {
            let word = random()
            id += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        let token = AccessToken(
            client: client.id,
            scopes: scopes,
            issuedAt: now,
            expiresAt: now + configuration.lifetime,
            id: "t" + String(decoding: Base32.text(id, count: 25), as: UTF8.self),
            // Bound to the connection's certificate where the client has one of its own (RFC 8705 §3).
            certificate: client.certificates.isEmpty ? nil : certificate
        )
        let claims = token.claims(issuer: configuration.issuer, audience: configuration.audience)
        let signed = try signingKey().sign(claims, as: .accessToken).compact
        return TokenResponse(
            accessToken: String(decoding: signed, as: UTF8.self),
            expiresIn: configuration.lifetime,
            scopes: scopes,
            client: client.id
        )
    }
}

/// Who asks for a token.
extension TokenService {
    private func authenticated(_ request: TokenRequest, at now: Int64) throws -> Client {
        let parameters = request.parameters
        let ways = [
            request.authorization != nil, parameters["client_secret"] != nil, parameters["client_assertion"] != nil,
        ]
        // More than one way in a request is an error (RFC 6749 §2.3).
        guard ways.count(where: { $0 }) <= 1 else {
            throw OAuthError(.invalidRequest, "Use one way of client authentication, not several.")
        }
        let client: Client
        if let authorization = request.authorization {
            let (id, secret) = try Self.basic(authorization)
            client = try self.client(id, secret: secret, at: now)
        } else if let secret = parameters["client_secret"] {
            client = try self.client(parameters["client_id"] ?? "", secret: secret, at: now)
        } else if let assertion = parameters["client_assertion"] {
            guard parameters["client_assertion_type"] == ClientAssertion.type else {
                throw OAuthError(.invalidRequest, "client_assertion_type must be \(ClientAssertion.type).")
            }
            client = try self.client(assertion: assertion, at: now / 1000)
        } else {
            throw OAuthError.client("no way of authentication")
        }
        if let named = parameters["client_id"], named != client.id.text {
            throw OAuthError.client("client_id names another client", client.id)
        }
        do throws(Refusal) {
            try Authenticator.admit(client, request.certificate)
        } catch {
            throw OAuthError.client("\(error)", client.id)
        }
        return client
    }

    private func client(_ id: String, secret: String, at now: Int64) throws(OAuthError) -> Client {
        guard let id = ClientID(id) else { throw .client("no client id") }
        let text = Array(secret.utf8)
        guard let parts = CredentialText.read(text.span), parts.kind == .secret else {
            throw .client("malformed secret", id)
        }
        let entry: CredentialEntry
        do throws(Refusal) {
            entry = try Authenticator.entry(of: text, parts, in: table.snapshot, at: now)
        } catch {
            throw .client("secret: \(error)", id)
        }
        guard entry.owner.client.id == id else { throw .client("another client's secret", id) }
        return entry.owner.client
    }

    private func client(assertion text: String, at now: Int64) throws -> Client {
        do {
            let assertion = try ClientAssertion(parsing: text)
            guard let client = table.client(assertion.claimedClient) else {
                // As long as for a client that is known: how long it takes must not tell which there are.
                _ = try? assertion.check(by: ClientAssertion.decoy, configuration, at: now)
                throw OAuthError.client("unknown client")
            }
            let (use, expiry) = try assertion.check(by: client, configuration, at: now)
            guard try store.claim(use, until: expiry, at: now) else {
                throw OAuthError.client("assertion: used before", client.id)
            }
            return client
        } catch let fault as ClientAssertion.Fault {
            throw OAuthError.client("assertion: \(fault)")
        }
    }

    /// `Basic`, whose both parts are encoded as in a form (RFC 6749 §2.3.1).
    private static func basic(_ authorization: String) throws(OAuthError) -> (id: String, secret: String) {
        let malformed = OAuthError.client("malformed Basic")
        let parts = authorization.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard authorization.utf8.count <= 1024, parts.count == 2,
            String(Substring(parts[0])).lowercased() == "basic"
        else { throw malformed }
        // RFC 4648 §4, of which base64url is another spelling.
        var text = Array(parts[1])
        guard text.count % 4 == 0 else { throw malformed }
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        for (place, character) in text.enumerated() {
            switch character {
            case UInt8(ascii: "+"): text[place] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): text[place] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): throw malformed
            default: break
            }
        }
        guard let pair = Base64URL.decode(text), let colon = pair.firstIndex(of: UInt8(ascii: ":")),
            let id = FormParameters.decoded(pair[..<colon]),
            let secret = FormParameters.decoded(pair[(colon + 1)...])
        else { throw malformed }
        return (id, secret)
    }
}
