import CreditModel
import Resolution
import Testing

/// Real-looking slips: a row that bears a sister's number, a person's number, or nothing but a number.
@Suite("A code that a record bears by mistake brings nobody else's records along")
struct ForeignCodeTests {
    private let rep = "陈伟"
    private let parent = registration("P1", uscc("MA5AAAAA1"), name: "广州太军科技有限公司").with { $0.representative = "陈伟" }
    /// Registered before 2015-10, so without a code that the tax office knows.
    private let unlinked = registration("P1", regno("440101200012342"), name: "广州太军科技有限公司")
        .with { $0.representative = "陈伟" }

    @Test("A record that bears two organisation codes claims the second for nobody")
    func secondOrganisation() {
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5AAAAA1"), org("712345672"), name: "广州太军科技有限公司")
        let taxpayer = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: "佛山大成五金制品有限公司")
            .with { $0.representative = "陈伟" }
        let outcome = resolve(parent, licence, taxpayer)
        #expect(outcome.hold(on: licence) != nil)
        #expect(outcome.home(of: taxpayer) == .of(.org, "712345672"), "one representative of many firms joins nothing")
        #expect(outcome.enterprises.allSatisfy { $0.codes.filter { $0.kind == .org }.count <= 1 })
    }

    @Test("A sister's USCC on a taxpayer's row does not carry the taxpayer's number over")
    func sistersUnifiedCode() {
        let number = tax("712345672")
        func sister(_ dataset: DatasetID, _ key: String, _ codes: [SubjectCode]) -> Sketch {
            Sketch(dataset, key, codes, name: "广州太关科技有限公司").with { $0.representative = "陈伟" }
        }
        let state = sister(.NSRXX, "440106712345672", uscc("MA5AAAAA1") + number)
        let local = sister(.nsr, "440106712345672", number)
        let grade = sister(.NSRXYDJ, "440106712345672|2017", number)
        let outcome = resolve(parent, state, local, grade)
        #expect(outcome.hold(on: state) != nil)
        #expect(outcome.home(of: local) == .of(.org, "712345672"))
        #expect(outcome.home(of: grade) == .of(.org, "712345672"))
        #expect(resolve(parent, state).hold(on: state) != nil)
    }

    @Test("The code register's row of a sister that bears the wrong registration number is held")
    func sistersRegistrationNumber() {
        let firm = unlinked.with { $0.codes += uscc("MA5AAAAA1") }
        let register = Sketch(.ZZJGDM, "712345672", org("712345672"), regno("440101200012342"), name: "广州太关科技有限公司")
            .with { $0.representative = "陈伟" }
        #expect(resolve(firm, register).hold(on: register) != nil)
    }

    @Test("A record of two organisations that nobody knows founds neither")
    func twoUnknown() {
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5AAAAA1"), org("712345672"), name: "广州太军科技有限公司")
        let outcome = resolve(licence)
        #expect(outcome.enterprises.isEmpty)
        #expect(outcome.hold(on: licence) != nil)
    }

    @Test("What the code register says is an enterprise's code cannot be added to by a mention")
    func secondOrganisationOfRegister() {
        let register = Sketch(.ZZJGDM, "744444442", org("744444442"), regno("440101200012342"), name: "广州太军科技有限公司")
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司")
        let taxpayer = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: "佛山大成五金制品有限公司")
            .with { $0.representative = "陈伟" }
        let outcome = resolve(unlinked, register, penalty, taxpayer)
        #expect(outcome.home(of: register) == .of("P1"))
        #expect(outcome.home(of: taxpayer) != .of("P1"))
    }

    @Test("Two records that mention two organisations for one enterprise are believed neither")
    func twoMentions() {
        let first = Sketch(.XZCF, "罚1", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司")
        let second = Sketch(.XZCF, "罚2", regno("440101200012342"), org("744444442"), name: "广州太军科技有限公司")
        let sister = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: "广州太关科技有限公司")
            .with { $0.representative = "陈伟" }
        let other = Sketch(.NSRXX, "440106744444442", tax("744444442"), name: "广州太易科技有限公司")
            .with { $0.representative = "陈伟" }
        for records in [[unlinked, first, second, sister, other], [other, second, sister, first, unlinked]] {
            let outcome = resolution.resolve(records.map(\.history))
            #expect(outcome.home(of: sister) != .of("P1"))
            #expect(outcome.home(of: other) != .of("P1"))
            #expect(outcome.home(of: sister) != outcome.home(of: other))
        }
    }

    @Test(
        "One penalty that bears a code brings the code's records only where they have the very name",
        arguments: [("广州太军科技有限公司", true), ("广州太关科技有限公司", false), ("佛山大成五金制品有限公司", false)]
    )
    func oneMention(name: String, isJoined: Bool) {
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司")
        let taxpayer = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: name)
            .with { $0.representative = "陈伟" }
        let licence = Sketch(.SCXKZ, "XK1", org("712345672"), name: name)
        let outcome = resolve(unlinked, penalty, taxpayer, licence)
        #expect((outcome.home(of: taxpayer) == .of("P1")) == isJoined)
        #expect(outcome.home(of: taxpayer) == outcome.home(of: licence))
        #expect(outcome.home(of: taxpayer) != nil)
        #expect(resolve(unlinked, penalty).home(of: penalty) == .of("P1"))
    }

    @Test(
        "A sister's code in a penalty does not bring the sister's registration of that code",
        arguments: [false, true]
    )
    func sisterByRegister(hasUnifiedCode: Bool) {
        let firm = unlinked.with { if hasUnifiedCode { $0.codes += uscc("MA5AAAAA1") } }
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司")
        let register = Sketch(.ZZJGDM, "712345672", org("712345672"), name: "广州太关科技有限公司")
            .with { $0.representative = "陈伟" }
        let taxpayer = Sketch(.NSRXX, "440106712345672", tax("712345672"), name: "广州太关科技有限公司")
            .with { $0.representative = "陈伟" }
        let outcome = resolve(firm, penalty, register, taxpayer)
        #expect(outcome.home(of: register) == .of(.org, "712345672"))
        #expect(outcome.home(of: taxpayer) == .of(.org, "712345672"))
    }

    @Test("Where a registry gives an enterprise a code, an equal name does not make it another's too")
    func sameNameByRegister() {
        let firm = unlinked.with { $0.codes += uscc("MA5AAAAA1") }
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), org("712345672"), name: "广州太军科技有限公司")
        let register = Sketch(.ZZJGDM, "712345672", org("712345672"), name: "广州太军科技有限公司")
        let outcome = resolve(firm, penalty, register)
        #expect(outcome.home(of: register) != .of("P1"))
    }

    @Test("A nameless record does not hide that two others with its code are strangers")
    func namelessFounder() {
        let bare = Sketch(.CCC, "0", org("712345672"))
        let one = Sketch(.SCXKZ, "XK1", org("712345672"), name: "广州太军科技有限公司")
        let two = Sketch(.XZCF, "罚1", org("712345672"), name: "佛山大成五金制品有限公司")
        for records in [[bare, one, two], [two, one, bare], [one, bare, two]] {
            let outcome = resolution.resolve(records.map(\.history))
            #expect(outcome.home(of: one) == nil || outcome.home(of: one) != outcome.home(of: two))
            #expect(outcome.home(of: bare) != nil)
        }
    }

    @Test("A person's number that both offices give lends no organisation its code")
    func personsNumber() throws {
        // District 440106, born 70-01-01, and by chance the check character of an organisation code.
        let number = [
            SubjectCode(Code(.tax, "440106700101123"), .unchecked, isRestricted: true),
            SubjectCode(Code(.org, "700101123"), .valid, within: .tax, needsNameAgreement: true),
        ]
        let state = Sketch(.NSRXX, "440106700101123", number, name: "陈记档口")
        let local = Sketch(.nsr, "440106700101123", number, name: "陈记档口")
        let both = resolve(state, local)
        let shop = try #require(both.enterprises.first)
        #expect(shop.members.count == 2)
        #expect(!shop.codes.contains { $0.kind == .org }, "six digits of a birthday would be shown")
        let licence = Sketch(.SCXKZ, "XK1", org("700101123"), name: "佛山大成五金制品有限公司")
        let outcome = resolve(state, local, licence)
        #expect(outcome.home(of: licence) == .of(.org, "700101123"))
        #expect(outcome.home(of: state) == shop.id)
    }

    @Test("Two codes of which one is contradicted and the other names an enterprise without a name hold the record")
    func namelessAndContradicted() {
        let nameless = registration("P2", regno("440101200012359"), name: nil)
        let licence = Sketch(.XZCF, "罚1", uscc("MA5AAAAA1"), regno("440101200012359"), name: "佛山大成五金制品有限公司")
        #expect(resolve(parent, nameless, licence).hold(on: licence) != nil)
    }

    @Test("A code given twice, beside one that names a third enterprise, holds the record")
    func givenTwiceAndThird() {
        let twin = registration("P2", uscc("MA5AAAAA1", check: "Y"), name: "广州太关科技有限公司")
        let third = registration("P3", regno("440101200012359"), name: "广州太易科技有限公司")
        let penalty = Sketch(.XZCF, "罚1", org("MA5AAAAA1"), regno("440101200012359"), name: "广州太军科技有限公司")
        #expect(resolve(parent, twin, third, penalty).hold(on: penalty) != nil)
        let settled = Sketch(.XZCF, "罚2", org("MA5AAAAA1"), uscc("MA5AAAAA1"), name: "广州太军科技有限公司")
        #expect(resolve(parent, twin, third, settled).home(of: settled) == .of("P1"))
    }

    @Test("A name that the registry corrected away was never the enterprise's")
    func correctedName() {
        let wrong = Subject(role: .subject, pripid: "P1", codes: uscc("MA5AAAAA1"), name: "佛山大成五金制品有限公司")
        let right = Subject(role: .subject, pripid: "P1", codes: uscc("MA5AAAAA1"), name: "广州太军科技有限公司")
        func row(secondFrom: Int) -> RecordHistory {
            RecordHistory(
                dataset: DatasetID(.hongdun, "registration"),
                key: RecordKey(["P1"]),
                hasRestrictedKey: false,
                versions: [(wrong, 2003), (right, secondFrom)].enumerated().map { place, version in
                    RecordVersion(
                        digest: VersionDigest(text: "v\(place)"),
                        operation: .record,
                        modified: LocalTime(seconds: Int64(place)),
                        sequence: 0,
                        content: CreditRecord(subjects: [version.0], facts: [], from: .year(version.1))
                    )
                }
            )
        }
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5AAAAA1"), name: "佛山大成五金制品有限公司")
        #expect(resolution.resolve([row(secondFrom: 2003), licence.history]).hold(on: licence) != nil)
        #expect(resolution.resolve([row(secondFrom: 2010), licence.history]).home(of: licence) == .of("P1"))
    }

    @Test("Nor does the number of another shop's owner bring his records, though the shops have one name")
    func namesakesNumber() {
        let number = "440106197001011235"
        let shop = registration("P1", regno("440101200012342"), name: "广州于裕贸易商行").with { $0.representative = "陈伟" }
        let state = Sketch(.NSRXX, number, identityCard(number), name: "广州于裕贸易商行").with { $0.representative = "李强" }
        let local = Sketch(.nsr, number, identityCard(number), name: "广州于裕贸易商行").with { $0.representative = "李强" }
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), identityCard(number), name: "广州于裕贸易商行")
        let outcome = resolve(shop, state, local, penalty)
        #expect(outcome.home(of: state) != .of("P1"))
        #expect(outcome.hold(on: penalty) != nil)
    }

    @Test("Two shops of one owner stay apart unless the tax office's row has the very name", arguments: [false, true])
    func ownersNumber(isEqual: Bool) {
        let number = "440106197001011235"
        let shop = registration("P1", regno("440101200012342"), name: "广州于裕贸易商行")
        let name = isEqual ? "广州市于裕贸易商行" : "广州于裕贸易商店"
        let state = Sketch(.NSRXX, number, identityCard(number), name: name)
        let local = Sketch(.nsr, number, identityCard(number), name: name)
        let penalty = Sketch(.XZCF, "罚1", regno("440101200012342"), identityCard(number), name: "广州于裕贸易商行")
        let outcome = resolve(shop, state, local, penalty)
        #expect((outcome.home(of: state) == .of("P1")) == isEqual)
        #expect(outcome.home(of: state) == outcome.home(of: local))
    }
}
