internal import Access
internal import CreditModel
internal import HTTPTypes

/// A request, taken apart and let in.
struct Inquiry: Sendable {
    /// What stands in the path where the endpoint's has a name in braces.
    var segments: [String: String]
    /// The query's parameters, decoded; only those that the endpoint knows.
    var parameters: [String: String]
    var headers: HTTPFields
    /// Whether only the head of the answer is wanted.
    var isHead = false
    var body: [UInt8] = []
    var language: AnswerLanguage
    var id: QueryID
    /// POSIX milliseconds.
    var moment: Int64
    /// Where the request came from, as far as the network tells.
    var address: CallerAddress?
    /// Of the certificate that the client showed in the handshake.
    var certificate: Digest256?
    /// nil where the endpoint is open to anybody.
    var admission: Admission?

    /// What came with it to show who asks.
    var shown: ShownCredentials {
        ShownCredentials(authorization: headers[.authorization], apiKey: headers[.apiKey], certificate: certificate)
    }

    /// POSIX seconds.
    var now: Int64 { moment / 1000 }

    /// A whole number within bounds; the default where the parameter is not there.
    /// - Throws: ``Problem`` for any other text.
    func whole(_ name: String, in range: ClosedRange<Int64>, default value: Int64) throws(Problem) -> Int64 {
        guard let text = parameters[name] else { return value }
        guard let number = Int64(text), range.contains(number) else {
            throw .value(
                name,
                "a whole number from \(range.lowerBound) to \(range.upperBound)",
                "\(range.lowerBound) 到 \(range.upperBound) 的整数"
            )
        }
        return number
    }
}

/// Somebody who was let in, and what he may see.
struct Admission: Sendable {
    let caller: Caller
    let permission: Permission
    let decision: LimitDecision

    /// So many enterprises of one request count as a request.
    private static let perRequest = 10

    /// Counts what a request for many costs beyond the one that was counted.
    /// - Throws: ``Problem`` where the client's limits are used up.
    func charge(for count: Int, at moment: Int64) throws(Problem) {
        let cost = (count - 1) / Self.perRequest
        guard cost > 0 else { return }
        let decision = RateLimiter.admit(caller, cost: cost, at: moment)
        guard decision.isAdmitted else { throw .tooMany(after: decision.retryAfter) }
    }
}

/// The parameters behind a request's `?`.
enum RequestParameters {
    /// Reads them strictly: whoever misspells one must not take one answer for another.
    ///
    /// - Parameters:
    ///   - target: the request's target.
    ///   - known: the names that the endpoint takes.
    /// - Returns: the decoded values by name.
    /// - Throws: ``Problem`` for names that are not known or come twice, and for broken encoding.
    static func read(_ target: String, known: [String]) throws(Problem) -> [String: String] {
        guard let start = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [:] }
        var values: [String: String] = [:]
        let query = target[target.utf8.index(after: start)...].prefix { $0 != "#" }
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0])
            guard pair.count == 2, let value = RequestPath.decode(pair[1].utf8), known.contains(name),
                values[name] == nil
            else { throw .parameter(known) }
            values[name] = value
        }
        return values
    }
}
