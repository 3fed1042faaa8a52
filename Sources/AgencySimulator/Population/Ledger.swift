import CreditModel

/// One record to be published: what it is, and the days on which it changes.
struct RecordDraft {
    var dataset: DatasetID
    var key: [String]
    var about: [(enterprise: Int, role: Role)]
    /// The days on which what it says comes true, ascending.
    var days: [Day]
    /// Tells the record from the enterprise's others: the seed of its dirt.
    var dirt: Dirt
    /// Published with all others of its kind, not on its own.
    var isBatch = false
    var mayGo = true
}

/// Collects the events of one enterprise: gives each version its time, and adds what agencies add to their own data.
struct Ledger {
    let rates: Rates
    let count: Int
    var isTest = false
    var events: [SimulatedEvent] = []

    private static let correctable: Set<String> = [
        "OPSCOPE", "SPECAUSETEXT", "SERILLREA", "ILLEGACTTYPE", "WEBSITNAME", "SCJYDZ", "PDJG", "JYDZ", "WFSS", "dz",
        "wfss", "地址",
        "产品名称", "型号", "型号规格", "CF_SY", "ALTAF",
    ]

    static func start(of agency: AgencyID) -> Day {
        switch agency {
        case .hongdun: Calendar.hongdun
        case .statetax: Calendar.statetax
        case .localtax: Calendar.localtax
        default: Calendar.quality
        }
    }

    /// Publishes all versions; `fields` gives a row for the day of its facts and the day on which it is seen.
    mutating func publish(_ draft: RecordDraft, fields: (_ fact: Day, _ seen: Day) -> [RawField]) {
        let start = Self.start(of: draft.dataset.agency)
        var days = draft.days
        if let last = days.lastIndex(where: { $0 < start }) { days.removeFirst(last) }
        guard !days.isEmpty else { return }
        let dirt = draft.dirt
        var life = Dice(dirt.seed, 0x1ED6E4)
        var seconds: [(Int64, Day, edition: Int)] = []
        for (index, day) in days.enumerated() {
            let time = publishing(day, start, draft.isBatch, Dice(dirt.seed, 0x714E, UInt64(index)))
            seconds.append((max(time, (seconds.last?.0 ?? 0) + 60), day, 0))
        }
        touches(&seconds, dirt)
        let isUnreadable = dirt.hits(.unreadable, 0, rates.unreadable)
        var versions: [SimulatedEvent] = []
        for (time, fact, edition) in seconds {
            let seen = LocalTime(seconds: time)
            guard seen.day <= Calendar.end else { break }
            var row = fields(fact, seen.day)
            if edition > 0 { correct(&row, edition) }
            if isUnreadable { breakRow(&row) }
            versions.append(
                SimulatedEvent(
                    dataset: draft.dataset,
                    key: RecordKey(draft.key),
                    change: versions.isEmpty ? .insert : .update,
                    visible: seen,
                    modified: seen,
                    fields: row,
                    isUnreadable: isUnreadable,
                    isTest: isTest,
                    about: isTest ? [] : draft.about
                )
            )
        }
        guard !versions.isEmpty else { return }
        overtake(&versions, draft)
        if draft.mayGo { withdraw(&versions, draft, &life) }
        for index in versions.indices where versions[index].visible.day <= Calendar.end {
            var event = versions[index]
            var dice = Dice(dirt.seed, 0xD0B, UInt64(index))
            event.isDoubled = dice.chance(rates.doubled)
            events.append(event)
        }
    }

    /// When a fact of a day is seen: with the backlog, with its batch, within days, or late.
    private func publishing(_ day: Day, _ start: Day, _ isBatch: Bool, _ dice: Dice) -> Int64 {
        var dice = dice
        if day < start { return Int64(start.number) * 86_400 + Int64(dice.below(Calendar.backlogDays * 86_400)) }
        if isBatch {
            // Few seconds hold a whole batch, but none more than some two hundred enterprises.
            let slots = max(1, (count + 199) / 200)
            return Int64(day.number) * 86_400 + 64_800 + Int64(dice.below(slots)) * Int64(20 * 86_400 / slots)
        }
        let isLate = dice.chance(rates.late)
        let lag = isLate ? dice.within(5...90) : dice.within(0...2)
        let second = 30_600 + dice.below(39_600)
        return Int64(day.number + Int32(lag)) * 86_400 + Int64(dice.chance(0.4) ? second / 60 * 60 : second)
    }

    /// Corrections of what was seen already: the facts' day stays.
    private func touches(_ seconds: inout [(Int64, Day, edition: Int)], _ dirt: Dirt) {
        guard rates.touched > 0, let first = seconds.first else { return }
        var dice = Dice(dirt.seed, 0x70C4)
        var time = first.0
        var edition = 0
        let end = Int64(Calendar.end.number) * 86_400
        while edition < 3 {
            // The time to the next correction, by the share of records that are corrected in a month.
            let wait = Double(2_592_000) / rates.touched * (0.1 + 1.8 * dice.fraction())
            time += Int64(wait)
            guard time < end else { break }
            edition += 1
            let second = 30_600 + Int64(dice.below(39_600))
            let place = time / 86_400 * 86_400 + second
            guard !seconds.contains(where: { abs($0.0 - place) < 120 }) else { continue }
            let before = seconds.last { $0.0 < place }
            seconds.append((place, before?.1 ?? first.1, edition))
            seconds.sort { $0.0 < $1.0 }
        }
        var current = 0
        for index in seconds.indices {
            current = max(current, seconds[index].edition)
            seconds[index].edition = current
        }
    }

    private func correct(_ row: inout [RawField], _ edition: Int) {
        for index in row.indices where Self.correctable.contains(row[index].name) && row[index].text.utf8.count > 3 {
            row[index].text += "（更正\(edition)）"
            return
        }
    }

    /// A bare `&` in a text that is no key.
    private func breakRow(_ row: inout [RawField]) {
        let texts: Set<String> = [
            "ENTNAME", "NSRMC", "nsrmc", "机构名称", "企业名称", "产品名称", "生产企业", "标称生产企业", "CF_SY",
        ]
        for index in row.indices where texts.contains(row[index].name) {
            row[index].text += "A&B"
            return
        }
    }

    /// The row that a correction overtook comes after it, with its own smaller time (红盾 and 质监 only).
    private func overtake(_ versions: inout [SimulatedEvent], _ draft: RecordDraft) {
        guard draft.dataset.agency == .hongdun || draft.dataset.agency == .quality else { return }
        for index in versions.indices {
            var dice = Dice(draft.dirt.seed, 0x07E4, UInt64(index))
            guard dice.chance(rates.overtaken) else { continue }
            var old = versions[index]
            old.modified = LocalTime(seconds: old.visible.seconds - Int64(dice.within(60...7_200)))
            old.visible = LocalTime(seconds: old.visible.seconds + Int64(dice.within(600...172_800)))
            old.change = .update
            correct(&old.fields, 9)
            versions.append(old)
        }
    }

    private func withdraw(_ versions: inout [SimulatedEvent], _ draft: RecordDraft, _ dice: inout Dice) {
        guard dice.chance(rates.withdrawn), var gone = versions.max(by: { $0.modified < $1.modified }) else { return }
        let back = gone
        let latest = versions.map(\.visible.seconds).max() ?? 0
        let overtakes = draft.dataset.agency == .hongdun || draft.dataset.agency == .quality
        gone.change = .delete
        if overtakes, versions.count == 1, dice.chance(rates.earlyWithdrawal) {
            // It comes before what it withdraws, and still counts.
            let time = back.visible.seconds
            gone.visible = LocalTime(seconds: time)
            gone.modified = gone.visible
            versions[0].modified = LocalTime(seconds: time - 1_800)
            versions[0].visible = LocalTime(seconds: time + Int64(dice.within(3_600...86_400)))
            versions.append(gone)
            return
        }
        var time = latest + Int64(dice.within(10...500)) * 86_400 + Int64(dice.below(20_000))
        gone.visible = LocalTime(seconds: time)
        gone.modified = gone.visible
        versions.append(gone)
        if dice.chance(rates.withdrawnTwice) {
            time += 86_400
            gone.visible = LocalTime(seconds: time)
            gone.modified = gone.visible
            versions.append(gone)
        }
        guard dice.chance(rates.comesBack) else { return }
        time += Int64(dice.within(2...200)) * 86_400
        var again = back
        again.change = .insert
        again.visible = LocalTime(seconds: time)
        again.modified = again.visible
        versions.append(again)
    }
}
