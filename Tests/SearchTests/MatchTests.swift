import CreditModel
import NameSearch
import Search
import ServiceKit
import Testing

@Suite("A match by example")
struct MatchTests {
    private static let code = Code(.org, "774520827")

    private func town() throws -> Town {
        try Town(
            [
                "1": SearchCard("广州市泉隆装饰设计有限公司", formerly: ["广州市远洋装饰有限公司"], district: "440113", representative: "雷远平"),
                "2": SearchCard("广州市泉隆装饰设计有限公司第一分公司"), "3": SearchCard("深圳市泉隆装饰设计有限公司"),
                "4": SearchCard("广州市全隆装饰设计有限公司", representative: "王五"), "5": SearchCard("广州市华美贸易有限公司"),
            ],
            codes: ["1": [Self.code]]
        )
    }

    @Test("finds who has the code or the name, present or former, first")
    func found() throws {
        let town = try town()
        let id = Town.id("1")
        for query in [
            MatchQuery(code: "774520827"), MatchQuery(code: "91440111774520827A"), MatchQuery(name: "廣州市泉隆裝飾設計有限責任公司"),
            MatchQuery(name: "广州市远洋装饰有限公司"), MatchQuery(name: "泉隆装饰设计有限公司", representative: "雷远平"),
            MatchQuery(name: "广州市泉隆装饰设汁有限公司", representative: "雷远平"),
            MatchQuery(name: "广州泉隆装饰设计有限公司", district: "440113"),
        ] {
            let candidates = try town.search.match([query], limit: 5)[0]
            #expect(candidates.first?.id == id, "\(query)")
            let order = candidates.map(\.verdict.confidence)
            #expect(order == order.sorted(by: >))
        }
    }

    @Test("grades sisters as different or similar, never as the same, and unsure")
    func sisters() throws {
        let candidates = try town().search.match([MatchQuery(name: "广州市泉隆装饰设计有限公司")], limit: 9)[0]
        #expect(candidates.first?.verdict.grade(of: .name) == .same)
        for candidate in candidates.dropFirst() {
            #expect(candidate.verdict.grade(of: .name) != .same && candidate.verdict.confidence <= 4)
        }
        let branch = try #require(candidates.first { $0.id == Town.id("2") })
        #expect(branch.verdict.grade(of: .name) == .different && branch.verdict.findings[0].chinese.contains("分支机构"))
        #expect(!candidates.contains { $0.id == Town.id("5") })
    }

    @Test("finds nobody for what nobody is like, and says when nothing was asked")
    func nobody() throws {
        let town = try town()
        #expect(try town.search.match([MatchQuery(name: "没有这样的企业")], limit: 5) == [[]])
        #expect(try town.search.match([], limit: 5).isEmpty)
        #expect(throws: SearchError.nothingToMatch(1)) {
            try town.search.match([MatchQuery(code: "1"), MatchQuery(representative: "雷远平")], limit: 5)
        }
    }

    @Test("answers each query of a batch as if it were alone, whatever the order")
    func batches() throws {
        let town = try town()
        let queries = ["广州市泉隆装饰设计有限公司", "广州市全隆装饰设计有限公司", "华美贸易", "没有", "广州市远洋装饰有限公司"].map { MatchQuery(name: $0) }
        let alone = try queries.map { try town.search.match([$0], limit: 5)[0] }
        #expect(try town.search.match(queries, limit: 5) == alone)
        #expect(try town.search.match(queries.reversed(), limit: 5) == alone.reversed())
    }
}
