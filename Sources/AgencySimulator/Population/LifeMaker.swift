import CreditModel

/// Draws lives: pure functions of seed and index; relatives are derived from the first draws of their group.
struct LifeMaker: Sendable {
    let seed: UInt64
    let count: Int
    let rates: Rates
    let tables: NameTables
    let crowd: Crowd
    let strata: KinshipStrata
    private let order: Scatter
    private let people: Scatter
    private let successors: Scatter
    private let orgs: Scatter
    private let newOrgs: Scatter
    private let regnos: Scatter
    private let oldRegnos: Scatter
    private let cards: Scatter
    private let oldCards: Scatter

    init(seed: UInt64, count: Int, rates: Rates) {
        self.seed = seed
        self.count = count
        self.rates = rates
        crowd = Crowd(count: count)
        tables = NameTables(longNames: crowd.longNames)
        strata = KinshipStrata(seed: seed, count: count)
        order = Scatter(seed: seed, salt: 1, size: UInt64(count))
        people = Scatter(seed: seed, salt: 8, size: UInt64(count))
        successors = Scatter(seed: seed, salt: 9, size: UInt64(count))
        orgs = Scatter(seed: seed, salt: 2, size: 70_000_000)
        newOrgs = Scatter(seed: seed, salt: 3, size: 28_629_151)
        regnos = Scatter(seed: seed, salt: 4, size: 10_000_000)
        oldRegnos = Scatter(seed: seed, salt: 5, size: 100_000_000)
        cards = Scatter(seed: seed, salt: 6, size: 30 * 14_600 * 990)
        oldCards = Scatter(seed: seed, salt: 7, size: 30 * 9_000 * 100)
    }

    /// The point of the table of names that is an index's own: points lie evenly, so names repeat only by design.
    func point(_ index: Int) -> Double { even(order(index % count)) }

    /// The point of the table of people: evenly, too, so that what two namesakes are not by design, they are because
    /// their name is common.
    func personPoint(_ index: Int) -> Double { even(people(index % count)) }
    /// The same for who comes after: between the points of those who came first, or each would have a namesake there.
    func successorPoint(_ index: Int) -> Double { even(successors(index % count), 1) }

    private func even(_ place: UInt64, _ offset: Double = 0.5) -> Double {
        min((Double(place) + offset) / Double(count), 1 - 0x1p-53)
    }

    func life(of index: Int, isTest: Bool = false) -> Life {
        let group = index / Kinship.size
        let member = index % Kinship.size
        let kinship = Kinship(seed: seed, group: group, crowd: crowd, strata: strata)
        let first = group * Kinship.size
        var dice = Dice(seed, 0x11FE, UInt64(index))
        let isBranch = 1...6 ~= member && member <= kinship.branches
        let isSister = 7...9 ~= member && member - 7 < kinship.sisters
        let isTwin = 10...12 ~= member && member - 10 < kinship.shops
        let isLookalike = member == 13 && kinship.lookalikeOfHead || member == 14 && kinship.lookalikeOfOther
        let isHead = member == 0 || member == 6 && kinship.lookalikeOfOther
        let isOutsider = member == 15 && kinship.hasOutsider
        let kindDraw = dice.fraction()
        let kind: EnterpriseKind =
            isOutsider
            ? .institution
            : isBranch || isSister || isLookalike || isHead || (member >= 13 && kinship.takesOver)
                ? .company : isTwin ? .shop : kindDraw < 0.24 ? .shop : kindDraw < 0.31 ? .factory : .company
        var district = SimulatedDistrict.draw(&dice)
        if isTwin { district = twinDistrict(first + 10, member - 10) }
        var established = foundingDay(&dice)
        if isSister, kinship.sistersShareFounding { established = foundingDay(of: first + 7) }
        let parentDay = isBranch ? foundingDay(of: first) : nil
        if let parentDay, established < parentDay { established = parentDay.adding(days: 30 + dice.below(2000)) }
        var life = Life(
            index: index,
            seed: seed,
            kind: kind,
            isTest: isTest,
            isRegistered: !isOutsider,
            parent: isBranch ? first : nil,
            enterpriseType: enterpriseType(kind, isBranch, &dice),
            established: established,
            pripid: "",
            regno: "",
            taxNumbers: [],
            names: [],
            representatives: [],
            addresses: [],
            capitals: [],
            scope: "",
            industry: "",
            phone: ""
        )
        endings(&life, &dice)
        if kinship.takesOver, member == 13 {
            life.established = Calendar.day(1999, 3, 1).adding(days: dice.below(2500))
            life.ended = Calendar.day(2007, 1, 4).adding(days: dice.below(1500))
            // The dead are given no codes.
            life.usccFrom = nil
            life.endState = "ZX"
        } else if kinship.takesOver, member == 14 {
            life.established = Calendar.day(2012, 3, 1).adding(days: dice.below(1800))
            life.ended = nil
            life.endState = "K"
        }
        numbers(&life, district, &dice)
        people(&life, kinship, group, member, &dice)
        names(&life, kinship, member, first, district, &dice)
        places(&life, kinship, member, group, district, &dice)
        particulars(&life, &dice)
        return life
    }

    /// Never the same district twice, nor one that was part of another: 南沙 belonged to 番禺.
    private func twinDistrict(_ first: Int, _ place: Int) -> Int {
        var dice = Dice(seed, 0x11FE, UInt64(first))
        _ = dice.fraction()
        return (SimulatedDistrict.draw(&dice) + place * 3) % SimulatedDistrict.all.count
    }

    private func foundingDay(of index: Int) -> Day {
        var dice = Dice(seed, 0x11FE, UInt64(index))
        _ = dice.fraction()
        _ = SimulatedDistrict.draw(&dice)
        return foundingDay(&dice)
    }

    private func foundingDay(_ dice: inout Dice) -> Day {
        let draw = dice.fraction()
        let years =
            draw < 0.03
            ? 1980...1989
            : draw < 0.12 ? 1990...1999 : draw < 0.35 ? 2000...2008 : draw < 0.80 ? 2009...2015 : 2016...2020
        let month = dice.within(1...12)
        return Calendar.day(dice.within(years), month, dice.within(1...28))
    }

    private func enterpriseType(_ kind: EnterpriseKind, _ isBranch: Bool, _ dice: inout Dice) -> String {
        switch kind {
        case .shop: "9500"
        case .factory: dice.pick(["4540", "4533", "3100", "3200", "3700"])
        case .company where isBranch: "2130"
        case .company: dice.pick(["1130", "1130", "1130", "1151", "1151", "1190", "1100", "1219", "5110"])
        case .institution: ""
        }
    }

    private func endings(_ life: inout Life, _ dice: inout Dice) {
        // Those that ended before codes were given are among the 3 in 10 that have none.
        let beforeCodes = life.established < Calendar.usccStart
        let hasNone = beforeCodes && dice.chance(0.30)
        if beforeCodes, !hasNone {
            life.usccFrom = dice.day(from: max(Calendar.usccStart, life.established), to: Calendar.usccLast)
        } else if !beforeCodes {
            life.usccFrom = life.established
        } else if dice.chance(0.5) {
            life.usccFrom = dice.day(from: Calendar.day(2018, 7, 1), to: Calendar.day(2020, 11, 30))
        }
        guard dice.chance(hasNone ? 0.5 : 0.15), life.kind != .institution else { return }
        let earliest = max(life.established.adding(days: 200), life.usccFrom ?? life.established.adding(days: 200))
        guard earliest < Calendar.end else { return }
        if hasNone, dice.chance(0.8), life.established.adding(days: 400) < Calendar.day(2018, 1, 1) {
            life.ended = dice.day(from: life.established.adding(days: 200), to: Calendar.day(2018, 1, 1))
            life.usccFrom = nil
        } else {
            life.ended = dice.day(from: earliest, to: Calendar.end)
        }
        life.endState =
            dice.chance(0.3) ? "D" : dice.chance(0.03) ? "C" : dice.chance(0.03) ? "Q" : dice.chance(0.03) ? "Z" : "ZX"
    }

    private func regnoOf(_ index: Int, _ kind: EnterpriseKind, _ districtCode: String, isOld: Bool, _ dice: Dice)
        -> String
    {
        var dice = dice
        if isOld { return CheckedCodes.mod1110("4401" + padded(oldRegnos(index), 8)) }
        let lead = kind == .shop ? dice.pick(["6", "7", "8"]) : dice.chance(0.06) ? "4" : dice.pick(["0", "1", "2"])
        return CheckedCodes.mod1110(districtCode + lead + padded(regnos(index), 7))
    }

    private func numbers(_ life: inout Life, _ district: Int, _ dice: inout Dice) {
        let index = life.index
        let place = SimulatedDistrict.all[district].code(on: life.established).code
        life.pripid = "440100" + padded(Dice.mix(UInt64(index) &+ Dice.mix(seed)), 20)
        let endedEarly = life.ended.map { $0 < Calendar.renumbered } ?? false
        let isOld = endedEarly || (life.established < Calendar.renumbered && dice.chance(0.05))
        life.regno = regnoOf(index, life.kind, place, isOld: isOld, life.dice(0x4E6))
        life.hasAnothersNumber = dice.chance(rates.numberTwice) && index > 0 && !life.isTest
        let isNew = life.established >= Calendar.usccStart
        let body = isNew ? "MA5" + base31(newOrgs(index), 5) : padded(10_000_000 + orgs(index), 8)
        let org = CheckedCodes.org(body: body)
        let head =
            life.kind == .institution
            ? dice.pick(["12440100", "91440300", "91330200", "52440100"])
            : (life.kind == .shop ? "92" : life.enterpriseType == "3700" ? "93" : "91") + place
        if life.kind == .institution, life.usccFrom == nil {
            life.usccFrom = Calendar.usccStart.adding(days: dice.below(600))
        }
        let uscc = CheckedCodes.uscc(head: head, org: org)
        if life.usccFrom != nil { life.uscc = uscc }
        if life.kind != .shop || life.usccFrom != nil { life.org = org }
        var divisions = life.dice(0xD17)
        let division = divisions.chance(rates.otherDivision) ? otherDistrict(district, &divisions) : district
        let office = SimulatedDistrict.all[division].code(on: life.established).code
        if life.kind == .shop {
            life.taxNumbers = [(cardNumber(life, &dice), life.established)]
        } else if isNew {
            life.taxNumbers = [(uscc, life.established)]
        } else {
            life.taxNumbers = [(office + org, life.established)]
            if let from = life.usccFrom, dice.chance(0.25) {
                life.taxNumbers.append((uscc, from.adding(days: dice.within(1...90))))
            }
        }
        if life.kind == .shop, dice.chance(0.03) {
            life.taxNumbers[0].number = "L" + (isNew ? uscc : life.taxNumbers[0].number)
        }
    }

    private func otherDistrict(_ district: Int, _ dice: inout Dice) -> Int {
        // 南沙 was part of 番禺: another index may still be the same code in old years.
        let other = (district + 1 + dice.below(SimulatedDistrict.all.count - 1)) % SimulatedDistrict.all.count
        return other == 8 || district == 8 ? (district == 3 ? 4 : 3) : other
    }

    private func base31(_ number: UInt64, _ width: Int) -> String {
        var rest = number
        var bytes: [UInt8] = []
        for _ in 0..<width {
            bytes.append(CheckedCodes.alphabet[Int(rest % 31)])
            rest /= 31
        }
        return String(decoding: bytes.reversed(), as: UTF8.self)
    }

    private static let homes = [
        "440102", "440103", "440104", "440105", "440106", "440111", "440112", "440126", "440122", "440125", "440121",
        "440524",
        "440582", "440923", "441402", "441521", "441827", "441224", "442527", "430422", "430623", "430111", "420106",
        "420583",
        "360102", "360731", "450103", "450881", "510102", "350102",
    ]

    /// An identity card's number: 15 digits of old, 18, or 18 and a suffix of two.
    private func cardNumber(_ life: Life, _ dice: inout Dice) -> String {
        if life.established < Calendar.day(2004, 1, 1) {
            let number = Int(oldCards(life.index))
            let born = Calendar.day(1940, 1, 1).adding(days: number / 30 % 9_000).description.filter { $0 != "-" }
            return CheckedCodes.mod1110(Self.homes[number % 30] + born.dropFirst(2) + padded(number / 270_000, 2))
        }
        let number = Int(cards(life.index))
        let born = Calendar.day(1950, 1, 1).adding(days: number / 30 % 14_600).description.filter { $0 != "-" }
        let card = CheckedCodes.identityCard(Self.homes[number % 30] + born + padded(number / 438_000 + 1, 3))
        return dice.chance(0.4) ? card + padded(dice.within(1...3), 2) : card
    }
}
