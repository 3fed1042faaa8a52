internal import Synchronization

/// Counts attempts by who makes them, in a table of fixed size: neither memory nor work grows with how many there are.
///
/// Two places are counted for each name, and the lower count holds: a name is never counted too low, and too high only where
/// others share both of its places. The count of the window that ends now is estimated from those of two that follow each
/// other. Where places lie nobody outside can know.
public final class AttemptLimiter: Sendable {
    private struct Place {
        var window: Int64 = .min
        var count: UInt32 = 0
        /// Of the window before.
        var before: UInt32 = 0

        mutating func advance(to number: Int64) {
            guard number != window else { return }
            before = number == window + 1 ? count : 0
            count = 0
            window = number
        }
    }

    /// Attempts in any window, about.
    public let limit: Int
    private let window: Int64
    private let places: Mutex<[Place]>

    private static let size = 1 << 14

    /// - Parameters:
    ///   - limit: attempts in a window.
    ///   - seconds: the window's length.
    public init(limit: Int, perSeconds seconds: Int = 60) {
        self.limit = max(1, limit)
        window = Int64(max(1, seconds)) * 1000
        places = Mutex(Array(repeating: Place(), count: Self.size))
    }

    /// Counts an attempt, unless the limit is reached.
    ///
    /// - Parameters:
    ///   - name: who makes it.
    ///   - now: POSIX milliseconds.
    /// - Returns: 0 where it may be made; else the seconds until it may be tried again.
    public func admit(_ name: some Hashable, at now: Int64) -> Int {
        let now = max(0, now)
        let (first, second) = Self.places(of: name)
        let number = now / window
        let passed = Double(now % window) / Double(window)
        return places.withLock { places in
            places[first].advance(to: number)
            places[second].advance(to: number)
            let estimate = min(Self.estimate(places[first], passed), Self.estimate(places[second], passed))
            guard estimate + 1 <= Double(limit) else {
                // By then what the present window holds counts for less than the limit.
                return Int((window - now % window + 999) / 1000)
            }
            places[first].count += 1
            if second != first { places[second].count += 1 }
            return 0
        }
    }

    private static func estimate(_ place: Place, _ passed: Double) -> Double {
        Double(place.before) * (1 - passed) + Double(place.count)
    }

    private static func places(of name: some Hashable) -> (Int, Int) {
        // Seeded anew in each process.
        var hasher = Hasher()
        hasher.combine(name)
        let hash = UInt(bitPattern: hasher.finalize())
        return (Int(hash % UInt(size)), Int((hash >> 32) % UInt(size)))
    }
}

/// How often strangers may try.
public struct AttemptLimits: Sendable {
    /// Requests for tokens from one address, whoever is named in them.
    public let tokensByAddress: AttemptLimiter
    /// Tokens that one client gets.
    public let tokensByClient: AttemptLimiter
    /// Requests from one address that showed nothing good: the next ones hear 429 in place of 401.
    public let failuresByAddress: AttemptLimiter

    /// Limits of one's own, all for a minute; the defaults let a platform of many machines renew its tokens at leisure.
    public init(tokensByAddress: Int = 300, tokensByClient: Int = 60, failuresByAddress: Int = 300) {
        self.tokensByAddress = AttemptLimiter(limit: tokensByAddress)
        self.tokensByClient = AttemptLimiter(limit: tokensByClient)
        self.failuresByAddress = AttemptLimiter(limit: failuresByAddress)
    }
}
