import AdapterKit
import AgencySimulator
import CanonicalJSON
import CreditModel
import CreditStore
import Derivation
import Foundation
import Ingestion
import Publication
import Signing
import Testing

/// What a platform and an operator rely on, from the agencies' sockets to the signed profile.
@Suite("Four agencies in, one profile an enterprise out")
struct ExchangeTests {
    @Test("A month in steps gives the profiles of one load at its end", .timeLimit(.minutes(20)))
    func steps() async throws {
        let server = try await simulatedAgencies()
        let stepwise = try Exchange(server)
        try await stepwise.sync(on: Exchange.june)
        try server.advance(to: Exchange.july)
        let second = try await stepwise.sync(on: Exchange.july)
        #expect(second.taken > 0)
        let atOnce = try Exchange(server)
        try await atOnce.sync(on: Exchange.july)
        await server.stop()
        let (steps, once) = (try stepwise.profiles(), try atOnce.profiles())
        #expect(Set(steps.keys) == Set(once.keys))
        var equal = 0
        for (id, bytes) in once {
            let other = try #require(steps[id])
            if other == bytes { equal += 1 }
            // The tax offices show the last state of a row only, so one load cannot know what was said before.
            let (left, right) = (try Self.withoutHistory(other), try Self.withoutHistory(bytes))
            #expect(left == right, "\(id): \(Self.difference(left, right))")
        }
        #expect(equal * 100 >= once.count * 95)
        #expect(try stepwise.members().of == atOnce.members().of)
    }

    /// Where two values differ first, and in what.
    private static func difference(_ a: JSONValue, _ b: JSONValue) -> String {
        if let a = a.object, let b = b.object {
            for name in Set(a.keys).union(b.keys).sorted() where a[name] != b[name] {
                return "\(name)." + difference(a[name] ?? .null, b[name] ?? .null)
            }
        }
        if let a = a.array, let b = b.array, a.count == b.count, let place = a.indices.first(where: { a[$0] != b[$0] })
        {
            return "\(place)." + difference(a[place], b[place])
        }
        return [a, b].map { String(decoding: $0.canonical, as: UTF8.self) }.joined(separator: " ≠ ")
    }

    private static func withoutHistory(_ bytes: [UInt8]) throws -> JSONValue {
        func pruned(_ value: JSONValue) -> JSONValue {
            switch value {
            case .object(let members):
                // A value's own beginning is known only to who saw the one before; an item's is in the row.
                .object(
                    members.filter { $0.key != "history" && !($0.key == "from" && members["value"] != nil) }
                        .mapValues(pruned)
                )
            case .array(let values): .array(values.map(pruned))
            default: value
            }
        }
        return pruned(try JSONValue(parsing: bytes))
    }

    @Test("Reading again what did not change changes nothing", .timeLimit(.minutes(20)))
    func again() async throws {
        let server = try await simulatedAgencies()
        let exchange = try Exchange(server)
        let first = try await exchange.sync(on: Exchange.june)
        #expect(first.report.failures.isEmpty && first.taken > 0 && first.signed == first.derived.profiles)
        let counts = try exchange.store.counts()
        let before = try exchange.profiles()
        let second = try await exchange.sync(on: Exchange.june)
        await server.stop()
        #expect(second.report.failures.isEmpty)
        #expect(second.taken == 0 && second.signed == 0 && second.derived.profiles == 0)
        #expect(try exchange.store.counts() == counts)
        #expect(try exchange.profiles() == before)
    }

    @Test("No two enterprises share a profile, nothing withdrawn is shown, nothing is lost", .timeLimit(.minutes(20)))
    func truth() async throws {
        let server = try await simulatedAgencies(enterprises: 250)
        let exchange = try Exchange(server)
        try await exchange.sync(on: Exchange.june)
        try Self.compare(exchange, try Truth(server, in: exchange.folder))
        try server.advance(to: Exchange.july)
        try await exchange.sync(on: Exchange.july)
        try Self.compare(exchange, try Truth(server, in: exchange.folder))
        await server.stop()
    }

    private static func compare(_ exchange: Exchange, _ truth: Truth) throws {
        let members = try exchange.members()
        #expect(members.doubled.isEmpty)
        var speaksOf: [EnterpriseID: Set<String>] = [:]
        for (record, profile) in members.of {
            let owner = truth.owners[record]
            #expect(owner != nil, "\(record.dataset) \(record.key) is withdrawn, but shown")
            if let owner { speaksOf[profile, default: []].insert(owner) }
        }
        for (profile, enterprises) in speaksOf { #expect(enterprises.count == 1, "\(profile): \(enterprises)") }
        _ = try UnsettledExporter(store: exchange.store).export(to: exchange.path("unsettled"))
        let unsettled = try Set(
            exchange.lines("unsettled").map { line in
                let reference = try RecordReference(truth: line)
                return RecordReference(dataset: reference.dataset, key: reference.key, role: .subject)
            }
        )
        for (record, owner) in truth.owners {
            let anyRole = RecordReference(dataset: record.dataset, key: record.key, role: .subject)
            guard let profile = members.of[record] else {
                #expect(unsettled.contains(anyRole), "\(record.dataset) \(record.key) is lost")
                continue
            }
            if record.dataset.agency == .hongdun, let rows = truth.registrations[owner], rows.count == 1 {
                #expect(profile == members.of[rows[0]], "\(record.dataset) \(record.key) is not with its registration")
            }
        }
    }

    @Test("An agency that fails leaves the others alone, and the status says so", .timeLimit(.minutes(20)))
    func failing() async throws {
        let server = try await simulatedAgencies(enterprises: 60)
        server.script(Fault(agency: .statetax, times: 1_000_000, kind: .status(503, retryAfter: "0")))
        let exchange = try Exchange(server) { source in
            if source.agency == .localtax { source.password = Secret("wrong") }
        }
        let synced = try await exchange.sync(on: Exchange.june)
        #expect(Set(synced.report.failures.map(\.dataset.agency)) == [.statetax, .localtax])
        #expect(synced.signed > 0)
        for state in try exchange.store.sourceStates() {
            let isFailing = [.statetax, .localtax].contains(state.dataset.agency)
            #expect((state.lastSuccess == nil) == isFailing && state.lastError.isEmpty != isFailing, "\(state.dataset)")
            #expect(!state.lastError.contains("wrong"))
        }
        let document = try #require(try exchange.publisher.statusDocument(at: exchange.now))
        let payload = try exchange.keys.verify(SignedDocument(parsing: document)).payload
        let sources = try JSONValue(parsing: payload)["sources"]
        let states = ["statetax", "localtax", "hongdun", "quality"].map { agency in
            Set((sources?[agency]?.object ?? [:]).values.compactMap { $0["state"]?.string })
        }
        #expect(states[0] == states[1] && states[2] == states[3] && states[0].isDisjoint(with: states[2]))
        server.clearFaults()
        let later = try await exchange.sync(on: Exchange.june)
        #expect(Set(later.report.failures.map(\.dataset.agency)) == [.localtax])
        await server.stop()
    }
}
