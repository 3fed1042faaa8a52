import AgencySimulator
import CreditModel
import Dispatch
import Synchronization
import Testing

@Suite("A simulated population is as confusable as the real one")
struct PopulationLikenessTests {
    private struct Row {
        var name: String
        var representative: String
        var address: String
    }

    /// The registration rows that the registry shows at the end of 2018-06-01, of the last version each.
    private static func shown(_ count: Int, seed: UInt64, rates: DirtRates) throws -> [Row] {
        let some = try SimulatedPopulation(seed: seed, enterprises: count, rates: rates)
        let end = LocalTime(try #require(Day("2018-06-01")), secondOfDay: 86_399)
        let found = Mutex([Row]())
        DispatchQueue.concurrentPerform(iterations: 4) { lane in
            var rows: [Row] = []
            for index in stride(from: lane, to: count, by: 4) {
                let versions = some.events(of: index).filter {
                    $0.dataset.name == "registration" && !$0.isTest && $0.visible <= end
                }
                guard let last = versions.max(by: { $0.modified < $1.modified }), last.change != .delete else {
                    continue
                }
                let values = Dictionary(last.fields.map { ($0.name, $0.text) }) { a, _ in a }
                let (name, person) = (values["ENTNAME"] ?? "", values["LEREP"] ?? "")
                rows.append(Row(name: name, representative: person, address: values["DOM"] ?? ""))
            }
            found.withLock { $0 += rows }
        }
        return found.withLock { $0 }
    }

    @Test(
        "Near names, shared representatives and shared addresses are as frequent as in Guangdong, whatever the size",
        arguments: [(3_000, UInt64(11)), (20_000, 12)]
    )
    func likeness(_ count: Int, _ seed: UInt64) async throws { try await onThread { try measure(count, seed) } }

    private func measure(_ count: Int, _ seed: UInt64) throws {
        let rows = try Self.shown(count, seed: seed, rates: .none)
        #expect(Double(rows.count) > Double(count) * 0.8)
        func shared(_ value: (Row) -> String) -> Double {
            let counts = rows.reduce(into: [String: Int]()) { $0[value($1), default: 0] += 1 }
            return Double(rows.count { counts[value($0)] ?? 0 > 1 }) / Double(rows.count)
        }
        let (people, desks, names) = (shared(\.representative), shared(\.address), shared(\.name))
        let near = Double(nearNames(rows.map(\.name))) / Double(rows.count)
        #expect(abs(people / 0.38 - 1) <= 0.1, "representatives \(people)")
        #expect(abs(desks / 0.087 - 1) <= 0.1, "desks \(desks)")
        #expect(abs(near / 0.15 - 1) <= 0.1, "near names \(near)")
        // Taken-over names, and shops of one name in several districts.
        #expect(0.02...0.06 ~= names, "same names \(names)")
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
