import CreditModel

/// 国税 and 地税: the same taxpayer, under the same number, in two offices.
extension RecordWriter {
    private var registered: Day { life.established.adding(days: 5 + life.index % 26) }
    private func office(_ day: Day) -> (code: String, name: String) {
        let district = SimulatedDistrict.all[life.addresses[0].district].code(on: day)
        return ("1" + district.code + "0000", district.name)
    }
    private var isAtStateOffice: Bool {
        Dice(maker.seed, 0x57A7, UInt64(life.index)).first(of: [true, true, true, true, false])
    }
    private var isAtLocalOffice: Bool {
        Dice(maker.seed, 0x10CA, UInt64(life.index)).first(of: [true, true, true, true, false])
    }

    /// The tax number as one record writes it: a key keeps its dirt for ever.
    private func number(_ number: String, _ dirt: Dirt, isKey: Bool = true) -> String {
        dirt.code(number, 1, isKey: isKey, other: number.hasPrefix("L") ? nil : life.org)
    }
    private func stateHead(_ key: String, _ seen: Day, _ fact: Day, _ dirt: Dirt) -> [RawField] {
        [
            RawField("NSRSBH", key),
            RawField("SHXYDM", dirt.code(life.uscc(on: seen), 2, missing: rates.missingTaxUSCC, other: life.org)),
            RawField("NSRMC", dirt.name(of: life, on: fact, 3)),
        ]
    }
    private func state(_ fact: Day) -> String {
        guard let ended = life.ended, ended <= fact else { return life.pauses(on: fact) ? "04" : "03" }
        return life.endState.hasPrefix("D") ? (life.index % 2 == 0 ? "05" : "06") : life.endState == "Z" ? "04" : "07"
    }

    mutating func writeTaxpayer() {
        var days = [registered] + (life.names + life.representatives).map(\.from).filter { $0 > registered }
        days += life.addresses.map(\.from).filter { $0 > registered }
        if let ended = life.ended, ended > registered { days.append(ended) }
        if let pause = life.pause { days += [pause.from, pause.to].filter { $0 > registered } }
        days = Set(days).sorted()
        for (index, entry) in life.taxNumbers.enumerated() {
            let until = index + 1 < life.taxNumbers.count ? life.taxNumbers[index + 1].from : nil
            var mine = days.filter { day in until.map { day < $0 } ?? true }
            if index > 0 { mine = [entry.from] + mine.filter { $0 > entry.from } }
            if isAtStateOffice { stateTaxpayer(index, entry.number, mine, until) }
            if isAtLocalOffice { localTaxpayer(index, entry.number, mine, until) }
        }
    }

    /// The office voids the row of a number that was replaced.
    private mutating func voidRow(_ dataset: DatasetID, _ key: String, _ until: Day?) {
        guard let until, let last = ledger.events.last(where: { $0.dataset == dataset && $0.key.parts == [key] }) else {
            return
        }
        var gone = last
        gone.change = .delete
        gone.visible = LocalTime(max(until, last.visible.day.adding(days: 1)), secondOfDay: 68_400 + life.index % 3_600)
        gone.modified = gone.visible
        gone.isDoubled = false
        if gone.visible.day <= Calendar.end { ledger.events.append(gone) }
    }

    private mutating func stateTaxpayer(_ index: Int, _ taxNumber: String, _ days: [Day], _ until: Day?) {
        let dirt = dirt(10, index)
        let key = number(taxNumber, dirt)
        let writer = self
        let registered = registered
        let dataset = DatasetID(.statetax, "NSRXX")
        let mayGo = until == nil
        let draft = RecordDraft(dataset: dataset, key: [key], about: subject, days: days, dirt: dirt, mayGo: mayGo)
        ledger.publish(draft) { fact, seen in
            let life = writer.life
            let office = writer.office(fact)
            let address = life.address(on: fact).text
            return writer.stateHead(key, seen, fact, dirt) + [
                RawField("FDDBRXM", dirt.representative(of: life, on: fact, 6)), RawField("ZCDZ", address),
                RawField("SCJYDZ", life.index % 3 == 0 ? "\(address)之一" : address), RawField("HY_DM", life.industry),
                RawField("DJRQ", dirt.date(registered, 50)), RawField("NSRZT_DM", writer.state(fact)),
                RawField("ZGSWJG_DM", office.code), RawField("ZGSWJGMC", "广州市\(office.name)国家税务局"),
                RawField("YBNSR", life.kind == .company && life.index % 2 == 0 ? "Y" : "N"),
            ]
        }
        voidRow(dataset, key, until)
    }

    private mutating func localTaxpayer(_ index: Int, _ taxNumber: String, _ days: [Day], _ until: Day?) {
        let dirt = dirt(20, index)
        let key = number(taxNumber, dirt)
        let writer = self
        let registered = registered
        let dataset = DatasetID(.localtax, "nsr")
        let mayGo = until == nil
        let draft = RecordDraft(dataset: dataset, key: [key], about: subject, days: days, dirt: dirt, mayGo: mayGo)
        ledger.publish(draft) { fact, _ in
            let life = writer.life
            return [
                RawField("nsrsbh", key), RawField("nsrmc", dirt.name(of: life, on: fact, 3)),
                RawField("fddbr", dirt.representative(of: life, on: fact, 6)),
                RawField("dz", life.address(on: fact).text),
                RawField("djrq", dirt.date(registered, 51, isCompact: true)), RawField("nsrzt", writer.state(fact)),
                RawField("swjg", "广州市\(writer.office(fact).name)地方税务局"),
            ]
        }
        voidRow(dataset, key, until)
    }

    mutating func writeTaxEvents() {
        if isAtStateOffice {
            writeGrades()
            writeArrears(isState: true)
            writeMajorCases()
        }
        if isAtLocalOffice {
            writeArrears(isState: false)
            writeMissing()
            writeTaxPenalties()
        }
    }

    private mutating func writeGrades() {
        guard life.kind == .company else { return }
        var dice = life.dice(0x64A)
        guard dice.chance(0.55) else { return }
        let usual = dice.fraction()
        for year in 2014...2019
        where life.established.components.year < year && life.isAlive(on: Calendar.day(year, 12, 31)) {
            let draw = (usual * 2 + dice.fraction()) / 3
            var grade = draw < 0.2 ? "A" : draw < 0.72 ? "B" : draw < 0.9 ? "C" : "D"
            if year >= 2018, grade == "C", dice.chance(0.6) { grade = "M" }
            let assessed = Calendar.day(year + 1, 4, 1)
            let dirt = dirt(11, year)
            let key = number(life.taxNumber(on: assessed), dirt)
            let writer = self
            let draft = RecordDraft(
                dataset: DatasetID(.statetax, "NSRXYDJ"),
                key: [key, String(year)],
                about: subject,
                days: [assessed],
                dirt: dirt,
                isBatch: true
            )
            ledger.publish(draft) { fact, seen in
                writer.stateHead(key, seen, fact, dirt) + [
                    RawField("PDND", String(year)), RawField("XYDJ", grade), RawField("PDRQ", dirt.date(assessed, 52)),
                    RawField("PDJG", "广州市\(writer.office(fact).name)国家税务局"),
                ]
            }
        }
    }

    /// A spell of arrears: every announcement of the office names it again.
    private mutating func writeArrears(isState: Bool) {
        var dice = life.dice(isState ? 0xA44 : 0xA45)
        guard dice.chance(0.03), let from = day(after: Calendar.day(2013, 6, 1), &dice) else { return }
        let kind = dice.pick(isState ? ["增值税", "企业所得税", "消费税"] : ["营业税", "城市维护建设税", "土地使用税", "房产税"])
        var balance = dice.within(1_000...2_000_000)
        var quarter = from.components.year * 4 + (from.components.month - 1) / 3
        for turn in 0..<dice.within(1...6) {
            quarter += 1
            let announced = Calendar.day(quarter / 4, quarter % 4 * 3 + 1, 10 + life.addresses[0].district)
            guard announced < life.lastDay else { return }
            let fresh = turn == 0 ? balance : dice.below(balance / 3 + 1)
            if turn > 0 { balance += fresh }
            arrears(isState, turn, kind, balance, fresh, announced)
        }
    }

    private mutating func arrears(
        _ isState: Bool,
        _ turn: Int,
        _ kind: String,
        _ balance: Int,
        _ fresh: Int,
        _ announced: Day
    ) {
        let dirt = dirt(isState ? 12 : 22, turn)
        let key = number(life.taxNumber(on: announced), dirt)
        let writer = self
        let draft = RecordDraft(
            dataset: isState ? DatasetID(.statetax, "QSGG") : DatasetID(.localtax, "qs"),
            key: [key, kind, isState ? announced.description : announced.compact],
            about: subject,
            days: [announced],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            let life = writer.life
            let office = writer.office(announced)
            guard isState else {
                return [
                    RawField("nsrsbh", key), RawField("nsrmc", dirt.name(of: life, on: fact, 3)), RawField("sz", kind),
                    RawField(
                        "qsje",
                        dirt.yuan(balance, separators: dirt.hits(.separators, 0, writer.rates.separators))
                    ),
                    RawField("swjg", "广州市\(office.name)地方税务局"), RawField("ggrq", announced.compact),
                ]
            }
            return writer.stateHead(key, seen, fact, dirt) + [
                RawField("FDDBRXM", life.representative(on: fact)), RawField("JYDZ", life.address(on: fact).text),
                RawField("SZ", kind),
                RawField("QSYE", dirt.yuan(balance, separators: false)),
                RawField("DQXZ", dirt.yuan(fresh, separators: false)),
                RawField("ZGSWJG_DM", office.code), RawField("GGRQ", announced.description),
            ]
        }
    }

    private mutating func writeMajorCases() {
        var dice = life.dice(0x2D5)
        guard dice.chance(0.012), let on = day(after: Calendar.day(2014, 10, 1), &dice) else { return }
        let dirt = dirt(13)
        let removed = dice.chance(0.4) ? on.adding(days: dice.within(200...1100)) : nil
        let key = "4401" + String(on.components.year) + padded(number(0), 9)
        let nature = dice.pick(["偷税", "虚开增值税专用发票", "骗取出口退税", "逃避追缴欠税", "走逃（失联）"])
        let amount = dice.within(100_000...9_000_000)
        let writer = self
        let draft = RecordDraft(
            dataset: DatasetID(.statetax, "ZDSSWF"),
            key: [key],
            about: subject,
            days: removed.map { [on, $0] } ?? [on],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            let life = writer.life
            let isOver = removed.map { $0 <= fact } ?? false
            let head = writer.stateHead(writer.number(life.taxNumber(on: on), dirt, isKey: false), seen, fact, dirt)
            return [
                RawField("AJBH", key), head[0], head[1],
                RawField("ZZJGDM", dirt.code(life.org, 5, other: life.uscc(on: seen) ?? life.knownRegno)), head[2],
            ] + [
                RawField("AJXZ", nature),
                RawField("WFSS", "经检查，在\(on.components.year - 2)年期间存在\(nature)行为，涉及税额\(amount)元"),
                RawField("CLQK", "依法追缴税款并处罚款\(amount / 2)元"), RawField("GBRQ", dirt.date(on, 53)),
                RawField("YCRQ", dirt.date(isOver ? removed : nil, 54, open: ["9999-9-9", "1900-1-1"])),
            ]
        }
    }

    private mutating func writeMissing() {
        var dice = life.dice(0xF2C)
        guard dice.chance(0.05), let on = day(after: Calendar.day(2012, 1, 1), &dice) else { return }
        let dirt = dirt(23)
        let lifted = dice.chance(0.5) ? on.adding(days: dice.within(20...900)) : nil
        let key = number(life.taxNumber(on: on), dirt)
        let writer = self
        let draft = RecordDraft(
            dataset: DatasetID(.localtax, "fzc"),
            key: [key, on.compact],
            about: subject,
            days: lifted.map { [on, $0] } ?? [on],
            dirt: dirt
        )
        ledger.publish(draft) { fact, _ in
            let isOver = lifted.map { $0 <= fact } ?? false
            return [
                RawField("nsrsbh", key), RawField("nsrmc", dirt.name(of: writer.life, on: fact, 3)),
                RawField("fddbr", writer.life.representative(on: fact)), RawField("rdrq", on.compact),
                RawField(
                    "jcrq",
                    dirt.date(isOver ? lifted : nil, 55, isCompact: true, open: ["00000000", "99991231"])
                ),
            ]
        }
    }

    private mutating func writeTaxPenalties() {
        var dice = life.dice(0xCF0)
        for index in 0..<2 where dice.chance(0.05) {
            guard let on = day(after: Calendar.day(2012, 1, 1), &dice) else { return }
            let dirt = dirt(24, index)
            let short = SimulatedDistrict.all[life.addresses[0].district].name.prefix(1)
            let simple = dice.chance(0.4)
            let key = dirt.documentNumber("穗\(short)地税\(simple ? "简罚" : "罚")", on.components.year, number(index), 1_000)
            let fine = dice.pick([50, 100, 200, 500, 1_000, 2_000, 12_345])
            let writer = self
            let draft = RecordDraft(
                dataset: DatasetID(.localtax, "cf"),
                key: [key],
                about: subject,
                days: [on],
                dirt: dirt
            )
            ledger.publish(draft) { fact, _ in
                [
                    RawField("wsh", key),
                    RawField("nsrsbh", writer.number(writer.life.taxNumber(on: on), dirt, isKey: false)),
                    RawField("nsrmc", dirt.name(of: writer.life, on: fact, 3)),
                    RawField("wfss", "未按照规定期限办理纳税申报和报送纳税资料"),
                    RawField("cfyj", "《中华人民共和国税收征收管理法》第六十二条"), RawField("cflb", "罚款"),
                    RawField("cfje", dirt.yuan(fine, separators: dirt.hits(.separators, 0, writer.rates.separators))),
                    RawField("cfrq", dirt.date(on, 56, isCompact: true)),
                    RawField("jg", "广州市\(writer.office(on).name)地方税务局"),
                ]
            }
        }
    }
}
