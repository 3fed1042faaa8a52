public import CreditModel
internal import Synchronization

/// How much one client has asked: in the window that ends now, and today.
///
/// The window is cut into 40 slices, and 41 of them are counted, so that in no span of the window's length more is let
/// through than the limit, wherever it begins. A token bucket would let through up to twice that.
final class Meter: Sendable {
    static let slices = 40

    fileprivate struct State {
        /// Milliseconds of one slice.
        var slice: Int64 = 0
        /// The number of the newest slice, counted from 1970.
        var head: Int64 = 0
        /// A ring: slice n lies at n modulo 41.
        var counts = [Int](repeating: 0, count: Meter.slices + 1)
        /// The sum of the ring.
        var inWindow = 0
        /// The day of Asia/Shanghai that `used` is of.
        var day: Int32 = .min
        /// Of the day, as far as it is known here: what other processes let through comes with each settlement.
        var used: Int64 = 0
        /// Of `used`, what no store has been told.
        var untold: Int64 = 0
        /// What of an earlier day no store has been told.
        var late: [UsageDelta] = []
    }

    private let state = Mutex(State())

    /// Lets a request through, or not.
    func admit(_ limits: UsageLimits, cost: Int, at now: Int64) -> LimitDecision {
        let cost = max(0, cost)
        return state.withLock { state in
            state.advance(limits, to: now)
            let inWindow = state.inWindow
            let left = limits.daily.map { Int64($0) - state.used }
            var decision = LimitDecision(limits: limits, moment: now, day: state.day, cost: cost)
            decision.slice = state.head
            if inWindow + cost > limits.burst {
                decision.retryAfter = state.wait(for: inWindow + cost - limits.burst, from: now)
            }
            if let left, left < Int64(cost) {
                decision.retryAfter = max(decision.retryAfter, LimitDecision.untilMidnight(now))
            }
            // What can never be let through must not be asked for again in a second.
            if cost > limits.burst { decision.retryAfter = max(decision.retryAfter, limits.window) }
            if decision.isAdmitted { state.count(cost) }
            decision.remaining = max(0, limits.burst - state.inWindow)
            decision.dailyRemaining = left.map { max(0, $0 - (decision.isAdmitted ? Int64(cost) : 0)) }
            decision.reset = state.reset(from: now)
            return decision
        }
    }

    /// Takes back what was counted for a request that cost nothing after all.
    func refund(_ decision: LimitDecision) {
        guard decision.isAdmitted, decision.cost > 0 else { return }
        state.withLock { state in
            let age = state.head - decision.slice
            if 0...Int64(Self.slices) ~= age, state.slice == decision.limits.slice {
                let place = state.place(of: decision.slice)
                let back = min(decision.cost, state.counts[place])
                state.counts[place] -= back
                state.inWindow -= back
            }
            guard state.day == decision.day else { return }
            state.used -= Int64(decision.cost)
            state.untold -= Int64(decision.cost)
        }
    }

    /// What the store has not been told; it counts as told from now on.
    func takeUntold() -> [UsageDelta] {
        state.withLock { state in
            var deltas = state.late
            state.late = []
            if state.untold != 0 {
                deltas.append(UsageDelta(day: Day(number: state.day), amount: state.untold))
                state.untold = 0
            }
            return deltas
        }
    }

    /// Puts back what the store could not be told after all.
    func putBack(_ deltas: [UsageDelta]) {
        state.withLock { state in
            for delta in deltas {
                if delta.day.number == state.day { state.untold += delta.amount } else { state.late.append(delta) }
            }
        }
    }

    /// Takes what all processes together have let through on a day.
    func settle(_ total: Int64, on day: Day) {
        state.withLock { state in
            if state.day == day.number {
                state.used = total + state.untold
            } else if state.day == .min {
                state.day = day.number
                state.used = total
            }
        }
    }
}

extension UsageLimits {
    /// Milliseconds of one of the window's slices.
    var slice: Int64 { Int64(window) * 1000 / Int64(Meter.slices) }
}

/// What a client used on a day, as a store is told.
public struct UsageDelta: Hashable, Sendable {
    /// Of Asia/Shanghai.
    public let day: Day
    /// Requests; negative where more was given back than asked since.
    public let amount: Int64

    /// Says how much on which day.
    public init(day: Day, amount: Int64) {
        self.day = day
        self.amount = amount
    }
}

extension Meter.State {
    func place(of slice: Int64) -> Int { Int(slice % Int64(counts.count)) }

    /// Brings slices and day up to a moment.
    mutating func advance(_ limits: UsageLimits, to now: Int64) {
        let slice = limits.slice
        let number = max(0, now) / slice
        let step = number - head
        // Other limits, or a clock that was set: what was asked before counts as asked now.
        if slice != self.slice || step < -Int64(counts.count) {
            let sum = inWindow
            restart(at: number)
            self.slice = slice
            count(inRing: sum)
        } else if step > Int64(Meter.slices) {
            restart(at: number)
        } else if step > 0 {
            for passed in head + 1...number {
                let place = place(of: passed)
                inWindow -= counts[place]
                counts[place] = 0
            }
            head = number
        }
        let today = LimitDecision.day(of: now)
        guard today != day else { return }
        if untold != 0 { late.append(UsageDelta(day: Day(number: day), amount: untold)) }
        day = today
        used = 0
        untold = 0
    }

    private mutating func restart(at number: Int64) {
        for place in counts.indices { counts[place] = 0 }
        inWindow = 0
        head = number
    }

    private mutating func count(inRing cost: Int) {
        counts[place(of: head)] += cost
        inWindow += cost
    }

    mutating func count(_ cost: Int) {
        count(inRing: cost)
        used += Int64(cost)
        untold += Int64(cost)
    }

    /// Seconds until so much of the window has passed out of it.
    func wait(for cost: Int, from now: Int64) -> Int {
        var freed = 0
        for number in max(0, head - Int64(Meter.slices))...head {
            freed += counts[place(of: number)]
            if freed >= cost { return seconds(until: number, from: now) }
        }
        return seconds(until: head, from: now)
    }

    /// Seconds until nothing that was asked is in the window any more.
    func reset(from now: Int64) -> Int { inWindow == 0 ? 0 : seconds(until: head, from: now) }

    /// Seconds, rounded up, until a slice is no more counted.
    private func seconds(until number: Int64, from now: Int64) -> Int {
        Int(max(1, ((number + Int64(counts.count)) * slice - now + 999) / 1000))
    }
}
