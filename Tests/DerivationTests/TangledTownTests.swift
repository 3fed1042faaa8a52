import CreditModel
import CreditStore
import Derivation
import Foundation
import SQLiteStore
import Testing

/// Enterprises whose records bear each other's codes, are corrected, withdrawn and come back: components grow and split.
@Suite("A store that was derived piece by piece is as one derived at once", .timeLimit(.minutes(20)))
final class TangledTownTests {
    private static let day = Day(number: 17_683)
    private let folder = NSTemporaryDirectory() + "tangle-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func emptyStore() throws -> SQLiteStore {
        try SQLiteStore(path: folder + "/" + UUID().uuidString + ".sqlite")
    }

    private struct Sent {
        let dataset: DatasetID
        let version: ReceivedVersion
    }

    private struct Place: Hashable {
        let dataset: DatasetID
        let key: RecordKey
    }

    private static let datasets = [
        DatasetID(.hongdun, "registration"), DatasetID(.hongdun, "penalty"), DatasetID(.quality, "ZZJGDM"),
        DatasetID(.statetax, "NSRXX"), DatasetID(.localtax, "nsr"), DatasetID(.quality, "XZCF"),
        DatasetID(.quality, "SCXKZ"), DatasetID(.quality, "JDCC"),
    ]

    private static func codes(_ kinds: [CodeKind], with random: inout SeededGenerator, of count: Int) -> [SubjectCode] {
        var codes: [SubjectCode] = []
        // Three in four are the first one's, so that most records belong together.
        let home = Int.random(in: 0..<count, using: &random)
        for kind in kinds where Bool.random(using: &random) {
            let number = Int.random(in: 0..<4, using: &random) > 0 ? home : Int.random(in: 0..<count, using: &random)
            let organisation = "\(700_000_000 + number)"
            switch kind {
            case .uscc:
                codes.append(SubjectCode(Code(.uscc, "91440104\(organisation)X"), .valid))
                codes.append(SubjectCode(Code(.org, organisation), .valid, within: .uscc))
            case .org: codes.append(SubjectCode(Code(.org, organisation), .valid))
            case .regno: codes.append(SubjectCode(Code(.regno, "44010\(1_000_000_000 + number)"), .valid))
            case .tax:
                codes.append(SubjectCode(Code(.tax, "4401061970010100\(10 + number)"), .unchecked, isRestricted: true))
            }
        }
        return codes
    }

    private static func subjects(
        of dataset: DatasetID,
        key: Int,
        with random: inout SeededGenerator,
        of count: Int
    ) -> [Subject] {
        func subject(_ role: Role, _ kinds: [CodeKind]) -> Subject {
            let codes = codes(kinds, with: &random, of: count)
            let name = Int.random(in: 0..<4, using: &random)
            return Subject(
                role: role,
                pripid: dataset.agency == .hongdun ? "P\(key % count)" : nil,
                codes: codes,
                name: name == 0 ? nil : "广州市第\(name)机电设备有限公司",
                representative: Bool.random(using: &random) ? "人\(Int.random(in: 0..<3, using: &random))" : nil
            )
        }
        if dataset.name == "JDCC" {
            let maker: Role = Bool.random(using: &random) ? .producer : .victim
            return [subject(maker, [.uscc, .org]), subject(.seller, [.uscc, .org])]
        }
        return [subject(.subject, [.uscc, .org, .regno, .tax])]
    }

    private static func world(seed: UInt64, count: Int) -> [Sent] {
        var random = SeededGenerator(seed: seed)
        return (0..<count * 14).map { number in
            let dataset = datasets.randomElement(using: &random) ?? datasets[0]
            let key = Int.random(in: 0..<count, using: &random)
            let isWithdrawal = Int.random(in: 0..<6, using: &random) == 0
            let content =
                isWithdrawal
                ? nil
                : CreditRecord(
                    subjects: subjects(of: dataset, key: key, with: &random, of: count),
                    facts: [Fact("registration.name", .text("名\(number % 5)"))],
                    from: .year(2000 + Int.random(in: 0..<3, using: &random))
                )
            let modified = LocalTime(seconds: 1_400_000_000 + Int64.random(in: 0..<40, using: &random))
            let text = ShortDigest.text(of: sha256(Array("\(seed)/\(number)".utf8)))
            return Sent(
                dataset: dataset,
                version: ReceivedVersion(
                    key: RecordKey(["\(dataset.name == "registration" ? "P" : "K")\(key)"]),
                    hasRestrictedKey: false,
                    version: RecordVersion(
                        digest: VersionDigest(text: text),
                        operation: isWithdrawal ? .withdrawal : .record,
                        modified: modified,
                        sequence: 0,
                        content: content
                    ),
                    original: [],
                    place: RowPlace(document: "page", row: 1, line: 1)
                )
            )
        }
    }

    private func put(_ sent: Sent, in store: SQLiteStore) throws {
        _ = try store.commit(StoreBatch(dataset: sent.dataset, run: "run", receivedAt: 0, versions: [sent.version]))
    }

    @Test("Whatever order and whatever steps", arguments: 1...12 as ClosedRange<UInt64>)
    func steps(seed: UInt64) throws {
        let secret = Array(repeating: UInt8(7), count: 32)
        let world = TangledTownTests.world(seed: seed, count: 10)
        let whole = try emptyStore()
        for sent in world { try put(sent, in: whole) }
        let deriver = try Deriver(store: whole, secret: secret) { 1 }
        try deriver.derive(on: Self.day)

        var random = SeededGenerator(seed: seed &+ 77)
        let split = try emptyStore()
        let piecemeal = try Deriver(store: split, secret: secret, batchSize: 3, width: 1) { 1 }
        for sent in world.shuffled(using: &random) {
            try put(sent, in: split)
            if Int.random(in: 0..<4, using: &random) == 0 { try piecemeal.derive(on: Self.day) }
        }
        try piecemeal.derive(on: Self.day)

        let profiles = try whole.profiles(after: nil, limit: 1000)
        #expect(try split.profiles(after: nil, limit: 1000) == profiles)
        #expect(try split.counts().held == whole.counts().held)
        #expect(try split.counts().undecided == whole.counts().undecided)
        let places = Set(world.map { Place(dataset: $0.dataset, key: $0.version.key) })
        for place in places {
            #expect(
                try split.enterprises(of: place.dataset, key: place.key).map(\.id)
                    == whole.enterprises(of: place.dataset, key: place.key).map(\.id)
            )
        }
        let records = try places.compactMap { try whole.history(of: $0.dataset, key: $0.key) }
        let atOnce = deriver.derivation(of: StoredComponent(token: 0, records: records, previous: []), on: Self.day)
        #expect(profiles.map(\.id) == atOnce.profiles.map(\.id))
        #expect(profiles.map(\.bytes) == atOnce.profiles.map(\.bytes))
        #expect(atOnce.outcome.enterprises.contains { $0.members.count > 3 }, "the world joins something")
        #expect(!atOnce.outcome.held.isEmpty, "and leaves something apart")
        for decision in atOnce.outcome.enterprises {
            for alias in [decision.id] + decision.aliases {
                #expect(try split.currentID(of: alias) == decision.id, "an id leads where the present decision says")
                #expect(try whole.currentID(of: alias) == decision.id)
            }
        }
    }
}
