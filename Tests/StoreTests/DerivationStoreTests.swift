import CreditModel
import CreditStore
import SQLiteStore
import Testing

@Suite("A store hands out what must be derived and keeps what was")
struct DerivationStoreTests {
    private let code = Code(.uscc, "91440101MA5AKXJ02R")
    private let other = Code(.org, "MA5AKXJ02")

    @Test("A component holds every record that shares a key, by way of others too")
    func closure() throws {
        let desk = try Desk()
        try desk.put([
            Desk.version("A", "a", at: 1, codes: [code]), Desk.version("B", "b", at: 1, codes: [code, other]),
            Desk.version("C", "c", at: 1, codes: [other]), Desk.version("D", "d", at: 1),
        ])
        let components = try desk.store.nextComponents(limit: 10, on: Desk.day)
        #expect(components.map { $0.records.map(\.key.text) } == [["A", "B", "C"], ["D"]])
        #expect(
            components.first?.records.first?.current?.content
                == Desk.version("A", "a", at: 1, codes: [code]).version.content
        )
    }

    @Test("When a record leaves, those that it brought together are derived anew")
    func split() throws {
        let desk = try Desk()
        try desk.put([
            Desk.version("A", "a", at: 1, codes: [code]), Desk.version("B", "b", at: 1, codes: [code, other]),
            Desk.version("C", "c", at: 1, codes: [other]),
        ])
        try desk.derive()
        #expect(try desk.store.counts().enterprises == 1)
        try desk.put([Desk.version("B", "b2", at: 2)])
        let parts = try desk.store.nextComponents(limit: 10, on: Desk.day).map { $0.records.map(\.key.text) }
        #expect(parts == [["A"], ["B"], ["C"]])
        try desk.derive()
        #expect(try desk.store.counts().enterprises == 3)
        #expect(try desk.store.members(of: Desk.id("A")).count == 1)
    }

    @Test("What was handed out again, or changed since, is not taken off the list")
    func tokens() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1)])
        let first = try #require(try desk.store.nextComponents(limit: 1, on: Desk.day).first)
        let second = try #require(try desk.store.nextComponents(limit: 1, on: Desk.day).first)
        #expect { try desk.store.store([Desk.derivation(first)]) } throws: { ($0 as? StoreError)?.code == .staleToken }
        try desk.put([Desk.version("A", "later", at: 2)])
        try desk.store.store([Desk.derivation(second)])
        #expect(try desk.store.pendingCount(on: Desk.day) == 1)
        try desk.derive()
        #expect(try desk.store.profile(of: Desk.id("A"))?.version == "later")
    }

    @Test("What touches a component that is being derived waits for it, and nothing is handed out twice")
    func keeping() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1, codes: [code]), Desk.version("B", "b", at: 1)])
        let first = try desk.store.nextComponents(limit: 1, on: Desk.day)
        let tokens = Set(first.map(\.token))
        try desk.put([Desk.version("C", "c", at: 1, codes: [code])])
        let second = try desk.store.nextComponents(limit: 10, on: Desk.day, keeping: tokens)
        #expect(first.map { $0.records.map(\.key.text) } == [["A"]])
        #expect(second.map { $0.records.map(\.key.text) } == [["B"]])
        try desk.store.store(first.map { Desk.derivation($0) })
        try desk.store.store(second.map { Desk.derivation($0) })
        let third = try desk.store.nextComponents(limit: 10, on: Desk.day)
        #expect(third.map { $0.records.map(\.key.text) } == [["A", "C"]])
    }

    @Test("What is gone loses its profile and keeps its id; an alias leads to who has it now")
    func redirects() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1), Desk.version("Z", "z", at: 1, codes: [code])])
        try desk.derive()
        try desk.put([Desk.version("A", "a2", at: 2, codes: [code])])
        try desk.derive(aliases: [Desk.id("Z")])
        #expect(try desk.store.currentID(of: Desk.id("Z")) == Desk.id("A"))
        #expect(try desk.store.profile(of: Desk.id("Z")) == nil)
        #expect(try desk.store.currentID(of: Desk.id("Q")) == nil)
        #expect(try desk.store.enterprises(holding: code.text) == [Desk.id("A")])
        #expect(try desk.store.enterprises(of: Desk.registration, key: RecordKey(["Z"])).map(\.id) == [Desk.id("A")])
        #expect(try desk.named("Z").map(\.id) == [Desk.id("A")])
    }

    @Test("A code that the registry gives to two finds both and is listed, until one of them gives it up")
    func contested() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1, codes: [code]), Desk.version("B", "b", at: 1, codes: [code])])
        try desk.deriveApart()
        let both = [Desk.id("A"), Desk.id("B")].sorted()
        #expect(try desk.store.enterprises(holding: code.text) == both)
        #expect(
            try desk.store.contestedCodes(after: nil, limit: 9) == [ContestedCode(text: code.text, holders: both)]
        )
        #expect(try desk.store.contestedCodes(after: code.text, limit: 9).isEmpty)
        #expect(try desk.store.counts().contested == 1)
        try desk.put([Desk.version("B", "", at: 2, operation: .withdrawal)])
        try desk.deriveApart()
        #expect(try desk.store.enterprises(holding: code.text) == [Desk.id("A")])
        #expect(try desk.store.counts().contested == 0)
    }

    @Test("Names are found by their words, in the order of their places, a page at a time")
    func names() throws {
        let desk = try Desk()
        try desk.put([
            Desk.version("A", "广州市天河华美贸易AB有限公司", at: 1), Desk.version("B", "华美", at: 1), Desk.version("C", "美华", at: 1),
        ])
        try desk.derive()
        #expect(try desk.named("华美").map(\.name) == ["广州市天河华美贸易AB有限公司", "华美"])
        #expect(try desk.named("华美", "AB").map(\.name) == ["广州市天河华美贸易AB有限公司"])
        #expect(try desk.named("美*").count == 3)
        #expect(try desk.named("没有").isEmpty)
        try desk.store.viewCards { view in
            let first = try view.names(with: [["华美"], ["美华"]], after: 0, limit: 2)
            let rest = try view.names(with: [["华美"], ["美华"]], after: first.last?.place ?? 0, limit: 9)
            #expect(first.count == 2 && rest.count == 1 && rest[0].place > first[1].place)
            #expect(try view.names(with: [], after: 0, limit: 9).isEmpty)
            #expect(try view.names(with: [["\" OR 华美"]], after: 0, limit: 9).isEmpty)
            #expect(try view.enterprises(with: "华美", limit: 9).count == 2)
            #expect(try view.card(of: 999) == nil && view.holder(999) == nil)
            let sample = try view.sample(2)
            #expect(sample.cards.count >= 2 && sample.count >= 2)
        }
        try desk.put([Desk.version("A", "更名", at: 2)])
        try desk.derive()
        #expect(try desk.named("华美").map(\.name) == ["华美"])
        #expect(try desk.named("更名").map(\.id) == [Desk.id("A")])
    }

    @Test("Signatures are kept, the first of a version counts, and the one before serves until the next is signed")
    func signatures() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "v1", at: 1)])
        try desk.derive()
        func sign(_ version: String, key: String = "k") throws {
            try desk.store.storeSigned([Desk.seal(Desk.id("A"), version, key: key)], at: 1)
        }
        #expect(try desk.store.unsigned(limit: 9).map(\.version) == ["v1"])
        try sign("v1")
        try sign("v1", key: "newer")
        #expect(try desk.store.unsigned(limit: 9).isEmpty)
        try desk.put([Desk.version("A", "v2", at: 2)])
        try desk.derive()
        let served = try #require(try desk.store.signed(Desk.id("A")))
        let profile = try #require(try desk.store.signed(Desk.id("A"), version: "v1"))
        #expect(served == profile && served.version == "v1" && served.key == "k")
        #expect(try desk.store.signedProfiles(after: nil, limit: 9).map(\.version) == ["v1"])
        try sign("v2")
        #expect(try desk.store.signed(Desk.id("A"))?.version == "v2")
        #expect(try desk.store.signed(Desk.id("A"), version: "v1")?.key == "k")
    }
}
