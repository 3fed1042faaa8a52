internal import Crypto
package import CreditModel
package import ServiceKit

/// An invented population, the test enterprises beside it, and whatever was let happen to them.
///
/// A pure function of the seed and of the acts in their order: to go back to any day is to perform them again.
package struct SandboxPopulation: EnterprisePopulation {
    /// The day on which every sandbox begins.
    package static let firstDay = Calendar.day(2018, 6, 1)

    package let count: Int
    /// The agencies' day.
    package internal(set) var day = Self.firstDay
    /// Agencies that do not answer.
    package private(set) var silent: Set<String> = []
    let base: SimulatedPopulation
    /// What acts brought, by enterprise; what would have come by itself afterwards does not.
    var acted: [Int: [SimulatedEvent]] = [:]
    /// Who was taken over by whom, and the rows that it had.
    var absorbed: [Int: (by: Int, rows: [SandboxRow])] = [:]
    /// How many acts there were: numbers of documents are made of it.
    var acts = 0
    private let found: [String: Int]

    /// Draws the population of a seed.
    /// - Throws: ``PopulationError``.
    package init(seed: UInt64, enterprises: Int) throws(PopulationError) {
        base = try SimulatedPopulation(seed: seed, enterprises: enterprises)
        count = enterprises + TestEnterprise.all.count
        var found: [String: Int] = [:]
        for index in 0..<count {
            for event in Self.events(of: index, base) where event.dataset.name == "registration" && !event.isTest {
                let row = SandboxRow(event)
                for name in Self.names(of: row) { found[name] = found[name] ?? index }
            }
        }
        // Whose number it truly is comes first, whatever order they are drawn in.
        for (place, enterprise) in TestEnterprise.all.enumerated() {
            found[enterprise.uscc] = enterprises + place
        }
        self.found = found
    }

    /// By what an enterprise can be named in an order.
    private static func names(of row: SandboxRow) -> [String] {
        let pripid = row["PRIPID"]
        let id = EnterpriseID(pripid: pripid) { Array(SHA256.hash(data: $0)) }
        return [pripid, id.text, row["UNISCID"], row["REGNO"]].filter { !$0.isEmpty }
    }

    private static func events(of enterprise: Int, _ base: SimulatedPopulation) -> [SimulatedEvent] {
        guard enterprise >= base.count else { return base.events(of: enterprise) }
        return SandboxRecords(enterprise: TestEnterprise.all[enterprise - base.count], index: enterprise).events
    }

    package func events(of enterprise: Int) -> [SimulatedEvent] {
        let own = Self.events(of: enterprise, base)
        guard let acted = acted[enterprise], let first = acted.first else { return own }
        return own.filter { $0.visible.seconds < first.visible.seconds } + acted
    }

    package func truth(of enterprise: Int, on day: Day) -> EnterpriseTruth {
        guard enterprise >= base.count else { return base.truth(of: enterprise, on: day) }
        let test = TestEnterprise.all[enterprise - base.count]
        return EnterpriseTruth(
            uscc: [test.uscc],
            org: [test.org],
            regno: [test.regno],
            tax: [test.uscc],
            names: [(test.title, Calendar.day(2016, 3, 1), nil)]
        )
    }

    /// The enterprise that an id, a code or a registry key names.
    /// - Throws: ``SandboxRefusal`` where the registry knows none.
    func index(of name: String) throws(SandboxRefusal) -> Int {
        let plain = name.filter { !$0.isWhitespace && $0 != "-" }
        guard let index = found[plain] ?? found[plain.uppercased()] ?? found[plain.lowercased()] else {
            throw SandboxRefusal(
                .form,
                "No registered enterprise of this sandbox has that id or code; GET /v1/sandbox names the test enterprises.",
                "沙箱中没有以此编号或代码登记的企业；测试企业见 GET /v1/sandbox。"
            )
        }
        return index
    }

    /// What the agencies show of an enterprise now, the newest last.
    func rows(of enterprise: Int) -> [SandboxRow] {
        let end = LocalTime(day, secondOfDay: 86_399).seconds
        let events = events(of: enterprise).filter { !$0.isTest && !$0.isUnreadable && $0.visible.seconds <= end }
        var last: [DatasetID: [RecordKey: SimulatedEvent]] = [:]
        for event in events.sorted(by: {
            ($0.modified.seconds, $0.visible.seconds) < ($1.modified.seconds, $1.visible.seconds)
        }) {
            last[event.dataset, default: [:]][event.key] = event
        }
        let shown = last.values.flatMap(\.values).filter { $0.change != .delete }
        return shown.sorted { a, b in
            (a.modified.seconds, "\(a.dataset)", a.key) < (b.modified.seconds, "\(b.dataset)", b.key)
        }.map { SandboxRow($0) }
    }

    /// Lets acts happen on the next day, in their order.
    /// - Throws: ``SandboxRefusal``; then this is to be thrown away.
    package mutating func perform(_ acts: [SandboxAct]) throws(SandboxRefusal) {
        var days = 0
        for case .advanceDay(let more) in acts { days += more }
        let next = day.adding(days: max(1, days))
        guard next <= SimulatedPopulation.lastDay else {
            throw SandboxRefusal(
                .state,
                "The simulated world ends on \(SimulatedPopulation.lastDay): begin a new sandbox in another folder.",
                "模拟世界到 \(SimulatedPopulation.lastDay) 为止：请在另一文件夹新建沙箱。"
            )
        }
        var stage = SandboxStage(self, on: day.adding(days: 1))
        for act in acts { try stage.perform(act) }
        self = stage.population
        day = next
    }

    mutating func silence(_ agency: String, _ isSilent: Bool) {
        if isSilent { silent.insert(agency) } else { silent.remove(agency) }
    }
}
