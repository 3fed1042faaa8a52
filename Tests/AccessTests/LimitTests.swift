import Access
import CreditModel
import SQLiteAccess
import Signing
import Testing

@Suite("A client asks as much as its limits say, and no more")
struct LimitTests {
    @Test("In no window is more let through than the policy says", arguments: 0..<24)
    func everyWindow(_ seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let limits = UsageLimits(
            burst: .random(in: 1...40, using: &dice),
            window: .random(in: 1...20, using: &dice),
            daily: nil
        )
        let caller = try Office().caller("平台", limits: limits)
        var now = Office.noon
        var admitted: [(moment: Int64, cost: Int)] = []
        var asked = 0
        for _ in 0..<2_000 {
            // Bursts, pauses, and what just fits.
            let pace: Int64 = [0, 1, 25, 400, 3_000][Int.random(in: 0..<5, using: &dice)]
            now += .random(in: 0...pace, using: &dice)
            let cost = Int.random(in: 1...3, using: &dice)
            asked += 1
            let decision = RateLimiter.admit(caller, cost: cost, at: now)
            guard decision.isAdmitted else { continue }
            // One in five cost nothing after all.
            if Int.random(in: 0..<5, using: &dice) == 0 {
                RateLimiter.refund(decision, to: caller)
            } else {
                admitted.append((now, cost))
            }
        }
        let width = Int64(limits.window) * 1000
        for (place, first) in admitted.enumerated() {
            let inWindow = admitted[place...].prefix { $0.moment < first.moment + width }.reduce(0) { $0 + $1.cost }
            #expect(inWindow <= limits.burst, "\(inWindow) of \(limits) from \(first.moment)")
        }
        #expect(admitted.count < asked)
    }

    @Test(
        "Who waits as long as Retry-After says is let through, and who asks a second earlier is not",
        arguments: 0..<12
    )
    func retryAfter(_ seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let limits = UsageLimits(burst: .random(in: 1...20, using: &dice), window: .random(in: 2...60, using: &dice))
        let caller = try Office().caller("平台", limits: limits)
        var now = Office.noon
        var refusals = 0
        for _ in 0..<500 {
            now += .random(in: 0...900, using: &dice)
            let decision = RateLimiter.admit(caller, at: now)
            guard !decision.isAdmitted else { continue }
            refusals += 1
            if decision.retryAfter > 2 {
                #expect(!RateLimiter.admit(caller, at: now + Int64(decision.retryAfter - 2) * 1000).isAdmitted)
            }
            now += Int64(decision.retryAfter) * 1000
            #expect(RateLimiter.admit(caller, at: now).isAdmitted)
        }
        #expect(refusals > 0)
    }

    @Test("The fields say what is left, in the form of the draft")
    func fields() throws {
        let limits = UsageLimits(burst: 3, window: 40, daily: 5)
        let caller = try Office().caller("平台", limits: limits)
        #expect(limits.policy == #""burst";q=3;w=40, "daily";q=5;w=86400"#)
        let first = RateLimiter.admit(caller, at: Office.noon)
        // Noon: the day has twelve hours left.
        #expect(first.rateLimit == #""burst";r=2;t=41, "daily";r=4;t=43200"#)
        for _ in 0..<2 { #expect(RateLimiter.admit(caller, at: Office.noon).isAdmitted) }
        let refused = RateLimiter.admit(caller, at: Office.noon)
        #expect(!refused.isAdmitted)
        #expect(refused.rateLimit == #""burst";r=0;t=41, "daily";r=2;t=43200"#)
        #expect(refused.retryAfter == 41)
        let later = RateLimiter.admit(caller, at: Office.noon + 100_000)
        #expect(later.rateLimit == #""burst";r=2;t=41, "daily";r=1;t=43100"#)
        #expect(UsageLimits(burst: 3, window: 40, daily: nil).policy == #""burst";q=3;w=40"#)
    }

    @Test("What is refused costs nothing")
    func refusals() throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 2, window: 10, daily: 3))
        for _ in 0..<50 { _ = RateLimiter.admit(caller, at: Office.noon) }
        #expect(RateLimiter.admit(caller, at: Office.noon + 60_000).isAdmitted)
        #expect(!RateLimiter.admit(caller, at: Office.noon + 120_000).isAdmitted)
    }

    @Test("A refund gives back burst and quota once, as if nothing had been asked")
    func refund() throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 1, window: 60, daily: 1))
        for step in 0..<1_000 {
            let decision = RateLimiter.admit(caller, at: Office.noon + Int64(step))
            #expect(decision.isAdmitted)
            RateLimiter.refund(decision, to: caller)
        }
        let refused = RateLimiter.admit(caller, cost: 2, at: Office.noon + 1_000)
        RateLimiter.refund(refused, to: caller)
        #expect(RateLimiter.admit(caller, at: Office.noon + 1_000).isAdmitted)
        #expect(!RateLimiter.admit(caller, at: Office.noon + 1_000).isAdmitted)
    }

    @Test("A request that costs more than the burst is never let through, and is not told to come back at once")
    func tooLarge() throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 10, window: 60, daily: nil))
        let decision = RateLimiter.admit(caller, cost: 11, at: Office.noon)
        #expect(!decision.isAdmitted)
        #expect(decision.retryAfter >= 60)
    }

    @Test("The quota begins anew at midnight in Asia/Shanghai, and Retry-After leads there")
    func midnight() throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 100, window: 1, daily: 1))
        let last = Office.noon + 43_200_000 - 1
        #expect(RateLimiter.admit(caller, at: last).isAdmitted)
        let refused = RateLimiter.admit(caller, at: last)
        #expect(refused.retryAfter == 1)
        #expect(RateLimiter.admit(caller, at: last + 1).isAdmitted)
        #expect(RateLimiter.admit(caller, at: last + 2_000).retryAfter == 86_399)
    }

    @Test("The day's use outlives a restart, and a refund of yesterday changes nothing today")
    func restart() throws {
        let office = try Office()
        let id = try office.client("平台", limits: UsageLimits(burst: 100, window: 60, daily: 10))
        let key = try office.credential(.apiKey, of: id).text
        for _ in 0..<7 { _ = RateLimiter.admit(try office.caller(key: key), at: Office.noon) }
        try office.table.refresh(at: Office.noon)
        let again = try AccessTable(SQLiteAccessStore(path: office.folder + "/access.db"), at: Office.noon + 5_000)
        let desk = Authenticator(again, office.configuration, keys: .init([]))
        let caller = try desk.authenticate(ShownCredentials(apiKey: key), at: Office.noon + 5_000)
        let decision = RateLimiter.admit(caller, at: Office.noon + 5_000)
        #expect(decision.dailyRemaining == 2)
        let tomorrow = RateLimiter.admit(caller, at: Office.noon + 86_400_000)
        #expect(tomorrow.dailyRemaining == 9)
        RateLimiter.refund(decision, to: caller)
        #expect(RateLimiter.admit(caller, at: Office.noon + 86_400_000).dailyRemaining == 8)
        try again.refresh(at: Office.noon + 86_400_000)
        let days = try ["2026-03-01", "2026-03-02"].map { try #require(Day($0)) }
        #expect(try office.store.settle(AccessUse(), on: days[0])[id] == 8)
        #expect(try office.store.settle(AccessUse(), on: days[1])[id] == 2)
    }

    @Test("Two exchanges over one store count each other's requests once they have told it")
    func twoProcesses() throws {
        let office = try Office()
        let id = try office.client("平台", limits: UsageLimits(burst: 1_000, window: 60, daily: 100))
        let key = try office.credential(.apiKey, of: id).text
        let other = try AccessTable(SQLiteAccessStore(path: office.folder + "/access.db"), at: Office.noon)
        let desk = Authenticator(other, office.configuration, keys: .init([]))
        for _ in 0..<40 { _ = RateLimiter.admit(try office.caller(key: key), at: Office.noon) }
        let there = try desk.authenticate(ShownCredentials(apiKey: key), at: Office.noon)
        for _ in 0..<30 { _ = RateLimiter.admit(there, at: Office.noon) }
        for table in [office.table, other, office.table] { try table.refresh(at: Office.noon) }
        #expect(RateLimiter.admit(there, at: Office.noon).dailyRemaining == 29)
        #expect(RateLimiter.admit(try office.caller(key: key), at: Office.noon).dailyRemaining == 29)
    }

    @Test("New limits hold at once, and what was asked before still counts")
    func changedLimits() throws {
        let office = try Office()
        let id = try office.client("平台", limits: UsageLimits(burst: 10, window: 60, daily: nil))
        let key = try office.credential(.apiKey, of: id).text
        for _ in 0..<8 { _ = RateLimiter.admit(try office.caller(key: key), at: Office.noon) }
        try office.change(id) { $0.limits = UsageLimits(burst: 9, window: 120, daily: nil) }
        #expect(RateLimiter.admit(try office.caller(key: key), at: Office.noon).isAdmitted)
        #expect(!RateLimiter.admit(try office.caller(key: key), at: Office.noon).isAdmitted)
    }

    @Test("A clock that is set back stops nobody for long, nor lets anybody through twice")
    func clock() throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 2, window: 10, daily: nil))
        for _ in 0..<2 { #expect(RateLimiter.admit(caller, at: Office.noon).isAdmitted) }
        let back = Office.noon - 3_600_000
        #expect(!RateLimiter.admit(caller, at: back).isAdmitted)
        #expect(RateLimiter.admit(caller, at: back + 11_000).isAdmitted)
    }

    @Test("Many threads together get no more than one would")
    func threads() async throws {
        let caller = try Office().caller("平台", limits: UsageLimits(burst: 1_000, window: 60, daily: nil))
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<500).count { _ in RateLimiter.admit(caller, at: Office.noon).isAdmitted } }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 1_000)
    }

    @Test("One client's requests are not another's")
    func apart() throws {
        let office = try Office()
        let limits = UsageLimits(burst: 1, window: 60, daily: 1)
        let (first, second) = (try office.caller("甲", limits: limits), try office.caller("乙", limits: limits))
        #expect(RateLimiter.admit(first, at: Office.noon).isAdmitted)
        #expect(RateLimiter.admit(second, at: Office.noon).isAdmitted)
        #expect(!RateLimiter.admit(first, at: Office.noon).isAdmitted)
    }

    @Test("Limits out of range are refused when they are set")
    func ranges() throws {
        let office = try Office()
        let id = try office.client("平台")
        for limits in [
            UsageLimits(burst: 0), UsageLimits(window: 0), UsageLimits(window: 3601), UsageLimits(daily: -1),
            UsageLimits(burst: .max),
        ] {
            let error = #expect(throws: AccessError.self) { try office.store.change(id) { $0.limits = limits } }
            #expect(error?.code == .invalid)
        }
    }
}
