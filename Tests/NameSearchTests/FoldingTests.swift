import CreditModel
import NameSearch
import Testing

@Suite("A folded name")
struct FoldingTests {
    @Test(
        "is the same however it was written",
        arguments: [
            ("仕邦（广州）新能源科技有限公司", "仕邦(广州)新能源科技有限公司"),
            ("仕邦（广州）新能源科技有限公司", "仕邦【广州】新能源科技有限公司"),
            ("仕邦（广州）新能源科技有限公司", " 仕邦〔 广州 〕新能源科技有限公司 "),
            ("广州市华美贸易有限公司", "廣州市華美貿易有限公司"),
            ("广州市华美贸易有限公司", "廣州市華美貿易有限責任公司"),
            ("广州ABC贸易", "广州ａｂｃ贸易"), ("广州ABC贸易", "广州abc 贸易"), ("广州168酒店", "广州１６８酒店"),
            ("台山市发展银行", "臺山市發展銀行"), ("群峰国际", "羣峯國際"), ("干坤文化", "乾坤文化"), ("着名贸易", "著名貿易"),
            ("为民商行", "為民商行"), ("为民商行", "爲民商行"), ("里程表厂", "裏程錶廠"), ("面粉厂", "麵粉厰"),
            ("强生铁艺", "強生鐵藝"), ("户外用品", "戶外用品"), ("阿里·木江食品", "阿里木江食品"), ("“好再来”饭店", "好再来饭店"),
            ("新疆第三建筑", "新疆第㈢建筑"),
        ]
    )
    func same(pair: (String, String)) { #expect(FoldedName(pair.0) == FoldedName(pair.1)) }

    @Test(
        "is another one where a character is another one",
        arguments: [
            ("恒通贸易", "亨通贸易"), ("第一分公司", "第二分公司"), ("泉隆", "全隆"), ("太军科技", "太关科技"), ("东站", "西站"),
            ("168酒店", "186酒店"), ("于裕", "于育"),
        ]
    )
    func different(pair: (String, String)) { #expect(FoldedName(pair.0) != FoldedName(pair.1)) }

    @Test(
        "of a part that stops inside 有限责任公司 finds 有限公司",
        arguments: ["泉隆有限责任公司", "泉隆有限责任公", "泉隆有限责任", "泉隆有限责", "泉隆有限"]
    )
    func cutShort(part: String) throws {
        let query = try #require(NameQuery(part))
        let card = SearchCard(names: [SearchCard.Name("广州泉隆有限公司", .present)])
        #expect(query.answer(of: card)?.way == .part)
    }

    @Test(
        "of blanks and marks alone is nothing to look for",
        arguments: ["", " ", "（）", "·", "“”", "\u{3000}", "\u{200B}"]
    )
    func nothing(text: String) { #expect(NameQuery(text) == nil) }

    @Test("of anything is made without a trap, and never grows", arguments: 1...200 as ClosedRange<UInt64>)
    func anything(seed: UInt64) {
        var state = seed
        func next(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        var text = String.UnicodeScalarView()
        for _ in 0..<next(60) {
            let limits: [UInt64] = [0x80, 0x500, 0xA000, 0x11_0000]
            if let scalar = Unicode.Scalar(UInt32(next(limits[Int(next(4))]))) { text.append(scalar) }
        }
        let name = String(text)
        let folded = FoldedName(name)
        #expect(FoldedName(folded.text) == folded, "folding twice is folding once")
        let card = SearchCard(names: [SearchCard.Name(name, .present)])
        let words = IndexWords(of: card).words(ofName: 0)
        #expect(words.allSatisfy { $0 == " " || !$0.isASCII || $0.isLetter || $0.isNumber })
        if let query = NameQuery(name), name.unicodeScalars.count < NameQuery.longest {
            #expect(query.answer(of: card)?.way == .exact)
            for word in query.groups(for: .exact)[0] { #expect(words.split(separator: " ").contains(word[...])) }
        }
    }
}
