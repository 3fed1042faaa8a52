import AgencySimulator
import CreditModel
import Testing

/// What makes enterprises hard to tell apart, counted in the registry's rows.
@Suite("The troubles of a simulated population")
struct PopulationTroublesTests {
    private struct Firm {
        var id = ""
        var names: [String] = []
        var type = ""
        var parent = ""
        var people: [String] = []
        var desks: [String] = []
        var districts: [String] = []
        var states: [String] = []
        var founded = Day(number: 0)
        var lastSeen = Day(number: 0)
    }

    private static let firms = Result {
        let some = try SimulatedPopulation(seed: 12, enterprises: 8_000, rates: .none)
        return (0..<some.count).compactMap { index -> Firm? in
            var firm = Firm()
            for event in some.events(of: index) where event.dataset.name == "registration" {
                let values = Dictionary(event.fields.map { ($0.name, $0.text) }) { a, _ in a }
                firm.id = values["PRIPID"] ?? ""
                firm.type = values["ENTTYPE"] ?? ""
                firm.parent = values["PARENTPRIPID"] ?? ""
                firm.names.append(values["ENTNAME"] ?? "")
                firm.people.append(values["LEREP"] ?? "")
                firm.desks.append(values["DOM"] ?? "")
                firm.districts.append(String((values["DOMDISTRICT"] ?? "").prefix(6)))
                firm.states.append(values["REGSTATE"] ?? "")
                firm.founded = Day(values["ESTDATE"] ?? "") ?? firm.founded
                firm.lastSeen = Day(values["APPRDATE"] ?? "") ?? firm.lastSeen
            }
            return firm.names.isEmpty ? nil : firm
        }
    }

    @Test("Branches come in chains and bear their parent's name")
    func branches() throws {
        let firms = try Self.firms.get()
        let byID = Dictionary(firms.map { ($0.id, $0) }) { a, _ in a }
        let branches = firms.filter { !$0.parent.isEmpty }
        let share = Double(branches.count) / Double(firms.count)
        // 9.5 in 100 names are those of branches, some of whose parents are elsewhere.
        #expect(0.06...0.11 ~= share, "\(share)")
        for branch in branches {
            let parent = try #require(byID[branch.parent])
            #expect(branch.names[0].hasPrefix(parent.names[0]) && branch.names[0] != parent.names[0])
        }
        #expect(Dictionary(grouping: branches, by: \.parent).values.count { $0.count >= 3 } > 20)
    }

    @Test("Shops of one name stand in several districts, and in none twice")
    func shops() throws {
        let shops = try Self.firms.get().filter { $0.type == "9500" }
        let namesakes = Dictionary(grouping: shops) { $0.names[0] }.values.filter { $0.count > 1 }
        #expect(namesakes.count > 50, "\(namesakes.count)")
        // Some share a desk with others, wherever their district is.
        let apart = namesakes.count { Set($0.map { $0.districts[0] }).count == $0.count }
        #expect(Double(apart) / Double(namesakes.count) > 0.9, "\(apart) of \(namesakes.count)")
    }

    @Test("A cancelled firm's name is another's a year later or more")
    func takenOver() throws {
        let companies = try Self.firms.get().filter { $0.type != "9500" }
        let pairs = Dictionary(grouping: companies) { $0.names[0] }.values.filter { $0.count == 2 }
        #expect(pairs.count > 25)
        for pair in pairs {
            let (old, new) = pair[0].founded < pair[1].founded ? (pair[0], pair[1]) : (pair[1], pair[0])
            #expect(old.states.last == "ZX")
            #expect(old.lastSeen.adding(days: 365) < new.founded, "\(old.names[0])")
        }
    }

    @Test("Sisters differ in one character or ordinal and share the representative or the desk")
    func sisters() throws {
        let firms = try Self.firms.get().filter { $0.type != "9500" && $0.parent.isEmpty }
        var holders: [String: Set<Int>] = [:]
        for (index, firm) in firms.enumerated() {
            let characters = Array(firm.names[0])
            for place in characters.indices {
                var masked = characters
                masked[place] = "?"
                holders[String(masked), default: []].insert(index)
            }
        }
        var sharing = 0
        var people: Set<Int> = []
        for group in holders.values where group.count > 1 {
            let members = Array(group)
            for one in members {
                for other in members where other != one {
                    guard firms[one].names[0] != firms[other].names[0] else { continue }
                    let isAlike =
                        firms[one].people[0] == firms[other].people[0] || firms[one].desks[0] == firms[other].desks[0]
                    if isAlike, people.insert(one).inserted { sharing += 1 }
                }
            }
        }
        // Of 42 groups in 100 two or three members of sixteen.
        let share = Double(sharing) / Double(try Self.firms.get().count)
        #expect(0.05...0.08 ~= share, "\(share)")
    }

    @Test("Some stand for many firms, some firms move between districts, some are revoked and some cancelled")
    func others() throws {
        let firms = try Self.firms.get()
        let people = Dictionary(grouping: firms) { $0.people[0] }.mapValues(\.count)
        #expect(people.values.count { $0 >= 5 } > 100)
        let total = Double(firms.count)
        let moved = Double(firms.count { Set($0.districts).count > 1 }) / total
        #expect(0.05...0.12 ~= moved, "\(moved)")
        let revoked = Double(firms.count { $0.states.contains("D") || $0.states.contains("DA") }) / total
        #expect(0.02...0.10 ~= revoked, "\(revoked)")
        let cancelled = Double(firms.count { $0.states.contains("ZX") }) / total
        #expect(0.08...0.22 ~= cancelled, "\(cancelled)")
    }

    @Test("Who is inspected as a seller was founded by then, and seldom gone")
    func sellers() throws {
        let some = try SimulatedPopulation(seed: 13, enterprises: 4_000, rates: .none)
        var (founded, ended): ([Int: Day], [Int: Day]) = ([:], [:])
        var sales: [(seller: Int, on: Day)] = []
        for index in 0..<some.count {
            for event in some.events(of: index) where event.change == .insert || event.dataset.name == "registration" {
                let values = Dictionary(event.fields.map { ($0.name, $0.text) }) { a, _ in a }
                if event.dataset.name == "registration" {
                    founded[index] = Day(values["ESTDATE"] ?? "") ?? founded[index]
                    if ["D", "DA", "C", "Q", "ZX"].contains(values["REGSTATE"]) {
                        ended[index] = Day(values["APPRDATE"] ?? "")
                    }
                }
                guard let seller = event.about.first(where: { $0.role == .seller }) else { continue }
                sales.append((seller.enterprise, try #require(Day(values["公布日期"] ?? ""))))
            }
        }
        #expect(sales.count > 200)
        let known = sales.filter { founded[$0.seller] != nil }
        for sale in known { #expect(try #require(founded[sale.seller]) <= sale.on) }
        let gone = known.count { sale in ended[sale.seller].map { $0 <= sale.on } ?? false }
        #expect(1...known.count / 20 ~= gone, "\(gone) of \(known.count)")
    }
}
