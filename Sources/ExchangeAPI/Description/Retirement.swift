internal import HTTPTypes

/// That an endpoint, or all of a version, should no longer be used: told in every answer, long before it is gone.
package struct Retirement: Sendable {
    /// The beginning of the paths that it covers, such as `/v1/match`, or `/v1` for a version.
    package var path: String
    /// Since when, in POSIX seconds (RFC 9745).
    package var deprecated: Int64
    /// When it will be gone, in POSIX seconds (RFC 8594); nil where that is not decided.
    package var sunset: Int64?
    /// What to use instead, as an address.
    package var successor: String?

    /// Announces the end of paths.
    ///
    /// - Parameters:
    ///   - path: the beginning of the paths that it covers, whole segments.
    ///   - deprecated: since when, in POSIX seconds.
    ///   - sunset: when they will be gone, in POSIX seconds.
    ///   - successor: what to use instead.
    package init(path: String, deprecated: Int64, sunset: Int64? = nil, successor: String? = nil) {
        self.path = path
        self.deprecated = deprecated
        self.sunset = sunset
        self.successor = successor
    }

    /// Whether there is anything that it covers, in a sandbox or out of it.
    package var coversSomething: Bool { Endpoint.all(inSandbox: true).contains(where: covers) }

    func covers(_ endpoint: Endpoint) -> Bool {
        endpoint.path.starts(with: path.split(separator: "/").map(String.init))
    }

    /// The fields that say so.
    func add(to fields: inout HTTPFields, _ date: DateField) {
        fields[.deprecation] = "@\(deprecated)"
        if let sunset { fields[.sunset] = date.text(at: sunset) }
        if let successor { fields[.link] = "<\(successor)>; rel=\"successor-version\"" }
    }
}

extension HTTPField.Name {
    static let deprecation = HTTPField.Name("Deprecation") ?? .eTag
    static let sunset = HTTPField.Name("Sunset") ?? .eTag
    static let link = HTTPField.Name("Link") ?? .eTag
}
