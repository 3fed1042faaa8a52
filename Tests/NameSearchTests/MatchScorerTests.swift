import CreditModel
import NameSearch
import Testing

@Suite("A candidate")
struct MatchScorerTests {
    static let card = SearchCard(
        names: [
            SearchCard.Name("广州市泉隆装饰设计有限公司", .present), SearchCard.Name("广州市远洋装饰有限公司", .former),
        ],
        state: "K",
        district: "440113",
        industry: "3034",
        representative: "雷远平",
        address: "广州市番禺区德兴路378号17楼A座"
    )
    static let codes = [
        (text: "440111091834584", isContested: false), (text: "774520827", isContested: false),
        (text: "91440111774520827A", isContested: false),
    ]

    private func verdict(_ query: MatchQuery, codes: [(text: String, isContested: Bool)] = codes) -> MatchVerdict {
        MatchScorer(query).verdict(on: Self.card, codes: codes)
    }

    @Test("with the code and no other name is as sure as can be")
    func code() {
        for code in [
            "91440111774520827A", "91440111774520827a", "９１４４０１１１７７４５２０８２７Ａ", "774520827", "77452082-7",
            "440111091834584",
        ] {
            #expect(verdict(MatchQuery(code: code)).confidence == 10, "\(code)")
            let named = verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司", code: code))
            #expect(named.confidence == 10 && named.grades == "AAZZZZ")
        }
    }

    @Test("whose name contradicts its code is not believed, nor one whose code contradicts its name")
    func contradiction() {
        let other = verdict(MatchQuery(name: "广州华美贸易有限公司", code: "774520827", representative: "雷远平"))
        #expect(other.grades == "FAAZZZ" && other.confidence <= 5)
        let branch = verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司第一分公司", code: "774520827"))
        #expect(branch.grade(of: .name) == .different && branch.confidence <= 5)
        // A valid code of somebody else.
        let wrong = verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司", code: "91440101759438403F", representative: "雷远平"))
        #expect(wrong.grade(of: .code) == .different && wrong.confidence <= 3)
    }

    @Test("is similar by a code with a wrong character, and says nothing by one that is none")
    func wrongCode() {
        let typo = verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司", code: "91440111774520828A"))
        #expect(typo.grade(of: .code) == .similar && 7...9 ~= typo.confidence)
        #expect(verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司", code: "无")).grade(of: .code) == .missing)
        let contested = verdict(MatchQuery(code: "774520827"), codes: [(text: "774520827", isContested: true)])
        #expect(contested.grade(of: .code) == .similar && contested.confidence < 10)
    }

    @Test("has grades for what else is known, and the reasons in both languages")
    func grades() {
        let all = MatchQuery(
            name: "廣州市泉隆裝飾設計有限責任公司",
            representative: "雷 远平",
            address: "番禺区德兴路378号17楼A座",
            district: "番禺区",
            industry: "3099"
        )
        let found = verdict(all)
        #expect(found.grades == "AZAAAB" && found.confidence == 9)
        #expect(found.findings.allSatisfy { !$0.chinese.isEmpty && !$0.english.isEmpty })
        #expect(verdict(MatchQuery(name: "泉隆", district: "440111")).grades == "BZZZFZ")
        #expect(verdict(MatchQuery(name: "泉隆", address: "广州市番禺区德兴路379号17楼A座")).grades == "BZZFZZ")
        #expect(verdict(MatchQuery(name: "泉隆", address: "德兴路378号")).grades == "BZZBZZ")
        // Panyu was a county and a city of its own: what went up in it is the same division.
        #expect(verdict(MatchQuery(name: "泉隆", district: "440126")).grade(of: .district) == .same)
    }

    @Test("is told by which name it is like, and a former one is less sure")
    func former() {
        let present = verdict(MatchQuery(name: "广州市泉隆装饰设计有限公司"))
        let former = verdict(MatchQuery(name: "广州市远洋装饰有限公司"))
        #expect(present.name == 0 && former.name == 1)
        #expect(former.grades == "AZZZZZ" && former.confidence < present.confidence)
    }

    @Test("of a near name stays unsure, whatever else agrees")
    func near() {
        let query = MatchQuery(
            name: "广州市全隆装饰设计有限公司",
            representative: "雷远平",
            address: "广州市番禺区德兴路378号17楼A座",
            district: "440113",
            industry: "3034"
        )
        #expect(verdict(query).grades == "BZAAAA" && verdict(query).confidence <= 6)
        #expect(verdict(MatchQuery(name: "广州市全隆装饰设计有限公司")).confidence <= 3)
    }

    /// Values that agree with the card, beside such that do not.
    private static let choices: [[String?]] = [
        [nil, "广州市泉隆装饰设计有限公司", "泉隆", "广州市全隆装饰设计有限公司", "广州市远洋装饰有限公司", "深圳市泉隆装饰设计有限公司", "华美"],
        [nil, "774520827", "91440111774520828A", "91440101759438403F"], [nil, "雷远平", "雷远凡", "王五"],
        [nil, "广州市番禺区德兴路378号17楼A座", "德兴路378号", "别处"], [nil, "440113", "440100", "440103"],
        [nil, "3034", "3099", "5211"],
    ]

    private static func query(_ values: [String?]) -> MatchQuery {
        MatchQuery(
            name: values[0],
            code: values[1],
            representative: values[2],
            address: values[3],
            district: values[4],
            industry: values[5]
        )
    }

    @Test("is never less sure for one more field that agrees, nor for a better grade")
    func monotone() {
        var queries: [[String?]] = [[]]
        for values in Self.choices { queries = queries.flatMap { query in values.map { query + [$0] } } }
        for values in queries {
            let before = verdict(Self.query(values)).confidence
            #expect(1...10 ~= before)
            for field in values.indices where values[field] == nil {
                var more = values
                more[field] = Self.choices[field][1]
                let after = verdict(Self.query(more))
                #expect(after.confidence >= before, "\(more): \(after.confidence) < \(before)")
                #expect(after.grade(of: MatchField.allCases[field]) == .same)
            }
        }
    }

    @Test("is judged by a table whose bands never fall from a worse to a better name or code")
    func table() throws {
        let rule = MatchRule.standard
        let grades: [MatchGrade] = [.different, .missing, .similar, .same]
        for (worse, better) in zip(grades, grades.dropFirst()) {
            let (low, high) = (try #require(rule.bands[worse]), try #require(rule.bands[better]))
            #expect(low.count == MatchRule.NameLevel.allCases.count && high.count == low.count)
            for (a, b) in zip(low, high) { #expect(a.base <= b.base && a.least <= b.least && a.most <= b.most) }
        }
        for bands in rule.bands.values {
            for (a, b) in zip(bands, bands.dropFirst()) {
                #expect(a.base <= b.base && a.least <= b.least && a.most <= b.most)
            }
            for band in bands { #expect(2 <= band.least && band.least <= band.most && band.most <= 20) }
        }
        for points in rule.points.values { #expect(points == points.sorted() && points.count == 4) }
    }
}
