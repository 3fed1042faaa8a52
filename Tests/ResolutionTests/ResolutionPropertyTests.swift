import CreditModel
import Resolution
import Testing

/// A generator that a seed decides.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// A random set of enterprises with their records, and which record is truly about which.
struct RandomWorld {
    var sketches: [Sketch] = []
    var truth: [RecordReference: Int] = [:]

    private static let names = ["于裕", "恒通", "长安", "太军", "宏伟", "大新", "天河", "白云", "珠江", "越秀"]

    /// Makes a world in which the given share of the codes is another enterprise's.
    init(seed: UInt64, enterprises: Int, dirt: Double) {
        var random = SeededGenerator(seed: seed)
        for enterprise in 0..<enterprises {
            for sketch in RandomWorld.records(of: enterprise, of: enterprises, dirt: dirt, with: &random) {
                truth[sketch.reference] = enterprise
                sketches.append(sketch)
            }
        }
    }

    private static func records(
        of enterprise: Int,
        of count: Int,
        dirt: Double,
        with random: inout SeededGenerator
    ) -> [Sketch] {
        func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        func number() -> Int { chance(dirt) ? Int.random(in: 0..<count, using: &random) : enterprise }
        func code() -> String { String(700_000_000 + number()) }
        let name =
            names[enterprise % names.count] + names[enterprise / names.count % names.count] + "贸易\(enterprise)有限公司"
        var records: [Sketch] = []
        if chance(0.8) {
            var row = registration("P\(enterprise)", regno("4401010\(10_000_000 + number())"), name: name)
            if chance(0.5) { row.codes += uscc(code()) }
            row.isWithdrawn = chance(0.1)
            records.append(row)
        }
        if chance(0.3) {
            records.append(
                Sketch(.penalty, "罚\(enterprise)", uscc(code()), name: name).with { $0.pripid = "P\(enterprise)" }
            )
        }
        if chance(0.7) {
            let number = regno("4401010\(10_000_000 + number())")
            records.append(Sketch(.ZZJGDM, "Z\(enterprise)", org(code()), chance(0.6) ? number : [], name: name))
        }
        if chance(0.7) {
            records.append(Sketch(.NSRXX, "G\(enterprise)", tax(code()), chance(0.2) ? uscc(code()) : [], name: name))
        }
        if chance(0.7) { records.append(Sketch(.nsr, "D\(enterprise)", tax(code()), name: name)) }
        if chance(0.4) { records.append(Sketch(.CCC, "C\(enterprise)", org(code()), name: chance(0.3) ? nil : name)) }
        if chance(0.4) { records.append(Sketch(.XZCF, "X\(enterprise)", org(code()), uscc(code()), name: name)) }
        for index in records.indices { records[index].representative = chance(0.7) ? "人\(enterprise % 7)" : nil }
        return records
    }
}

@Suite("Resolution is a pure function of the set of records")
struct ResolutionPropertyTests {
    @Test("The order of the records does not matter", arguments: 1...60 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let histories = RandomWorld(seed: seed, enterprises: 12, dirt: 0.25).sketches.map(\.history)
        let outcome = resolution.resolve(histories)
        for _ in 0..<4 { #expect(resolution.resolve(histories.shuffled(using: &random)) == outcome) }
    }

    @Test(
        "No enterprise holds two registry keys, and every shown record is in exactly one place",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func partition(seed: UInt64) {
        let world = RandomWorld(seed: seed, enterprises: 15, dirt: 0.3)
        let outcome = resolution.resolve(world.sketches.map(\.history))
        let keys = Dictionary(uniqueKeysWithValues: world.sketches.map { ($0.reference, $0.pripid) })
        for enterprise in outcome.enterprises {
            #expect(Set(enterprise.members.compactMap { keys[$0.record] ?? nil }).count <= 1)
        }
        let placed =
            outcome.enterprises.flatMap { $0.members.map(\.record) } + outcome.held.map(\.record) + outcome.undecided
        #expect(placed.sorted() == world.sketches.filter { !$0.isWithdrawn }.map(\.reference).sorted())
        let ids = outcome.enterprises.flatMap { [$0.id] + $0.aliases }
        #expect(Set(ids).count == ids.count, "an id leads to one enterprise")
    }

    @Test(
        "Without dirt nobody is joined with somebody else, and nothing is held",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func clean(seed: UInt64) {
        let world = RandomWorld(seed: seed, enterprises: 20, dirt: 0)
        let outcome = resolution.resolve(world.sketches.map(\.history))
        for enterprise in outcome.enterprises {
            #expect(Set(enterprise.members.compactMap { world.truth[$0.record] }).count == 1)
        }
        #expect(outcome.held.isEmpty)
    }

    @Test(
        "Where no two enterprises have anything in common, no wrong code joins their records",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func strangers(seed: UInt64) {
        var world = RandomWorld(seed: seed, enterprises: 12, dirt: 0.3)
        var random = SeededGenerator(seed: seed &+ 500)
        for number in 0..<12 {
            // A penalty that names a shop by its own number and by its owner's, or somebody else's.
            func card() -> String { "44010619700101\(1000 + Int.random(in: 0..<12, using: &random))" }
            let own = Bool.random(using: &random) ? "44010619700101\(1000 + number)" : card()
            let records = [
                Sketch(.XZCF, "罚\(number)", regno("4401010\(10_000_000 + number)"), identityCard(card())),
                Sketch(.NSRXX, own, identityCard(own)), Sketch(.nsr, own, identityCard(own)),
            ]
            for record in records where world.truth[record.reference] == nil {
                world.truth[record.reference] = number
                world.sketches.append(record)
            }
        }
        for index in world.sketches.indices {
            guard let truth = world.truth[world.sketches[index].reference] else { continue }
            // Four characters that no other's name has.
            let scalars = (0..<4).compactMap { Unicode.Scalar(UInt32(0x6000 + truth * 4 + $0)) }
            world.sketches[index].name = "广州" + String(String.UnicodeScalarView(scalars)) + "有限公司"
            world.sketches[index].representative = index % 2 == 0 ? "人\(truth)" : nil
        }
        for enterprise in resolution.resolve(world.sketches.map(\.history)).enterprises {
            #expect(Set(enterprise.members.compactMap { world.truth[$0.record] }).count == 1)
        }
    }

    @Test("Removing a record joins no two others that were apart", arguments: 1...20 as ClosedRange<UInt64>)
    func removal(seed: UInt64) {
        let histories = RandomWorld(seed: seed, enterprises: 8, dirt: 0).sketches.map(\.history)
        let homes = homesByRecord(resolution.resolve(histories))
        for index in histories.indices {
            var fewer = histories
            fewer.remove(at: index)
            for enterprise in resolution.resolve(fewer).enterprises {
                #expect(Set(enterprise.members.compactMap { homes[$0.record] }).count <= 1)
            }
        }
    }

    private func homesByRecord(_ outcome: IdentityOutcome) -> [RecordReference: EnterpriseID] {
        var homes: [RecordReference: EnterpriseID] = [:]
        for enterprise in outcome.enterprises {
            for member in enterprise.members { homes[member.record] = enterprise.id }
        }
        return homes
    }

    @Test("Ten thousand records of one enterprise, and a chain of a thousand organisations, are decided without delay")
    func large() {
        let firm = registration("P1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        var records = [firm]
        for number in 0..<10_000 { records.append(Sketch(.CCC, "\(number)", org("MA5AAAAA1"), name: "广州市于裕贸易公司")) }
        #expect(resolution.resolve(records.map(\.history)).enterprises.first?.members.count == 10_001)
        let old = registration("P2", regno("440101200012342"), name: "广州太军科技有限公司")
        let penalties = (0..<5_000).map {
            Sketch(.XZCF, "\($0)", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司").history
        }
        #expect(resolution.resolve([old.history] + penalties).enterprises.first?.members.count == 5_001)
        var chain = [firm]
        for number in 0..<1000 {
            let from = number == 0 ? "MA5AAAAA1" : "CHAIN\(1000 + number)"
            chain.append(Sketch(.XZCF, "\(number)", org(from), org("CHAIN\(1001 + number)")))
        }
        let apart = resolution.resolve(chain.map(\.history))
        #expect(apart.enterprises.count == 1)
        #expect(apart.held.count == 1000)
    }
}
