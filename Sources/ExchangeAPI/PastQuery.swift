internal import CreditModel

/// Of which day, and by what was known when, an answer is asked for: `?asOf=` and `?knownAt=`.
struct PastQuery: Hashable {
    /// What was true on this day.
    var asOf: Day?
    /// By what was known at this moment, in POSIX seconds.
    var knownAt: Int64?

    /// A moment so long ago that nothing of it is still being written.
    private static let settled: Int64 = 600

    /// Reads a request's parameters.
    /// - Throws: ``Problem``, also for days and moments that lie in the future.
    init(_ parameters: [String: String], at now: Int64) throws(Problem) {
        if let text = parameters["asOf"] {
            guard let day = Day(text) else { throw .badDay }
            guard day <= LocalTime(posix: now).day else { throw .future }
            asOf = day
        }
        if let text = parameters["knownAt"] {
            guard let moment = LocalTime(moment: text) else { throw .badMoment }
            guard moment.posix <= now else { throw .future }
            knownAt = moment.posix
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

    /// What was known at a settled moment stays what was known at it; for whoever asked, since not everybody may see it.
    func cacheControl(at now: Int64) -> String {
        knownAt.map { now - $0 > Self.settled } ?? false ? "private, max-age=31536000, immutable" : "no-cache"
    }

    /// What tells an answer's entity tag from those of other days.
    var tag: String { (asOf.map { ".\($0)" } ?? "") + (asOf == nil ? "" : knownAt.map { ".\($0)" } ?? "") }
}
