import CreditModel

/// The whole life of one enterprise: what is true of it, and when.
struct Life {
    var index: Int
    var seed: UInt64
    var kind: EnterpriseKind
    var isTest = false
    var isRegistered: Bool
    var parent: Int?
    var enterpriseType: String
    var established: Day
    var ended: Day?
    /// `K`, or how it ended.
    var endState = "K"
    /// It stood still: 歇业 at the registry, 停业 at the tax offices.
    var pause: (from: Day, to: Day)?
    /// The registry's other states on its way: 变更中, 备案中, 注销中 and the like, each until the next day of approval.
    var passages: [(state: String, from: Day)] = []
    /// Numeric code of the currency that its capital is in.
    var currency = "156"
    /// When its licence ends, if ever.
    var operatesTo: Day?
    var pripid: String
    var regno: String
    /// The registry gave it, and sends, a number that another has.
    var hasAnothersNumber = false
    var org: String?
    var uscc: String?
    var usccFrom: Day?
    /// Tax numbers and the days from which the tax offices use them.
    var taxNumbers: [(number: String, from: Day)]
    var names: [(name: String, from: Day)]
    var representatives: [(name: String, from: Day)]
    var addresses: [(text: String, district: Int, from: Day)]
    var capitals: [(amount: Int, from: Day)]
    var scope: String
    var industry: String
    var phone: String

    // What holds on a day: the last that began by then, else the first.
    func name(on day: Day) -> String { names[names.lastIndex { $0.from <= day } ?? 0].name }
    /// The name before the one of that day, if there was one.
    func formerName(on day: Day) -> String? {
        let place = names.lastIndex { $0.from <= day } ?? 0
        return place > 0 ? names[place - 1].name : nil
    }
    func representative(on day: Day) -> String {
        representatives[representatives.lastIndex { $0.from <= day } ?? 0].name
    }
    func address(on day: Day) -> (text: String, district: Int, from: Day) {
        addresses[addresses.lastIndex { $0.from <= day } ?? 0]
    }
    func capital(on day: Day) -> Int { capitals[capitals.lastIndex { $0.from <= day } ?? 0].amount }
    func taxNumber(on day: Day) -> String { taxNumbers[taxNumbers.lastIndex { $0.from <= day } ?? 0].number }
    /// Only rows of 2015-10 or later carry USCCs.
    func uscc(on day: Day) -> String? {
        guard let usccFrom, usccFrom <= day, day >= Calendar.usccStart else { return nil }
        return uscc
    }
    /// What the registry would call it by; nil where the registry does not know it.
    var knownRegno: String? { isRegistered ? regno : nil }
    func pauses(on day: Day) -> Bool { pause.map { $0.from <= day && day < $0.to } ?? false }
    /// The registry's state.
    func state(on day: Day) -> String {
        if let ended, ended <= day { return endState }
        if pauses(on: day) { return "Z" }
        guard let passage = passages.last(where: { $0.from <= day }), day < passage.from.adding(days: 45) else {
            return "K"
        }
        return passage.state
    }
    func isAlive(on day: Day) -> Bool { established <= day && (ended.map { day < $0 } ?? true) }
    /// The last day on which something may happen to it.
    var lastDay: Day { min(ended ?? Calendar.end, Calendar.end) }
    var firstName: String { names[0].name }
    func dice(_ salt: UInt64, _ place: Int = 0) -> Dice {
        Dice(seed ^ Dice.mix(UInt64(index) &+ 0x11FE), salt, UInt64(place))
    }
}

/// The days that matter to everyone.
enum Calendar {
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Day {
        Day(year: year, month: month, day: day) ?? Day(number: 0)
    }
    static let usccStart = day(2015, 10, 1)
    static let usccLast = day(2018, 3, 31)
    static let renumbered = day(2007, 7, 1)
    static let end = day(2020, 12, 31)
    /// When each agency's system went into service; what is older came with its backlog.
    static let hongdun = day(2014, 3, 3)
    static let statetax = day(2013, 1, 7)
    static let localtax = day(2013, 6, 3)
    static let quality = day(2014, 6, 9)
    static let backlogDays = 60
}
