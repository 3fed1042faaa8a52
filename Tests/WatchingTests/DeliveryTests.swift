import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Dispatch
import FeedTransport
import SQLiteAccess
import Signing
import Synchronization
import Testing
import Watches
import Watching

@Suite("What is watched is told: once if all goes well, again if not, in order, and never to others")
struct DeliveryTests {
    private struct Watch {
        var client: ClientID
        var list: WatchList
        var hook: WebhookDesk.Disclosure
    }

    /// A client that watches enterprises by a list and a webhook.
    private static func watch(
        _ pripids: [String],
        _ town: Town,
        _ receiver: Receiver,
        scopes: ScopeSet = .all,
        path: String = "/hook"
    ) throws -> Watch {
        let client = town.client(scopes)
        let list = try town.lists.create(name: "商户", for: client)
        _ = try town.lists.add(pripids.map { Town.id($0).text }, to: list.id, of: client)
        let wish = WebhookDesk.Wish(url: receiver.base + path, target: .list(list.id))
        return Watch(client: client, list: list, hook: try town.webhooks.create(wish, for: client, rights: scopes))
    }

    @Test("A change comes as a CloudEvent, signed both ways, with the sections that changed")
    func event() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1")
            try town.dispatcher().drain()
            let watch = try Self.watch(["P1"], town, receiver)
            try town.put("P1", penalties: ["X1"])
            try town.put("P2")
            try town.dispatcher().drain()
            let call = try #require(receiver.calls.first)
            #expect(receiver.calls.count == 1 && call.path == "/hook")
            #expect(call.headers["content-type"] == "application/cloudevents+json; charset=utf-8")
            #expect(call.json["specversion"] == .string("1.0") && call.json["id"] == .string(call.id))
            #expect(call.type == "org.suixin.enterprise.changed.v1" && call.subject == Town.id("P1").text)
            #expect(call.json["source"] == .string("https://credit.example"))
            #expect(call.json["time"] == .string("2018-06-01T10:00:00+08:00"))
            #expect(call.data["sections"] == .array([.string("penalties"), .string("records")]))
            #expect(call.data["profile"] == .string("https://credit.example/v1/enterprises/\(Town.id("P1"))"))
            #expect(call.data["versionBefore"]?.string != call.data["versionAfter"]?.string)
            #expect(call.data["status"]?.string == (try town.credit.changes(after: 0, limit: 1)?.changes.first?.status))
            #expect(call.timestamp == Town.start / 1000)
            #expect(call.isSigned(by: watch.hook.secret) && call.isSigned(by: town.key.publicKey))
            #expect(!call.isSigned(by: WebhookSecret(installation: [1], webhook: "x", generation: 0)))
        }
    }

    @Test("After failures an enterprise's events still come in order; others are not held up")
    func order() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        let (one, two) = (Town.id("P1").text, Town.id("P2").text)
        receiver.answers { .init(status: $0.subject == one ? 500 : 204) }
        try await blocking {
            try town.put("P1")
            try town.put("P2")
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            _ = try Self.watch(["P1", "P2"], town, receiver)
            for round in 1...3 {
                try town.put("P1", penalties: ["X\(round)"])
                try town.put("P2", penalties: ["Y\(round)"])
            }
            try dispatcher.drain()
            // One try of the first; the other enterprise has everything.
            #expect(receiver.calls.filter { $0.subject == one }.count == 1)
            // Two that replaced a penalty retracted one, too.
            #expect(receiver.calls.filter { $0.subject == two }.count == 5)
            receiver.answers(204)
            town.wait(seconds: 6)
            try dispatcher.drain()
            for subject in [one, two] {
                let numbers = receiver.calls.filter { $0.subject == subject }.compactMap { $0.data["change"]?.integer }
                #expect(numbers == numbers.sorted() && Set(numbers).count == 3)
            }
            let firsts = receiver.calls.filter { $0.subject == one }
            #expect(firsts.count == 6 && firsts[0].id == firsts[1].id && firsts[0].body == firsts[1].body)
        }
    }

    @Test(
        "Ten attempts over more than three days, each later than the one before; then it is a failure, and the next goes"
    )
    func schedule() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        receiver.answers(503)
        try await blocking {
            try town.put("P1")
            var schedule = RetrySchedule()
            schedule.disablesAfter = .max / 2
            let dispatcher = town.dispatcher(schedule: schedule)
            try dispatcher.drain()
            let watch = try Self.watch(["P1"], town, receiver)
            try town.put("P1", penalties: ["X1"])
            try town.put("P1", penalties: ["X1", "X2"])
            var moments: [Int64] = []
            while moments.count < 20 {
                receiver.forget()
                try dispatcher.drain()
                guard receiver.calls.first?.data["change"] == .integer(1) else { break }
                #expect(receiver.calls.first?.timestamp == town.now / 1000)
                moments.append((town.now - Town.start) / 1000)
                let due = try #require(try town.store.nextDue())
                // Not a moment too early.
                town.time.withLock { $0 = max($0, due - 1) }
                receiver.forget()
                try dispatcher.drain()
                #expect(receiver.calls.isEmpty || due <= town.now)
                town.time.withLock { $0 = max($0, due) }
            }
            let norm: [Int64] = [0, 5, 305, 2105, 9305, 27_305, 63_305, 113_705, 185_705, 272_105]
            #expect(moments.count == 10)
            for (moment, least) in zip(moments, norm) { #expect(least...(least * 11 / 10 + 1) ~= moment) }
            let failures = try town.webhooks.deliveries(.init(webhook: watch.hook.webhook.id), of: watch.client)
            #expect(failures.first?.state == .failed && failures.first?.failures == 10)
            #expect(failures.first?.lastStatus == 503 && failures.first?.lastError == "answered 503")
            #expect(receiver.calls.first?.data["change"] == .integer(2))
        }
    }

    @Test("Two dispatchers over one file, each with an opening of its own, deliver every event once")
    func twoDispatchers() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            for number in 1...8 { try town.put("P\(number)") }
            let dispatchers = try (0..<2).map { _ in
                town.dispatcher(through: try SQLiteWatchStore(path: town.folder + "/watch.db"))
            }
            try dispatchers[0].drain()
            _ = try Self.watch((1...8).map { "P\($0)" }, town, receiver)
            for round in 1...3 {
                for number in 1...8 { try town.put("P\(number)", penalties: (1...round).map { "X\($0)" }) }
                let failures = Mutex<[String]>([])
                DispatchQueue.concurrentPerform(iterations: 2) { index in
                    do { try dispatchers[index].drain() } catch { failures.withLock { $0.append("\(error)") } }
                }
                // Where both follow at once, one of them says so and leaves it to the other.
                let told = failures.withLock { $0 }
                #expect(told.count < 2 && told.allSatisfy { $0.contains("another process follows the changes") })
            }
            try dispatchers[0].drain()
            let ids = receiver.calls.map(\.id)
            #expect(ids.count == 24 && Set(ids).count == 24)
        }
    }

    @Test("Retry-After is obeyed where it asks for more")
    func retryAfter() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        receiver.answers { _ in .init(status: 429, headers: [("Retry-After", "3600")]) }
        try await blocking {
            try town.put("P1")
            try town.dispatcher().drain()
            _ = try Self.watch(["P1"], town, receiver)
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            #expect(try town.store.nextDue() == town.now + 3_600_000)
        }
    }

    @Test("A process that ends between answer and record delivers again, with the same id")
    func crash() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1")
            try town.dispatcher().drain()
            let watch = try Self.watch(["P1"], town, receiver)
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher(through: DyingStore(town.store)).drain()
            #expect(receiver.calls.count == 1)
            try town.reopen()
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            // Until the lease ends it may still be under way.
            #expect(receiver.calls.count == 1)
            town.wait(seconds: 121)
            try dispatcher.drain()
            try dispatcher.drain()
            #expect(receiver.calls.count == 2 && Set(receiver.calls.map(\.id)).count == 1)
            #expect(receiver.calls.allSatisfy { $0.isSigned(by: watch.hook.secret) })
        }
    }

    @Test("410 switches a webhook off; switched on again, it gets what was missed when somebody replays it")
    func gone() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        receiver.answers(410)
        try await blocking {
            try town.put("P1")
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            let watch = try Self.watch(["P1"], town, receiver)
            let hook = watch.hook.webhook.id
            try town.put("P1", penalties: ["X1"])
            try dispatcher.drain()
            #expect(try town.webhooks.webhook(hook, of: watch.client).disabled == .gone)
            #expect(town.reports.contains { $0.contains(hook.text) && $0.contains("gone") })
            try town.put("P1", penalties: ["X1", "X2"])
            town.wait(seconds: 10 * 86_400)
            try dispatcher.drain()
            #expect(receiver.calls.count == 1)
            let troubled = try town.webhooks.deliveries(.init(webhook: hook), of: watch.client)
            #expect(troubled.map(\.state) == [.failed, .skipped])
            receiver.answers(204)
            receiver.forget()
            try town.webhooks.enable(hook, of: watch.client)
            try dispatcher.drain()
            #expect(receiver.calls.isEmpty)
            #expect(try town.webhooks.replay(.since(Town.start), to: hook, of: watch.client) == 2)
            try dispatcher.drain()
            #expect(receiver.calls.map { $0.data["change"]?.integer } == [1, 2])
            let id = try #require(receiver.calls.first?.id)
            #expect(try town.webhooks.replay(.event(id), to: hook, of: watch.client) == 1)
            try dispatcher.drain()
            #expect(receiver.calls.count == 3 && receiver.calls.last?.id == id)
            #expect(throws: AccessError.self) {
                try town.webhooks.replay(.event("evt_x"), to: hook, of: watch.client)
            }
        }
    }

    @Test("Days of nothing but failures switch a webhook off; one success in between does not count as that")
    func failing() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            for name in ["P1", "P2"] { try town.put(name) }
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            let watch = try Self.watch(["P1", "P2"], town, receiver)
            let hook = watch.hook.webhook.id
            func state() throws -> Webhook.Disabling? {
                try town.webhooks.webhook(hook, of: watch.client).disabled
            }
            receiver.answers(500)
            try town.put("P1", penalties: ["X1"])
            try dispatcher.drain()
            town.wait(seconds: 4 * 86_400)
            receiver.answers(204)
            try dispatcher.drain()
            receiver.answers(500)
            for round in 1...5 {
                try town.put("P2", penalties: ["Y\(round)"])
                try dispatcher.drain()
                #expect(try state() == nil)
                town.wait(seconds: 86_400)
            }
            town.wait(seconds: 3600)
            try dispatcher.drain()
            #expect(try state() == .failing)
        }
    }

    @Test("While a secret is rotated both are good, afterwards the new one alone")
    func rotation() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        try await blocking {
            try town.put("P1")
            let dispatcher = town.dispatcher()
            try dispatcher.drain()
            let watch = try Self.watch(["P1"], town, receiver)
            let new = try town.webhooks.rotateSecret(of: watch.hook.webhook.id, of: watch.client)
            #expect(new.secret != watch.hook.secret && new.secret.text.hasPrefix("whsec_"))
            try town.put("P1", penalties: ["X1"])
            try dispatcher.drain()
            let during = try #require(receiver.calls.last)
            #expect(during.isSigned(by: watch.hook.secret) && during.isSigned(by: new.secret))
            town.wait(seconds: 86_401)
            try town.put("P1", penalties: ["X1", "X2"])
            try dispatcher.drain()
            let after = try #require(receiver.calls.last)
            #expect(!after.isSigned(by: watch.hook.secret) && after.isSigned(by: new.secret))
        }
    }

    @Test("A redirect is a failure, and is not followed")
    func redirect() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        receiver.answers { call in
            call.path == "/hook" ? .init(status: 307, headers: [("Location", "/elsewhere")]) : .init()
        }
        try await blocking {
            try town.put("P1")
            try town.dispatcher().drain()
            let watch = try Self.watch(["P1"], town, receiver)
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            #expect(receiver.calls.map(\.path) == ["/hook"])
            let failures = try town.webhooks.deliveries(.init(webhook: watch.hook.webhook.id), of: watch.client)
            #expect(failures.first?.lastStatus == 307 && failures.first?.state == .due)
        }
    }
}

/// A process that dies when it would keep how an attempt ended.
private final class DyingStore: WatchStore {
    private let store: any WatchStore
    init(_ store: any WatchStore) { self.store = store }

    func settle(_ delivery: Delivery, _ report: DeliveryReport) throws -> Webhook.Disabling? {
        throw AccessError(.unusable, "the process is gone")
    }

    func lists(of client: ClientID) throws -> [WatchList] { try store.lists(of: client) }
    func list(_ id: WatchListID, of client: ClientID) throws -> WatchList? { try store.list(id, of: client) }
    func add(_ list: WatchList) throws { try store.add(list) }
    func removeList(_ id: WatchListID, of client: ClientID, at moment: Int64) throws -> Bool {
        try store.removeList(id, of: client, at: moment)
    }
    func add(_ entries: [WatchEntry], to list: WatchListID, of client: ClientID) throws -> Int {
        try store.add(entries, to: list, of: client)
    }
    func remove(_ enterprises: [EnterpriseID], from list: WatchListID, of client: ClientID) throws -> Int {
        try store.remove(enterprises, from: list, of: client)
    }
    func entries(
        of list: WatchListID,
        of client: ClientID,
        after enterprise: EnterpriseID?,
        limit: Int
    ) throws -> [WatchEntry] { try store.entries(of: list, of: client, after: enterprise, limit: limit) }
    func webhooks(of client: ClientID?) throws -> [Webhook] { try store.webhooks(of: client) }
    func add(_ webhook: Webhook) throws { try store.add(webhook) }
    func change(
        _ id: WebhookID,
        of client: ClientID?,
        _ change: (inout Webhook) throws -> Void
    ) throws -> Webhook { try store.change(id, of: client, change) }
    func removeWebhook(_ id: WebhookID, of client: ClientID) throws -> Bool {
        try store.removeWebhook(id, of: client)
    }
    func position() throws -> Int64? { try store.position() }
    func advance(_ step: FollowingStep, _ choose: (WatchEvent, Watchers) throws -> Audience) throws -> Int {
        try store.advance(step, choose)
    }
    func claim(at now: Int64, lease: Int64, limit: Int, room: (WebhookID) -> Int) throws -> [ClaimedDelivery] {
        try store.claim(at: now, lease: lease, limit: limit, room: room)
    }
    func nextDue() throws -> Int64? { try store.nextDue() }
    func backlog() throws -> DeliveryBacklog { try store.backlog() }
    func deliveries(_ filter: DeliveryFilter, of client: ClientID?) throws -> [Delivery] {
        try store.deliveries(filter, of: client)
    }
    func replay(_ replay: Replay, to webhook: WebhookID, of client: ClientID?, at now: Int64) throws -> Int {
        try store.replay(replay, to: webhook, of: client, at: now)
    }
    func prune(before moment: Int64) throws -> Int { try store.prune(before: moment) }
    func retractions(_ filter: RetractionFilter) throws -> [Retraction] { try store.retractions(filter) }
    func acknowledge(_ id: RetractionID, by client: ClientID, at moment: Int64) throws -> Retraction {
        try store.acknowledge(id, by: client, at: moment)
    }
    func ended(_ call: RepeatableCall) throws -> RepeatedCall? { try store.ended(call) }
    func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall {
        try store.once(call, act)
    }
}
