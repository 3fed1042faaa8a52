import Normalisation
import Testing

@Suite("Texts")
struct TextTests {
    @Test("Blanks of every kind are trimmed and collapsed")
    func blanks() {
        #expect(Normalise.text("  a \t b\u{3000}\u{A0}c\r\n") == "a b c")
        #expect(Normalise.text("\u{FEFF}广\u{200B}州") == "广州")
        #expect(Normalise.text("plain text") == "plain text")
        #expect(Normalise.text("“引”、€") == "“引”、€")
    }

    @Test(
        "Words for nothing",
        arguments: ["", "  ", "null", "NULL", "Null", "暂无", "无", "无数据", "\\n", "-", "--", " 暂无 ", "\u{3000}"]
    )
    func nothing(raw: String) {
        #expect(Normalise.text(raw) == nil)
        #expect(Normalise.name(raw) == nil)
        #expect(Normalise.person(raw) == nil)
        #expect(Normalise.address(raw) == nil)
        #expect(Normalise.documentNumber(raw) == nil)
    }

    @Test("A name that only begins like a word for nothing stays", arguments: ["无锡", "无数据公司", "暂无名", "nullable"])
    func notNothing(raw: String) { #expect(Normalise.name(raw) == raw) }

    @Test(
        "Names: widths, brackets, blanks",
        arguments: [
            ("广州穗信(中国)有限公司", "广州穗信（中国）有限公司"), ("广州［中国］【集团】〔一〕", "广州（中国）（集团）（一）"), ("广州 穗信　有限公司", "广州穗信有限公司"),
            ("ＡＢＣ１２３商店", "ABC123商店"), ("Best  Buy 商店", "Best Buy商店"), ("广州穗信有限公司", "广州穗信有限公司"),
            ("abc Trading", "abc Trading"),
            ("广州（ 中国 ）公司", "广州（中国）公司"), ("《花》、店", "《花》、店"),
        ]
    )
    func names(raw: String, name: String) { #expect(Normalise.name(raw) == name) }

    @Test("Persons, addresses and document numbers")
    func others() {
        #expect(Normalise.person("张 三") == "张三")
        #expect(Normalise.person("John  Smith") == "John Smith")
        #expect(Normalise.person("买买提•艾力") == "买买提·艾力")
        #expect(Normalise.address("广州市 天河区１２号 ３０１室") == "广州市天河区12号301室")
        for raw in ["慈税罚（2018）40号", "慈税罚(2018)40号", "慈税罚【2018】40号", "慈税罚[２０１８]４０号", "慈税罚〔2018〕 40号"] {
            #expect(Normalise.documentNumber(raw) == "慈税罚〔2018〕40号")
        }
        #expect(Normalise.documentNumber("（粤）XK12-001") == "（粤）XK12-001")
    }

    @Test("Lists")
    func lists() {
        #expect(Normalise.list("警告;罚款；;  没收 ;警告") == ["警告", "罚款", "没收"])
        #expect(Normalise.list("警告-罚款", separators: "-;；") == ["警告", "罚款"])
        #expect(Normalise.list("警告-罚款") == ["警告-罚款"])
        #expect(Normalise.list("null").isEmpty)
        #expect(Normalise.list("").isEmpty)
    }

    @Test("Test rows begin with 测试")
    func testRows() {
        #expect(Normalise.isTestName("测试企业") && Normalise.isTestName("測試企業"))
        #expect(!Normalise.isTestName("广州测试仪器有限公司"))
    }
}

@Suite("Names")
struct NameRulesTests {
    @Test(
        "One name however it is written",
        arguments: [
            ("广州穗信（中国）有限责任公司", "广州穗信(中国)有限公司"), ("廣州發達貿易有限公司", "广州发达贸易有限公司"), ("ａｂｃ 商店", "ABC商店"), ("《花》店", "花店"),
            ("第①分店", "第1分店"), ("金\u{F90A}店", "金金店"), ("Ⅲ期", "III期"), ("広東", "広東"), ("後勤服務", "后勤服务"),
        ]
    )
    func keys(a: String, b: String) { #expect(NameRules.key(a) == NameRules.key(b)) }

    @Test(
        "Different names have different keys",
        arguments: [
            ("广州于裕贸易有限公司", "广州于育贸易有限公司"), ("广州穗信股份有限公司", "广州穗信有限公司"), ("瞭望杂志社", "了望杂志社"), ("乾坤商行", "干坤商行"),
            ("广州市穗信有限公司", "广州穗信有限公司"), ("第一分公司", "第二分公司"),
        ]
    )
    func differentKeys(a: String, b: String) { #expect(NameRules.key(a) != NameRules.key(b)) }

    @Test(
        "Names agree without region and form, up to a third of their characters",
        arguments: [
            ("广州市恒通贸易有限公司", "广州恒通贸易有限责任公司"), ("广东省广州市天河区恒通贸易有限公司", "恒通贸易有限公司"), ("广州恒通贸易有限公司", "广州亨通贸易有限公司"),
            ("恒通", "恒通"), ("广州太易科技有限公司", "廣州太易科技股份有限公司"), ("增城市恒通厂", "恒通厂"), ("广州", "广州"),
            // A typo in the region: it is no longer one to strip.
            ("广州市天河河区冠孚伦广告策划专业合作社", "广州市天河区冠孚伦广告策划专业合作社"), ("广州市增增城市家仁纳城专业合作社", "广州市增城市家仁纳城专业合作社"),
        ]
    )
    func agreeing(a: String, b: String) {
        #expect(NameRules.agree(a, b))
        #expect(NameRules.agree(b, a))
    }

    @Test(
        "Names with more of them different do not agree, however long what they share in region and form",
        arguments: [
            ("广州于裕贸易有限公司", "广州恒通贸易有限公司"), ("广州恒通贸易有限责任公司", "广州恒通餐饮有限责任公司"), ("广州市天河区甲有限公司", "广州市天河区乙有限公司"),
            ("恒通", "亨通"), ("恒通", ""), ("广州恒通有限公司", "广州恒通有限公司天河区第一分公司"),
            ("广州市天河河区恒通贸易有限公司", "广州市天河区冠孚餐饮有限公司"),
        ]
    )
    func disagreeing(a: String, b: String) {
        #expect(!NameRules.agree(a, b))
        #expect(!NameRules.agree(b, a))
    }

    @Test("Persons and addresses")
    func personsAndAddresses() {
        #expect(NameRules.personKey("買買提・艾力") == NameRules.personKey("买买提·艾力"))
        #expect(NameRules.personKey("张三") != NameRules.personKey("张山"))
        #expect(NameRules.addressKey("广东省广州市天河区体育西路１号") == NameRules.addressKey("天河区体育西路1号"))
        #expect(NameRules.addressKey("天河区体育西路1号") != NameRules.addressKey("天河区体育西路11号"))
    }
}

@Suite("Names that are told apart")
struct NameBoundaryTests {
    @Test(
        "A region counts for nothing wherever in the country it lies",
        arguments: [
            ("杭州市余杭区甲乙有限公司", "杭州市余杭区丙丁有限公司"), ("浙江省杭州市余杭区甲乙有限公司", "浙江省杭州市余杭区丙丁有限公司"),
            ("杭州甲乙贸易有限公司", "杭州丙丁贸易有限公司"), ("义乌市甲乙商行", "义乌市丙丁商行"), ("成都市双流县甲乙厂", "成都市双流县丙丁厂"),
            ("上海市浦东新区甲乙有限公司", "上海市浦东新区丙丁有限公司"), ("内蒙古自治区呼和浩特市甲乙有限公司", "内蒙古自治区呼和浩特市丙丁有限公司"),
            ("延边朝鲜族自治州延吉市甲乙有限公司", "延边朝鲜族自治州延吉市丙丁有限公司"), ("广州经济技术开发区甲乙有限公司", "广州经济技术开发区丙丁有限公司"),
            // Younger than the list of divisions.
            ("杭州市钱塘区甲乙有限公司", "杭州市钱塘区丙丁有限公司"), ("广州市番禺区公司", "广州市海珠区公司"),
        ]
    )
    func foreignRegions(a: String, b: String) {
        #expect(!NameRules.agree(a, b))
        #expect(!NameRules.agree(b, a))
    }

    @Test(
        "A region on one side only is no difference, and what looks like one stays where it is the name",
        arguments: [
            ("杭州市余杭区甲乙贸易有限公司", "甲乙贸易有限公司"), ("杭州市余杭区甲乙贸易有限公司", "杭州甲乙贸易有限责任公司"),
            ("浙江省义乌市甲乙商行", "义乌市甲乙商行"), ("杭州市余杭区甲乙贸易有限公司", "杭州市余杭区甲已贸易有限公司"),
            ("安康大药房有限公司", "广州市安康大药房有限公司"), ("大同贸易有限公司", "广州大同贸易有限公司"), ("新城市花园酒店", "广州市新城市花园酒店"),
            ("杭州市余杭余区甲乙贸易有限公司", "杭州市余杭区甲乙贸易有限公司"),
        ]
    )
    func foreignNames(a: String, b: String) {
        #expect(NameRules.agree(a, b))
        #expect(NameRules.agree(b, a))
    }

    @Test("A mistyped region is stripped like a right one, a trade name after the city is not")
    func mistypedRegion() {
        #expect(NameRules.agree("广州市天河区于裕商贸易", "广州市天河河区于裕商贸易"))
        #expect(!NameRules.agree("广州市于裕商有限公司", "广州太于育商有限公司"), "two of four characters differ")
    }

    @Test("Only how province and city are written is no difference between two names")
    func same() {
        #expect(NameRules.isSame("广州市于裕贸易有限公司", "广州于裕贸易有限责任公司"))
        #expect(NameRules.isSame("广东省广州市于裕商行", "广东广州于裕商行"))
        #expect(!NameRules.isSame("广州于裕商行", "于裕商行"))
        #expect(!NameRules.isSame("广州市天河区于裕商行", "广州市海珠区于裕商行"))
        #expect(!NameRules.isSame("广州太军科技有限公司", "广州太关科技有限公司"))
        #expect(!NameRules.isSame("深圳市于裕商行", "广州市于裕商行"))
    }
}
