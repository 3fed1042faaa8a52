import CreditModel

/// 质监: organisation codes, licences, certifications, inspections.
extension RecordWriter {
    private static let products = [
        "电线电缆", "食品用塑料包装", "儿童玩具", "家用电风扇", "电饭锅", "插头插座", "服装", "皮革箱包", "照明灯具", "化妆品", "汽车配件", "人造板",
    ]

    mutating func writeQuality() {
        writeOrganisationCode()
        var dice = life.dice(0x5C0)
        let makes = life.kind == .institution || life.kind == .factory || life.scope.contains("制") || dice.chance(0.08)
        guard makes else { return }
        if dice.chance(0.5) { writeLicence(&dice) }
        for index in 0..<2 where dice.chance(0.25) { writeCertificate(index, &dice) }
    }

    private mutating func writeOrganisationCode() {
        guard let org = life.org, life.kind != .shop,
            life.established < Calendar.day(2016, 1, 1) || life.kind == .institution
        else { return }
        var dice = life.dice(0x22C)
        guard dice.chance(0.9) else { return }
        let dirt = dirt(30)
        let life = life
        let rates = rates
        // Not the USCC: the row may be older than October 2015.
        let key = dirt.code(org, 1, isKey: true, other: life.isRegistered ? life.regno : nil)
        let issued = life.established.adding(days: 10)
        var days = [issued] + life.names.dropFirst().map(\.from)
        if let ended = life.ended { days.append(ended) }
        let kind =
            life.kind == .institution ? dice.pick(["事业法人", "企业法人", "社会团体"]) : life.parent == nil ? "企业法人" : "企业非法人"
        let draft = RecordDraft(
            dataset: DatasetID(.quality, "ZZJGDM"),
            key: [key],
            about: subject,
            days: days.sorted(),
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            let address = life.address(on: fact)
            let isOver = life.ended.map { $0 <= fact } ?? false
            return [
                RawField("机构代码", key),
                RawField("统一社会信用代码", dirt.code(life.uscc(on: seen), 2, missing: rates.missingQualityUSCC, other: org)),
                RawField("机构名称", dirt.name(of: life, on: fact, 3)), RawField("机构类型", kind),
                RawField("法定代表人", dirt.representative(of: life, on: fact, 6)), RawField("地址", address.text),
                RawField("行政区划", SimulatedDistrict.all[address.district].code(on: fact).code),
                RawField("颁证日期", dirt.date(issued, 60)),
                RawField(
                    "有效期至",
                    dirt.date(issued.adding(days: 1461 * (1 + Int(seen.number - issued.number) / 1461)), 61)
                ),
                RawField("注册号", life.isRegistered ? dirt.code(life.regno, 4, other: org) : dirt.nothing(4)),
                RawField("状态", isOver ? (life.endState.hasPrefix("D") ? "吊销" : "注销") : "有效"),
            ]
        }
    }

    private func licenceNumber(_ dice: inout Dice) -> String {
        let unique = number(0)
        switch dice.below(4) {
        case 0:
            return "XK" + padded(unique / 100_000 % 100, 2) + "-" + padded(100 + unique / 10_000_000, 3) + "-"
                + padded(unique % 100_000, 5)
        case 1: return "粤XK" + padded(unique, 10)
        case 2: return "（粤）XK" + padded(unique, 10)
        default: return "SC" + CheckedCodes.mod1110("1" + padded(unique, 12))
        }
    }

    private mutating func writeLicence(_ dice: inout Dice) {
        guard let issued = day(after: Calendar.day(2009, 1, 1), &dice) else { return }
        let dirt = dirt(31)
        let life = life
        let rates = rates
        let key = licenceNumber(&dice)
        let product = dice.pick(Self.products)
        let end = issued.adding(days: 1826)
        let revoked = dice.chance(0.1) ? issued.adding(days: dice.within(100...1500)) : nil
        let state = dice.pick(["注销", "撤销", "吊销"])
        let office = authority("质量技术监督局", on: issued)
        let draft = RecordDraft(
            dataset: DatasetID(.quality, "SCXKZ"),
            key: [key],
            about: subject,
            days: revoked.map { [issued, $0] } ?? [issued],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            [
                RawField("证书编号", key), RawField("企业名称", dirt.name(of: life, on: fact, 3)),
                RawField("机构代码", dirt.code(life.org, 1, other: life.uscc(on: seen) ?? life.knownRegno)),
                RawField(
                    "统一社会信用代码",
                    dirt.code(life.uscc(on: seen), 2, missing: rates.missingQualityUSCC, other: life.org)
                ),
                RawField("产品名称", product), RawField("发证日期", dirt.date(issued, 62)),
                RawField("有效期至", dirt.date(end, 63)),
                RawField("状态", revoked.map { $0 <= fact } ?? false ? state : "有效"), RawField("发证机关", office),
            ]
        }
    }

    private mutating func writeCertificate(_ index: Int, _ dice: inout Dice) {
        guard let issued = day(after: Calendar.day(2010, 1, 1), &dice) else { return }
        let dirt = dirt(32, index)
        let life = life
        let unique = number(index)
        let key =
            String(issued.components.year) + dice.pick(["01", "02", "08", "11"])
            + padded(401 + dice.below(9), 4).suffix(2) + padded(unique, 8)
        let product = dice.pick(Self.products)
        let model = dice.pick(["A", "FD", "KL", "QX"]) + "-" + String(dice.within(10...999))
        let changed = dice.chance(0.3) ? issued.adding(days: dice.within(100...1500)) : nil
        let state = dice.pick(["暂停", "撤销", "注销", "过期"])
        let draft = RecordDraft(
            dataset: DatasetID(.quality, "CCC"),
            key: [key],
            about: subject,
            days: changed.map { [issued, $0] } ?? [issued],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            [
                RawField("证书编号", key), RawField("生产企业", dirt.name(of: life, on: fact, 3)),
                RawField("机构代码", dirt.code(life.org, 1, other: life.uscc(on: seen) ?? life.knownRegno)),
                RawField("产品名称", product), RawField("型号", model),
                RawField("发证日期", dirt.date(issued, 64)),
                RawField("有效期至", dirt.date(issued.adding(days: 1826), 65)),
                RawField("状态", changed.map { $0 <= fact } ?? false ? state : "有效"),
            ]
        }
    }

    mutating func writeInspections() {
        var dice = life.dice(0x1DC)
        guard life.kind == .factory || life.kind == .institution || dice.chance(0.05) else { return }
        for index in 0..<2 where dice.chance(0.35) {
            guard let on = day(after: Calendar.day(2013, 1, 1), &dice) else { return }
            inspection(index, on, seller(on: on, &dice), &dice)
        }
    }

    /// Whose goods were sampled: a firm of that day, now and then one that was struck off and sells on; the producer itself
    /// where few draws find none.
    private func seller(on day: Day, _ dice: inout Dice) -> Life {
        for _ in 0..<24 {
            let other = dice.below(maker.count)
            guard other != life.index else { continue }
            let seller = maker.life(of: other, isTest: life.isTest)
            if seller.isAlive(on: day) || (seller.established <= day && dice.chance(0.05)) { return seller }
        }
        return life
    }

    private mutating func inspection(_ index: Int, _ on: Day, _ seller: Life, _ dice: inout Dice) {
        let dirt = dirt(33, index)
        let life = life
        let key = "GZ\(on.components.year)" + padded(number(index), 9)
        let result = dice.pick(["合格", "合格", "合格", "不合格", "不合格", "拒检", "假冒"])
        let level = dice.pick(["国抽", "省抽", "市抽", "市抽"])
        let product = dice.pick(Self.products)
        let brand = maker.tables.first.draw(&dice) + maker.tables.second.draw(&dice)
        let model = "\(dice.within(1...90))×\(dice.within(1...90))"
        let batch = on.adding(days: -dice.within(30...300)).compact
        let failed = dice.pick(["标志", "耐热耐燃", "甲醛含量", "菌落总数", "接地措施"])
        var about: [(enterprise: Int, role: Role)] = [(life.index, result == "假冒" ? .victim : .producer)]
        if seller.index != life.index { about.append((seller.index, .seller)) }
        let draft = RecordDraft(dataset: DatasetID(.quality, "JDCC"), key: [key], about: about, days: [on], dirt: dirt)
        ledger.publish(draft) { fact, seen in
            [
                RawField("报告编号", key), RawField("抽查级别", level), RawField("产品名称", product), RawField("商标", brand),
                RawField("型号规格", model), RawField("批号", batch), RawField("标称生产企业", dirt.name(of: life, on: fact, 3)),
                RawField("生产企业代码", dirt.code(life.uscc(on: seen) ?? life.org, 1, other: life.knownRegno)),
                RawField("被抽样单位", dirt.name(of: seller, on: fact, 7)),
                RawField(
                    "被抽样单位代码",
                    dirt.code(seller.uscc(on: seen) ?? seller.org, 8, other: seller.knownRegno)
                ), RawField("结果", result),
                RawField("不合格项目", result == "不合格" ? failed : dirt.nothing(66)), RawField("检验机构", "广州市质量监督检测研究院"),
                RawField("公布日期", dirt.date(on, 67)),
            ]
        }
    }
}
