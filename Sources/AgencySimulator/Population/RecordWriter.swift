import CreditModel

/// Writes the records that the four agencies keep of one enterprise.
struct RecordWriter {
    let maker: LifeMaker
    let life: Life
    var ledger: Ledger
    let rates: Rates
    /// What the registry sends: another's number where one was given twice.
    let sentRegno: String

    init(maker: LifeMaker, life: Life) {
        self.maker = maker
        self.life = life
        rates = maker.rates
        let others = life.hasAnothersNumber ? Array((max(0, life.index - 3)..<life.index).reversed()) : []
        sentRegno = others.lazy.map { maker.life(of: $0) }.first { $0.isRegistered }?.regno ?? life.regno
        ledger = Ledger(rates: maker.rates, count: maker.count, isTest: life.isTest)
    }

    mutating func writeAll() {
        if life.isRegistered {
            writeRegistration()
            writeAlterations()
            writeListings()
            writePenalties()
            writeShops()
        }
        if life.kind != .institution {
            writeTaxpayer()
            writeTaxEvents()
        }
        writeQuality()
        writeInspections()
        writeDoublePublicity()
    }

    /// The dirt of one record: `kind` tells the dataset, `number` the record.
    func dirt(_ kind: UInt64, _ number: Int = 0) -> Dirt {
        Dirt(seed: Dice.mix(Dice.mix(maker.seed &+ UInt64(life.index)) ^ (kind << 32 | UInt64(number))), rates: rates)
    }

    /// Numbers that no other enterprise has: up to eight per enterprise.
    func number(_ ordinal: Int) -> Int { life.index * 8 + ordinal + 1 }

    var subject: [(enterprise: Int, role: Role)] { [(life.index, .subject)] }

    /// A day of its life from `from` on, nil where that is over.
    func day(after from: Day, _ dice: inout Dice) -> Day? {
        let start = max(from, life.established.adding(days: 60))
        guard start < life.lastDay else { return nil }
        return dice.day(from: start, to: life.lastDay)
    }
    func authority(_ name: String, on day: Day) -> String {
        "广州市\(SimulatedDistrict.all[life.address(on: day).district].code(on: day).name)\(name)"
    }
}
