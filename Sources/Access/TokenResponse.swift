internal import CanonicalJSON

/// What a token request is answered with (RFC 6749 §5.1); `Cache-Control: no-store` belongs to it.
public struct TokenResponse: Sendable {
    /// The token, in compact form.
    public let accessToken: String
    /// Seconds that it is good.
    public let expiresIn: Int64
    /// What it opens.
    public let scopes: ScopeSet
    /// Whose it is: for the log, and for the client's limits.
    public let client: ClientID

    /// The answer's body.
    public var json: [UInt8] {
        JSONValue.object([
            "access_token": .string(accessToken), "token_type": .string("Bearer"), "expires_in": .integer(expiresIn),
            "scope": .string(scopes.description),
        ]).canonical
    }
}

/// Why a token request is refused (RFC 6749 §5.2).
///
/// All that has to do with who asks is `invalid_client`, in the same words: whether a client, its secret or its assertion was
/// wrong is for the operator's log (``reason``) alone.
public struct OAuthError: Error, Hashable, Sendable {
    /// The error's code.
    public enum Code: String, Hashable, Sendable {
        /// A parameter is missing, sent twice or malformed.
        case invalidRequest = "invalid_request"
        /// Who asks could not show who he is.
        case invalidClient = "invalid_client"
        /// The client may not use this way to a token.
        case unauthorizedClient = "unauthorized_client"
        /// Another grant than `client_credentials`.
        case unsupportedGrantType = "unsupported_grant_type"
        /// A scope that nobody knows, or that the client was not granted.
        case invalidScope = "invalid_scope"
    }

    /// The error's code.
    public let code: Code
    /// A sentence for the client's developer.
    public let text: String
    /// For the operator's log, and never sent: why exactly.
    public let reason: String
    /// The client that was named and known, for the log; nil where there is none.
    public let client: ClientID?
    /// Whether the client used `Authorization`: then 401 carries `WWW-Authenticate: Basic`.
    public internal(set) var usedBasic = false

    init(_ code: Code, _ text: String, reason: String = "", client: ClientID? = nil) {
        self.code = code
        self.text = text
        self.reason = reason
        self.client = client
    }

    static func client(_ reason: String, _ client: ClientID? = nil) -> OAuthError {
        OAuthError(.invalidClient, "The client could not be authenticated.", reason: reason, client: client)
    }

    /// The answer's status.
    public var status: Int { code == .invalidClient ? 401 : 400 }

    /// The value of `WWW-Authenticate`; nil where the answer has none.
    public func challenge(realm: String) -> String? {
        code == .invalidClient && usedBasic ? "Basic realm=\"\(realm.filter { $0 != "\"" && $0 != "\\" })\"" : nil
    }

    /// The answer's body.
    public var json: [UInt8] {
        JSONValue.object(["error": .string(code.rawValue), "error_description": .string(text)]).canonical
    }
}

/// The client got as many tokens as it may for now: 429.
public struct TooManyTokens: Error, Hashable, Sendable {
    /// `Retry-After`: seconds.
    public let retryAfter: Int

    /// Says when to come again.
    public init(retryAfter: Int) { self.retryAfter = retryAfter }
}
