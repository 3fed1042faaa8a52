internal import CreditModel

/// Whether a request is within its client's limits, and what the answer says about them.
public struct LimitDecision: Sendable {
    /// The limits that were applied.
    public let limits: UsageLimits
    /// POSIX milliseconds.
    let moment: Int64
    let day: Int32
    let cost: Int
    var slice: Int64 = 0

    /// Requests that the burst limit still lets through at once.
    public internal(set) var remaining = 0
    /// Seconds until the whole burst is free again, if nothing is asked until then.
    public internal(set) var reset = 0
    /// What is left of the day; nil without a quota.
    public internal(set) var dailyRemaining: Int64?
    /// `Retry-After`: seconds until the same request would be let through; 0 where it was.
    public internal(set) var retryAfter = 0

    init(limits: UsageLimits, moment: Int64, day: Int32, cost: Int) {
        self.limits = limits
        self.moment = moment
        self.day = day
        self.cost = cost
    }

    /// Whether it may be answered; else the answer is 429 with ``retryAfter``.
    public var isAdmitted: Bool { retryAfter == 0 }

    /// The value of `RateLimit` (draft-ietf-httpapi-ratelimit-headers, a structured field): what is left of each policy, and
    /// the seconds until all of it is there again.
    public var rateLimit: String {
        let burst = "\"burst\";r=\(remaining);t=\(reset)"
        return dailyRemaining.map { "\(burst), \"daily\";r=\($0);t=\(Self.untilMidnight(moment))" } ?? burst
    }

    /// The day of Asia/Shanghai.
    static func day(of milliseconds: Int64) -> Int32 {
        Int32(truncatingIfNeeded: (max(0, milliseconds) / 1000 + 28_800) / 86_400)
    }

    /// Seconds until the day of Asia/Shanghai ends.
    static func untilMidnight(_ milliseconds: Int64) -> Int {
        Int(86_400 - (max(0, milliseconds) / 1000 + 28_800) % 86_400)
    }
}
