import NameSearch
import Testing

@Suite("Two names")
struct NameRelationTests {
    typealias Case = (NameRelation, String, String)

    private func check(_ example: Case) {
        let (wanted, a, b) = example
        #expect(NameRelation(a, b) == wanted, "\(a) \(b)")
        #expect(NameRelation(b, a) == wanted, "the other way round: \(b) \(a)")
    }

    @Test(
        "that are one are told so",
        arguments: [
            (.same, "广州市泉隆装饰设计有限公司", "广州市泉隆装饰设计有限责任公司"), (.same, "广州市泉隆装饰设计有限公司", "廣州市泉隆裝飾設計有限公司"),
            (.same, "广州市泉隆装饰设计有限公司", "广州泉隆装饰设计有限公司"), (.same, "仕邦（广州）新能源科技有限公司", "仕邦(广州)新能源科技有限公司"),
            (.same, "广州泉隆装饰有限公司", "广东省广州市泉隆装饰有限公司"),
            (.variant, "广州群峰贸易有限公司", "广州羣峯贸易有限公司"), (.variant, "广州乾坤贸易有限公司", "广州干坤贸易有限公司"),
            (.variant, "广州无荣科技有限公司第5分公司", "广州无荣科技有限公司第五分公司"),
            (.variant, "广州第十二建筑公司", "广州第12建筑公司"),
        ] as [Case]
    )
    func same(example: Case) { check(example) }

    @Test(
        "that are alike are told how",
        arguments: [
            (.regionLeftOut, "广州市泉隆装饰设计有限公司", "泉隆装饰设计有限公司"), (.regionLeftOut, "广州市天河区泉隆装饰设计店", "泉隆装饰设计店"),
            (.form, "广州泉隆装饰有限公司", "广州泉隆装饰股份有限公司"), (.form, "广州泉隆装饰有限公司", "广州泉隆装饰"),
            (.shortened, "广州泉隆", "广州市泉隆装饰设计有限公司"), (.homophone, "广州恒通贸易有限公司", "广州衡通贸易有限公司"),
            (.oneCharacter, "广州太军科技有限公司", "广州太易科技有限公司"), (.oneCharacter, "广州泉隆装饰设计有限公司", "广州泉隆装设计有限公司"),
            (.oneCharacter, "广州泉隆装饰设计有限公司", "广州隆泉装饰设计有限公司"), (.homophone, "广州于裕贸易有限公司", "广州于育贸易有限公司"),
        ] as [Case]
    )
    func alike(example: Case) {
        check(example)
        #expect(example.0.grade == .similar)
    }

    @Test(
        "of two regions, ordinals, branches or directions are never the same or similar",
        arguments: [
            (.region, "广州泉隆装饰有限公司", "深圳泉隆装饰有限公司"), (.region, "广州市天河区泉隆商店", "广州市越秀区泉隆商店"),
            (.region, "广东泉隆装饰有限公司", "广州泉隆装饰有限公司"), (.region, "仕邦（广州）新能源科技有限公司", "仕邦（惠州）新能源科技有限公司"),
            (.region, "广州天河泉隆商店", "广州越秀泉隆商店"), (.region, "广州市天河区泉隆商店", "广州市泉隆商店"),
            (.region, "广州泉隆装饰有限公司", "上海泉隆装饰股份有限公司"),
            (.ordinal, "广州第八十八建筑有限公司", "广州第八十九建筑有限公司"), (.ordinal, "广州168酒店", "广州169酒店"),
            (.ordinal, "广州第一百货公司", "广州第二百货公司"), (.ordinal, "广州三华晋网科技有限公司", "广州二华晋网科技有限公司"),
            (.ordinal, "广州AB酒店有限公司", "广州AC酒店有限公司"),
            (.branch, "广州无荣科技有限公司第一分公司", "广州无荣科技有限公司第二分公司"),
            (.branch, "广州无荣科技有限公司天河分公司", "广州无荣科技有限公司越秀分公司"),
            (.branch, "广州无荣科技有限公司天河分公司一", "广州无荣科技有限公司天河分公司四"),
            (.branch, "广州美食第八十八分店", "广州美食第八十九分店"),
            (.parent, "广州无荣科技有限公司", "广州无荣科技有限公司第一分公司"), (.parent, "广州无荣科技有限公司", "广州无荣科技有限公司天河分公司"),
            (.parent, "中国工商银行", "中国工商银行天河支行"),
            (.series, "广州东站商店", "广州西站商店"), (.series, "广州新泉隆商店", "广州老泉隆商店"), (.series, "广州泉隆商店甲部", "广州泉隆商店乙部"),
            (.different, "广州泉隆装饰有限公司", "广州华美贸易有限公司"), (.different, "中国工商银行天河支行", "中国工商银行海珠支行"),
            (.different, "", "广州泉隆装饰有限公司"),
        ] as [Case]
    )
    func toldApart(example: Case) {
        let relation = NameRelation(example.1, example.2)
        #expect(relation.grade == .different, "\(relation): \(example.1) \(example.2)")
        #expect(NameRelation(example.2, example.1) == relation, "the other way round")
        if example.0 == .region || example.0 == .parent { #expect(relation == example.0, "\(example.1) \(example.2)") }
    }

    private static let parts: [[String]] = [
        ["", "广州市", "广州", "广东", "深圳市", "广州市天河区", "广州市越秀区"], ["泉隆", "泉龙", "全隆", "三华", "二华", "新华", "东华"],
        ["装饰设计", "贸易", ""], ["有限公司", "有限责任公司", "股份有限公司", "店", ""],
        ["", "第一分公司", "第二分公司", "天河分公司"],
    ]

    @Test("are to each other what they are the other way round, and a name is itself")
    func symmetry() {
        var names: [String] = [""]
        for part in Self.parts { names = names.flatMap { name in part.map { name + $0 } } }
        for (index, name) in names.enumerated() where index % 7 == 0 {
            #expect(NameRelation(name, name) == .same)
            for other in stride(from: index % 13, to: names.count, by: 97) {
                let relation = NameRelation(name, names[other])
                #expect(relation == NameRelation(names[other], name), "\(name) \(names[other])")
            }
        }
    }
}
