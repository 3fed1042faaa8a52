import CreditModel

/// A decision of the quality office, and how the two editions of double publicity write it.
struct PublishedPenalty {
    let on: Day
    let number: Int
    let prefix: String
    let office: String
    /// Empty where the office left its code out.
    let officeCode: String
    let sourceCode: String
    let representative: String
    let card: String?
    let isShop: Bool
    /// 事业单位证书号 and 社会组织登记证号, of those that have one.
    let certificates: (institution: String?, society: String?)
    let act: String
    let basis: String
    let kinds: String
    let fine: Int
    let taken: Int
    let revoked: String?
    let validTo: Day?
    let state: String
    let remark: String?

    init(life: Life, on: Day, number: Int, _ dice: inout Dice) {
        let district = life.address(on: on).district
        self.on = on
        self.number = number
        prefix = "穗\(SimulatedDistrict.all[district].name.prefix(1))质监罚字"
        office = "广州市\(SimulatedDistrict.all[district].name)质量技术监督局"
        sourceCode = CheckedCodes.uscc(
            head: "11440100",
            org: CheckedCodes.org(body: "007400" + padded(district + 10, 2))
        )
        representative = life.representative(on: on)
        let born = Calendar.day(1955, 1, 1).adding(days: dice.below(14_000)).compact
        card = dice.chance(0.1) ? CheckedCodes.identityCard("440106" + born + padded(dice.within(1...990), 3)) : nil
        isShop = life.kind == .shop
        act = dice.pick(["生产不符合国家标准的产品", "无生产许可证生产", "伪造产地", "使用未经检定的计量器具", "销售失效变质产品"])
        basis = dice.pick(["《中华人民共和国产品质量法》第四十九条", "《中华人民共和国计量法》第二十六条", "《工业产品生产许可证管理条例》第四十五条"])
        var kinds = dice.pick(["罚款", "罚款；没收违法所得", "警告;", "警告；", "其他-警告", "没收非法财物；罚款"])
        fine = dice.pick([0, 1_000, 2_000, 5_000, 12_300, 30_000, 100_000])
        taken = dice.chance(0.3) ? dice.within(100...50_000) : 0
        var extra = dice
        officeCode = extra.chance(0.05) ? "" : sourceCode
        let isRevoked = extra.chance(0.06)
        revoked = isRevoked ? "全国工业产品生产许可证XK\(padded(extra.below(100), 2))-\(padded(number % 100_000, 5))" : nil
        if isRevoked { kinds += "；吊销许可证件" }
        self.kinds = kinds
        validTo = extra.chance(0.5) ? on.adding(days: 365 * extra.within(1...3)) : nil
        state = extra.chance(0.9) ? "0" : extra.pick(["1", "2", "3"])
        remark = extra.chance(0.1) ? extra.pick(["当事人已缴纳罚款", "行政复议中", "由市局移送"]) : nil
        let isInstitution = life.uscc?.hasPrefix("12") ?? false
        let isSociety = life.uscc?.hasPrefix("52") ?? false
        certificates = (
            isInstitution ? "事证第14401\(padded(number % 10_000_000, 7))号" : nil,
            isSociety ? "粤穗民证字第\(padded(number % 1_000_000, 6))号" : nil
        )
    }

    private var content: String { fine == 0 ? "责令改正" : "责令改正，罚款\(fine)元" }

    func edition2018(
        _ name: String,
        _ document: String,
        _ uscc: String,
        _ codes: (org: String, regno: String, tax: String),
        _ dirt: Dirt,
        _ seen: Day
    ) -> [RawField] {
        // The card is the shopkeeper's own, or the representative's; some offices still use the older name of the field.
        let own = isShop ? card : nil
        let theirs = isShop ? nil : card
        let oldName = number / 8 % 4 == 0
        let subject = [
            RawField("CF_XDR_MC", name), RawField("CF_XDR_LB", isShop ? "个体工商户" : "法人及非法人组织"),
            RawField("CF_XDR_SHXYM", uscc),
            RawField("CF_XDR_GSZC", codes.regno), RawField("CF_XDR_ZZJG", codes.org),
            RawField("CF_XDR_SWDJ", codes.tax),
            RawField("CF_XDR_SYDW", certificates.institution ?? dirt.nothing(71)),
            RawField("CF_XDR_SHZZ", certificates.society ?? dirt.nothing(72)),
            RawField("CF_FRDB", representative),
            RawField("CF_FR_ZJLX", theirs == nil ? dirt.nothing(73) : "身份证"),
            RawField(oldName ? "CF_FR_SFZH" : "CF_FR_ZJHM", theirs ?? dirt.nothing(74)),
            RawField("CF_XDR_ZJLX", own == nil ? dirt.nothing(82) : "身份证"),
            RawField("CF_XDR_ZJHM", own ?? dirt.nothing(83)),
        ]
        let decision = [
            RawField("CF_WSH", document), RawField("CF_WFXW", act), RawField("CF_SY", "经查，当事人\(act)"),
            RawField("CF_YJ", basis),
            RawField("CF_CFLB", kinds), RawField("CF_NR", content),
            RawField("CF_NR_FK", fine == 0 ? dirt.nothing(75) : dirt.tenThousands(fine, 75)),
            RawField("CF_NR_WFFF", taken == 0 ? dirt.nothing(76) : dirt.tenThousands(taken, 76)),
            RawField("CF_NR_ZKDX", revoked ?? dirt.nothing(77)),
            RawField("CF_JDRQ", dirt.date(on, 78)),
            RawField("CF_YXQ", dirt.date(validTo, 79, open: ["2099-12-31", "9999-9-9", "无处罚期限", "长期"])),
            RawField("CF_GSJZQ", dirt.date(on.adding(days: 1096), 80)),
        ]
        var source = [
            RawField("CF_CFJG", office), RawField("CF_CFJGDM", officeCode), RawField("CF_SJLY", office),
            RawField("CF_SJLYDM", sourceCode), RawField("BZ", remark ?? dirt.nothing(81)),
        ]
        // Seen in some feeds beside the published fields.
        if number / 8 % 8 == 1 {
            source += [
                RawField("CF_SYFW", "社会公示"), RawField("SCBMBM", "440100ZJ"),
                RawField("ADD_TIME", "\(seen) 09:30:00"),
            ]
        }
        return subject + decision + source
    }

    func edition2016(
        _ name: String,
        _ document: String,
        _ uscc: String,
        _ codes: (org: String, regno: String, tax: String),
        _ dirt: Dirt,
        _ seen: Day
    ) -> [RawField] {
        [
            RawField("CF_WSH", document), RawField("CF_CFMC", "\(act)案"), RawField("CF_CFLB1", kinds),
            RawField("CF_CFLB2", revoked == nil ? dirt.nothing(71) : "吊销许可证件"),
            RawField("CF_SY", "经查，当事人\(act)"), RawField("CF_YJ", basis), RawField("CF_XDR_MC", name),
            RawField("CF_XDR_SHXYM", uscc),
            RawField("CF_XDR_ZDM", codes.org), RawField("CF_XDR_GSDJ", codes.regno), RawField("CF_XDR_SWDJ", codes.tax),
            RawField("CF_XDR_SFZ", card ?? dirt.nothing(74)), RawField("CF_FR", representative),
            RawField("CF_JG", content),
            RawField("CF_JDRQ", dirt.date(on, 78)), RawField("CF_XZJG", office), RawField("CF_ZT", state),
            RawField("DFBM", "440100000000"),
            RawField("SJC", seen.description), RawField("BZ", remark ?? dirt.nothing(81)), RawField("GSQX", "三年"),
            RawField("CF_AJMC", "\(act)案"), RawField("CF_JZRQ", dirt.date(validTo, 79, open: ["2099-12-31", "无处罚期限"])),
            RawField("CF_SYFW", "社会公示"),
        ]
    }
}
