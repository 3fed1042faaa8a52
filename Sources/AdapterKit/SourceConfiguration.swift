public import CreditModel

/// How one agency is reached: `sources.<agency>` of the configuration.
public struct SourceConfiguration: Sendable {
    /// Whose configuration it is.
    public var agency: AgencyID
    /// Without a trailing slash.
    public var baseURL: String
    /// 红盾 and 质监: `X-Access-Token`.
    public var token: Secret?
    /// 国税 and 地税.
    public var user: String?
    /// 国税 and 地税: the password for ``user``.
    public var password: Secret?
    /// Where reading starts, for windowed sources; 2000-01-01 if nil.
    public var since: Day?
    /// Rows asked for in a page; the agency's own maximum if nil.
    public var pageSize: Int?

    /// Makes a configuration of its parts; an adapter says what of it is missing.
    public init(
        agency: AgencyID,
        baseURL: String,
        token: Secret? = nil,
        user: String? = nil,
        password: Secret? = nil,
        since: Day? = nil,
        pageSize: Int? = nil
    ) {
        self.agency = agency
        self.baseURL = baseURL
        self.token = token
        self.user = user
        self.password = password
        self.since = since
        self.pageSize = pageSize
    }
}

/// A secret text that no log or error can print by accident.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The secret itself, for the request that needs it.
    public let reveal: String
    /// Wraps a secret text.
    public init(_ text: String) { reveal = text }
    /// Never the secret.
    public var description: String { "<secret>" }
    /// Never the secret.
    public var debugDescription: String { "<secret>" }
}

/// Bounds on what an agency may send; what is over a row's bound costs the row, what is over a document's the document.
public struct FeedLimits: Sendable {
    /// Bytes of a page.
    public var page = 64 << 20
    /// Bytes of a file, stored and inflated.
    public var file = 8 << 30
    /// Bytes of a row.
    public var row = 1 << 20
    /// Bytes of one text.
    public var text = 256 << 10
    /// Levels of nesting in a row.
    public var depth = 16
    /// Attributes of an element.
    public var attributes = 64
    /// Inflated bytes for each stored byte.
    public var inflation = 200
    /// Milliseconds until a connection stands.
    public var connectTimeout = 10_000
    /// Milliseconds until the first byte comes.
    public var firstByteTimeout = 60_000
    /// Milliseconds without progress.
    public var stallTimeout = 60_000
    /// Redirects followed, to the same scheme, host and port only.
    public var redirects = 3
    /// Bytes of a refused row that are kept.
    public var kept = 64 << 10
    /// Rows handed over at once.
    public var batch = 500

    /// The usual bounds; set what must differ.
    public init() {}
}

/// When a failed request is asked again.
public struct RetryPolicy: Sendable {
    /// Milliseconds before the first retry; doubled each time, with jitter.
    public var firstDelay = 500
    /// Milliseconds that a delay does not exceed.
    public var longestDelay = 60_000
    /// Tries in all.
    public var attempts = 8
    /// Milliseconds up to which `Retry-After` is obeyed.
    public var longestRetryAfter = 600_000

    /// The usual policy; set what must differ.
    public init() {}
}
