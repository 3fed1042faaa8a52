import CreditModel
import CreditStore
import Derivation
import Foundation
import Search
import ServiceKit
import SQLiteStore
import Testing

/// What holds of every history, whatever was sent when.
@Suite("Of generated histories", .timeLimit(.minutes(20)))
final class HistoryPropertyTests {
    private static let secret = Array(repeating: UInt8(7), count: 32)
    private static let day = Day(number: 17_683)
    private let folder = NSTemporaryDirectory() + "history-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func derived(_ sent: some Sequence<Town.Sent>) throws -> SQLiteStore {
        let store = try SQLiteStore(path: folder + "/" + UUID().uuidString + ".sqlite")
        try store.take(sent)
        try derive(store)
        return store
    }

    @discardableResult
    private func derive(_ store: SQLiteStore) throws -> Deriver.Progress {
        try Deriver(store: store, secret: Self.secret, width: 2) { 1 }.derive(on: Self.day)
    }

    private func versions(in store: SQLiteStore) throws -> [EnterpriseID: String] {
        let profiles = try store.profiles(after: nil, limit: 10_000)
        return Dictionary(profiles.map { ($0.id, $0.version) }) { $1 }
    }

    private func later(_ sent: Town.Sent, _ operation: CreditModel.Operation, _ content: CreditRecord?) -> Town.Sent {
        var version = sent.version
        let text = ShortDigest.text(of: sha256(Array("\(operation) \(version.version.digest)".utf8)))
        version.version = RecordVersion(
            digest: VersionDigest(text: text),
            operation: operation,
            modified: LocalTime(seconds: 1_600_000_000),
            sequence: 0,
            content: content
        )
        return Town.Sent(dataset: sent.dataset, version: version, enterprise: sent.enterprise)
    }

    @Test("what is sent again, however often and whenever, changes no byte", arguments: 1...4 as ClosedRange<UInt64>)
    func repetition(seed: UInt64) throws {
        let town = Town(seed: seed, enterprises: 25)
        var random = SeededGenerator(seed: seed &+ 5)
        let often = town.sent + town.sent.filter { _ in Bool.random(using: &random) } + town.sent.prefix(60)
        let once = try derived(town.sent)
        let repeated = try derived(often.shuffled(using: &random))
        #expect(try once.profiles(after: nil, limit: 1000) == repeated.profiles(after: nil, limit: 1000))
        #expect(try once.counts() == repeated.counts())
    }

    @Test("what is withdrawn leaves no byte in any profile, name or code", arguments: 1...4 as ClosedRange<UInt64>)
    func withdrawal(seed: UInt64) throws {
        let town = Town(seed: seed, enterprises: 25)
        let store = try derived(town.sent)
        var random = SeededGenerator(seed: seed &+ 9)
        let (lost, name) = (3, "广州市第3机电设备有限公司")
        // A third of all records, and every record of one enterprise.
        let victims = town.sent.filter { $0.enterprise == lost || Int.random(in: 0..<3, using: &random) == 0 }
        let digests = Set(
            victims.flatMap { victim in
                town.sent.filter { $0.dataset == victim.dataset && $0.version.key == victim.version.key }
            }.map(\.version.version.digest.text)
        )
        func told() throws -> Set<String> {
            let profiles = try store.profiles(after: nil, limit: 1000).map { String(decoding: $0.bytes, as: UTF8.self) }
            return digests.filter { digest in profiles.contains { $0.contains(digest) } }
        }
        #expect(try told().count > 10, "there is something to withdraw")
        let search = EnterpriseSearch(store: store)
        #expect(try !search.search(SearchQuery(name: name, limit: 9)).hits.isEmpty)
        try store.take(victims.map { later($0, .withdrawal, nil) })
        try derive(store)
        #expect(try told() == [])
        #expect(try search.search(SearchQuery(name: name, limit: 9)).hits.allSatisfy { $0.matched != name })
        #expect(try store.enterprises(holding: "91440104\(700_000_000 + lost)X").isEmpty)
        let profiles = try store.profiles(after: nil, limit: 1000)
        #expect(!profiles.contains { String(decoding: $0.bytes, as: UTF8.self).contains(name) })
    }

    @Test("a change derives what it concerns and nothing else", arguments: 1...4 as ClosedRange<UInt64>)
    func locality(seed: UInt64) throws {
        let town = Town(seed: seed, enterprises: 25)
        let store = try derived(town.sent)
        var random = SeededGenerator(seed: seed &+ 3)
        // A record that speaks of somebody still: without it, what it held together may fall into several sets.
        for sent in town.sent.shuffled(using: &random).filter({ $0.version.version.content != nil }).prefix(12) {
            let before = try versions(in: store)
            let facts = [Fact("registration.name", .text("更名\(Int.random(in: 0..<99, using: &random))"))]
            let content = CreditRecord(subjects: sent.version.version.content?.subjects ?? [], facts: facts)
            let change = later(sent, .record, content)
            try store.take([change])
            let homes = try Set(store.enterprises(of: sent.dataset, key: sent.version.key).map(\.id))
            #expect(try derive(store).components == 1)
            let now = try Set(store.enterprises(of: sent.dataset, key: sent.version.key).map(\.id))
            let after = try versions(in: store)
            let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
            #expect(changed.isSubset(of: homes.union(now)), "\(sent.dataset) \(sent.version.key)")
        }
    }
}
