package import CreditModel

/// A population drawn from a seed: every enterprise is a pure function of its index.
package struct SimulatedPopulation: EnterprisePopulation {
    /// How many enterprises there may be: their documents' numbers are eight digits long.
    package static let sizes = 1...9_000_000
    /// The simulated world ends with this day.
    package static let lastDay = Calendar.end

    package let count: Int
    package let rates: DirtRates
    private let maker: LifeMaker

    /// Draws nothing yet but the tables of names.
    package init(seed: UInt64, enterprises: Int, rates: DirtRates = .standard) throws(PopulationError) {
        guard Self.sizes ~= enterprises else { throw .size(enterprises) }
        count = enterprises
        self.rates = rates
        maker = LifeMaker(seed: seed, count: enterprises, rates: Rates(rates))
    }

    package func events(of enterprise: Int) -> [SimulatedEvent] {
        var events = records(of: maker.life(of: enterprise))
        var dice = Dice(maker.seed, 0x7E57, UInt64(enterprise))
        // Somebody tried the system out, with an enterprise that does not exist.
        if dice.chance(maker.rates.test) { events += records(of: maker.life(of: count + enterprise, isTest: true)) }
        return events
    }

    private func records(of life: Life) -> [SimulatedEvent] {
        var writer = RecordWriter(maker: maker, life: life)
        writer.writeAll()
        return writer.ledger.events
    }

    package func truth(of enterprise: Int, on day: Day) -> EnterpriseTruth {
        let life = maker.life(of: enterprise)
        var names: [(name: String, from: Day, to: Day?)] = []
        for (index, entry) in life.names.enumerated() where index == 0 || entry.from <= day {
            let next = index + 1 < life.names.count ? life.names[index + 1].from : nil
            names.append((entry.name, entry.from, next.flatMap { $0 <= day ? $0 : nil }))
        }
        let uscc = life.uscc.flatMap { code in (life.usccFrom ?? day) <= day ? code : nil }
        return EnterpriseTruth(
            uscc: uscc.map { [$0] } ?? [],
            org: life.org.map { [$0] } ?? [],
            regno: life.isRegistered ? [life.regno] : [],
            tax: life.kind == .institution
                ? []
                : life.taxNumbers.enumerated().filter { $0.offset == 0 || $0.element.from <= day }.map(
                    \.element.number
                ),
            names: names
        )
    }
}

/// Why a population cannot be drawn.
package enum PopulationError: Error, Hashable {
    case size(Int)
}
