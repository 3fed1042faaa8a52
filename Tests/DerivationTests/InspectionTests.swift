import CreditModel
import CreditStore
import Derivation
import Foundation
import SQLiteStore
import Testing

/// 监督抽查 speaks of a producer and a seller, and every enterprise is in some: they must not chain all together.
@Suite("Inspections bring no enterprises together", .timeLimit(.minutes(20)))
final class InspectionTests {
    private static let day = Day(number: 17_683)
    private static let inspections = DatasetID(.quality, "JDCC")
    private static let registrations = DatasetID(.hongdun, "registration")

    private let folder = NSTemporaryDirectory() + "inspection-" + UUID().uuidString
    private let store: SQLiteStore
    private let deriver: Deriver

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var options = SQLiteStore.Options()
        // A whole chain in one look.
        options.recordsAtOnce = 10_000
        store = try SQLiteStore(path: folder + "/store.sqlite", options: options)
        deriver = try Deriver(store: store, secret: Array(repeating: 7, count: 32)) { 1 }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func subject(_ role: Role, _ number: Int, isRegistry: Bool = false) -> Subject {
        Subject(
            role: role,
            pripid: isRegistry ? "P\(number)" : nil,
            codes: [SubjectCode(Code(.org, "\(700_000_000 + number)"), .valid)],
            name: "广州市第\(number)食品厂"
        )
    }

    private func version(_ key: String, _ subjects: [Subject], at time: Int64 = 1) -> ReceivedVersion {
        let text = "\(key)/\(time)/\(subjects.map { "\($0.role)\($0.codes.map(\.code.text))" })"
        return ReceivedVersion(
            key: RecordKey([key]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: ShortDigest.text(of: sha256(Array(text.utf8)))),
                operation: .record,
                modified: LocalTime(seconds: 1_500_000_000 + time),
                sequence: 0,
                content: CreditRecord(subjects: subjects, facts: [Fact("result", .code("合格", label: nil))])
            ),
            original: [],
            place: RowPlace(document: "page", row: 1, line: 1)
        )
    }

    private func put(_ versions: [ReceivedVersion], in dataset: DatasetID) throws {
        _ = try store.commit(StoreBatch(dataset: dataset, run: "run", receivedAt: 0, versions: versions))
    }

    private func register(_ numbers: Range<Int>) throws {
        try put(numbers.map { version("P\($0)", [subject(.subject, $0, isRegistry: true)]) }, in: Self.registrations)
    }

    /// The enterprises that an inspection belongs to, as `role registry key`.
    private func homes(_ key: String) throws -> [String] {
        try store.enterprises(of: Self.inspections, key: RecordKey([key])).map { home in
            let registry = try store.members(of: home.id).first { $0.record.dataset == Self.registrations }
            return "\(home.role) \(registry.map { $0.record.key.text } ?? "nobody")"
        }
    }

    @Test("A chain of enterprises, each the seller of the next one's product, is as many components")
    func chain() throws {
        let count = 2_000
        try register(0..<count)
        let rows = (0..<count - 1).map { version("J\($0)", [subject(.producer, $0 + 1), subject(.seller, $0)]) }
        try put(rows, in: Self.inspections)
        let components = try store.nextComponents(limit: 10_000, on: Self.day)
        #expect(components.count == count)
        #expect(components.map(\.records.count).max() == 3)
        #expect(components.allSatisfy { $0.records.allSatisfy { $0.current?.content?.subjects.count == 1 } })
        try store.store(components.map { deriver.derivation(of: $0, on: Self.day) }, at: 1)
        #expect(try store.pendingCount(on: Self.day) == 0)
        #expect(try store.counts().enterprises == count)
        #expect(try homes("J7") == ["producer P8", "seller P7"])
    }

    @Test("Profiles are those of a look at all records at once", arguments: 1...4 as ClosedRange<UInt64>)
    func sameProfiles(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let town = Town(seed: seed, enterprises: 30)
        try store.take(town.sent)
        let roles: [Role] = [.producer, .victim]
        var rows = (0..<80).map { row in
            // Some sellers are in no registry, some producers sell what they make.
            let maker = subject(
                roles.randomElement(using: &random) ?? .producer,
                Int.random(in: 0..<30, using: &random)
            )
            return version("J\(row)", [maker, subject(.seller, Int.random(in: 0..<36, using: &random))])
        }
        rows += (0..<20).map { row in
            version("J\(row)", [subject(.victim, Int.random(in: 0..<30, using: &random))], at: 2)
        }
        for row in rows.shuffled(using: &random) {
            try put([row], in: Self.inspections)
            if Int.random(in: 0..<10, using: &random) == 0 { try deriver.derive(on: Self.day) }
        }
        try deriver.derive(on: Self.day)
        let places = Set(town.sent.map { Place(dataset: $0.dataset, key: $0.version.key) })
            .union(rows.map { Place(dataset: Self.inspections, key: $0.key) })
        let records = try places.compactMap { try store.history(of: $0.dataset, key: $0.key) }
        let whole = deriver.derivation(of: StoredComponent(token: 0, records: records, previous: []), on: Self.day)
        let profiles = try store.profiles(after: nil, limit: 10_000)
        #expect(profiles.map(\.id) == whole.profiles.map(\.id))
        #expect(profiles.map(\.bytes) == whole.profiles.map(\.bytes))
        #expect(try store.counts().held == whole.outcome.held.count)
        #expect(try store.counts().undecided == whole.outcome.undecided.count)
    }

    private struct Place: Hashable {
        let dataset: DatasetID
        let key: RecordKey
    }

    @Test("When a role passes to another enterprise, both are derived anew and nobody else")
    func rolePasses() throws {
        try register(0..<5)
        try put([version("J", [subject(.producer, 0), subject(.seller, 1)])], in: Self.inspections)
        try deriver.derive(on: Self.day)
        let before = try store.profile(of: store.enterprises(of: Self.inspections, key: RecordKey(["J"]))[0].id)
        // The product was forged: the producer is its victim now, and the seller another.
        try put([version("J", [subject(.victim, 0), subject(.seller, 2)], at: 2)], in: Self.inspections)
        let keys = try store.nextComponents(limit: 10, on: Self.day).flatMap(\.records)
            .filter { $0.dataset == Self.registrations }.map(\.key.text)
        #expect(keys.sorted() == ["P0", "P1", "P2"])
        try deriver.derive(on: Self.day)
        #expect(try homes("J") == ["seller P2", "victim P0"])
        let home = try #require(try store.enterprises(of: Self.inspections, key: RecordKey(["J"])).last)
        #expect(home.id == before?.id)
        #expect(try store.profile(of: home.id) != before)
        #expect(try store.pendingCount(on: Self.day) == 0)
    }

    @Test("A seller that only an inspection names is gone when the inspection names another")
    func founderLeaves() throws {
        try put([version("J", [subject(.seller, 9)])], in: Self.inspections)
        try deriver.derive(on: Self.day)
        let first = try #require(try store.profiles(after: nil, limit: 9).first)
        try put([version("J", [subject(.producer, 8)], at: 2)], in: Self.inspections)
        try deriver.derive(on: Self.day)
        let profiles = try store.profiles(after: nil, limit: 9)
        #expect(profiles.count == 1 && profiles.first?.id != first.id)
        #expect(try store.enterprises(of: Self.inspections, key: RecordKey(["J"])).map(\.role) == [.producer])
    }
}
