import Access
import CreditModel
import Foundation
import GRDB
import SQLiteAccess
import Signing
import Synchronization
import Testing

@Suite("Clients are kept as they were set, and a change is seen by whoever runs")
struct ClientStoreTests {
    private final class Files {
        let folder = NSTemporaryDirectory() + "clients-" + UUID().uuidString
        var path: String { folder + "/access.db" }

        init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func assertions() throws -> Int? {
            try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM assertion") }
        }

        func open() throws -> SQLiteAccessStore { try SQLiteAccessStore(path: path) }
    }

    private func client(_ name: String) -> Client {
        var random = SystemRandomNumberGenerator()
        return Client(id: ClientID(using: &random), name: name, created: 5)
    }

    @Test("Everything about a client is read back after reopening")
    func roundTrip() throws {
        let files = try Files()
        var full = client("平台")
        full.scopes = .of(.readEnterprises, .allSections)
        full.purposes = Set(Purpose.all.prefix(2))
        full.limits = UsageLimits(burst: 3, window: 4, daily: nil)
        full.disabled = "欠费"
        full.revokedBefore = 77
        full.keys = KeySet([try SigningKey(.es256).publicKey, try SigningKey(.edDSA).publicKey])
        full.certificates = [Digest256(of: [1]), Digest256(of: [2])]
        var bare = client("空")
        bare.purposes = []
        do {
            let store = try files.open()
            try store.add(full)
            try store.add(bare)
        }
        let contents = try files.open().contents()
        #expect(Set(contents.clients) == [full, bare])
        let synchronous = try DatabaseQueue(path: files.path).read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(synchronous == "wal")
    }

    @Test("What contradicts or is out of bounds changes nothing")
    func refusals() throws {
        let store = try Files().open()
        let (first, second) = (client("甲"), client("乙"))
        try store.add(first)
        try store.add(second)
        let generation = try store.generation()
        func code(_ body: () throws -> Void) -> AccessError.Code? {
            do { try body() } catch { return (error as? AccessError)?.code }
            return nil
        }
        #expect(code { try store.add(client("甲")) } == .conflict)
        #expect(code { try store.add(first) } == .conflict)
        #expect(code { try store.change(second.id) { $0.name = "甲" } } == .conflict)
        #expect(code { try store.change(client("丙").id) { $0.name = "丁" } } == .unknown)
        for name in ["", "a\nb", String(repeating: "长", count: 100), first.id.text] {
            #expect(code { try store.change(second.id) { $0.name = name } } == .invalid)
        }
        var random = SystemRandomNumberGenerator()
        let stray = Credential.make(.apiKey, for: client("丙").id, created: 0, using: &random).credential
        #expect(code { try store.add(stray) } == .unknown)
        let own = Credential.make(.apiKey, for: first.id, created: 0, using: &random).credential
        #expect(code { try store.revoke(own.id, of: first.id, at: 1) } == .unknown)
        #expect(try store.generation() == generation)
        try store.add(own)
        // A client's key is revoked by nobody else.
        #expect(code { try store.revoke(own.id, of: second.id, at: 1) } == .unknown)
        #expect(try store.credentials(of: second.id) == [])
        #expect(try store.credentials(of: first.id).first?.revoked == nil)
        try store.revoke(own.id, of: first.id, at: 8)
        try store.revoke(own.id, of: first.id, at: 9)
        #expect(try store.credentials(of: first.id).first?.revoked == 8)
    }

    @Test("An assertion is claimed once among all who claim it at the same time")
    func claims() async throws {
        let files = try Files()
        let stores = [try files.open(), try files.open()]
        let assertion = Digest256(of: [1])
        let claimed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for lane in 0..<20 {
                group.addTask { try stores[lane % 2].claim(assertion, until: 100, at: 50) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(claimed == 1)
        #expect(try !stores[0].claim(assertion, until: 100, at: 100))
        #expect(try stores[0].claim(Digest256(of: [2]), until: 300, at: 200))
        // What could be used no more was forgotten meanwhile.
        #expect(try files.assertions() == 1)
    }

    @Test("The keeper tells the store of use, and takes what an operator changed, without being asked")
    func keeper() async throws {
        let files = try Files()
        let store = try files.open()
        var random = SystemRandomNumberGenerator()
        let own = client("平台")
        let made = Credential.make(.apiKey, for: own.id, created: 0, using: &random)
        try store.add(own)
        try store.add(made.credential)
        let noon = Archive.noon
        let table = try AccessTable(store, at: noon)
        let desk = Authenticator(table, TokenConfiguration(issuer: "x"), keys: KeySet([]))
        let keeper = AccessKeeper(table, desk, keys: { KeySet([]) }, clock: { noon })
        keeper.start()
        let shown = ShownCredentials(apiKey: made.text)
        _ = RateLimiter.admit(try desk.authenticate(shown, at: noon), cost: 5, at: noon)
        let operators = try files.open()
        try operators.change(own.id) { $0.disabled = "滥用" }
        let day = LocalTime(posix: noon / 1000).day
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if table.client(own.id)?.disabled != nil, try operators.settle(AccessUse(), on: day)[own.id] == 5 { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(throws: Refusal.disabled) { try desk.authenticate(shown, at: noon) }
        #expect(try operators.settle(AccessUse(), on: day)[own.id] == 5)
        _ = try operators.change(own.id) { $0.disabled = nil }
        try keeper.stop()
        let caller = try desk.authenticate(shown, at: noon)
        _ = RateLimiter.admit(caller, cost: 2, at: noon)
        try keeper.stop()
        #expect(try operators.settle(AccessUse(), on: day)[own.id] == 7)
        #expect(try operators.credentials(of: own.id).first?.lastUsed == day)
    }
}
