import CreditModel
import Testing

@Suite("Divisions")
struct DistrictTests {
    @Test(
        "Abolished divisions of Guangzhou lead to the present ones, 183 and 184 crossed",
        arguments: [
            ("440116", "440112", "黄埔区"), ("440183", "440118", "增城区"), ("440184", "440117", "从化区"),
            ("440126", "440113", "番禺区"),
            ("440121", "440114", "花都区"), ("440122", "440117", "从化区"), ("440125", "440118", "增城区"),
            ("440102", "440104", "越秀区"),
            ("440107", "440103", "荔湾区"), ("440106", "440106", "天河区"),
        ]
    )
    func successors(old: String, new: String, name: String) throws {
        let present = try #require(District(old)).present
        #expect(present.code == new)
        #expect(present.name == name)
    }

    @Test("A code knows the years in which it was in force")
    func years() throws {
        let luogang = try #require(District("440116"))
        #expect(luogang.isInForce(inYear: 2010))
        #expect(!luogang.isInForce(inYear: 2016))
        #expect(!luogang.isInForce(inYear: 2000))
        #expect(try #require(District("330203")).isInForce(inYear: 1950))
    }

    @Test(
        "The counties that Guangzhou gave up in 1988 are known by its codes",
        arguments: [("440123", "新丰县"), ("440124", "龙门县"), ("440127", "清远县"), ("440128", "佛冈县")]
    )
    func formerCounties(code: String, name: String) throws {
        let county = try #require(District(code))
        #expect(county.name == name)
        #expect(county.isInForce(inYear: 1985) && !county.isInForce(inYear: 1989))
        #expect(!county.present.code.hasPrefix("4401"))
        #expect(IdentityCard(code + "650315123") != nil, "cards were given out under it")
    }

    @Test("Townships and villages count by their first six digits")
    func longerCodes() {
        #expect(District("330203001")?.code == "330203")
        #expect(District("330213000000")?.code == "330213")
    }

    @Test(
        "What is no division is none",
        arguments: ["440199", "440109", "990100", "000000", "44010", "4401066", "44010A", "", "440010"]
    )
    func unknown(text: String) { #expect(District(text) == nil) }
}
