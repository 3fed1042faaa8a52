import AgencySimulator
import CreditModel
import Testing

/// The default rates, counted in the rows as they are sent.
///
/// Each row is held against the same row of a population that writes it without mistakes but is otherwise alike.
@Suite("The default rates")
struct PopulationRatesTests {
    private static let count = 3_600
    /// Rates of what happens to rows, not to their texts: the same in both populations.
    private static let unrest = [
        "otherDivision", "doubled", "overtaken", "late", "test", "numberTwice", "withdrawn", "return",
        "earlyWithdrawal", "withdrawnTwice", "rekeyed", "touched",
    ]

    /// How many there were, and how many of them were struck.
    struct Share {
        var all = 0.0
        var struck = 0.0
        mutating func count(_ isStruck: Bool) {
            all += 1
            if isStruck { struck += 1 }
        }
    }

    private func populations() throws -> (clean: SimulatedPopulation, dirty: SimulatedPopulation) {
        var rates = DirtRates.none
        for name in Self.unrest { try rates.set(name, DirtRates.standard[name]) }
        return (
            try SimulatedPopulation(seed: 21, enterprises: Self.count, rates: rates),
            try SimulatedPopulation(seed: 21, enterprises: Self.count)
        )
    }

    /// Within a tenth, or three standard deviations where so few are to be expected that chance may do more.
    private func expect(_ name: String, _ share: Share?, _ rate: Double) {
        guard let share else {
            Issue.record("nothing to count for \(name)")
            return
        }
        let expected = share.all * rate
        let deviation = abs(share.struck - expected) / expected
        #expect(
            deviation <= max(0.1, 3 / expected.squareRoot()),
            "\(name): \(share.struck) of \(share.all), not \(rate)"
        )
    }

    @Test("Codes and names are written as badly as the interfaces say")
    func texts() throws {
        let (clean, dirty) = try populations()
        var shares: [String: Share] = [:]
        for index in 0..<Self.count {
            let hasOrg = !clean.truth(of: index, on: Day(number: 18_000)).org.isEmpty
            for (a, b) in zip(clean.events(of: index), dirty.events(of: index)) where a.change == .insert {
                for (was, now) in zip(a.fields, b.fields) {
                    let pair = WrittenText(field: was.name, was: was.text, now: now.text)
                    pair.countMissing(&shares)
                    if !b.isTest { pair.countCode(&shares, hasOther: hasOrg) }
                    if !b.isUnreadable, !b.isTest { pair.countName(&shares) }
                    pair.countRest(&shares)
                }
            }
        }
        let names = [
            "fullWidth", "brackets", "lowerCase", "missingTaxUSCC", "missingQualityUSCC", "wrongCharacter", "swapped",
            "wrongColumn", "masked", "shortForm", "typo", "blanks", "traditional", "outsideGBK", "sentinelDate",
            "dateForm", "nullMarker", "yuan", "noRepresentative",
        ]
        for name in names { expect(name, shares[name], DirtRates.standard[name]) }
        expect("fullWidthNames", shares["fullWidthNames"], DirtRates.standard["fullWidth"])
    }

    @Test("Rows come twice, late, overtaken and withdrawn as often as the interfaces say")
    func rows() throws {
        let some = try SimulatedPopulation(seed: 22, enterprises: Self.count)
        var shares: [String: Share] = [:]
        let settled = try #require(Day("2019-08-01"))
        for index in 0..<Self.count {
            let events = some.events(of: index)
            shares["test", default: Share()].count(events.contains(where: \.isTest))
            var records: [String: [SimulatedEvent]] = [:]
            for event in events {
                shares["doubled", default: Share()].count(event.isDoubled)
                records["\(event.dataset) \(event.key.text)", default: []].append(event)
                if [.hongdun, .quality].contains(event.dataset.agency) {
                    shares["overtaken", default: Share()].count(event.modified < event.visible)
                }
            }
            for versions in records.values {
                guard let first = versions.first else { continue }
                shares["unreadable", default: Share()].count(first.isUnreadable)
                // Rows of the registers themselves hardly go; the others do, some time after their last change.
                guard !["registration", "penalty", "NSRXX", "nsr"].contains(first.dataset.name),
                    versions.filter({ $0.change != .delete }).allSatisfy({ $0.visible.day < settled })
                else { continue }
                shares["withdrawn", default: Share()].count(versions.contains { $0.change == .delete })
            }
            division(events, &shares)
            lateness(events, &shares)
        }
        for name in ["test", "doubled", "overtaken", "unreadable", "withdrawn", "otherDivision", "late"] {
            expect(name, shares[name], DirtRates.standard[name])
        }
    }

    /// By how many days a decision of the time after the backlog is seen later than it was made.
    private func lateness(_ events: [SimulatedEvent], _ shares: inout [String: Share]) {
        let dates = [
            "alteration": "ALTDATE", "abnormal": "ABNTIME", "illegal": "ABNTIME", "penalty": "PENDECISSDATE",
            "QSGG": "GGRQ", "ZDSSWF": "GBRQ", "fzc": "rdrq", "qs": "ggrq", "cf": "cfrq", "JDCC": "公布日期",
            "SCXKZ": "发证日期", "CCC": "发证日期",
        ]
        for event in events where event.change == .insert && event.modified == event.visible {
            guard let text = event.fields.first(where: { $0.name == dates[event.dataset.name] })?.text else { continue }
            let digits = text.filter(\.isNumber)
            guard text.utf8.count == 8 || text.utf8.count == 10, digits.utf8.count == 8,
                let day = Day("\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"),
                (Day("2014-09-01") ?? day) < day, (Day("2020-09-01") ?? day) > day
            else { continue }
            let days = event.visible.day.number - day.number
            // Rows that came back or were given another key are seen long after.
            if days <= 91 { shares["late", default: Share()].count(days > 4) }
        }
    }

    /// The six digits that a tax number of 15 begins with, against those of the registration number.
    private func division(_ events: [SimulatedEvent], _ shares: inout [String: Share]) {
        func first(_ dataset: String, _ field: String) -> String? {
            events.first { $0.dataset.name == dataset && !$0.isTest }?.fields.first { $0.name == field }?.text
        }
        guard let regno = first("registration", "REGNO"), regno.utf8.count == 15,
            first("registration", "ENTTYPE") != "9500",
            let number = first("NSRXX", "NSRSBH") ?? first("nsr", "nsrsbh"), number.utf8.count == 15,
            !number.contains("*")
        else { return }
        shares["otherDivision", default: Share()].count(regno.prefix(6) != number.prefix(6))
    }

    @Test("A number given twice is another's, sent by two rows of the registry")
    func numbersGivenTwice() throws {
        var rates = DirtRates.none
        try rates.set("numberTwice", 0.1)
        let some = try SimulatedPopulation(seed: 23, enterprises: 3_000, rates: rates)
        var holders: [String: Set<Int>] = [:]
        var share = Share()
        for index in 0..<3_000 {
            let numbers = some.events(of: index).filter { $0.dataset.name == "registration" }
                .compactMap { $0.fields.first { $0.name == "REGNO" }?.text }
            guard let number = numbers.first else { continue }
            #expect(Set(numbers).count == 1)
            holders[number, default: []].insert(index)
            share.count(some.truth(of: index, on: Day(number: 18_000)).regno != [number])
        }
        expect("numberTwice", share, 0.1)
        #expect(holders.values.count { $0.count > 1 } > 180)
        #expect(DirtRates.standard["numberTwice"] == 0.00002)
    }

    @Test("A name is the one before the change in the share that is set")
    func formerNames() throws {
        var rates = DirtRates.none
        let clean = try SimulatedPopulation(seed: 24, enterprises: 2_000, rates: rates)
        try rates.set("formerName", 0.3)
        let dirty = try SimulatedPopulation(seed: 24, enterprises: 2_000, rates: rates)
        var share = Share()
        for index in 0..<2_000 {
            let names = clean.truth(of: index, on: Day(number: 18_600)).names.map(\.name)
            guard names.count > 1 else { continue }
            for (a, b) in zip(clean.events(of: index), dirty.events(of: index))
            where a.change == .insert && a.dataset.name != "registration" {
                for (was, now) in zip(a.fields, b.fields)
                where WrittenText.names.contains(was.name) && was.text == names[1] {
                    share.count(now.text == names[0])
                    #expect([names[0], names[1]].contains(now.text))
                }
            }
        }
        expect("formerName", share, 0.3)
    }
}
