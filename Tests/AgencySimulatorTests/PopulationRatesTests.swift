import AgencySimulator
import CreditModel
import Dispatch
import Foundation
import Synchronization
import Testing

/// Every rate of `agency-interfaces.md` §5, counted in the rows as they are sent, within a tenth.
///
/// Each row is held against the same row of a population that writes it without mistakes but is otherwise alike. The rarest
/// kinds would take a million enterprises to be counted four hundred times: they are measured at a rate that is raised (by
/// ``raised``), and ``constants()`` says that the default is the page's.
@Suite("The default rates")
struct PopulationRatesTests {
    private static let count = 26_000
    /// Fewer, but the rates are higher.
    private static let fewer = 6_000
    private static let raised = ["unreadable": 0.02, "numberTwice": 0.1, "test": 0.1, "yuan": 0.1, "outsideGBK": 0.02]
    /// For the letters and digits in names, which few names have.
    private static let fullWidth = 0.6
    /// Rates of what happens to rows, not to their texts: the same in both populations.
    private static let unrest = [
        "otherDivision", "doubled", "overtaken", "late", "test", "numberTwice", "withdrawn", "return",
        "earlyWithdrawal", "withdrawnTwice", "rekeyed", "touched",
    ]

    /// How many there were, and how many of them were struck.
    struct Share: Sendable {
        var all = 0.0
        var struck = 0.0
        mutating func count(_ isStruck: Bool) {
            all += 1
            if isStruck { struck += 1 }
        }
    }

    /// The same population without mistakes in its texts, with all, and with all but names of before a change.
    private struct Populations: Sendable {
        var clean: SimulatedPopulation
        var dirty: SimulatedPopulation
        var present: SimulatedPopulation

        init(_ count: Int, seed: UInt64, _ rates: DirtRates) throws {
            var (quiet, present) = (DirtRates.none, rates)
            for name in PopulationRatesTests.unrest { try quiet.set(name, rates[name]) }
            try present.set("formerName", 0)
            clean = try SimulatedPopulation(seed: seed, enterprises: count, rates: quiet)
            dirty = try SimulatedPopulation(seed: seed, enterprises: count, rates: rates)
            self.present = try SimulatedPopulation(seed: seed, enterprises: count, rates: present)
        }
    }

    /// Counts on all cores.
    private func shares(
        _ count: Int,
        _ body: @Sendable (Int, inout [String: Share]) -> Void
    ) -> [String: Share] {
        let found = Mutex([String: Share]())
        DispatchQueue.concurrentPerform(iterations: 4) { lane in
            var shares: [String: Share] = [:]
            for index in stride(from: lane, to: count, by: 4) { body(index, &shares) }
            found.withLock { all in
                for (name, share) in shares {
                    all[name, default: Share()].all += share.all
                    all[name, default: Share()].struck += share.struck
                }
            }
        }
        return found.withLock { $0 }
    }

    /// Within a tenth, and of so many that chance does less.
    private func expect(_ name: String, _ share: Share?, _ rate: Double) {
        let share = share ?? Share()
        let expected = share.all * rate
        #expect(expected >= 400, "\(name): only \(expected) of \(share.all) to be expected")
        #expect(
            abs(share.struck - expected) <= expected / 10,
            "\(name): \(share.struck) of \(share.all), \(share.struck / share.all) not \(rate)"
        )
    }

    @Test("Each is within a tenth of the interfaces' rate, in rows and texts as they are sent")
    func defaults() async throws { try await onThread { try measureDefaults() } }

    private func measureDefaults() throws {
        let some = try Populations(Self.count, seed: 21, .standard)
        let settled = try #require(Day("2019-08-01"))
        let shares = shares(Self.count) { index, shares in
            let events = some.dirty.events(of: index)
            texts(some, index, events, &shares)
            rows(events, settled, &shares)
        }
        let names = [
            "fullWidth", "brackets", "lowerCase", "missingTaxUSCC", "missingQualityUSCC", "wrongCharacter", "swapped",
            "wrongColumn", "masked", "shortForm", "typo", "blanks", "traditional", "sentinelDate", "dateForm",
            "nullMarker", "noRepresentative", "formerName", "doubled", "overtaken", "withdrawn", "otherDivision",
            "late",
        ]
        for name in names { expect(name, shares[name], DirtRates.standard[name]) }
        #expect(Set(names).union(Self.raised.keys).isSuperset(of: Self.page.keys))
    }

    @Test("The rarest are, too, at a higher rate")
    func rarest() async throws { try await onThread { try measureRarest() } }

    private func measureRarest() throws {
        var rates = DirtRates.standard
        for (name, rate) in Self.raised { try rates.set(name, rate) }
        try rates.set("fullWidth", Self.fullWidth)
        let some = try Populations(Self.fewer, seed: 22, rates)
        let settled = try #require(Day("2019-08-01"))
        let shares = shares(Self.fewer) { index, shares in
            let events = some.dirty.events(of: index)
            texts(some, index, events, &shares)
            rows(events, settled, &shares)
            let number = events.first { $0.dataset.name == "registration" && !$0.isTest }?.fields
                .first { $0.name == "REGNO" }?.text
            if let number {
                let own = some.dirty.truth(of: index, on: Day(number: 18_000)).regno
                shares["numberTwice", default: Share()].count(own != [number])
            }
        }
        for (name, rate) in Self.raised { expect(name, shares[name], rate) }
        expect("fullWidthNames", shares["fullWidthNames"], Self.fullWidth)
    }

    /// What §5 says.
    private static let page = [
        "fullWidth": 0.04, "brackets": 0.3, "lowerCase": 0.05, "missingTaxUSCC": 0.85, "missingQualityUSCC": 0.6,
        "wrongCharacter": 0.01, "swapped": 0.005, "wrongColumn": 0.01, "masked": 0.005, "otherDivision": 0.1,
        "formerName": 0.05, "shortForm": 0.05, "typo": 0.01, "blanks": 0.03, "traditional": 0.005,
        "outsideGBK": 0.002, "doubled": 0.02, "overtaken": 0.005, "late": 0.05, "nullMarker": 0.02, "yuan": 0.003,
        "unreadable": 0.0002, "test": 0.001, "numberTwice": 0.00002,
    ]

    @Test("The default rates are the page's")
    func constants() throws {
        for (name, rate) in Self.page { #expect(DirtRates.standard[name] == rate, "\(name)") }
        var rates = try DirtRates(json: Data(#"{"typo": 0.5}"#.utf8))
        #expect(rates["typo"] == 0.5 && rates["blanks"] == 0.03)
        #expect(throws: DirtRatesError.unknownName("tpyo")) { try rates.set("tpyo", 0.1) }
        #expect(throws: DirtRatesError.notAShare("typo")) { try rates.set("typo", 2) }
    }

    private func texts(
        _ some: Populations,
        _ index: Int,
        _ events: [SimulatedEvent],
        _ shares: inout [String: Share]
    ) {
        let hasOrg = !some.clean.truth(of: index, on: Day(number: 18_000)).org.isEmpty
        let names = some.clean.truth(of: index, on: Day(number: 18_600)).names.map(\.name)
        let present = names.count > 1 ? some.present.events(of: index) : []
        for (place, (a, b)) in zip(some.clean.events(of: index), events).enumerated() where a.change == .insert {
            for (column, (was, now)) in zip(a.fields, b.fields).enumerated() {
                let pair = WrittenText(field: was.name, was: was.text, now: now.text)
                pair.countMissing(&shares)
                if !b.isTest { pair.countCode(&shares, hasOther: hasOrg) }
                if !b.isUnreadable, !b.isTest { pair.countName(&shares) }
                pair.countRest(&shares)
                // Whether the name is the former one shows in what is written without that.
                guard WrittenText.names.contains(was.name), b.dataset.name != "registration", !b.isTest,
                    present.indices.contains(place), was.text == names.last
                else { continue }
                shares["formerName", default: Share()].count(present[place].fields[column].text != now.text)
            }
        }
    }

    private func rows(_ events: [SimulatedEvent], _ settled: Day, _ shares: inout [String: Share]) {
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
        for index in 0..<3_000 {
            let numbers = some.events(of: index).filter { $0.dataset.name == "registration" }
                .compactMap { $0.fields.first { $0.name == "REGNO" }?.text }
            guard let number = numbers.first else { continue }
            #expect(Set(numbers).count == 1)
            holders[number, default: []].insert(index)
        }
        #expect(holders.values.count { $0.count > 1 } > 180)
    }
}
