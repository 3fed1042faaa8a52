internal import CreditModel
internal import HTTPTypes

/// Of which day, and by what was known when, an answer is asked for: `?asOf=` and `?knownAt=`.
struct PastQuery: Hashable {
    /// What was true on this day.
    var asOf: Day?
    /// By what was known at this moment, in POSIX seconds.
    var knownAt: Int64?

    /// A moment so long ago that nothing of it is still being written.
    private static let settled: Int64 = 600

    /// Reads what follows the `?` of a request's target.
    ///
    /// Refuses parameters that it does not know: whoever misspells one must not take the present profile for a past one.
    /// - Throws: ``Problem``, also for days and moments that lie in the future.
    init(_ target: some StringProtocol, at now: Int64) throws(Problem) {
        guard let start = target.firstIndex(of: "?") else { return }
        let query = target[target.index(after: start)...].prefix { $0 != "#" }
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let value = RequestPath.decode(pair[1].utf8) else { throw .badParameter }
            switch pair[0] {
            case "asOf" where asOf == nil:
                guard let day = Day(value) else { throw .badDay }
                guard day <= LocalTime(posix: now).day else { throw .future }
                asOf = day
            case "knownAt" where knownAt == nil:
                guard let moment = LocalTime(moment: value) else { throw .badMoment }
                guard moment.posix <= now else { throw .future }
                knownAt = moment.posix
            default: throw .badParameter
            }
        }
    }

    /// The parameters for another location, with the `?`.
    var text: String {
        let parts =
            [
                asOf.map { "asOf=\($0)" },
                knownAt.map { "knownAt=\("\(LocalTime(posix: $0))".replacing("+", with: "%2B"))" },
            ].compactMap(\.self)
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// What was known at a settled moment stays what was known at it.
    func cacheControl(at now: Int64) -> String {
        knownAt.map { now - $0 > Self.settled } ?? false ? "max-age=31536000, immutable" : "no-cache"
    }

    /// What tells an answer's entity tag from those of other days.
    var tag: String { (asOf.map { ".\($0)" } ?? "") + (asOf == nil ? "" : knownAt.map { ".\($0)" } ?? "") }
}

extension Problem {
    static let badParameter = Problem(
        status: .badRequest,
        name: "bad-parameter",
        title: "Bad parameter",
        detail: "This path takes asOf (a day) and knownAt (a moment), each at most once, and nothing else."
    )
    static let badDay = Problem(
        status: .badRequest,
        name: "bad-parameter",
        title: "Bad parameter",
        detail: "asOf must be a day, such as 2018-06-01."
    )
    static let badMoment = Problem(
        status: .badRequest,
        name: "bad-parameter",
        title: "Bad parameter",
        detail: "knownAt must be a moment, such as 2018-06-01T10:00:00%2B08:00; without a zone it is Shanghai's time."
    )
    static let future = Problem(
        status: .badRequest,
        name: "future",
        title: "In the future",
        detail: "asOf and knownAt must not lie in the future: nothing is known of it."
    )
    /// Nothing was known then, whatever is known now.
    static let unknownThen = Problem(
        status: .notFound,
        name: "unknown-then",
        title: "Nothing was known then",
        detail: "At that moment no enterprise was known for certain by this id or code. That is no clean record."
    )
    static let nothingTrue = Problem(
        status: .notFound,
        name: "nothing-true-then",
        title: "Nothing is known of that day",
        detail: "The enterprise is known, but everything that is known of it begins only after that day."
    )
}
