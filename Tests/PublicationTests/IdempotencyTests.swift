import Access
import CanonicalJSON
import CreditModel
import Foundation
import GRDB
import Publication
import SQLiteAccess
import Synchronization
import Testing
import Watches

/// A call with an `Idempotency-Key` has one effect, however often it is sent.
@Suite("Calls that are sent again")
struct IdempotencyTests {
    private static let wish = #"{"url":"https://hooks.example.com/x","list":"watched"}"#

    /// Somebody with a key, who sends calls with an `Idempotency-Key`.
    private struct Client: Sendable {
        let key: String
        let port: Int

        func send(_ method: String, _ path: String, _ body: String? = nil, as name: String? = nil) throws -> HTTPAnswer
        {
            var headers = ["Authorization: Bearer \(key)"]
            if let name { headers.append("Idempotency-Key: \(name)") }
            if body != nil { headers.append("Content-Type: application/json") }
            return try HTTPCall.send(method, "/v1" + path, port: port, headers: headers, body: body)
        }

        func count(_ path: String, _ member: String) throws -> Int {
            try JSONValue(parsing: send("GET", path).body)[member]?.array?.count ?? -1
        }
    }

    private static func world() throws -> World {
        let world = try World()
        for number in 1...3 { try world.put("P\(number)", name: "企业\(number)") }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    /// What an answer says, without what belongs to the one request alone.
    private static func told(_ answer: HTTPAnswer) -> String {
        let fields = answer.headers.filter { !["suixin-query", "date", "ratelimit"].contains($0.key) }
        return "\(answer.status) \(fields.sorted { $0.key < $1.key }) \(answer.text)"
    }

    @Test("Each call that changes something is carried out once, and answered alike each time")
    func once() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let key = try desk.client("one").key
        try await serving(world, desk: desk) { port throws in
            let client = Client(key: key, port: port)
            func twice(_ method: String, _ path: String, _ body: String? = nil, as name: String) throws -> HTTPAnswer {
                let first = try client.send(method, path, body, as: "\"\(name)\"")
                let second = try client.send(method, path, body, as: "\"\(name)\"")
                #expect(200...204 ~= first.status, "\(method) \(path): \(first.text)")
                #expect(Self.told(first) == Self.told(second), "\(method) \(path)")
                #expect(first.headers["suixin-query"] != second.headers["suixin-query"])
                return second
            }
            let list = try #require(
                try JSONValue(parsing: twice("POST", "/watch-lists", #"{"name":"商户"}"#, as: "a").body)["id"]?.string
            )
            #expect(try client.count("/watch-lists", "lists") == 1)
            let add = "{\"add\":[\"\(World.id("P1"))\",\"\(World.id("P2"))\"]}"
            // The second time there would be nothing to add.
            let added = try twice("POST", "/watch-lists/\(list)/enterprises", add, as: "b")
            #expect(try JSONValue(parsing: added.body)["count"]?.integer == 2)
            let made = try JSONValue(parsing: twice("POST", "/webhooks", Self.wish, as: "c").body)
            let hook = try #require(made["id"]?.string)
            let secret = try #require(made["secret"]?.string)
            #expect(secret.hasPrefix("whsec_"))
            #expect(try client.count("/webhooks", "webhooks") == 1)
            _ = try twice("PUT", "/webhooks/\(hook)", Self.wish.replacing("/x", with: "/y"), as: "d")
            let rotated = try JSONValue(parsing: twice("POST", "/webhooks/\(hook)/secret", as: "e").body)["secret"]
            #expect(rotated?.string?.hasPrefix("whsec_") == true && rotated?.string != secret)
            // Rotated once: the next one is not the one after the next.
            #expect(try desk.watches.webhooks(of: nil).map(\.generation) == [1])
            _ = try twice("POST", "/webhooks/\(hook)/disable", as: "f")
            _ = try twice("POST", "/webhooks/\(hook)/enable", as: "g")
            _ = try twice("POST", "/webhooks/\(hook)/replay", #"{"since":"2018-06-01T00:00:00+08:00"}"#, as: "h")
            _ = try twice("DELETE", "/webhooks/\(hook)", as: "i")
            _ = try twice("DELETE", "/watch-lists/\(list)", as: "j")
            #expect(try client.count("/webhooks", "webhooks") == 0)
            // What was made with a secret is told again with it, and the file does not have it.
            let again = try client.send("POST", "/webhooks", Self.wish, as: "\"c\"")
            #expect(try JSONValue(parsing: again.body)["secret"]?.string == secret)
            let file = try #require(try? Data(contentsOf: URL(fileURLWithPath: desk.folder + "/watch.db")))
            let log = (try? Data(contentsOf: URL(fileURLWithPath: desk.folder + "/watch.db-wal"))) ?? Data()
            #expect(!(file + log).contains(Data(secret.dropFirst(6).utf8)))
            #expect((file + log).contains(Data(hook.utf8)))
        }
    }

    @Test("A key belongs to one client, one endpoint and one request; what was refused may be mended and sent again")
    func scope() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let (one, other) = (try desk.client("one").key, try desk.client("other").key)
        try await serving(world, desk: desk) { port throws in
            let (mine, theirs) = (Client(key: one, port: port), Client(key: other, port: port))
            let first = try mine.send("POST", "/watch-lists", #"{"name":"甲"}"#, as: "\"k\"")
            #expect(first.status == 201)
            let reused = try mine.send("POST", "/watch-lists", #"{"name":"乙"}"#, as: "\"k\"")
            #expect(reused.status == 422 && reused.text.contains("idempotency-key-reused"))
            #expect(try mine.count("/watch-lists", "lists") == 1)
            // Another's same key is another key, and tells nothing of the first.
            let another = try theirs.send("POST", "/watch-lists", #"{"name":"甲"}"#, as: "\"k\"")
            #expect(another.status == 201 && another.text != first.text)
            #expect(try mine.send("POST", "/webhooks", Self.wish, as: "\"k\"").status == 201)
            // The same endpoint, another path.
            let list = try #require(try JSONValue(parsing: first.body)["id"]?.string)
            let add = "{\"add\":[\"\(World.id("P1"))\"]}"
            #expect(try mine.send("POST", "/watch-lists/\(list)/enterprises", add, as: "\"p\"").status == 200)
            #expect(try mine.send("POST", "/watch-lists/l000000000000/enterprises", add, as: "\"p\"").status == 422)
            // Refused, without an effect: the key is free again.
            #expect(try mine.send("POST", "/watch-lists", #"{"name":""}"#, as: "\"m\"").status == 400)
            #expect(try mine.send("POST", "/watch-lists", #"{"name":"丙"}"#, as: "\"m\"").status == 201)
            // Whoever was not let in uses no key up.
            let stranger = Client(key: "sxk_0", port: port)
            #expect(try stranger.send("POST", "/watch-lists", #"{"name":"丁"}"#, as: "\"n\"").status == 401)
        }
    }

    @Test(
        "What is no string of a structured field is refused before anything is done; where nothing changes it is passed over"
    )
    func malformed() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let key = try desk.client("one").key
        try await serving(world, desk: desk) { port throws in
            let client = Client(key: key, port: port)
            let long = String(repeating: "x", count: 256)
            for bad in [
                "k", "", "\"\"", "\"k", "k\"", "\"k\";a=1", "\"a\", \"b\"", "\"a\"b\"", "\"a\\b\"", "\"a\\\"", "\"é\"",
                "\"\(long)\"", "8e03978e-40d5-43dd-bc93-6894a57f9324", "?1", "12", ":aGk=:", "'k'",
            ] {
                let answer = try client.send("POST", "/watch-lists", #"{"name":"x"}"#, as: bad)
                #expect(answer.status == 400 && answer.text.contains("idempotency-key-malformed"), "\(bad)")
            }
            #expect(try client.count("/watch-lists", "lists") == 0)
            for good in ["\"k\"", " \"a \\\"quoted\\\" \\\\ key\"", "\"\(long.dropLast())\""] {
                let name = "{\"name\":\"\(good.utf8.count)\"}"
                #expect(try client.send("POST", "/watch-lists", name, as: good).status == 201, "\(good)")
            }
            #expect(try client.send("GET", "/watch-lists", as: "k").status == 200)
            let body = #"{"queries":[{"name":"企业"}]}"#
            #expect(try client.send("POST", "/match", body, as: "k").status == 200)
            let batch = "{\"ids\":[\"\(World.id("P1"))\"]}"
            #expect(try client.send("POST", "/enterprises:batchGet", batch, as: "k").status == 200)
        }
    }

    @Test("While a call is carried out whoever sends it again hears that, and nothing is done twice")
    func underWay() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let key = try desk.client("one").key
        let answers = Mutex<[HTTPAnswer]>([])
        let isDone = DispatchSemaphore(value: 0)
        try await serving(world, desk: desk) { port throws in
            let client = Client(key: key, port: port)
            // Whoever holds the file keeps the first of both calls under way.
            let holder = try DatabaseQueue(path: desk.folder + "/watch.db")
            try holder.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN IMMEDIATE")
                for _ in 0..<2 {
                    Thread.detachNewThread {
                        let answer = try? client.send("POST", "/watch-lists", #"{"name":"x"}"#, as: "\"k\"")
                        answers.withLock { $0.append(answer ?? HTTPAnswer()) }
                        isDone.signal()
                    }
                }
                isDone.wait()
                try db.execute(sql: "ROLLBACK")
            }
            isDone.wait()
            let (refused, made) = try answers.withLock { answers in
                (try #require(answers.first), try #require(answers.last))
            }
            #expect(refused.status == 409 && refused.text.contains("call-under-way"))
            #expect(refused.headers["retry-after"] == "1" && made.status == 201)
            #expect(try client.send("POST", "/watch-lists", #"{"name":"x"}"#, as: "\"k\"").body == made.body)
        }
    }

    @Test("However many send a call at once, by one exchange or by two over one file, it has one effect and one answer")
    func atOnce() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let (client, key) = try desk.client("one")
        try await serving(world, desk: desk) { port throws in
            let caller = Client(key: key, port: port)
            let answers = Mutex<[HTTPAnswer]>([])
            DispatchQueue.concurrentPerform(iterations: 24) { _ in
                let answer = try? caller.send("POST", "/watch-lists", #"{"name":"x"}"#, as: "\"k\"")
                answers.withLock { $0.append(answer ?? HTTPAnswer()) }
            }
            let all = answers.withLock { $0 }
            #expect(all.allSatisfy { $0.status == 201 || $0.status == 409 })
            #expect(Set(all.filter { $0.status == 201 }.map(\.text)).count == 1)
            #expect(try caller.count("/watch-lists", "lists") == 1)
        }
        let stores = [desk.watches, try SQLiteWatchStore(path: desk.folder + "/watch.db")]
        let acts = Mutex(0)
        let outcomes = Mutex<[RepeatedCall]>([])
        let call = RepeatableCall(of: client, to: "e", key: "k", request: [], at: 0, lifetime: 1000)
        DispatchQueue.concurrentPerform(iterations: 24) { number in
            let outcome = try? stores[number % 2].once(call) {
                let act = acts.withLock { acts in
                    acts += 1
                    return acts
                }
                return KeptAnswer(status: 200 + act, fields: [], body: nil)
            }
            outcomes.withLock { $0.append(outcome ?? .otherRequest) }
        }
        let answer = KeptAnswer(status: 201, fields: [], body: nil)
        let all = outcomes.withLock { $0 }
        #expect(acts.withLock { $0 } == 1 && all.count { $0 == .carriedOut(answer) } == 1)
        #expect(all.count { $0 == .answeredBefore(answer) } == 23)
    }

    @Test("Answers outlive a restart, end with their time, and are so many and no more")
    func kept() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let client = try desk.client("one").id
        func call(_ key: String, at seconds: Int64 = 0, _ body: String = "x") -> RepeatableCall {
            RepeatableCall(
                of: client,
                to: "e",
                key: key,
                request: Array(body.utf8),
                at: seconds * 1000,
                lifetime: 86_400_000
            )
        }
        let answer = KeptAnswer(status: 201, fields: [.init("location", "/x")], body: Array("{}".utf8))
        #expect(try desk.watches.once(call("a")) { answer } == .carriedOut(answer))
        let reopened = try SQLiteWatchStore(path: desk.folder + "/watch.db")
        #expect(try reopened.once(call("a")) { throw Stop() } == .answeredBefore(answer))
        #expect(try reopened.once(call("a", at: 86_399)) { throw Stop() } == .answeredBefore(answer))
        #expect(try reopened.once(call("a", "y")) { throw Stop() } == .otherRequest)
        let other = KeptAnswer(status: 204, fields: [], body: nil)
        #expect(try reopened.once(call("a", at: 86_400)) { other } == .carriedOut(other))
        // An act that throws undoes what it did, and keeps no answer.
        let list = WatchList(id: WatchListID(bits: 16), client: client, name: "x", created: 0)
        #expect(throws: Stop.self) {
            try reopened.once(call("b")) {
                try reopened.add(list)
                throw Stop()
            }
        }
        #expect(try reopened.lists(of: client).isEmpty)
        #expect(try reopened.once(call("b")) { answer } == .carriedOut(answer))
        // Large answers fill it sooner than many small ones.
        let large = KeptAnswer(status: 200, fields: [], body: Array(repeating: 32, count: RepeatableCall.sizeLimit))
        #expect(try reopened.once(call("c")) { large } == .carriedOut(large))
        #expect(try reopened.once(call("d")) { throw Stop() } == .full(until: 86_400_000))
        #expect(try reopened.once(call("c")) { throw Stop() } == .answeredBefore(large))
        #expect(try reopened.pruneCalls(at: 86_400_000) == 2)
        #expect(try reopened.once(call("d")) { answer } == .carriedOut(answer))
    }

    private struct Stop: Error {}
}
