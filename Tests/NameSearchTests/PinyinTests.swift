import CreditModel
import NameSearch
import Testing

@Suite("Pinyin")
struct PinyinTests {
    private func answer(_ query: String, _ name: String) throws -> NameQuery.Way? {
        let query = try #require(NameQuery(query))
        let card = SearchCard(names: [SearchCard.Name(name, .present)])
        let way = query.answer(of: card)?.way
        if way == .pinyin {
            let words = IndexWords(of: card).words(ofName: 0).split(separator: " ").map(String.init)
            let groups = query.groups(for: .pinyin)
            #expect(groups.contains { $0.allSatisfy(words.contains) }, "\(groups) would not find \(words)")
        }
        return way
    }

    @Test(
        "finds a name by the initials or syllables of its beginning or its core",
        arguments: [
            ("QL", "广州市泉隆装饰设计有限公司"), ("ql", "广州市泉隆装饰设计有限公司"), ("qlzs", "广州市泉隆装饰设计有限公司"),
            ("QLZSSJ", "广州市泉隆装饰设计有限公司"), ("GZSQL", "广州市泉隆装饰设计有限公司"), ("gzsqlzssj", "广州市泉隆装饰设计有限公司"),
            ("GZSTHQSN", "广州市天河区三南科技店"), ("quanlong", "广州市泉隆装饰设计有限公司"), ("quanlongzhuang", "广州市泉隆装饰设计有限公司"),
            ("quanlongzh", "广州市泉隆装饰设计有限公司"), ("tengxun", "深圳市腾讯计算机系统有限公司"), ("TX", "深圳市騰訊計算機系統有限公司"),
            ("ＴＸ", "深圳市腾讯计算机系统有限公司"),
        ]
    )
    func found(pair: (String, String)) throws { #expect(try answer(pair.0, pair.1) == .pinyin) }

    @Test(
        "knows the readings that are no rarity",
        arguments: [
            ("CC", "长城贸易有限公司"), ("ZC", "长城贸易有限公司"), ("SH", "商行服务社"), ("SX", "商行服务社"), ("LY", "乐音琴行"), ("YY", "乐音琴行"),
            ("CY", "广州重阳糕点店"), ("ZY", "广州重阳糕点店"),
        ]
    )
    func readings(pair: (String, String)) throws { #expect(try answer(pair.0, pair.1) == .pinyin) }

    @Test(
        "finds nothing by other letters",
        arguments: [
            ("QM", "广州市泉隆装饰设计有限公司"), ("LZ", "广州市泉隆装饰设计有限公司"), ("Q", "广州市泉隆装饰设计有限公司"),
            ("quanlon1", "广州市泉隆装饰设计有限公司"), ("quanling", "广州市泉隆装饰设计有限公司"), ("GZS", "广州市泉隆装饰设计有限公司"),
            ("guangzhou", "广州市泉隆装饰设计有限公司"),
            ("VV", "广州市泉隆装饰设计有限公司"),
        ]
    )
    func notFound(pair: (String, String)) throws { #expect(try answer(pair.0, pair.1) == nil) }

    @Test("comes after letters that stand in the name themselves")
    func letters() throws {
        #expect(try answer("AB", "广州AB贸易有限公司") == .part)
        #expect(try answer("AB", "AB贸易有限公司") == .beginning)
    }
}
