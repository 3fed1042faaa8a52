import AgencySimulator
import CreditModel
import Testing

@Suite("A simulated population is as confusable as the real one")
struct PopulationLikenessTests {
    private struct Row {
        var name: String
        var representative: String
        var address: String
    }

    @Test("Near names, shared representatives and shared addresses are as frequent as in Guangdong")
    func likeness() throws {
        let count = 12_000
        let some = try SimulatedPopulation(seed: 11, enterprises: count, rates: .none)
        var rows: [Row] = []
        for index in 0..<count {
            guard let event = some.events(of: index).first(where: { $0.dataset.name == "registration" }) else {
                continue
            }
            let values = Dictionary(event.fields.map { ($0.name, $0.text) }) { a, _ in a }
            rows.append(
                Row(name: values["ENTNAME"] ?? "", representative: values["LEREP"] ?? "", address: values["DOM"] ?? "")
            )
        }
        let people = rows.reduce(into: [String: Int]()) { $0[$1.representative, default: 0] += 1 }
        let desks = rows.reduce(into: [String: Int]()) { $0[$1.address, default: 0] += 1 }
        let names = rows.reduce(into: [String: Int]()) { $0[$1.name, default: 0] += 1 }
        let total = Double(rows.count)
        let shareOfPeople = Double(rows.count { people[$0.representative] ?? 0 > 1 }) / total
        let shareOfDesks = Double(rows.count { desks[$0.address] ?? 0 > 1 }) / total
        let shareOfSameNames = Double(rows.count { names[$0.name] ?? 0 > 1 }) / total
        let shareOfNear = Double(nearNames(rows.map(\.name))) / total
        #expect(0.33...0.43 ~= shareOfPeople, "representatives \(shareOfPeople)")
        #expect(0.06...0.12 ~= shareOfDesks, "desks \(shareOfDesks)")
        #expect(0.12...0.18 ~= shareOfNear, "near names \(shareOfNear)")
        // Taken-over names, and shops of one name in several districts.
        #expect(0.02...0.06 ~= shareOfSameNames, "same names \(shareOfSameNames)")
    }

    /// How many names have another one at exactly one substituted character.
    private func nearNames(_ names: [String]) -> Int {
        var holders: [Int: Set<String>] = [:]
        for name in Set(names) {
            for hash in masks(name) { holders[hash, default: []].insert(name) }
        }
        return names.count { name in masks(name).contains { holders[$0]?.count ?? 0 > 1 } }
    }
    private func masks(_ name: String) -> [Int] {
        let scalars = Array(name.unicodeScalars.map(\.value))
        return scalars.indices.map { index in
            var hasher = Hasher()
            for (place, scalar) in scalars.enumerated() { hasher.combine(place == index ? 0 : scalar) }
            return hasher.finalize()
        }
    }
}
