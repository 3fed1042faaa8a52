/// One HTTP request to an agency.
public struct FeedRequest: Sendable {
    /// How the agency is asked.
    public enum Method: Sendable { case get, post }

    /// GET, or POST with ``body``.
    public var method: Method
    /// Absolute, `http` or `https`, without credentials.
    public var url: String
    /// `X-Access-Token`, `Content-Type` …; a value with a line break is refused.
    public var headers: [(name: String, value: String)]
    /// HTTP Basic when set.
    public var user: String?
    /// HTTP Basic's password for ``user``.
    public var password: Secret?
    /// What a POST carries.
    public var body: [UInt8]

    /// Makes a request; without user and body unless told otherwise.
    public init(
        _ method: Method = .get,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        user: String? = nil,
        password: Secret? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.user = user
        self.password = password
        self.body = body
    }
}
