import CreditModel

/// 质监's penalties by double publicity, in the edition of their day.
extension RecordWriter {
    mutating func writeDoublePublicity() {
        var dice = life.dice(0x0DC)
        for index in 0..<2 where dice.chance(index == 0 ? 0.08 : 0.2) {
            guard let on = day(after: Calendar.day(2013, 1, 1), &dice) else { return }
            let penalty = PublishedPenalty(life: life, on: on, number: number(index), &dice)
            let isOld = on < Calendar.day(2018, 1, 1)
            write(penalty, index, isOld: isOld)
            // Some decisions come in both editions: two records.
            if isOld, dice.chance(0.05) { write(penalty, index, isOld: false) }
        }
    }

    private mutating func write(_ penalty: PublishedPenalty, _ index: Int, isOld: Bool) {
        let dirt = dirt(isOld ? 34 : 35, index)
        let life = life
        let rates = rates
        let name = dirt.name(of: life, on: penalty.on, 3).trimmed
        let number = dirt.documentNumber(penalty.prefix, penalty.on.components.year, penalty.number, 70)
        let key = isOld ? [penalty.office, number, name] : [penalty.officeCode, number, name]
        let draft = RecordDraft(
            dataset: DatasetID(.quality, "XZCF"),
            key: key,
            about: subject,
            days: [isOld ? penalty.on : max(penalty.on, Calendar.day(2018, 1, 1))],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            let uscc = dirt.code(life.uscc(on: seen), 2, missing: rates.missingQualityUSCC, other: life.org)
            let codes = (
                org: dirt.code(life.org, 1, other: life.uscc(on: seen)),
                regno: life.isRegistered ? dirt.code(life.regno, 4, other: life.org) : dirt.nothing(4),
                tax: life.taxNumbers.isEmpty ? dirt.nothing(5) : dirt.code(life.taxNumber(on: fact), 5, other: life.org)
            )
            return isOld
                ? penalty.edition2016(name, number, uscc, codes, dirt, seen)
                : penalty.edition2018(name, number, uscc, codes, dirt)
        }
    }
}

extension String {
    /// Without blanks at its ends, as a key is.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

/// A decision of the quality office.
struct PublishedPenalty {
    let on: Day
    let number: Int
    let prefix: String
    let office: String
    let officeCode: String
    let representative: String
    let card: String?
    let isShop: Bool
    let act: String
    let basis: String
    let kinds: String
    let fine: Int
    let taken: Int

    init(life: Life, on: Day, number: Int, _ dice: inout Dice) {
        let district = life.address(on: on).district
        self.on = on
        self.number = number
        prefix = "穗\(SimulatedDistrict.all[district].name.prefix(1))质监罚字"
        office = "广州市\(SimulatedDistrict.all[district].name)质量技术监督局"
        officeCode = CheckedCodes.uscc(
            head: "11440100",
            org: CheckedCodes.org(body: "007400" + padded(district + 10, 2))
        )
        representative = life.representative(on: on)
        let born = Calendar.day(1955, 1, 1).adding(days: dice.below(14_000)).compact
        card = dice.chance(0.1) ? CheckedCodes.identityCard("440106" + born + padded(dice.within(1...990), 3)) : nil
        isShop = life.kind == .shop
        act = dice.pick(["生产不符合国家标准的产品", "无生产许可证生产", "伪造产地", "使用未经检定的计量器具", "销售失效变质产品"])
        basis = dice.pick(["《中华人民共和国产品质量法》第四十九条", "《中华人民共和国计量法》第二十六条", "《工业产品生产许可证管理条例》第四十五条"])
        kinds = dice.pick(["罚款", "罚款；没收违法所得", "警告;", "警告；", "其他-警告", "没收非法财物；罚款"])
        fine = dice.pick([0, 1_000, 2_000, 5_000, 12_300, 30_000, 100_000])
        taken = dice.chance(0.3) ? dice.within(100...50_000) : 0
    }

    private var content: String { fine == 0 ? "责令改正" : "责令改正，罚款\(fine)元" }

    func edition2018(
        _ name: String,
        _ document: String,
        _ uscc: String,
        _ codes: (org: String, regno: String, tax: String),
        _ dirt: Dirt
    ) -> [RawField] {
        let subject = [
            RawField("CF_XDR_MC", name), RawField("CF_XDR_LB", isShop ? "个体工商户" : "法人及非法人组织"),
            RawField("CF_XDR_SHXYM", uscc),
            RawField("CF_XDR_GSZC", codes.regno), RawField("CF_XDR_ZZJG", codes.org),
            RawField("CF_XDR_SWDJ", codes.tax),
            RawField("CF_XDR_SYDW", dirt.nothing(71)), RawField("CF_XDR_SHZZ", dirt.nothing(72)),
            RawField("CF_FRDB", representative),
            RawField("CF_FR_ZJLX", card == nil ? dirt.nothing(73) : "身份证"),
            RawField("CF_FR_ZJHM", card ?? dirt.nothing(74)),
        ]
        let decision = [
            RawField("CF_WSH", document), RawField("CF_WFXW", act), RawField("CF_SY", "经查，当事人\(act)"),
            RawField("CF_YJ", basis),
            RawField("CF_CFLB", kinds), RawField("CF_NR", content),
            RawField("CF_NR_FK", fine == 0 ? dirt.nothing(75) : dirt.tenThousands(fine, 75)),
            RawField("CF_NR_WFFF", taken == 0 ? dirt.nothing(76) : dirt.tenThousands(taken, 76)),
            RawField("CF_NR_ZKDX", dirt.nothing(77)),
            RawField("CF_JDRQ", dirt.date(on, 78)),
            RawField("CF_YXQ", dirt.date(nil, 79, open: ["2099-12-31", "9999-9-9", "无处罚期限", "长期"])),
            RawField("CF_GSJZQ", dirt.date(on.adding(days: 1096), 80)),
        ]
        return subject + decision + [
            RawField("CF_CFJG", office), RawField("CF_CFJGDM", officeCode), RawField("CF_SJLY", office),
            RawField("CF_SJLYDM", officeCode), RawField("BZ", dirt.nothing(81)),
        ]
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
            RawField("CF_CFLB2", dirt.nothing(71)),
            RawField("CF_SY", "经查，当事人\(act)"), RawField("CF_YJ", basis), RawField("CF_XDR_MC", name),
            RawField("CF_XDR_SHXYM", uscc),
            RawField("CF_XDR_ZDM", codes.org), RawField("CF_XDR_GSDJ", codes.regno), RawField("CF_XDR_SWDJ", codes.tax),
            RawField("CF_XDR_SFZ", card ?? dirt.nothing(74)), RawField("CF_FR", representative),
            RawField("CF_JG", content),
            RawField("CF_JDRQ", dirt.date(on, 78)), RawField("CF_XZJG", office), RawField("CF_ZT", "0"),
            RawField("DFBM", "440100000000"),
            RawField("SJC", seen.description), RawField("BZ", dirt.nothing(81)), RawField("GSQX", "三年"),
            RawField("CF_AJMC", "\(act)案"), RawField("CF_JZRQ", dirt.date(nil, 79, open: ["2099-12-31", "无处罚期限"])),
            RawField("CF_SYFW", "社会公示"),
        ]
    }
}
