import CanonicalJSON
import CreditModel
import CreditStore
import Derivation
import Foundation
import SQLiteStore
import Testing

@Suite("Deriving what waits in a store", .timeLimit(.minutes(20)))
final class DeriverTests {
    private let folder = NSTemporaryDirectory() + "derivation-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let secret = Array(repeating: UInt8(7), count: 32)
    private static let day = Day(number: 17_683)

    private func deriver(_ store: any CreditStore, batchSize: Int = 200, width: Int = 2) throws -> Deriver {
        try Deriver(store: store, secret: DeriverTests.secret, batchSize: batchSize, width: width) { 1 }
    }

    /// Where derivation is tried.
    private func emptyStore() throws -> any CreditStore {
        try SQLiteStore(path: folder + "/" + UUID().uuidString + ".sqlite")
    }

    private func profiles(in store: any CreditStore) throws -> [StoredProfile] {
        try store.profiles(after: nil, limit: 10_000)
    }

    @Test(
        "One load or many small ones, in any order, any batch, any width: the same profiles",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func anyLoad(seed: UInt64) throws {
        let town = Town(seed: seed, enterprises: 25)
        let whole = try emptyStore()
        try whole.take(town.sent)
        try deriver(whole).derive(on: DeriverTests.day)
        var random = SeededGenerator(seed: seed &+ 99)
        let split = try emptyStore()
        var rest = town.sent.shuffled(using: &random)[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...40, using: &random)
            try split.take(rest.prefix(count))
            rest = rest.dropFirst(count)
            try deriver(split, batchSize: Int.random(in: 1...9, using: &random), width: 1).derive(on: DeriverTests.day)
        }
        #expect(try profiles(in: split) == profiles(in: whole))
        #expect(try profiles(in: whole).count >= 25)
        #expect(try split.pendingCount(on: DeriverTests.day) == 0)
    }

    @Test("No profile holds records of two enterprises, and nothing withdrawn is in one")
    func noneShared() throws {
        let town = Town(seed: 3, enterprises: 60)
        let store = try emptyStore()
        try store.take(town.sent)
        try deriver(store).derive(on: DeriverTests.day)
        var enterprises: [String: Int] = [:]
        for sent in town.sent { enterprises["\(sent.dataset)/\(sent.version.key)"] = sent.enterprise }
        for profile in try profiles(in: store) {
            guard case .object(let members) = try JSONValue(parsing: profile.bytes),
                case .array(let records)? = members["records"]
            else {
                Issue.record("no records")
                continue
            }
            let truth = records.map { record -> Int? in
                guard case .object(let members) = record, case .string(let agency)? = members["agency"],
                    case .string(let dataset)? = members["dataset"], case .string(let key)? = members["key"]
                else { return nil }
                let history = try? store.history(
                    of: DatasetID(AgencyID(rawValue: agency), dataset),
                    key: RecordKey(text: key)
                )
                #expect(history?.isShown == true)
                return enterprises["\(agency)/\(dataset)/\(key)"]
            }
            #expect(Set(truth).count == 1)
        }
    }

    @Test("What is due on a day is derived on it, and not before")
    func due() throws {
        let store = try emptyStore()
        try store.take(Town(seed: 5, enterprises: 40).sent)
        try deriver(store).derive(on: DeriverTests.day)
        let days = (1...3_000).map { DeriverTests.day.adding(days: $0) }
        let first = try #require(try days.first { try store.pendingCount(on: $0) > 0 })
        #expect(try deriver(store).derive(on: first.adding(days: -1)).profiles == 0)
        #expect(try deriver(store).derive(on: first).profiles > 0)
        let late = try emptyStore()
        try late.take(Town(seed: 5, enterprises: 40).sent)
        try deriver(late).derive(on: first)
        #expect(
            try profiles(in: store) == profiles(in: late),
            "a store that was derived day by day is as one derived today"
        )
    }

    @Test("It works in batches, tells its progress after each, and stops when told to")
    func batches() throws {
        let store = try emptyStore()
        try store.take(Town(seed: 2, enterprises: 50).sent)
        var told: [Int] = []
        let progress = try deriver(store, batchSize: 20).derive(on: DeriverTests.day) {
            told.append($0.components)
            return told.count < 2
        }
        #expect(told == [20, 40])
        #expect(progress.components == 40)
        #expect(try store.pendingCount(on: DeriverTests.day) > 0)
        try deriver(store, batchSize: 20).derive(on: DeriverTests.day)
        #expect(try store.pendingCount(on: DeriverTests.day) == 0)
        #expect(try deriver(store).derive(on: DeriverTests.day) == Deriver.Progress(), "nothing waits, nothing is done")
    }

    @Test("A secret that hides nothing is refused, and so are empty batches")
    func limits() throws {
        let store = try emptyStore()
        #expect(throws: DerivationError.self) {
            try Deriver(store: store, secret: Array(repeating: 1, count: 31)) { 1 }
        }
        #expect(throws: DerivationError.self) {
            try Deriver(store: store, secret: DeriverTests.secret, batchSize: 0) { 1 }
        }
    }
}
