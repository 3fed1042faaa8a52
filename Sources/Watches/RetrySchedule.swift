/// When a delivery that failed is tried again, and when one gives up: data, in milliseconds.
public struct RetrySchedule: Hashable, Sendable {
    /// What is waited after each failure; after one more it is given up.
    public var delays: [Int64]
    /// How much longer a wait may be, by chance, as a share of it: so that receivers that failed together are not called
    /// together.
    public var jitter: Double
    /// The longest `Retry-After` that is obeyed.
    public var longestRetryAfter: Int64
    /// A webhook of which every attempt failed for so long is switched off.
    public var disablesAfter: Int64
    /// How long a webhook's former secret signs, too.
    public var previousSecretLasts: Int64

    /// Ten attempts in about 75 hours, as Standard Webhooks proposes; off after five days of nothing but failures.
    public init() {
        let (second, minute, hour) = (Int64(1000), Int64(60_000), Int64(3_600_000))
        delays = [
            5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour,
        ]
        jitter = 0.1
        longestRetryAfter = 24 * hour
        disablesAfter = 120 * hour
        previousSecretLasts = 24 * hour
    }

    /// When to try again.
    /// - Parameters:
    ///   - failures: how many attempts failed, this one included.
    ///   - retryAfter: seconds for which the receiver asked.
    ///   - now: POSIX milliseconds.
    ///   - chance: 64 random bits.
    /// - Returns: POSIX milliseconds; nil to give up.
    public func next(after failures: Int, retryAfter: Int?, at now: Int64, chance: UInt64) -> Int64? {
        guard failures >= 1, failures <= delays.count else { return nil }
        let delay = delays[failures - 1]
        let extra = Int64(Double(delay) * jitter * (Double(chance >> 11) / Double(1 << 53)))
        let wished = min(longestRetryAfter, Int64(retryAfter ?? 0) * 1000)
        return now + max(delay + extra, wished)
    }
}
