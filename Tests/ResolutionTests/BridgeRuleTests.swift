import CreditModel
import Resolution
import Testing

@Suite("Codes pass from one record to the next only where nobody contests them")
struct BridgeRuleTests {
    private let firm = registration("P1", regno("440101200012342"), name: "广州于裕贸易有限公司")
    private let register = Sketch(
        .ZZJGDM,
        "71234567-2",
        org("712345672"),
        regno("440101200012342"),
        name: "广州于裕贸易有限公司"
    )

    @Test("The code register leads from the registration number to the tax number")
    func bridge() throws {
        let state = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: "广州于裕贸易有限公司")
            .with { $0.representative = "李强" }
        let local = Sketch(.nsr, "440112712345672", tax("712345672", district: "440112"), name: "于裕")
            .with { $0.representative = "李强" }
        let outcome = resolve(firm.with { $0.representative = "李强" }, register, state, local)
        #expect(outcome.home(of: state) == .of("P1"))
        #expect(outcome.home(of: local) == .of("P1"))
        #expect(outcome.reason(for: state) == .code(Code(.org, "712345672")))
        let enterprise = try #require(outcome.enterprises.first)
        #expect(
            enterprise.codes == [
                Code(.org, "712345672"), Code(.regno, "440101200012342"), Code(.tax, "440106712345672"),
                Code(.tax, "440112712345672"),
            ]
        )
        #expect(enterprise.aliases.contains(.of(.org, "712345672")))
        let unbridged = resolve(firm, state, local)
        #expect(unbridged.home(of: state) == .of(.org, "712345672"))
        #expect(unbridged.home(of: local) == unbridged.home(of: state))
    }

    @Test("A whole tax number joins where both offices give it, and only there")
    func wholeNumber() {
        let number = "44010619700101123501"
        let state = Sketch(.NSRXX, number, identityCard(number), org("712345672"), name: "广州于裕贸易有限公司")
        let local = Sketch(.nsr, number, identityCard(number), name: "广州于裕贸易有限公司")
        let arrears = Sketch(.qs, number + "|1", identityCard(number), name: "广州于裕贸易有限公司")
        let grade = Sketch(.NSRXYDJ, number + "|2017", identityCard(number), name: "广州于裕贸易有限公司")
        let both = resolve(firm, register, state, local, arrears, grade)
        for record in [local, arrears, grade] { #expect(both.home(of: record) == both.home(of: state)) }
        let one = resolve(firm, register, state, grade)
        #expect(one.home(of: state) == .of("P1"))
        #expect(one.isUndecided(grade))
    }

    @Test("A penalty that names a shop by both its numbers brings the tax offices' records, where the name agrees")
    func bridgeToTaxNumber() {
        let number = "440106197001011235"
        let shop = registration("P1", regno("440101200012342"), name: "广州于裕贸易商行")
        let state = Sketch(.NSRXX, number, identityCard(number), name: "广州于裕贸易商行")
        let local = Sketch(.nsr, number, identityCard(number), name: "广州于裕商行")
        let penalty = Sketch(
            .XZCF,
            "穗质监罚1",
            regno("440101200012342"),
            identityCard(number),
            name: "广州于裕贸易商行"
        )
        let joined = resolve(shop, state, local, penalty)
        for record in [state, local, penalty] { #expect(joined.home(of: record) == .of("P1")) }

        let stranger = state.with { $0.name = "佛山大成五金厂" }
        let apart = resolve(shop, stranger, local.with { $0.name = "佛山大成五金厂" }, penalty)
        #expect(apart.home(of: stranger) != .of("P1"))

        let other = registration("P2", regno("440101200012359"), name: "广州于裕贸易商行")
        let second = Sketch(
            .XZCF,
            "穗质监罚2",
            regno("440101200012359"),
            identityCard(number),
            name: "广州于裕贸易商行"
        )
        let contested = resolve(shop, other, state, local, penalty, second)
        #expect(contested.home(of: state) != .of("P1"))
        #expect(contested.home(of: state) != .of("P2"))
    }

    @Test("An identity card's number that both offices give founds an enterprise under a restricted id")
    func restrictedFounder() throws {
        let number = "440106197001011235"
        let outcome = resolve(
            Sketch(.NSRXX, number, identityCard(number), name: "某某档口"),
            Sketch(.nsr, number, identityCard(number), name: "某某档口")
        )
        let enterprise = try #require(outcome.enterprises.first)
        #expect(enterprise.members.count == 2)
        #expect(enterprise.id == EnterpriseID(code: Code(.tax, number), digest: restrictedTestDigest))
        #expect(enterprise.id != .of(.tax, number))
        let alone = resolve(Sketch(.nsr, number, identityCard(number), name: "某某档口"))
        #expect(alone.enterprises.isEmpty)
        #expect(alone.undecided.count == 1)
    }

    @Test("An organisation code that may be a birthday counts only if the name agrees")
    func birthday() {
        let doubtful = Sketch(.NSRXX, "1", tax("700101123", mayBeBirthday: true), name: "毫不相干商行")
        let agreed = Sketch(.nsr, "2", tax("700101123", district: "440112", mayBeBirthday: true), name: "广州市于裕贸易有限公司")
        let holder = registration("P1", uscc("700101123"), name: "广州于裕贸易有限公司").with { $0.representative = "李强" }
        let outcome = resolve(holder, doubtful.with { $0.representative = "李强" }, agreed)
        #expect(outcome.home(of: agreed) == .of("P1"))
        #expect(outcome.isUndecided(doubtful), "the representative's agreement does not settle it")
        #expect(resolve(agreed).enterprises.isEmpty, "and it founds nothing")
    }

    @Test("A code that two enterprises' records claim with equal weight is certain for nobody")
    func contested() {
        let other = registration("P2", regno("440101200012359"), name: "广州恒通电子有限公司")
        let first = Sketch(.XZCF, "XK1", regno("440101200012342"), org("712345672"), name: "广州于裕贸易有限公司")
        let second = Sketch(.XZCF, "XK2", regno("440101200012359"), org("712345672"), name: "广州恒通电子有限公司")
        let third = Sketch(.CCC, "1", org("712345672"))
        let outcome = resolve(firm, other, first, second, third)
        #expect(outcome.home(of: first) == .of("P1"))
        #expect(outcome.home(of: second) == .of("P2"))
        #expect(outcome.hold(on: third) == .severalHolders([Code(.org, "712345672")]))
        #expect(!outcome.enterprises.contains { $0.codes.contains(Code(.org, "712345672")) })
    }

    @Test("A mistyped number does not take a code from the office that gave it")
    func mistypedNumber() {
        // The state tax row's number should hold 712345672 and holds 733333330, which another organisation has.
        let known = registration("P1", uscc("712345672"), name: "广州于裕贸易有限公司")
        let state = Sketch(.NSRXX, "440106733333330", uscc("712345672"), tax("733333330"), name: "广州于裕贸易有限公司")
        let organisation = Sketch(.ZZJGDM, "733333330", org("733333330"), name: "白云乡卫生院")
        let licence = Sketch(.CCC, "1", org("733333330"), name: "白云乡卫生院")
        let outcome = resolve(known, state, organisation, licence)
        #expect(outcome.home(of: organisation) == .of(.org, "733333330"))
        #expect(outcome.home(of: licence) == .of(.org, "733333330"))
        #expect(outcome.home(of: state) != .of(.org, "733333330"))
    }

    @Test("A record whose codes turn out to name two enterprises joins neither of them to the other")
    func lateContradiction() {
        // T1 reaches P1 by its USCC at once; that its other code is P2's is known through the code register only.
        let one = registration("P1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let two = registration("P2", regno("440101200012359"), name: "广州于裕贸易有限公司")
        let first = Sketch(.NSRXX, "T1", uscc("MA5AAAAA1"), org("712345672"), name: "广州于裕贸易有限公司")
        let second = Sketch(
            .ZZJGDM,
            "712345672",
            org("712345672"),
            regno("440101200012359"),
            name: "广州于裕贸易有限公司"
        )
        let outcome = resolve(one, two, first, second)
        #expect(outcome.home(of: second) == .of("P2"))
        #expect(outcome.hold(on: first) != nil)
    }

    @Test("Producer and seller of one inspection are two subjects whose codes never meet")
    func inspection() {
        let producer = registration("P1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let content = CreditRecord(
            subjects: [
                Subject(role: .producer, codes: uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司"),
                Subject(role: .seller, codes: org("MA5BBBBB2"), name: "天河百货商店"),
            ],
            facts: []
        )
        let report = RecordHistory(
            dataset: .JDCC,
            key: RecordKey(["R1"]),
            hasRestrictedKey: false,
            versions: [
                RecordVersion(
                    digest: VersionDigest(text: "v"),
                    operation: .record,
                    modified: LocalTime(seconds: 1),
                    sequence: 1,
                    content: content
                )
            ]
        )
        let shop = Sketch(.CCC, "1", org("MA5BBBBB2"), name: "天河百货商店")
        let outcome = resolution.resolve([producer.history, report, shop.history])
        let asProducer = RecordReference(dataset: .JDCC, key: RecordKey(["R1"]), role: .producer)
        let asSeller = RecordReference(dataset: .JDCC, key: RecordKey(["R1"]), role: .seller)
        #expect(outcome.enterprises.count == 2)
        let known = outcome.enterprises.first { $0.isRegistered }
        #expect(known?.members.map(\.record).contains(asProducer) == true)
        #expect(known?.members.map(\.record).contains(asSeller) == false)
        #expect(outcome.home(of: shop) == .of(.org, "MA5BBBBB2"))
    }
}

@Suite("Ids stay the same while an enterprise does")
struct IdentifierRuleTests {
    @Test("An enterprise that the registry does not know becomes the registry's, and its old id leads there")
    func becomesRegistered() throws {
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let before = try #require(resolve(licence).enterprises.first)
        #expect(!before.isRegistered)
        #expect(before.id == .of(.uscc, "91440101MA5AAAAA1X"))
        #expect(before.members.first?.reason == .founder(Code(.uscc, "91440101MA5AAAAA1X")))
        let firm = registration("P1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let after = try #require(resolve(firm, licence).enterprises.first)
        #expect(after.id == .of("P1"))
        #expect(after.isRegistered)
        #expect(after.aliases.contains(before.id))
        let withdrawn = try #require(resolve(firm.with { $0.isWithdrawn = true }, licence).enterprises.first)
        #expect(withdrawn.id == .of("P1"), "a key once seen counts for ever")
        #expect(!withdrawn.isRegistered)
        #expect(withdrawn.aliases.contains(before.id))
    }

    @Test("A corrected registry key keeps the id of the least key ever seen")
    func correctedKey() throws {
        let wrong = registration("P1", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司").with { $0.isWithdrawn = true }
        let right = registration("P2", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let enterprise = try #require(resolve(wrong, right).enterprises.first)
        #expect(enterprise.id == .of("P1"))
        #expect(enterprise.aliases.contains(.of("P2")))
        let stranger = wrong.with { $0.name = "广州恒通电子有限公司" }
        #expect(try #require(resolve(stranger, right).enterprises.first).id == .of("P2"))
    }

    @Test("Without a registry key the least code decides, in the order uscc, org, regno, tax")
    func leastCode() throws {
        let register = Sketch(.ZZJGDM, "712345672", org("712345672"), name: "白云乡卫生院")
        let licence = Sketch(.CCC, "1", uscc("712345672"), name: "白云乡卫生院")
        let enterprise = try #require(resolve(register, licence).enterprises.first)
        #expect(enterprise.members.count == 2)
        #expect(enterprise.id == .of(.uscc, "91440101712345672X"))
        #expect(enterprise.aliases == [.of(.org, "712345672")])
    }
}
