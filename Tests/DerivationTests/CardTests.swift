import CanonicalJSON
import CreditModel
import CreditStore
import Derivation
import Foundation
@testable import SQLiteStore
import Testing

/// What a search reads of an enterprise.
@Suite("A card")
struct CardTests {
    @Test(
        "can be made of the profile as well as with it, as an older store makes it",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func ofProfile(seed: UInt64) throws {
        let folder = NSTemporaryDirectory() + "card-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        try store.take(Town(seed: seed, enterprises: 25).sent)
        let day = Day(number: 17_683)
        let deriver = try Deriver(store: store, secret: Array(repeating: 7, count: 32), width: 1) { 1 }
        var kinds: Set<SearchCard.NameKind> = []
        for component in try store.nextComponents(limit: 1000, on: day) {
            for profile in deriver.derivation(of: component, on: day).profiles {
                #expect(SearchCard(profile: try JSONValue(parsing: profile.bytes)) == profile.card)
                kinds.formUnion(profile.card.names.map(\.kind))
            }
        }
        #expect(kinds == Set(SearchCard.NameKind.allCases), "every kind of name was seen")
    }
}
