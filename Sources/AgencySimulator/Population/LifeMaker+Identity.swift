import CreditModel

/// Names, people and places: what is easily confused.
extension LifeMaker {
    /// A person who stands for many firms.
    private func nominee(_ number: Int) -> String {
        var dice = Dice(seed, 0x9E0, UInt64(number))
        return tables.person(at: dice.fraction())
    }

    /// One of those who stand for firms anywhere, nine each: not for neighbours, who may share a desk as well.
    private func anyNominee(_ dice: inout Dice) -> String { nominee(dice.below(max(1, count / 32)) + count) }

    private func sister(_ base: EnterpriseName, _ number: Int) -> EnterpriseName {
        var name = base
        var dice = Dice(seed, 0x515, UInt64(number))
        var characters = Array(base.trade)
        let place = dice.below(characters.count)
        let before = characters[place]
        while characters[place] == before { characters[place] = Character(tables.second.draw(&dice)) }
        name.trade = String(characters)
        return name
    }

    func people(_ life: inout Life, _ kinship: Kinship, _ group: Int, _ member: Int, _ dice: inout Dice) {
        let sharesWithKin =
            (member <= 6 && member <= kinship.branches && dice.chance(0.35))
            || (7...9 ~= member && member - 7 < kinship.sisters
                && dice.chance(kinship.sistersShareDesk ? 0.6 : 1))
        let person =
            sharesWithKin
            ? nominee(group)
            : dice.chance(crowd.nominees) ? anyNominee(&dice) : tables.person(at: personPoint(life.index))
        life.representatives = [(person, life.established)]
        guard life.kind != .institution, dice.chance(0.22), life.established.adding(days: 300) < life.lastDay else {
            return
        }
        let from = dice.day(from: life.established.adding(days: 200), to: life.lastDay)
        let next = dice.chance(crowd.nominees) ? anyNominee(&dice) : tables.person(at: successorPoint(life.index))
        if next != person { life.representatives.append((next, from)) }
    }

    func names(_ life: inout Life, _ kinship: Kinship, _ member: Int, _ first: Int, _ district: Int, _ dice: inout Dice)
    {
        let place = SimulatedDistrict.all[district].code(on: life.established).name
        let text: String
        var mayChange = life.kind != .shop
        if life.parent != nil {
            let style = Dice(seed, 0xB4A, UInt64(first)).first(of: ["分公司", "分店", "地区"])
            let ordinals = ["一", "二", "三", "四", "五", "六"]
            let parent = ownCompanyName(first).text
            let ordinal = ordinals[min(member, 6) - 1]
            text =
                parent
                + (style == "分公司"
                    ? "第\(ordinal)分公司"
                    : style == "分店" ? "第\(ordinal)分店" : "\(place.dropLast())分公司" + (member > 1 ? ordinal : ""))
            mayChange = false
        } else if 7...9 ~= member, member - 7 < kinship.sisters {
            let base = ownCompanyName(first + 7)
            text = (member == 7 ? base : sister(base, first + member)).text
            mayChange = false
        } else if 10...12 ~= member, member - 10 < kinship.shops {
            var name = plainName(first + 10, .shop, place)
            name.region = kinship.shopsNameCityOnly ? "广州市" : "广州市\(place)"
            text = name.text
        } else if kinship.takesOver, member == 13 || member == 14 {
            text = ownCompanyName(first + 13).text
            mayChange = false
        } else if member == 13, kinship.lookalikeOfHead {
            text = sister(ownCompanyName(first), first + member).text
            mayChange = false
        } else if member == 14, kinship.lookalikeOfOther {
            text = sister(ownCompanyName(first + 6), first + member).text
            mayChange = false
        } else if member == 6, kinship.lookalikeOfOther {
            text = ownCompanyName(life.index).text
        } else if member == 0 {
            text = ownCompanyName(first).text
            mayChange = kinship.branches == 0
        } else {
            text = plainName(life.index, life.kind, place).text
        }
        life.names = [((life.isTest ? "测试" : "") + text, life.established)]
        guard mayChange, dice.chance(0.13), life.established.adding(days: 500) < life.lastDay else { return }
        var name = plainName(life.index, life.kind, place)
        name =
            dice.chance(0.3)
            ? {
                var n = name; n.form = "集团有限公司"; return n
            }() : sister(sister(name, life.index), life.index &+ 77)
        let from = dice.day(from: life.established.adding(days: 300), to: life.lastDay)
        guard (life.isTest ? "测试" : "") + name.text != life.names[0].name else { return }
        life.names.append(((life.isTest ? "测试" : "") + name.text, from))
    }

    private func plainName(_ index: Int, _ kind: EnterpriseKind, _ place: String) -> EnterpriseName {
        var name = tables.name(at: point(index), kind: kind == .institution ? .company : kind, district: place)
        var dice = Dice(seed, 0x168, UInt64(index))
        // Some trade names hold digits or letters.
        if dice.chance(0.03) { name.trade += dice.pick(["88", "168", "365", "A", "IT", "VIP", "3D"]) }
        return name
    }
    /// The name of a company that relatives derive theirs from, so without its district.
    private func ownCompanyName(_ index: Int) -> EnterpriseName {
        tables.name(at: point(index), kind: .company, district: "天河区")
    }

    func places(
        _ life: inout Life,
        _ kinship: Kinship,
        _ member: Int,
        _ group: Int,
        _ district: Int,
        _ dice: inout Dice
    ) {
        let sharesDesk = 7...9 ~= member && member - 7 < kinship.sisters && kinship.sistersShareDesk
        life.addresses = [
            sharesDesk
                ? desk(Dice(seed, 0xDE1, UInt64(group)), life.established)
                : seat(in: district, life.established, group, &dice)
        ]
        guard life.kind != .institution, dice.chance(0.2), life.established.adding(days: 300) < life.lastDay else {
            return
        }
        let from = dice.day(from: life.established.adding(days: 200), to: life.lastDay)
        let next = dice.chance(0.5) ? SimulatedDistrict.draw(&dice) : life.addresses[0].district
        let moved = seat(in: next, from, group, &dice)
        if moved.text != life.addresses[0].text { life.addresses.append(moved) }
    }

    /// Rooms of its own, or a desk that it shares with firms of neighbouring groups (集群注册).
    private func seat(in district: Int, _ day: Day, _ group: Int, _ dice: inout Dice)
        -> (text: String, district: Int, from: Day)
    {
        if dice.chance(crowd.desks) { return desk(Dice(seed, 0xDE2, UInt64(group / 8)), day) }
        return (address(district, day, &dice), district, day)
    }

    private func desk(_ dice: Dice, _ day: Day) -> (text: String, district: Int, from: Day) {
        var dice = dice
        let district = SimulatedDistrict.draw(&dice)
        return (address(district, day, &dice), district, day)
    }

    private func address(_ district: Int, _ day: Day, _ dice: inout Dice) -> String {
        let place = SimulatedDistrict.all[district].code(on: day).name
        let road = tables.roads[district].draw(&dice)
        let house = dice.within(1...399)
        if dice.chance(crowd.bareHouses) { return "广州市\(place)\(road)\(house)号" }
        switch dice.below(4) {
        case 1: return "广州市\(place)\(road)\(house)号\(dice.within(1...30))楼\(dice.pick(["A", "B", "C", "D"]))座"
        case 2: return "广州市\(place)\(road)\(house)号自编\(dice.within(1...20))栋\(dice.within(101...2899))房"
        case 3: return "广州市\(place)\(road)\(house)号之\(dice.pick(["一", "二", "三"]))\(dice.within(101...999))房"
        default: return "广州市\(place)\(road)\(house)号\(dice.within(101...3499))房"
        }
    }

    func particulars(_ life: inout Life, _ dice: inout Dice) {
        let amounts =
            life.kind == .shop ? [1, 2, 3, 5, 10] : [3, 10, 30, 50, 50, 100, 100, 200, 500, 1000, 3000, 10_000]
        life.capitals = [(dice.pick(amounts), life.established)]
        if life.kind == .company, dice.chance(0.15), life.established.adding(days: 300) < life.lastDay {
            let from = dice.day(from: life.established.adding(days: 200), to: life.lastDay)
            life.capitals.append((life.capitals[0].amount * dice.within(2...5), from))
        }
        interludes(&life)
        let trade = tables.industries.draw(&dice)
        let other = tables.industries.draw(&dice)
        life.scope = "\(trade)；\(other)。（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
        life.industry = dice.pick([
            "5164", "5299", "6510", "7299", "5211", "6210", "3034", "1810", "4790", "7240", "5822", "6920",
        ])
        life.phone =
            dice.chance(0.6)
            ? "020-" + padded(30_000_000 + dice.below(59_999_999), 8) : "13" + padded(dice.below(999_999_999), 9)
    }
}

extension LifeMaker {
    /// What befalls some: a standstill, a state between two others, a foreign currency, an end of the licence.
    private func interludes(_ life: inout Life) {
        guard life.kind != .institution else { return }
        var dice = life.dice(0x1D7E)
        let earliest = max(life.established.adding(days: 200), Calendar.hongdun)
        if dice.chance(0.03), earliest.adding(days: 400) < life.lastDay {
            let from = dice.day(from: earliest, to: life.lastDay.adding(days: -380))
            life.pause = (from, from.adding(days: dice.within(60...365)))
        }
        if let ended = life.ended, life.endState == "ZX", dice.chance(0.6), life.established.adding(days: 60) < ended {
            life.passages = [("X", ended.adding(days: -45))]
        } else if life.pause == nil, dice.chance(0.01), earliest.adding(days: 100) < life.lastDay {
            life.passages = [(dice.pick(["B", "A"]), dice.day(from: earliest, to: life.lastDay.adding(days: -60)))]
        }
        if life.endState == "D", dice.chance(0.1) { life.endState = "DA" }
        let isForeign = life.enterpriseType.hasPrefix("5")
        if dice.chance(isForeign ? 0.5 : 0.004) {
            life.currency = dice.pick(["840", "840", "344", "344", "392", "978"])
        }
        let years = life.enterpriseType == "9500" ? 4 : dice.pick([10, 20, 30, 50])
        if dice.chance(0.25) { life.operatesTo = life.established.adding(days: years * 365 + years / 4 - 1) }
    }
}

extension Dice {
    /// The first draw, for dice that are thrown once.
    func first<Element>(of choices: [Element]) -> Element {
        var dice = self
        return dice.pick(choices)
    }
}
