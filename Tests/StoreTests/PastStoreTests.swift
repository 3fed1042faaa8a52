import CreditModel
import CreditStore
import SQLiteStore
import Testing

@Suite("A store tells what was answered and what was known", .timeLimit(.minutes(20)))
struct PastStoreTests {
    private static let x = Desk.id("X")

    /// Derives what waits, at a time; `X` is an alias of whatever is derived, unless a record founds it.
    private func derive(_ desk: Desk, at moment: Int64) throws {
        while case let components = try desk.store.nextComponents(limit: 9, on: Desk.day), !components.isEmpty {
            try desk.store.store(components.map { Desk.derivation($0, aliases: [Self.x]) }, at: moment)
        }
    }

    private func send(
        _ versions: [ReceivedVersion],
        to desk: Desk,
        in dataset: DatasetID = Desk.registration,
        _ events: [StoreEvent] = [],
        at moment: Int64
    ) throws {
        _ = try desk.store.commit(
            StoreBatch(dataset: dataset, run: "run", receivedAt: moment, versions: versions, events: events)
        )
    }

    @Test("An id that led to one enterprise, then to another, then stood for itself did so when it did")
    func redirects() throws {
        let desk = try Desk()
        try send([Desk.version("A", "a", at: 1)], to: desk, at: 9)
        try derive(desk, at: 10)
        try send([Desk.version("B", "b", at: 1)], to: desk, at: 19)
        try derive(desk, at: 20)
        try send([Desk.version("X", "x", at: 1)], to: desk, at: 29)
        try derive(desk, at: 30)
        func answer(at moment: Int64) throws -> PastAnswer { try desk.store.answer(about: Self.x, at: moment) }
        #expect(try answer(at: 9) == .nothing)
        #expect(try answer(at: 10) == .moved(Desk.id("A")))
        #expect(try answer(at: 19) == .moved(Desk.id("A")))
        #expect(try answer(at: 20) == .moved(Desk.id("B")))
        #expect(try answer(at: 29) == .moved(Desk.id("B")))
        #expect(try answer(at: 30) == .nothing, "it stands for itself, and nothing is signed")
    }

    @Test("A version that a replaced file took away and another file brought back counted when it did")
    func retracted() throws {
        let desk = try Desk()
        func file(_ number: Int64, _ digest: String, _ texts: [String], place: Int64 = 0, at moment: Int64) throws {
            let began = StoreEvent.fileBegan(number: number, name: "F\(number)", digest: digest)
            try send([], to: desk, in: Desk.licences, [began], at: moment)
            let versions = texts.map {
                Desk.version("L", $0, at: $0 == "old" ? 1 : 2, sequence: number << 32 | place, file: number)
            }
            try send(versions, to: desk, in: Desk.licences, [.fileEnded(number: number)], at: moment)
        }
        func known(at moment: Int64?) throws -> [String] {
            try desk.store.components(around: Desk.id("L"), at: moment).joined()
                .flatMap(\.versions).map {
                    "\($0.content?.subjects.first?.name ?? "") \($0.sequence >> 32)"
                        + ($0.sequence & 7 > 0 ? ".\($0.sequence & 7)" : "")
                }
        }
        try file(1, "one", ["old"], at: 10)
        try derive(desk, at: 11)
        try file(2, "two", ["new"], at: 20)
        try file(2, "replaced", [], at: 30)
        try file(3, "three", ["new"], place: 5, at: 40)
        try file(4, "four", ["old"], at: 50)
        try file(4, "replaced", [], at: 60)
        #expect(try known(at: 9).isEmpty)
        #expect(try known(at: 10) == ["old 1"])
        #expect(try known(at: 20) == ["old 1", "new 2"])
        #expect(try known(at: 30) == ["old 1"])
        #expect(try known(at: 40) == ["old 1", "new 3.5"])
        #expect(try known(at: 50) == ["old 4", "new 3.5"])
        #expect(try known(at: 60) == ["old 1", "new 3.5"])
        try file(3, "in another place", ["new"], place: 2, at: 70)
        #expect(try known(at: 69) == ["old 1", "new 3.5"])
        #expect(try known(at: 70) == ["old 1", "new 3.2"])
        #expect(try known(at: nil) == known(at: 70))
    }
}
