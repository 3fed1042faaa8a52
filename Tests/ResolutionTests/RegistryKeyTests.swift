import CreditModel
import Resolution
import Testing

@Suite("A registry key is believed where nothing contradicts it")
struct RegistryKeyTests {
    private let firm = registration("P1", uscc("MA5AAAAA1"), regno("440101200012342"), name: "广州于裕贸易有限公司")
    private let other = registration("P2", uscc("MA5BBBBB2"), regno("440101200012359"), name: "广州恒通电子有限公司")

    private func penalty(_ key: String, of pripid: String, _ codes: [SubjectCode]..., name: String?) -> Sketch {
        Sketch(.penalty, key, codes.flatMap { $0 }, name: name).with { $0.pripid = pripid }
    }

    @Test("A penalty with one firm's key and everything else another's is nobody's until a person says whose")
    func foreignKey() {
        let stranger = penalty("罚1", of: "P1", uscc("MA5BBBBB2"), regno("440101200012359"), name: "广州恒通电子有限公司")
        let nameOnly = penalty("罚2", of: "P1", name: "广州恒通电子有限公司")
        let outcome = resolve(firm, other, stranger, nameOnly)
        #expect(outcome.hold(on: stranger) == .foreignKey("P1"))
        #expect(outcome.hold(on: nameOnly) == .foreignKey("P1"))
        #expect(outcome.enterprises.map(\.members.count) == [1, 1])
    }

    @Test("A key and a code of two firms, and no name that tells which, are a contradiction")
    func twoIdentifiers() {
        let nameless = penalty("罚1", of: "P1", uscc("MA5BBBBB2"), name: nil)
        let outcome = resolve(firm, other, nameless)
        #expect(
            outcome.hold(on: nameless)
                == .severalHolders([Code(.org, "MA5BBBBB2"), uscc("MA5BBBBB2")[0].code].sorted())
        )
    }

    @Test("Under the key's own name, another firm's code is a slip")
    func slip() {
        let slip = penalty("罚1", of: "P1", regno("440101200012359"), name: "广州于裕贸易有限公司")
        #expect(resolve(firm, other, slip).home(of: slip) == .of("P1"))
    }

    @Test("Former names are known by the changes of name, each of which may be known only by the next")
    func chainOfNames() {
        func change(_ key: String, from before: String, to after: String, day: Int32) -> Sketch {
            Sketch(.alteration, key, name: before).with {
                $0.pripid = "P1"
                $0.facts = [
                    Fact("item", .code("名称变更", label: nil)), Fact("before", .text(before)), Fact("after", .text(after)),
                ]
                $0.from = .day(Day(number: day))
            }
        }
        let chain = [
            change("变1", from: "佛山甲乙纸业厂", to: "中山丙丁电器行", day: 1000),
            change("变2", from: "中山丙丁电器行", to: "广州于裕贸易有限公司", day: 2000),
        ]
        let old = penalty("罚1", of: "P1", name: "佛山甲乙纸业厂")
        for sketches in [[firm] + chain + [old], [old] + chain + [firm], [firm] + chain.reversed() + [old]] {
            let outcome = resolution.resolve(sketches.map(\.history))
            #expect(outcome.held.isEmpty)
            #expect(outcome.enterprises.map(\.members.count) == [4])
        }
        #expect(resolve(firm, old).hold(on: old) == .foreignKey("P1"))
        let unrelated = change("变3", from: "东莞戊己服装店", to: "珠海庚辛餐馆", day: 1500)
        #expect(resolve(firm, chain[0], chain[1], unrelated).hold(on: unrelated) == .foreignKey("P1"))
    }

    @Test("A key without a registration is the firm's whose codes its records carry, and its id leads there")
    func keyOfOld() throws {
        let coded = penalty("罚1", of: "P0", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let bare = penalty("罚2", of: "P0", name: "广州于裕贸易有限公司")
        let outcome = resolve(firm, other, coded, bare)
        #expect(outcome.home(of: coded) == outcome.home(of: firm))
        #expect(outcome.home(of: bare) == outcome.home(of: firm))
        #expect(outcome.reason(for: bare) == .registryKey("P0"))
        let enterprise = try #require(outcome.enterprises.first { $0.members.count == 3 })
        #expect(enterprise.id == .of("P0"), "the least key ever seen")
        #expect(enterprise.aliases.contains(.of("P1")))
        #expect(enterprise.isRegistered)
    }

    @Test("But not where its records say that it is somebody else")
    func keyOfSomebodyElse() {
        let coded = penalty("罚1", of: "P0", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let stranger = penalty("罚2", of: "P0", name: "广州恒通电子有限公司")
        let outcome = resolve(firm, other, coded, stranger)
        #expect(outcome.home(of: stranger) == .of("P0"))
        #expect(outcome.hold(on: coded) != nil)
        let between = penalty("罚3", of: "P0", uscc("MA5BBBBB2"), name: "广州恒通电子有限公司")
        let both = resolve(firm, other, coded, between)
        #expect(both.hold(on: coded) != nil && both.hold(on: between) != nil)
    }

    @Test("No record speaks for another: names that drift, and old keys of one firm, in any order")
    func order() {
        // Each name is within a third of the one before, the last is not within a third of the firm's.
        let drifting = [
            penalty("罚1", of: "P1", name: "广州于裕货易有限公司"), penalty("罚2", of: "P1", name: "广州于洽货易有限公司"),
            penalty("罚3", of: "P1", name: "广州于洽货物有限公司"),
        ]
        let old = ["P01", "P02", "P03"].map { key in
            penalty("罚" + key, of: key, uscc("MA5AAAAA1"), name: "广州于" + (key == "P03" ? "洽货物" : "裕货易") + "有限公司")
        }
        let sketches = [firm, other] + drifting + old
        let expected = resolution.resolve(sketches.map(\.history))
        #expect(expected.hold(on: drifting[2]) == .foreignKey("P1"))
        #expect(
            expected.home(of: old[0]) == expected.home(of: firm) && expected.home(of: old[1]) == expected.home(of: firm)
        )
        #expect(expected.hold(on: old[2]) != nil)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            #expect(resolution.resolve(sketches.map(\.history).shuffled(using: &generator)) == expected)
        }
    }
}
