import Access
import CanonicalJSON
import CreditModel
import CreditStore
import FeedTransport
import ProfileChanges
import SQLiteAccess
import Synchronization
import Testing
import Watches
import Watching

@Suite("What is retracted reaches everybody who was told it, and the operator sees who does not know")
struct RetractionTests {
    private static func list(_ pripids: [String], _ client: ClientID, _ town: Town) throws -> WatchList {
        let list = try town.lists.create(name: "商户", for: client)
        _ = try town.lists.add(pripids.map { Town.id($0).text }, to: list.id, of: client)
        return list
    }

    private static func hook(_ client: ClientID, _ town: Town, _ receiver: Receiver, _ path: String) throws -> Webhook {
        let wish = WebhookDesk.Wish(url: receiver.base + path, target: .watched)
        return try town.webhooks.create(wish, for: client, rights: .all).webhook
    }

    @Test("Each client is told once, whether by webhook, by list or since it was answered; acknowledging is idempotent")
    func retraction() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1", penalties: ["X1", "X2"])
            let (hooked, watching, answered, other) = (town.client(), town.client(), town.client(), town.client())
            let dispatcher = town.dispatcher(answered: { $0 == Town.id("P1") ? [answered, hooked] : [] })
            try dispatcher.drain()
            for client in [hooked, watching] { _ = try Self.list(["P1"], client, town) }
            _ = try Self.hook(hooked, town, receiver, "/a")
            try town.put("P1", penalties: ["X2"])
            try dispatcher.drain()
            #expect(
                receiver.calls.map(\.type) == [
                    "org.suixin.enterprise.changed.v1", "org.suixin.enterprise.retracted.v1",
                ]
            )
            let told = try #require(receiver.calls.last)
            let record = told.data["retracted"]?.array?.first
            #expect(record?["key"] == .string("X1") && record?["dataset"] == .string("penalties"))
            #expect(record?["sections"] == .array([.string("penalties")]))
            let id = try #require(told.data["retraction"]?.string.flatMap { RetractionID($0) })
            #expect(told.data["acknowledge"]?.string == "https://credit.example/v1/retractions/\(id)/ack")
            let open = try town.retractions.allRetractions(.init())
            #expect(Set(open.map(\.client)) == [hooked, watching, answered] && Set(open.map(\.id)) == [id])
            #expect(open.allSatisfy { $0.opened == town.now && $0.enterprise == Town.id("P1") })
            let reasons = Dictionary(uniqueKeysWithValues: open.map { ($0.client, $0.reason) })
            #expect(reasons == [hooked: .webhook, watching: .watch, answered: .answer])
            #expect(open.filter { $0.delivered != nil }.map(\.client) == [hooked])
            let first = try town.retractions.acknowledge(id, by: hooked)
            town.wait(seconds: 60)
            #expect(try town.retractions.acknowledge(id, by: hooked) == first)
            #expect(throws: AccessError.self) { try town.retractions.acknowledge(id, by: other) }
            #expect(Set(try town.retractions.allRetractions(.init()).map(\.client)) == [watching, answered])
            #expect(try town.retractions.retractions(.init(), of: other).isEmpty)
            #expect(try town.retractions.retractions(.init(), of: watching).map(\.id) == [id])
        }
    }

    @Test("A merge is followed, and retracts nothing that the other took over; what is split off is told to both")
    func mergeAndSplit() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1", penalties: ["X1"])
            try town.put("P2", penalties: ["Y1"])
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            let client = town.client()
            let list = try Self.list(["P2"], client, town)
            _ = try Self.hook(client, town, receiver, "/a")
            try town.join("P1", "P2")
            try dispatcher.drain()
            let merged = try #require(receiver.calls.first { $0.type == "org.suixin.enterprise.merged.v1" })
            #expect(merged.subject == Town.id("P2").text && merged.data["movedTo"]?.string == Town.id("P1").text)
            #expect(!receiver.calls.contains { $0.type.contains("retracted") })
            let entries = try town.lists.entries(of: list.id, of: client)
            #expect(Set(entries.map(\.enterprise)) == [Town.id("P1"), Town.id("P2")])
            #expect(entries.first { $0.enterprise == Town.id("P1") }?.followed == Town.id("P2"))
            #expect(try town.lists.list(list.id, of: client).count == 2)
            // Who came later knows the whole only, and may mean the part.
            let late = town.client()
            _ = try Self.list(["P1"], late, town)
            _ = try Self.hook(late, town, receiver, "/late")
            receiver.forget()
            try town.split("P1", "P2")
            try dispatcher.drain()
            let split = try #require(receiver.calls.first { $0.type == "org.suixin.enterprise.split.v1" })
            #expect(split.subject == Town.id("P2").text && split.data["movedFrom"]?.string == Town.id("P1").text)
            #expect(Set(receiver.calls.filter { $0.id == split.id }.map(\.path)) == ["/a", "/late"])
            // The one that it was split from rests on its records no more.
            let retracted = try #require(receiver.calls.first { $0.type.contains("retracted") })
            #expect(retracted.subject == Town.id("P1").text)
            #expect(retracted.data["retracted"]?.array?.compactMap { $0["key"]?.string } == ["P2", "Y1"])
        }
    }

    @Test("What is gone altogether is removed, and all of it retracted")
    func removal() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            let client = town.client()
            _ = try Self.list(["P1"], client, town)
            _ = try Self.hook(client, town, receiver, "/a")
            try town.withdraw("P1")
            try town.dispatcher().drain()
            #expect(receiver.calls.first?.type == "org.suixin.enterprise.removed.v1")
            #expect(receiver.calls.last?.data["retractedCount"] == .integer(2))
        }
    }

    @Test(
        "Who may not see a section hears neither that it changed nor that it was retracted; nor after rights are gone"
    )
    func rights() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1", penalties: ["X1", "X2"])
            let client = town.client(.of(.writeWatches, .registration))
            let dispatcher = town.dispatcher(answered: { _ in [client] })
            try dispatcher.drain()
            _ = try Self.list(["P1"], client, town)
            let hook = try Self.hook(client, town, receiver, "/a")
            try town.put("P1", penalties: ["X2"])
            try dispatcher.drain()
            #expect(receiver.calls.isEmpty)
            #expect(try town.retractions.allRetractions(.init()).isEmpty)
            town.grant(client, .of(.writeWatches, .penalties))
            receiver.answers(500)
            try town.put("P1")
            try dispatcher.drain()
            #expect(receiver.calls.map { $0.data["sections"] } == [.array([.string("penalties"), .string("records")])])
            town.grant(client, .of(.writeWatches, .registration))
            town.wait(seconds: 10)
            try dispatcher.drain()
            #expect(receiver.calls.count == 1)
            let left = try town.webhooks.deliveries(.init(webhook: hook.id), of: client)
            #expect(left.map(\.state) == [.skipped, .skipped])
            town.grant(client, .all, isActive: false)
            try town.put("P1", penalties: ["X9"])
            try dispatcher.drain()
            #expect(receiver.calls.count == 1)
        }
    }

    @Test("A webhook hears only of the types and sections that it asked for")
    func filters() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            let client = town.client()
            _ = try Self.list(["P1"], client, town)
            for (path, types, sections) in [
                ("/retracted", [WatchEventType.retracted], []), ("/penalties", [], ["penalties"]),
                ("/tax", [], ["tax"]),
            ] as [(String, Set<WatchEventType>, Set<String>)] {
                var wish = WebhookDesk.Wish(url: receiver.base + path, target: .everything)
                (wish.types, wish.sections) = (types, sections)
                _ = try town.webhooks.create(wish, for: client, rights: .all)
            }
            try town.put("P1")
            try town.put("P7")
            try town.dispatcher().drain()
            let got = Dictionary(grouping: receiver.calls, by: \.path).mapValues { $0.map(\.type).sorted() }
            #expect(got["/retracted"] == ["org.suixin.enterprise.retracted.v1"])
            #expect(
                got["/penalties"] == ["changed", "created", "retracted"].map { "org.suixin.enterprise.\($0).v1" }
            )
            // What is new has all sections.
            #expect(got["/tax"] == ["org.suixin.enterprise.created.v1"])
        }
    }

    @Test("Changes that are not kept any more are told as that, not passed over")
    func reset() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1")
            let client = town.client()
            _ = try Self.hook(client, town, receiver, "/a")
            try town.store.advance(FollowingStep(from: nil, to: 99, moment: 0)) { _, _ in Audience() }
            try town.dispatcher().drain()
            #expect(receiver.calls.map(\.type) == ["org.suixin.changes.reset.v1"])
            #expect(receiver.calls.first?.json["subject"] == nil)
            try town.dispatcher().drain()
            #expect(receiver.calls.count == 1)
        }
    }
}
