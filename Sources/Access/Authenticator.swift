public import Signing

/// What came with a request to show who asks.
public struct ShownCredentials: Sendable {
    /// The value of `Authorization`.
    public var authorization: String?
    /// The value of `X-API-Key`.
    public var apiKey: String?
    /// SHA-256 of the certificate (DER) that the client proved to own in the TLS handshake.
    public var certificate: Digest256?

    /// Says what came; nil for what did not.
    public init(authorization: String? = nil, apiKey: String? = nil, certificate: Digest256? = nil) {
        self.authorization = authorization
        self.apiKey = apiKey
        self.certificate = certificate
    }
}

/// Tells who asks, from memory alone: for the threads that answer.
public final class Authenticator: Sendable {
    private let table: AccessTable
    private let tokens: TokenVerifier
    private let configuration: TokenConfiguration

    /// - Parameters:
    ///   - table: the clients and their keys.
    ///   - configuration: what tokens say.
    ///   - keys: whose tokens are good, as ``TokenConfiguration/keys(of:at:)`` gives them.
    ///   - capacity: how many checked tokens are kept.
    public init(_ table: AccessTable, _ configuration: TokenConfiguration, keys: KeySet, capacity: Int = 20_000) {
        self.table = table
        self.configuration = configuration
        tokens = TokenVerifier(configuration, keys: keys, capacity: capacity)
    }

    /// Takes the keys whose tokens are good from now on.
    public func use(_ keys: KeySet) { tokens.use(keys) }

    /// Whether a token came whose key is not known here; asking takes the wish away.
    public func takeWishForKeys() -> Bool { tokens.takeWishForKeys() }

    /// Tells who asks.
    ///
    /// - Parameters:
    ///   - shown: what came with the request.
    ///   - now: POSIX milliseconds.
    /// - Returns: the client and what it may do.
    /// - Throws: ``Refusal``.
    public func authenticate(_ shown: ShownCredentials, at now: Int64) throws(Refusal) -> Caller {
        switch (shown.authorization, shown.apiKey) {
        case (nil, nil): throw .missing
        // Which of two would count is what an attacker plays with (RFC 6750 §2).
        case (.some, .some): throw .malformed
        case (nil, let key?): return try caller(key: key, from: 0, shown.certificate, at: now)
        case (let authorization?, nil):
            let start = try Self.bearer(authorization)
            let text = authorization.utf8.span
            if text.count > start + 3, text[start] == UInt8(ascii: "s"), text[start + 1] == UInt8(ascii: "x"),
                text[start + 3] == UInt8(ascii: "_")
            {
                return try caller(key: authorization, from: start, shown.certificate, at: now)
            }
            return try caller(token: Array(authorization.utf8.dropFirst(start)), shown.certificate, at: now)
        }
    }

    /// Where what follows `Bearer ` begins; the scheme's case does not matter (RFC 9110 §11.1).
    private static func bearer(_ text: String) throws(Refusal) -> Int {
        let bytes = text.utf8.span
        guard bytes.count > 7, bytes[6] == UInt8(ascii: " ") else { throw .malformed }
        for (place, letter) in "bearer".utf8.enumerated() where bytes[place] | 0x20 != letter { throw .malformed }
        return 7
    }

    private func caller(
        key text: String,
        from start: Int,
        _ certificate: Digest256?,
        at now: Int64
    ) throws(Refusal) -> Caller {
        let bytes = Array(text.utf8.dropFirst(start))
        guard let parts = CredentialText.read(bytes.span), parts.kind == .apiKey else { throw .malformed }
        let entry = try Self.entry(of: bytes, parts, in: table.snapshot, at: now)
        try Self.admit(entry.owner.client, certificate)
        return Caller(entry.owner, scopes: entry.owner.client.scopes, credential: entry.credential.id.text)
    }

    /// The stored key that a text is; its use is noted.
    static func entry(
        of text: [UInt8],
        _ parts: CredentialText.Parts,
        in snapshot: AccessSnapshot,
        at now: Int64
    ) throws(Refusal) -> CredentialEntry {
        guard let entry = snapshot.credentials[parts.id] else {
            throw CredentialText.isIntact(text) ? .unknown : .malformed
        }
        guard entry.credential.digest == Digest256(of: text), entry.credential.kind == parts.kind else {
            throw CredentialText.isIntact(text) ? .unknown : .malformed
        }
        guard entry.credential.revoked == nil else { throw .revoked }
        if let expires = entry.credential.expires, now / 1000 >= expires { throw .expired }
        entry.noteUse(on: LimitDecision.day(of: now))
        return entry
    }

    private func caller(token text: [UInt8], _ certificate: Digest256?, at now: Int64) throws(Refusal) -> Caller {
        let token = try tokens.token(text)
        let seconds = now / 1000
        guard seconds < token.expiresAt, token.issuedAt <= seconds + configuration.leeway else { throw .expired }
        guard let entry = table.snapshot.clients[token.client] else { throw .unknown }
        guard token.issuedAt >= entry.client.revokedBefore else { throw .revoked }
        // A token that was stolen from its connection is worth nothing (RFC 8705 §3).
        if let bound = token.certificate, bound != certificate { throw .certificate }
        try Self.admit(entry.client, certificate)
        return Caller(entry, scopes: entry.client.scopes.stillGranting(token.scopes), credential: token.id)
    }

    /// What holds for every way of showing who one is.
    static func admit(_ client: Client, _ certificate: Digest256?) throws(Refusal) {
        guard client.disabled == nil else { throw .disabled }
        guard client.certificates.isEmpty || certificate.map(client.certificates.contains) == true else {
            throw .certificate
        }
    }
}

/// How much each client may ask.
public enum RateLimiter {
    /// Lets a request of a caller through, or not; in memory, for the threads that answer.
    ///
    /// - Parameters:
    ///   - caller: whose limits count.
    ///   - cost: what it counts for: one, or one for each enterprise of a query for many.
    ///   - now: POSIX milliseconds.
    /// - Returns: the decision, with the values of the answer's fields.
    public static func admit(_ caller: Caller, cost: Int = 1, at now: Int64) -> LimitDecision {
        caller.entry.meter.admit(caller.entry.client.limits, cost: cost, at: now)
    }

    /// Takes back what was counted: `304 Not Modified` costs no quota.
    public static func refund(_ decision: LimitDecision, to caller: Caller) { caller.entry.meter.refund(decision) }
}
