/// What a group of consecutive enterprises has in common: chains, sisters, shops of one name, take-overs, shared people.
struct Kinship {
    static let size = 16
    /// Members 1…branches are branches of member 0.
    let branches: Int
    /// Members 7 to 9 are sisters of member 7, as many as these.
    let sisters: Int
    let sistersShareDesk: Bool
    let sistersShareFounding: Bool
    /// Members 10 to 12 are shops of one name in several districts.
    let shops: Int
    /// The shops' name does not even say the district.
    let shopsNameCityOnly: Bool
    /// Member 14 took over the name of member 13, which was cancelled.
    let takesOver: Bool
    /// Member 13 is called almost as member 0 is, and has nothing else in common with it.
    let lookalikeOfHead: Bool
    /// Member 14 is called almost as member 6 is.
    let lookalikeOfOther: Bool
    /// Member 15 is unknown to the registry.
    let hasOutsider: Bool

    init(seed: UInt64, group: Int, crowd: Crowd, strata: KinshipStrata) {
        var dice = Dice(seed, 0x614, UInt64(group))
        var chain = strata.point(group, of: 0)
        branches = chain.falls(below: 0.33) ? 2 + Int(chain.value * 5) : 0
        var family = strata.point(group, of: 1)
        sisters = family.falls(below: 0.42) ? (family.falls(below: 0.5) ? 2 : 3) : 0
        sistersShareDesk = family.falls(below: 0.6)
        // Where all three are alike, nothing tells them apart: seldom.
        sistersShareFounding = family.falls(below: sistersShareDesk ? 0.25 : 0.75)
        var street = strata.point(group, of: 2)
        shops = street.falls(below: 0.35) ? (street.falls(below: 0.5) ? 2 : 3) : 0
        shopsNameCityOnly = street.falls(below: 0.5)
        takesOver = dice.chance(0.10)
        hasOutsider = dice.chance(0.30)
        var first = strata.point(group, of: 3)
        lookalikeOfHead = first.falls(below: crowd.lookalikes) && !takesOver
        var second = strata.point(group, of: 4)
        lookalikeOfOther = second.falls(below: crowd.lookalikes) && !takesOver && branches < 6
    }
}

/// Lays the groups evenly over what may be the case of them.
///
/// Relatives come by the group, so that of a few hundred groups independent draws would make one population half as alike
/// again as the next.
struct KinshipStrata {
    private let orders: [Scatter]
    private let groups: Int

    init(seed: UInt64, count: Int) {
        groups = (count + Kinship.size - 1) / Kinship.size
        let size = UInt64(groups)
        orders = (0..<5).map { Scatter(seed: seed, salt: 20 + $0, size: size) }
    }

    /// The group's own point of [0, 1) in one of the layouts.
    func point(_ group: Int, of layout: Int) -> EvenPoint {
        EvenPoint(value: (Double(orders[layout](group % groups)) + 0.5) / Double(groups))
    }
}

/// A point of [0, 1) that decides one thing after another, each by what the one before left of it.
struct EvenPoint {
    private(set) var value: Double

    init(value: Double) { self.value = value }

    mutating func falls(below share: Double) -> Bool {
        let isBelow = value < share
        value = isBelow ? value / share : (value - share) / (1 - share)
        return isBelow
    }
}
