import CreditModel
import NameSearch
import Search
import ServiceKit
import SQLiteStore
import Testing

@Suite("A search by name")
struct SearchTests {
    @Test("shows exact names first, then beginnings, parts, other regions, pinyin and words")
    func ranking() throws {
        let town = try Town([
            "words": SearchCard("广州装饰泉隆有限公司"), "core": SearchCard("深圳市泉隆装饰有限公司"), "part": SearchCard("新广州泉隆装饰有限公司"),
            "beginning": SearchCard("广州泉隆装饰有限公司第一分公司"), "exact": SearchCard("广州泉隆装饰有限公司"),
            "formerly": SearchCard("广州华美贸易有限公司", formerly: ["广州泉隆装饰有限公司"]), "other": SearchCard("广州全隆装饰有限公司"),
        ])
        #expect(
            try town.names("广州泉隆装饰有限公司") == [
                "广州泉隆装饰有限公司", "广州华美贸易有限公司", "广州泉隆装饰有限公司第一分公司", "新广州泉隆装饰有限公司", "深圳市泉隆装饰有限公司",
            ]
        )
        let hits = try town.all("广州泉隆装饰有限公司")
        #expect(hits.map(\.score) == hits.map(\.score).sorted(by: >))
        #expect(hits[1].kind == .former && hits[1].matched == "广州泉隆装饰有限公司")
        #expect(try town.names("泉隆 装饰").last == "广州装饰泉隆有限公司")
        #expect(try Set(town.names("QL")).isSuperset(of: ["广州泉隆装饰有限公司", "深圳市泉隆装饰有限公司"]))
        #expect(try town.names("quanlong").count == 5)
    }

    @Test("shows living enterprises before ended ones, present names before former ones")
    func order() throws {
        let town = try Town([
            "1": SearchCard("广州甲华美贸易有限公司", state: "ZX"), "2": SearchCard("广州乙贸易有限公司", formerly: ["广州丙华美贸易有限公司"]),
            "3": SearchCard("广州丁华美贸易有限公司"), "4": SearchCard("广州戊华美贸易有限公司", state: nil),
            "5": SearchCard("广州己贸易有限公司", formerly: ["广州庚华美贸易有限公司"], state: "D"),
        ])
        #expect(
            try town.names("华美贸易") == ["广州丁华美贸易有限公司", "广州戊华美贸易有限公司", "广州甲华美贸易有限公司", "广州乙贸易有限公司", "广州己贸易有限公司"]
        )
    }

    @Test("shows an enterprise once, for its best name")
    func once() throws {
        let town = try Town([
            "1": SearchCard("广州华美贸易有限公司", formerly: ["华美", "广州市华美商店", "广州市华美贸易行"]), "2": SearchCard("广州华美商店"),
        ])
        let hits = try town.all("华美")
        #expect(hits.map(\.name) == ["广州华美贸易有限公司", "广州华美商店"])
        #expect(hits[0].matched == "华美" && hits[0].kind == .former)
    }

    @Test(
        "finds any part of a name, in any script, bracket and width",
        arguments: [
            "华美", "美", "司", "天河华", "華美", "华美（贸易）", "ＡＢ", "ab", "贸易AB有限责任公司", "市天河华美贸易ab有", "tianhehuamei", "THHM",
        ]
    )
    func parts(part: String) throws {
        let town = try Town(["1": SearchCard("广州市天河华美贸易AB有限公司"), "2": SearchCard("深圳湾商店")])
        #expect(try town.names(part) == ["广州市天河华美贸易AB有限公司"])
    }

    @Test("finds nothing that is not there, and says when nothing was asked")
    func nothing() throws {
        let town = try Town(["1": SearchCard("广州市天河华美贸易有限公司")])
        for name in ["美华", "没有这样的企业", "ZZZ", "天华", "*", "\"华美\"", "华美*", "x0K", "zz0"] where name.first != "\"" {
            if name == "*" {
                #expect(throws: SearchError.emptyName) { try town.search.search(SearchQuery(name: name)) }
            } else if name == "华美*" {
                #expect(try town.names(name).count == 1)
            } else {
                #expect(try town.names(name).isEmpty, "\(name)")
            }
        }
    }

    @Test("shows only what passes its filter; divisions that went up in another count as that")
    func filters() throws {
        let town = try Town([
            "1": SearchCard("广州甲贸易有限公司", district: "440113", industry: "5211"),
            "2": SearchCard("广州乙贸易有限公司", district: "440126", industry: "5299"),
            "3": SearchCard("广州丙贸易有限公司", state: "ZX", district: "440106001", industry: "5211"),
            "4": SearchCard("广州丁贸易有限公司", state: nil, district: "440300", industry: "F52"), "5": SearchCard("广州戊贸易有限公司"),
        ])
        func found(_ filter: SearchFilter) throws -> String {
            try town.names("贸易", filter).map { String($0.dropFirst(2).prefix(1)) }.joined()
        }
        #expect(try found(SearchFilter(district: "440113")) == "甲乙")
        #expect(try found(SearchFilter(district: "440126")) == "甲乙")
        #expect(try found(SearchFilter(district: "4401")) == "甲乙丙")
        #expect(try found(SearchFilter(district: "440100")) == "甲乙丙")
        #expect(try found(SearchFilter(district: "44")) == "甲乙丁丙")
        #expect(try found(SearchFilter(district: "440106")) == "丙")
        #expect(try found(SearchFilter(state: "zx")) == "丙")
        #expect(try found(SearchFilter(industry: "5211")) == "甲丙")
        #expect(try found(SearchFilter(industry: "52")) == "甲乙丙")
        #expect(try found(SearchFilter(industry: "521")) == "甲丙")
        #expect(try found(SearchFilter(district: "440113", state: "K", industry: "5299")) == "乙")
        #expect(try found(SearchFilter(district: "999999")) == "")
    }

    @Test("follows what changes: names, states, and enterprises that go")
    func changes() throws {
        let town = try Town(["1": SearchCard("广州华美贸易有限公司"), "2": SearchCard("广州华美商店")])
        try town.put([("1", SearchCard("广州华美贸易有限公司", state: "ZX"))])
        #expect(try town.names("华美") == ["广州华美商店", "广州华美贸易有限公司"])
        #expect(try town.names("华美", SearchFilter(state: "K")) == ["广州华美商店"])
        try town.put([("1", SearchCard("广州远洋贸易有限公司", formerly: ["广州华美贸易有限公司"]))])
        #expect(try town.names("华美") == ["广州华美商店", "广州远洋贸易有限公司"])
        try town.put([("2", nil), ("1", SearchCard("广州远洋贸易有限公司"))])
        #expect(try town.names("华美") == [])
        #expect(try town.names("远洋") == ["广州远洋贸易有限公司"])
    }

    @Test("of very many names of one enterprise knows the first of them")
    func manyNames() throws {
        let names = (0..<100).map { "广州第\($0)远洋贸易有限公司" }
        let town = try Town(["1": SearchCard("广州华美贸易有限公司", formerly: names)])
        #expect(try town.all("第62远洋").first?.matched == names[62])
        #expect(try town.names("第63远洋") == [])
        try town.put([("1", SearchCard("广州华美贸易有限公司", formerly: Array(names.reversed())))])
        #expect(try town.all("第62远洋").first?.matched == names[62])
        #expect(try town.names("第9远洋") == [])
    }
}
