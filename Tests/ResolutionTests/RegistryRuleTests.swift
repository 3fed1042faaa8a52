import CreditModel
import Resolution
import Testing

@Suite("Records join the enterprise that the registry knows")
struct RegistryRuleTests {
    private let firm = registration("P1", uscc("MA5AAAAA1"), regno("440101200012342"), name: "广州于裕贸易有限公司")

    @Test("A registry key makes an enterprise, whatever codes two keys share")
    func registryKeys() {
        let twin = registration("P2", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let penalty = Sketch(.penalty, "罚1", name: nil).with { $0.pripid = "P1" }
        let outcome = resolve(firm, twin, penalty)
        #expect(outcome.enterprises.count == 2)
        #expect(outcome.home(of: penalty) == .of("P1"))
        #expect(outcome.reason(for: penalty) == .registryKey("P1"))
        #expect(outcome.enterprises.allSatisfy { $0.isRegistered })
    }

    @Test("A red shield record makes its enterprise before the registration arrives")
    func penaltyFirst() throws {
        let penalty = Sketch(.penalty, "罚1", uscc("MA5AAAAA1"), name: nil).with { $0.pripid = "P1" }
        let licence = Sketch(.SCXKZ, "XK1", org("MA5AAAAA1"))
        let outcome = resolve(penalty, licence)
        #expect(outcome.home(of: licence) == .of("P1"))
        #expect(try #require(outcome.enterprises.first).isRegistered == false)
    }

    @Test("A code that two living registrations give is certain for nobody, and what relies on it is held")
    func givenTwice() {
        let other = registration("P2", uscc("MA5AAAAA1", check: "Y"), name: "广州恒通电子有限公司")
        let licence = Sketch(.SCXKZ, "XK1", org("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let exact = Sketch(.SCXKZ, "XK2", uscc("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        let outcome = resolve(firm, other, licence, exact)
        #expect(outcome.hold(on: licence) == .givenTwice(Code(.org, "MA5AAAAA1"), holders: ["P1", "P2"]))
        #expect(outcome.home(of: exact) == .of("P1"), "the whole USCC is still one row's")
    }

    @Test("Two registrations alone that give one code are two enterprises, and both are known by it")
    func contestedAlone() throws {
        let other = registration("P2", uscc("MA5AAAAA1"), name: "广州恒通电子有限公司")
        let outcome = resolve(firm, other)
        #expect(outcome.enterprises.count == 2)
        for enterprise in outcome.enterprises {
            #expect(enterprise.contested == [uscc("MA5AAAAA1")[0].code, Code(.org, "MA5AAAAA1")].sorted())
            #expect(!enterprise.codes.contains { enterprise.contested.contains($0) })
        }
        let settled = resolve(firm, other.with { $0.isWithdrawn = true })
        #expect(try #require(settled.enterprises.first).contested.isEmpty)
    }

    @Test("A withdrawn registration gives no code: the one that lives owns it")
    func withdrawnGivesNothing() {
        let old = registration("P0", uscc("MA5AAAAA1"), name: "别的公司").with { $0.isWithdrawn = true }
        let licence = Sketch(.SCXKZ, "XK1", org("MA5AAAAA1"))
        let outcome = resolve(old, firm, licence)
        #expect(outcome.home(of: licence) == .of("P1"))
        #expect(outcome.home(of: old) == nil)
    }

    @Test("A misread code that passes its check does not join two enterprises")
    func misreadCode() {
        // The licence means MB5AAAAA1 and was typed MA5AAAAA1, which the registry gives to somebody else.
        let licence = Sketch(.SCXKZ, "XK1", org("MA5AAAAA1"), name: "广州恒通电子有限公司").with {
            $0.representative = "陈伟"
        }
        let outcome = resolve(firm.with { $0.representative = "李强" }, licence)
        #expect(outcome.hold(on: licence) == .agreesInNothing(Code(.org, "MA5AAAAA1"), holder: "P1"))
    }

    @Test("One agreement is enough, and with nothing to compare the code decides")
    func oneAgreement() {
        let holder = firm.with {
            $0.representative = "李强"
            $0.address = "广州市天河区中山大道1号"
        }
        let sameAddress = Sketch(.CCC, "1", org("MA5AAAAA1"), name: "毫不相干商行").with {
            $0.address = "广州市天河区中山大道1号"
        }
        let bare = Sketch(.CCC, "2", org("MA5AAAAA1"))
        let typo = Sketch(.CCC, "3", org("MA5AAAAA1"), name: "广州市于欲贸易有限责任公司")
        let outcome = resolve(holder, sameAddress, bare, typo)
        for record in [sameAddress, bare, typo] { #expect(outcome.home(of: record) == .of("P1")) }
    }

    @Test("Former names count: of older versions, of 曾用名, and of a change of name")
    func formerNames() {
        let holder = firm.with { $0.formerNames = ["广州大新百货有限公司"] }
        let change = Sketch(.alteration, "P1|名称变更|2010", name: nil).with {
            $0.pripid = "P1"
            $0.facts = [
                Fact("item", .text("名称变更")), Fact("before", .text("广州长安机电有限公司")),
                Fact("after", .text("广州于裕贸易有限公司")),
            ]
        }
        let old = Sketch(.CCC, "1", org("MA5AAAAA1"), name: "广州大新百货有限公司")
        let older = Sketch(.CCC, "2", org("MA5AAAAA1"), name: "广州长安机电有限公司")
        let outcome = resolve(holder, change, old, older)
        #expect(outcome.home(of: old) == .of("P1"))
        #expect(outcome.home(of: older) == .of("P1"))
    }

    @Test("A registration number of 13 digits joins only with an equal name, one of 15 like any code")
    func shortNumber() {
        let old = registration("P1", regno("4401012000123"), name: "广州于裕贸易有限公司")
        let equal = Sketch(.XZCF, "1", regno("4401012000123"), name: "广州于裕贸易有限责任公司")
        let near = Sketch(.XZCF, "2", regno("4401012000123"), name: "广州于育贸易有限公司")
        let outcome = resolve(old, equal, near)
        #expect(outcome.home(of: equal) == .of("P1"))
        #expect(outcome.isUndecided(near))
        let long = Sketch(.XZCF, "3", regno("440101200012342"), name: "广州于育贸易有限公司")
        #expect(resolve(firm, long).home(of: long) == .of("P1"))
    }

    @Test("Codes in the wrong column, masked or invalid join nothing")
    func uselessCodes() {
        for standing in [CodeStanding.misplaced, .masked, .invalid] {
            let licence = Sketch(
                .SCXKZ,
                "XK1",
                [SubjectCode(Code(.org, "MA5AAAAA1"), standing)],
                name: "广州于裕贸易有限公司"
            )
            #expect(resolve(firm, licence).isUndecided(licence))
        }
    }

    @Test("A branch with its parent's name is not joined by it")
    func branch() {
        let branch = registration("P2", uscc("MA5BBBBB2"), name: "广州于裕贸易有限公司天河分公司")
        let record = Sketch(.CCC, "1", org("MA5BBBBB2"), name: "广州于裕贸易有限公司")
        let nameless = Sketch(.CCC, "2", name: "广州于裕贸易有限公司")
        let outcome = resolve(firm, branch, record, nameless)
        #expect(outcome.home(of: record) != .of("P1"))
        #expect(outcome.isUndecided(nameless))
    }

    @Test("Codes that name two enterprises hold the record")
    func severalHolders() {
        let other = registration("P2", uscc("MA5BBBBB2"), name: "广州于裕贸易有限公司")
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5AAAAA1"), org("MA5BBBBB2"), name: "广州于裕贸易有限公司")
        let outcome = resolve(firm, other, licence)
        #expect(
            outcome.hold(on: licence)
                == .severalHolders([Code(.uscc, "91440101MA5AAAAA1X"), Code(.org, "MA5BBBBB2")])
        )
    }

    @Test("A USCC that the registry does not know keeps a record from another enterprise's organisation code")
    func foreignUnifiedCode() {
        let licence = Sketch(.SCXKZ, "XK1", uscc("MA5CCCCC3"), org("MA5AAAAA1"), name: "广州于裕贸易有限公司")
        #expect(resolve(firm, licence).home(of: licence) == nil)
        let renewed = Sketch(
            .SCXKZ,
            "XK2",
            uscc("MA5AAAAA1", prefix: "91440106"),
            name: "广州于裕贸易有限公司"
        )
        #expect(resolve(firm, renewed).home(of: renewed) == .of("P1"), "the same organisation under a new USCC")
    }

    @Test("Test rows are in nothing")
    func testRows() {
        let row = Sketch(.SCXKZ, "XK1", org("MA5AAAAA1"), name: "测试企业").with { $0.isTest = true }
        let outcome = resolve(firm, row)
        #expect(outcome.home(of: row) == nil)
        #expect(!outcome.isUndecided(row))
        #expect(outcome.held.isEmpty)
    }
}
