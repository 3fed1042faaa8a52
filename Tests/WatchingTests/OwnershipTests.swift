import Access
import CreditModel
import CreditStore
import FeedTransport
import SQLiteAccess
import Signing
import Testing
import Watches
import Watching

@Suite("A client's lists and webhooks are its own, and stay within bounds")
struct OwnershipTests {
    @Test("Nobody sees, changes or uses what is another's")
    func isolation() async throws {
        let town = try Town()
        try town.put("P1")
        let (owner, thief) = (town.client(), town.client())
        let list = try town.lists.create(name: "商户", for: owner)
        _ = try town.lists.add([Town.id("P1").text], to: list.id, of: owner)
        let wish = WebhookDesk.Wish(url: "http://127.0.0.1:9/", target: .list(list.id))
        let hook = try town.webhooks.create(wish, for: owner, rights: .all).webhook.id
        #expect(try town.lists.lists(of: thief).isEmpty && town.webhooks.webhooks(of: thief).isEmpty)
        let attempts: [() throws -> Void] = [
            { _ = try town.lists.list(list.id, of: thief) },
            { _ = try town.lists.entries(of: list.id, of: thief) },
            { _ = try town.lists.add([Town.id("P1").text], to: list.id, of: thief) },
            { _ = try town.lists.remove([Town.id("P1").text], from: list.id, of: thief) },
            { try town.lists.remove(list.id, of: thief) }, { _ = try town.webhooks.webhook(hook, of: thief) },
            { _ = try town.webhooks.change(hook, of: thief, to: wish, rights: .all) },
            { _ = try town.webhooks.rotateSecret(of: hook, of: thief) }, { try town.webhooks.enable(hook, of: thief) },
            { try town.webhooks.disable(hook, of: thief) }, { try town.webhooks.remove(hook, of: thief) },
            { _ = try town.webhooks.deliveries(.init(webhook: hook), of: thief) },
            { _ = try town.webhooks.replay(.since(0), to: hook, of: thief) },
            // A webhook of one's own over another's list.
            { _ = try town.webhooks.create(wish, for: thief, rights: .all) },
        ]
        for (number, attempt) in attempts.enumerated() {
            let error = #expect(throws: AccessError.self, "attempt \(number)") { try attempt() }
            #expect(error?.code == .unknown)
        }
        #expect(try town.lists.list(list.id, of: owner).count == 1)
        #expect(try town.webhooks.webhook(hook, of: owner).disabled == nil)
    }

    @Test("Codes and former ids are resolved when they are added; what is unknown is told and left out")
    func names() throws {
        let town = try Town()
        try town.put("P1")
        try town.put("P2")
        try town.join("P1", "P2")
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        let never = Town.id("never").text
        let outcome = try town.lists.add([Town.id("P2").text, Town.id("P1").text, never], to: list.id, of: client)
        #expect(outcome.count == 1 && outcome.resolved.count == 2 && outcome.unknown == [never])
        let entry = try #require(try town.lists.entries(of: list.id, of: client).first)
        #expect(entry.enterprise == Town.id("P1") && entry.asked == Town.id("P2").text)
        #expect(try town.lists.remove([Town.id("P2").text], from: list.id, of: client).count == 1)
        #expect(try town.lists.list(list.id, of: client).count == 0)
    }

    @Test("Pages of a list together are the list, whatever their size")
    func paging() throws {
        let town = try Town()
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        let ids = (1...250).map { Town.id("E\($0)") }
        _ = try town.store.add(ids.map { WatchEntry(enterprise: $0, added: 0) }, to: list.id, of: client)
        for size in [1, 7, 250, 1000] {
            var found: [EnterpriseID] = []
            while true {
                let page = try town.lists.entries(of: list.id, of: client, after: found.last, limit: size)
                guard !page.isEmpty else { break }
                found += page.map(\.enterprise)
            }
            #expect(found == ids.sorted())
        }
    }

    @Test("Too many, too long, twice or nameless is refused, and changes nothing")
    func bounds() throws {
        let town = try Town()
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        func code(_ body: () throws -> Void) -> AccessError.Code? {
            #expect(throws: AccessError.self) { try body() }?.code
        }
        #expect(code { _ = try town.lists.create(name: "商户", for: client) } == .conflict)
        #expect(code { _ = try town.lists.create(name: "", for: client) } == .invalid)
        #expect(code { _ = try town.lists.create(name: "a\nb", for: client) } == .invalid)
        let many = Array(repeating: "x", count: WatchList.batchLimit + 1)
        #expect(code { _ = try town.lists.add(many, to: list.id, of: client) } == .invalid)
        for number in 2...WatchList.listLimit { _ = try town.lists.create(name: "\(number)", for: client) }
        #expect(code { _ = try town.lists.create(name: "more", for: client) } == .limit)
        let wish = WebhookDesk.Wish(url: "https://example.org/hook", target: .watched)
        for _ in 1...Webhook.countLimit { _ = try town.webhooks.create(wish, for: client, rights: .all) }
        #expect(code { _ = try town.webhooks.create(wish, for: client, rights: .all) } == .limit)
        let all = WebhookDesk.Wish(url: "https://example.org/hook", target: .everything)
        let other = town.client()
        #expect(code { _ = try town.webhooks.create(all, for: other, rights: .of(.writeWatches)) } == .invalid)
    }

    @Test("A list that is taken away takes its webhooks out of use, and a webhook its deliveries")
    func removal() throws {
        let town = try Town()
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        let wish = WebhookDesk.Wish(url: "https://example.org/hook", target: .list(list.id))
        let hook = try town.webhooks.create(wish, for: client, rights: .all).webhook.id
        try town.lists.remove(list.id, of: client)
        #expect(try town.webhooks.webhook(hook, of: client).disabled == .wanted)
        try town.webhooks.remove(hook, of: client)
        #expect(try town.webhooks.webhooks(of: client).isEmpty)
    }

    @Test("An installation without the sandbox setting takes no address of its own network, nor plain text")
    func addresses() throws {
        let town = try Town()
        let desk = WebhookDesk(
            store: town.store,
            policy: OutboundPolicy(),
            installation: Town.installation,
            clock: town.clock,
            random: town.random
        )
        let client = town.client()
        for url in ["http://example.org/", "https://127.0.0.1/", "https://10.0.0.1/", "https://u:p@example.org/"] {
            let wish = WebhookDesk.Wish(url: url, target: .watched)
            let error = #expect(throws: AccessError.self) { try desk.create(wish, for: client, rights: .all) }
            #expect(error?.code == .invalid)
        }
        let wish = WebhookDesk.Wish(url: "https://example.org/hook?key=1", target: .watched)
        #expect(try desk.create(wish, for: client, rights: .all).secret.text.hasPrefix("whsec_"))
    }
}
