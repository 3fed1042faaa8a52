import Access
import CreditModel
import CreditStore
import Foundation
import SQLiteAccess
import Signing
import Testing
import Watches
import Watching

@Suite("What is queued and what was followed are one; what is settled is forgotten in time")
struct WatchStoreTests {
    private struct Failure: Error {}

    /// A store that follows from 1, with a webhook for everything.
    private static func town() throws -> (Town, Webhook) {
        let town = try Town()
        let wish = WebhookDesk.Wish(url: "http://127.0.0.1:9/", target: .everything)
        let hook = try town.webhooks.create(wish, for: town.client(), rights: .all).webhook
        try town.store.advance(FollowingStep(from: nil, to: 1, moment: 0)) { _, _ in Audience() }
        return (town, hook)
    }

    private static func event(_ change: Int64, _ pripid: String = "P1") -> WatchEvent {
        WatchEvent(.created, of: Town.id(pripid), change: change, status: "sha256:\(change)", moment: 1)
    }

    private static func everybody(_ event: WatchEvent, _ watchers: Watchers) -> Audience {
        var audience = Audience()
        audience.webhooks = watchers.webhooks
        return audience
    }

    @Test("Where anything fails nothing is queued and the position stays")
    func atomic() throws {
        let (town, hook) = try Self.town()
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        _ = try town.store.add([WatchEntry(enterprise: Town.id("P1"), added: 0)], to: list.id, of: client)
        let step = FollowingStep(
            from: 1,
            to: 3,
            joins: [(watched: Town.id("P1"), also: Town.id("P9"))],
            events: [Self.event(2), Self.event(3)],
            moment: 7
        )
        #expect(throws: Failure.self) {
            try town.store.advance(step) { event, watchers in
                if event.change == 3 { throw Failure() }
                return Self.everybody(event, watchers)
            }
        }
        #expect(try town.store.position() == 1)
        #expect(try town.store.nextDue() == nil)
        #expect(try town.lists.list(list.id, of: client).count == 1)
        #expect(try town.store.advance(step, Self.everybody) == 2)
        #expect(try town.store.position() == 3 && town.store.nextDue() == 7)
        #expect(try town.lists.list(list.id, of: client).count == 2)
        // Somebody who read the position before is told, and queues nothing twice.
        let error = #expect(throws: AccessError.self) { try town.store.advance(step, Self.everybody) }
        #expect(error?.code == .conflict)
        var filter = DeliveryFilter(webhook: hook.id)
        filter.onlyTroubled = false
        #expect(try town.store.deliveries(filter, of: nil).map(\.state) == [.due, .waiting])
    }

    @Test("What is settled goes when it is old; what is queued and what is open stays")
    func pruning() throws {
        let (town, hook) = try Self.town()
        let step = FollowingStep(
            from: 1,
            to: 4,
            events: [Self.event(2), Self.event(3, "P2"), Self.event(4, "P3")],
            moment: 10
        )
        try town.store.advance(step, Self.everybody)
        let claimed = try town.store.claim(at: 10, lease: 99, limit: 2) { _ in 5 }
        #expect(claimed.count == 2)
        // What was taken is nobody else's until the lease ends.
        #expect(try town.store.claim(at: 98, lease: 200, limit: 5) { _ in 5 }.map(\.delivery.event.change) == [4])
        for next in claimed { try town.store.settle(next.delivery, DeliveryReport(.delivered, at: 20)) }
        #expect(try town.store.prune(before: 15) == 0)
        #expect(try town.store.prune(before: 21) == 2)
        var filter = DeliveryFilter(webhook: hook.id)
        filter.onlyTroubled = false
        #expect(try town.store.deliveries(filter, of: nil).map(\.event.change) == [4])
    }

    @Test("A webhook that hangs takes only its share")
    func share() throws {
        let (town, hook) = try Self.town()
        let other = try town.webhooks.create(
            .init(url: "http://127.0.0.1:9/", target: .everything),
            for: town.client(),
            rights: .all
        ).webhook
        let events = (2...50).map { Self.event(Int64($0), "P\($0)") }
        try town.store.advance(FollowingStep(from: 1, to: 50, events: events, moment: 0), Self.everybody)
        let claimed = try town.store.claim(at: 0, lease: 9, limit: 16) { $0 == hook.id ? 1 : 4 }
        let counts = Dictionary(grouping: claimed, by: \.webhook.id).mapValues(\.count)
        #expect(counts == [hook.id: 1, other.id: 4])
    }

    @Test("The journal names each client that was answered about an enterprise since a moment, and no other")
    func answered() throws {
        let folder = NSTemporaryDirectory() + "answers-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = try SQLiteJournalStore(path: folder + "/journal.db")
        let clients = try SQLiteAccessStore(path: folder + "/access.db")
        let table = try AccessTable(clients, at: Town.start)
        let desk = Authenticator(table, TokenConfiguration(issuer: "x"), keys: KeySet([]))
        var random = SystemRandomNumberGenerator()
        var callers: [Caller] = []
        for name in ["甲", "乙", "丙"] {
            var client = Client(id: ClientID(using: &random), name: name, created: 0)
            client.scopes = .all
            let made = Credential.make(.apiKey, for: client.id, created: 0, using: &random)
            try clients.add(client)
            try clients.add(made.credential)
            try table.refresh(at: Town.start)
            callers.append(try desk.authenticate(ShownCredentials(apiKey: made.text), at: Town.start))
        }
        let day: Int64 = 86_400_000
        for (caller, days, name) in [(0, 0, "P1"), (0, 40, "P1"), (1, 20, "P1"), (2, 20, "P2")]
            as [(Int, Int64, String)]
        {
            let id = QueryID(at: Town.start + days * day) { .random(in: .min ... .max, using: &random) }
            var entry = QueryEntry(id: id, caller: callers[caller], endpoint: "enterprise", status: 200)
            entry.asked = [.enterprise(Town.id(name))]
            try journal.append([JournalRecord(entry)])
        }
        let ids = callers.map(\.client.id)
        let p1 = Town.id("P1")
        #expect(try journal.clients(answeredAbout: p1, since: 0) == [ids[0], ids[1]])
        #expect(try journal.clients(answeredAbout: p1, since: Town.start + 21 * day) == [ids[0]])
        #expect(try journal.clients(answeredAbout: p1, since: Town.start + 40 * day) == [ids[0]])
        #expect(try journal.clients(answeredAbout: p1, since: Town.start + 40 * day + 1).isEmpty)
        #expect(try journal.clients(answeredAbout: Town.id("never"), since: 0).isEmpty)
    }
}
