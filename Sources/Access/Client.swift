public import Signing

/// Who may ask the exchange, for what, and how much.
///
/// A new client may do nothing: every right is granted by name.
public struct Client: Hashable, Sendable {
    /// For ever the same.
    public let id: ClientID
    /// What people call it; no two clients share one.
    public var name: String
    /// What it may do and see.
    public var scopes: ScopeSet = []
    /// The purposes that it may declare; nil for any.
    public var purposes: Set<Purpose>?
    /// How much it may ask.
    public var limits: UsageLimits
    /// Why it may ask nothing at all at present; nil where it may.
    public var disabled: String?
    /// POSIX seconds.
    public let created: Int64
    /// POSIX seconds: tokens that were issued before are void.
    public var revokedBefore: Int64 = 0
    /// The public keys of its `private_key_jwt` assertions.
    public var keys = KeySet([])
    /// SHA-256 of the certificates (DER) that it may connect with (RFC 8705); where there are any, it must use one of them.
    public var certificates: [Digest256] = []

    /// Longer names, and more keys or certificates, are refused.
    static let nameLimit = 200
    static let keyLimit = 16

    /// A client without any right.
    public init(id: ClientID, name: String, limits: UsageLimits = UsageLimits(), created: Int64) {
        self.id = id
        self.name = name
        self.limits = limits
        self.created = created
    }

    /// Whether everything about it is within its bounds.
    /// - Throws: ``AccessError`` `invalid` that says what is not.
    public func check() throws(AccessError) {
        guard !name.isEmpty, name.utf8.count <= Self.nameLimit,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw AccessError(
                .invalid,
                "a client's name has 1 to \(Self.nameLimit) bytes and no control characters: choose another"
            )
        }
        guard ClientID(name) == nil else {
            throw AccessError(.invalid, "a name must not look like a client's id: choose another")
        }
        guard keys.keys.count <= Self.keyLimit, certificates.count <= Self.keyLimit else {
            throw AccessError(
                .invalid,
                "a client has at most \(Self.keyLimit) keys and as many certificates: remove some"
            )
        }
        try limits.check()
    }

    /// Voids every token that it has.
    ///
    /// Moments of tokens are whole seconds, so those of this very second go, too.
    public mutating func revokeTokens(at now: Int64) { revokedBefore = max(revokedBefore, now + 1) }
}

/// How much a client may ask: so many requests in any window of time, and so many a day.
public struct UsageLimits: Hashable, Sendable {
    /// Requests in any window.
    public var burst: Int
    /// Seconds.
    public var window: Int
    /// Requests in a day of Asia/Shanghai; nil for as many as the burst lets through.
    public var daily: Int?

    /// Limits of one's own; the defaults are for a platform that checks its merchants one by one.
    public init(burst: Int = 600, window: Int = 60, daily: Int? = 100_000) {
        self.burst = burst
        self.window = window
        self.daily = daily
    }

    func check() throws(AccessError) {
        guard 1...10_000_000 ~= burst, 1...3600 ~= window, 0...1_000_000_000_000 ~= daily ?? 0 else {
            throw AccessError(
                .invalid,
                "limits out of range: 1 to 10,000,000 requests in 1 to 3,600 seconds, and a daily quota that is not negative"
            )
        }
    }

    /// The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, a structured field).
    public var policy: String {
        let burst = "\"burst\";q=\(self.burst);w=\(window)"
        return daily.map { "\(burst), \"daily\";q=\($0);w=86400" } ?? burst
    }
}
