import AgencySimulator
import CanonicalJSON
import CreditModel
import ServiceKit
import Testing

@Suite("A sandbox's world")
struct SandboxTests {
    private static func world(_ seed: UInt64 = 1, _ enterprises: Int = 60) throws -> SandboxPopulation {
        try SandboxPopulation(seed: seed, enterprises: enterprises)
    }

    private static func code(_ name: String) throws -> String {
        try #require(TestEnterprise.all.first { $0.name == name }).uscc
    }

    /// Orders that can all happen, one after the other.
    private static func orders() throws -> [[SandboxAct]] {
        let (one, two) = (try code("active"), try code("renamed"))
        return [
            [.penalise(one), .list(one)], [.rename(one, to: "广州市另名贸易有限公司")], [.merge(two, into: one)],
            [.lateSource("quality"), .withdraw(one, dataset: "penalty")], [.split(two)], [.advanceDay(40)],
            [.delist(one)],
            [.revoke(two), .recoverSource("quality")], [.restore(two)], [.cancel(two)],
        ]
    }

    /// What had been seen of everybody by the end of a day.
    private static func seen(_ world: SandboxPopulation, by day: Day) -> [[SimulatedEvent]] {
        (0..<world.count).map { index in world.events(of: index).filter { $0.visible.day <= day } }
    }

    @Test("What was shown stays shown, whatever happens afterwards; so no number of a row ever changes")
    func past() throws {
        var world = try Self.world()
        for order in try Self.orders() {
            let (before, day) = (Self.seen(world, by: world.day), world.day)
            try world.perform(order)
            #expect(world.day > day)
            #expect(Self.seen(world, by: day) == before)
        }
    }

    @Test("The same seed and acts give the same events; another seed changes nothing of the test enterprises")
    func purity() throws {
        func lived(_ seed: UInt64) throws -> SandboxPopulation {
            var world = try Self.world(seed)
            for order in try Self.orders() { try world.perform(order) }
            return world
        }
        let (one, same, other) = (try lived(1), try lived(1), try lived(2))
        for index in 0..<one.count { #expect(one.events(of: index) == same.events(of: index)) }
        #expect((0..<60).contains { one.events(of: $0) != other.events(of: $0) })
        for index in 60..<one.count { #expect(one.events(of: index) == other.events(of: index)) }
    }

    @Test("What cannot happen changes nothing, not even the day")
    func impossible() throws {
        var world = try Self.world()
        let (one, two) = (try Self.code("active"), try Self.code("renamed"))
        let before = Self.seen(world, by: SimulatedPopulation.lastDay)
        let impossible: [[SandboxAct]] = [
            [.delist(one)], [.split(one)], [.merge(one, into: one)], [.withdraw(one, dataset: nil)],
            [.penalise(one), .delist(two)], [.rename(two, to: "广州市新名家具有限公司")], [.penalise("sx00000000000000000000")],
            [.withdraw(one, dataset: "nonsense")], [.lateSource("nobody")], [.penalise(TestEnterprise.unknownCode)],
            [.advanceDay(366), .advanceDay(366), .advanceDay(366)],
        ]
        for acts in impossible {
            #expect(throws: SandboxRefusal.self, "\(acts)") { try world.perform(acts) }
            #expect(world.day == SandboxPopulation.firstDay)
            #expect(Self.seen(world, by: SimulatedPopulation.lastDay) == before)
        }
    }

    @Test("Acts of a day are as their order says")
    func order() throws {
        let one = try Self.code("active")
        var (first, last) = (try Self.world(), try Self.world())
        try first.perform([.rename(one, to: "甲"), .rename(one, to: "乙")])
        try last.perform([.rename(one, to: "乙"), .rename(one, to: "甲")])
        func name(_ world: SandboxPopulation) -> String? {
            let rows = world.events(of: 60).filter { $0.dataset.name == "registration" }
            return rows.max { $0.visible.seconds < $1.visible.seconds }?.fields.first { $0.name == "ENTNAME" }?.text
        }
        #expect(name(first) == "乙" && name(last) == "甲")
    }

    @Test("Acts are read as they are written")
    func roundTrip() throws {
        for act in try Self.orders().joined() { #expect(try SandboxAct(act.json) == act) }
    }

    @Test(
        "What is no act is told",
        arguments: [
            "{}", #"{"act":1}"#, #"{"act":"nonsense"}"#, #"{"act":"penalise"}"#, #"{"act":"penalise","enterprise":""}"#,
            #"{"act":"penalise","enterprise":7}"#, #"{"act":"penalise","enterprise":"a","day":"2018-06-01"}"#,
            #"{"act":"rename","enterprise":"a"}"#, #"{"act":"rename","enterprise":"a","name":"a\u0000b"}"#,
            #"{"act":"advanceDay","days":0}"#, #"{"act":"advanceDay","days":367}"#, #"{"act":"advanceDay","days":"1"}"#,
            #"{"act":"advanceDay","days":1.5}"#, #"{"acts":[]}"#, #"{"acts":{}}"#, #"{"acts":[{"act":"nonsense"}]}"#,
            #"{"acts":[{"act":"advanceDay"}],"act":"advanceDay"}"#,
            #"{"act":"withdraw","enterprise":"a","dataset":null}"#,
        ]
    )
    func badOrder(text: String) throws {
        let order = try JSONValue(parsing: Array(text.utf8))
        #expect(throws: SandboxRefusal.self) { try SandboxAct.acts(of: order) }
    }

    @Test("More acts than a day has room for, and names that are too long, are told")
    func limits() throws {
        let many = JSONValue.array(Array(repeating: SandboxAct.advanceDay(1).json, count: SandboxAct.dayLimit + 1))
        #expect(throws: SandboxRefusal.self) { try SandboxAct.acts(of: .object(["acts": many])) }
        let long = SandboxAct.penalise(String(repeating: "9", count: 201)).json
        #expect(throws: SandboxRefusal.self) { try SandboxAct(long) }
    }

    @Test("Test enterprises have good codes of their own, which nobody else has in any world")
    func codes() throws {
        let codes = TestEnterprise.all.map(\.uscc) + [TestEnterprise.unknownCode]
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(UnifiedSocialCreditCode(code) != nil) }
        for seed in UInt64(1)...5 {
            let world = try Self.world(seed, 400)
            for index in 0..<400 {
                let truth = world.truth(of: index, on: SimulatedPopulation.lastDay)
                #expect(Set(truth.uscc + truth.regno).isDisjoint(with: codes + TestEnterprise.all.map(\.asked)))
            }
        }
    }
}
