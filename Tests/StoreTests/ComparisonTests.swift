import CreditModel
import CreditStore
import SQLiteStore
import Testing

@Suite("What two stores hold alike")
struct ComparisonTests {
    private static let keys = ["B", "A|1", "A", "乙", "C", "A\u{1}"]

    /// Everything that a comparison reads, in pages of a size.
    private struct Everything: Equatable {
        var records: [RecordHistory] = []
        var places: [PlacedRecord] = []
        var identities: [StoredIdentity] = []

        init(_ desk: Desk, page: Int) throws {
            for dataset in [Desk.registration, Desk.licences] {
                var key: RecordKey?
                while true {
                    let found = try desk.store.records(of: dataset, after: key, limit: page)
                    guard let end = found.last else { break }
                    records += found
                    key = end.key
                }
                var reference: RecordReference?
                while true {
                    let found = try desk.store.placements(of: dataset, after: reference, limit: page)
                    guard let end = found.last else { break }
                    places += found
                    reference = end.record
                }
            }
            while true {
                let found = try desk.store.identities(after: identities.last?.id, limit: page)
                guard !found.isEmpty else { break }
                identities += found
            }
        }
    }

    private func filled(_ keys: [String], in datasets: [DatasetID], atOnce: Bool) throws -> Desk {
        let desk = try Desk()
        for dataset in datasets {
            let rows = keys.enumerated().flatMap { place, key in
                [
                    Desk.version(key, "新", at: 20, codes: [Code(.regno, "44010\(key)")]),
                    Desk.version(key, "旧", at: 10, sequence: 3),
                ] + (key == "C" ? [Desk.version(key, "", at: 30, operation: .withdrawal)] : [])
            }
            if atOnce { try desk.put(rows, in: dataset) } else { for row in rows { try desk.put([row], in: dataset) } }
        }
        try desk.derive(limit: atOnce ? 100 : 1)
        return desk
    }

    @Test("Records, decisions and ids come in an order of their own, page by page, whatever came first")
    func order() throws {
        let one = try filled(Self.keys, in: [Desk.registration, Desk.licences], atOnce: true)
        let other = try filled(Self.keys.reversed(), in: [Desk.licences, Desk.registration], atOnce: false)
        let everything = try Everything(one, page: 100)
        #expect(try everything == Everything(one, page: 1))
        #expect(try everything == Everything(other, page: 2))
        #expect(everything.records.count == 12 && everything.records.flatMap(\.versions).count == 26)
        let keys = everything.records.prefix(6).map(\.key)
        #expect(keys == keys.sorted() && Set(keys.flatMap(\.parts)) == Set(Self.keys))
        #expect(everything.records.count { !$0.isShown } == 2, "what is withdrawn is compared too")
        #expect(
            everything.places.count == 10 && everything.places.map(\.record) == everything.places.map(\.record).sorted()
        )
        #expect(everything.identities.map(\.id) == everything.identities.map(\.id).sorted())
        #expect(everything.identities.contains { $0.codes == ["44010A"] && $0.current == $0.id })
    }

    @Test("What a replaced file alone held does not count; what is held or undecided is told apart")
    func places() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1), Desk.version("B", "b", at: 1), Desk.version("C", "c", at: 1)])
        let code = Code(.org, "MA5AKXJ02")
        try desk.store.store(
            desk.store.nextComponents(limit: 10, on: Desk.day).map { component in
                let key = component.records[0].key
                let reference = RecordReference(dataset: Desk.registration, key: key, role: .subject)
                guard key.text != "A" else { return Desk.derivation(component) }
                let held = HeldRecord(record: reference, reason: .severalHolders([code]))
                return Derivation(
                    token: component.token,
                    outcome: IdentityOutcome(
                        enterprises: [],
                        held: key.text == "B" ? [held] : [],
                        undecided: key.text == "C" ? [reference] : []
                    ),
                    profiles: []
                )
            }
        )
        let places = try desk.store.placements(of: Desk.registration, after: nil, limit: 10).map(\.place)
        #expect(places == [.enterprise(Desk.id("A"), .registryKey("A")), .held(.severalHolders([code])), .undecided])
        try desk.put([Desk.version("A", "a", at: 2)])
        try desk.derive(aliases: [Desk.id("alias")])
        let identities = try desk.store.identities(after: nil, limit: 10)
        #expect(
            identities.first { $0.id == Desk.id("alias") }?.current == Desk.id("A"),
            "the id that it stands for now"
        )
        #expect(try desk.store.records(of: DatasetID(.quality, "unknown"), after: nil, limit: 10).isEmpty)
    }
}
