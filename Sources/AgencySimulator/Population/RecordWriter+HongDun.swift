import CreditModel

/// 红盾: the company registry.
extension RecordWriter {
    private func identity(_ seen: Day, _ fact: Day, _ dirt: Dirt) -> [RawField] {
        [
            RawField("PRIPID", life.pripid), RawField("UNISCID", life.uscc(on: seen) ?? ""),
            RawField("REGNO", sentRegno),
            RawField("ENTNAME", dirt.name(of: life, on: fact, 4)),
        ]
    }

    /// The days from which the registry's row is true.
    private var approvals: [Day] {
        var days =
            [life.established] + life.names.map(\.from) + life.representatives.map(\.from) + life.addresses.map(\.from)
        days += life.capitals.map(\.from)
        if let from = life.usccFrom { days.append(from) }
        if let ended = life.ended { days.append(ended) }
        if let pause = life.pause { days += [pause.from, pause.to] }
        for passage in life.passages {
            let to = passage.from.adding(days: 45)
            days += life.ended == to ? [passage.from] : [passage.from, to]
        }
        return Set(days).sorted()
    }

    mutating func writeRegistration() {
        let dirt = dirt(1)
        let life = life
        let approvals = approvals
        let sentRegno = sentRegno
        let parent = life.parent.map { maker.life(of: $0).pripid }
        let draft = RecordDraft(
            dataset: DatasetID(.hongdun, "registration"),
            key: [life.pripid],
            about: subject,
            days: approvals,
            dirt: dirt,
            mayGo: life.index % 10 == 3
        )
        ledger.publish(draft) { fact, seen in
            let address = life.address(on: fact)
            let district = SimulatedDistrict.all[address.district].code(on: fact)
            let suffix = Dice(dirt.seed, 0xD15).first(of: Array(repeating: "", count: 30) + ["001", "000000"])
            let former = life.names.filter { $0.from <= fact }.dropLast().map(\.name)
            var row = [
                RawField("PRIPID", life.pripid), RawField("UNISCID", life.uscc(on: seen) ?? ""),
                RawField("REGNO", sentRegno),
                RawField("ENTNAME", dirt.name(of: life, on: fact, 4, mayBeFormer: false)),
                RawField("OLDNAME", former.isEmpty ? dirt.nothing(5) : former.joined(separator: ";")),
                RawField("ENTTYPE", life.enterpriseType), RawField("LEREP", dirt.representative(of: life, on: fact, 6)),
                RawField("DOM", address.text), RawField("DOMDISTRICT", district.code + suffix),
            ]
            row += [
                RawField("REGCAP", dirt.tenThousands(life.capital(on: fact) * 10_000, 10)),
                RawField("REGCAPCUR", life.currency),
                RawField("ESTDATE", dirt.date(life.established, 11)),
                RawField("OPFROM", dirt.date(life.established, 12)),
                RawField("OPTO", dirt.date(life.operatesTo, 13, open: ["9999-9-9", "9999-09-09", "2099-12-31"])),
                RawField("OPSCOPE", life.scope),
                RawField("INDUSTRYCO", life.industry), RawField("REGSTATE", life.state(on: fact)),
                RawField("REGORG", "广州市\(district.name)\(seen < Calendar.day(2015, 1, 1) ? "工商行政管理局" : "市场监督管理局")"),
                RawField("APPRDATE", dirt.date(approvals.last { $0 <= fact } ?? life.established, 14)),
                RawField("PARENTPRIPID", parent ?? dirt.nothing(15)), RawField("TEL", life.phone),
            ]
            return row
        }
    }

    mutating func writeAlterations() {
        var changes: [(item: String, before: String, after: String, on: Day)] = []
        for (a, b) in zip(life.names, life.names.dropFirst()) { changes.append(("名称变更", a.name, b.name, b.from)) }
        for (a, b) in zip(life.representatives, life.representatives.dropFirst()) {
            changes.append(("法定代表人变更", a.name, b.name, b.from))
        }
        for (a, b) in zip(life.addresses, life.addresses.dropFirst()) {
            changes.append(("住所变更", a.text, b.text, b.from))
            if a.district != b.district {
                let offices = [a.district, b.district].map { "广州市\(SimulatedDistrict.all[$0].name)工商行政管理局" }
                changes.append(("登记机关变更", offices[0], offices[1], b.from))
            }
        }
        for (a, b) in zip(life.capitals, life.capitals.dropFirst()) {
            changes.append(("注册资本变更", "\(a.amount).000000", "\(b.amount).000000", b.from))
        }
        var extra = life.dice(0xA17)
        if extra.chance(0.12), let on = day(after: life.established, &extra) {
            changes.append((extra.pick(["经营范围变更", "经营范围变更", "类型变更", "营业期限变更", "联络员变更"]), "详见档案", life.scope, on))
        }
        for (index, change) in changes.enumerated() {
            let dirt = dirt(2, index)
            let draft = RecordDraft(
                dataset: DatasetID(.hongdun, "alteration"),
                key: [life.pripid, change.item, change.on.description],
                about: subject,
                days: [change.on],
                dirt: dirt
            )
            let writer = self
            ledger.publish(draft) { fact, seen in
                writer.identity(seen, fact, dirt) + [
                    RawField("ALTITEM", change.item), RawField("ALTBE", change.before), RawField("ALTAF", change.after),
                    RawField("ALTDATE", change.on.description),
                ]
            }
        }
    }

    mutating func writeListings() {
        var dice = life.dice(0xAB4)
        let causes = ["未依照规定的期限公示年度报告", "未按责令期限公示有关企业信息", "公示企业信息隐瞒真实情况、弄虚作假", "通过登记的住所或者经营场所无法联系"]
        for index in 0..<2 where dice.chance(index == 0 ? 0.12 : 0.15) {
            guard let on = day(after: Calendar.day(2014, 10, 1), &dice) else { break }
            let cause = dice.pick([1, 1, 2, 3, 4, 4])
            let removed = dice.chance(0.5) ? on.adding(days: dice.within(20...1000)) : nil
            let reason = dice.pick(["列入经营异常名录3年内且依照规定履行公示义务", "依法办理住所变更登记，申请移出", "提供证明可以通过登记住所取得联系"])
            listing("abnormal", "BUSEXCLIST", "YC" + padded(number(index), 9), 3, index, on, removed) { _ in
                [RawField("SPECAUSE", String(cause)), RawField("SPECAUSETEXT", causes[cause - 1])]
            } removal: {
                reason
            }
        }
        if dice.chance(0.02), let on = day(after: Calendar.day(2016, 4, 1), &dice) {
            let removed = dice.chance(0.2) ? on.adding(days: dice.within(200...1000)) : nil
            listing("illegal", "ILLID", "YZ" + padded(number(0), 9), 4, 0, on, removed) { _ in
                [RawField("SERILLREA", "被列入经营异常名录届满3年仍未履行相关义务")]
            } removal: {
                "满5年未再发生严重违法失信情形"
            }
        }
    }

    private mutating func listing(
        _ dataset: String,
        _ keyName: String,
        _ key: String,
        _ salt: UInt64,
        _ index: Int,
        _ on: Day,
        _ removed: Day?,
        cause: (Day) -> [RawField],
        removal: () -> String
    ) {
        let dirt = dirt(salt, index)
        let writer = self
        let reason = removal()
        let causes = cause(on)
        let draft = RecordDraft(
            dataset: DatasetID(.hongdun, dataset),
            key: [key],
            about: subject,
            days: removed.map { [on, $0] } ?? [on],
            dirt: dirt
        )
        let office = authority("工商行政管理局", on: on)
        ledger.publish(draft) { fact, seen in
            let isOver = removed.map { $0 <= fact } ?? false
            return [RawField(keyName, key)] + writer.identity(seen, fact, dirt) + causes + [
                RawField("ABNTIME", dirt.date(on, 20)), RawField("DECORG", office),
                RawField("REMEXCPRES", isOver ? reason : dirt.nothing(21)),
                RawField("REMDATE", dirt.date(isOver ? removed : nil, 22)),
                RawField("REDECORG", isOver ? office : dirt.nothing(23)),
            ]
        }
    }

    mutating func writePenalties() {
        var dice = life.dice(0x9E4)
        for index in 0..<3 where dice.chance(index == 0 ? 0.09 : 0.2) {
            guard let on = day(after: Calendar.day(2010, 1, 1), &dice) else { break }
            let dirt = dirt(5, index)
            let office = authority("工商行政管理局", on: on)
            let short = SimulatedDistrict.all[life.address(on: on).district].name.prefix(1)
            let year = on.components.year
            let isWrong = dice.chance(rates.rekeyed)
            let fine = dice.pick([0, 500, 1000, 2000, 5000, 10_000, 10_000, 30_000, 52_300, 100_000])
            let taken = dice.chance(0.3) ? dice.within(100...80_000) : 0
            let act = dice.pick(["无照经营", "虚假宣传", "商标侵权", "销售不合格商品", "擅自改变登记事项", "合同违法", "违法广告"])
            let kinds = dice.pick(["罚款", "罚款;没收违法所得", "警告", "警告;罚款", "责令停产停业", "罚款；没收非法财物", "其他-警告"])
            let basis = dice.pick(["《中华人民共和国公司法》第二百一十一条", "《中华人民共和国商标法》第六十条", "《中华人民共和国产品质量法》第五十条"])
            let severity = dice.pick(["1", "2", "2", "3", ""])
            let writer = self
            let publish = { (ledger: inout Ledger, number: String, days: [Day], goes: Day?) in
                var draft = RecordDraft(
                    dataset: DatasetID(.hongdun, "penalty"),
                    key: [number, office],
                    about: writer.subject,
                    days: days,
                    dirt: dirt
                )
                draft.mayGo = goes == nil
                ledger.publish(draft) { fact, seen in
                    writer.identity(seen, fact, dirt) + [
                        RawField("PENDECNO", number), RawField("ILLEGACTTYPE", act), RawField("PENBASIS", basis),
                        RawField("PENTYPE", kinds),
                        RawField("PENAM", fine == 0 ? dirt.nothing(30) : dirt.tenThousands(fine, 30)),
                        RawField("FORFAM", taken == 0 ? dirt.nothing(31) : dirt.tenThousands(taken, 31)),
                        RawField("PENAUTH", office),
                        RawField("PENAUTHID", "11440100007" + padded(Int(writer.life.address(on: on).district) + 1, 2)),
                        RawField("PENDECISSDATE", dirt.date(on, 32)),
                        RawField("PUBLICDATE", dirt.date(on.adding(days: 7), 33)),
                        RawField("SEVERITY", severity),
                    ]
                }
            }
            let right = dirt.documentNumber("穗工商\(short)处字", year, number(index), 34)
            guard isWrong else {
                publish(&ledger, right, [on], nil)
                continue
            }
            // The number was corrected: the old record goes and a new one comes.
            let wrong = dirt.documentNumber("穗工商\(short)罚字", year, number(index), 34)
            let corrected = max(on, Calendar.hongdun.adding(days: 70)).adding(days: 100 + dice.below(60))
            publish(&ledger, wrong, [on], corrected)
            if let last = ledger.events.last(where: { $0.dataset.name == "penalty" && $0.key.parts[0] == wrong }) {
                var gone = last
                gone.change = .delete
                gone.visible = LocalTime(max(corrected, last.visible.day.adding(days: 1)), secondOfDay: 36_000)
                gone.modified = gone.visible
                if gone.visible.day <= Calendar.end { ledger.events.append(gone) }
                publish(&ledger, right, [gone.visible.day], nil)
            }
        }
    }

    mutating func writeShops() {
        var dice = life.dice(0x540)
        guard dice.chance(0.14) else { return }
        for index in 0..<dice.within(1...2) {
            let from = max(2014, life.established.components.year)
            let year = from + dice.below(max(1, min(2020, life.lastDay.components.year) - from))
            guard year < 2020, year < life.lastDay.components.year else { continue }
            let dirt = dirt(6, index)
            let isShop = dice.chance(0.6)
            let platform = dice.pick(["淘宝网", "天猫", "京东商城", "1688", "苏宁易购", "拼多多"])
            let domain = isShop ? "shop\(number(index)).taobao.com" : "www.gz\(number(index)).com"
            let key = "WD" + padded(number(index), 9)
            let writer = self
            let draft = RecordDraft(
                dataset: DatasetID(.hongdun, "online-shop"),
                key: [key],
                about: subject,
                days: [Calendar.day(year + 1, 6, 30)],
                dirt: dirt,
                isBatch: true
            )
            ledger.publish(draft) { fact, seen in
                [RawField("SHOPID", key)] + writer.identity(seen, fact, dirt) + [
                    RawField("ANCHEYEAR", String(year)), RawField("WEBTYPE", isShop ? "2" : "1"),
                    RawField(
                        "WEBSITNAME",
                        isShop ? "\(writer.life.firstName.suffix(8))旗舰店" : "\(writer.life.firstName)官网"
                    ),
                    RawField("DOMAIN", domain), RawField("PLATFORM", isShop ? platform : dirt.nothing(40)),
                    RawField("ICP", isShop ? dirt.nothing(41) : "粤ICP备\(15_000_000 + writer.number(index) % 999_999)号"),
                ]
            }
        }
    }
}
