import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Dispatch
import Foundation
import Publication
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// What changed, to whoever asks from where he stands; and many enterprises at once.
@Suite("Changes and batches")
struct ChangeFeedTests {
    private static let code = "91440101MA5AK9RM4X"

    private static func publish(_ world: World, at time: Int64 = World.now) throws {
        try world.publisher.signProfiles(at: time)
        try world.publisher.publishStatus(at: time, day: World.day)
    }

    private static func changes(_ query: String, _ port: Int) throws -> JSONValue {
        let answer = try HTTPCall.send("GET", "/v1/changes\(query)", port: port)
        #expect(answer.status == 200, "\(answer.text)")
        return try JSONValue(parsing: answer.body)
    }

    @Test("From a number on, in order, with the statuses that say so, until there is no more")
    func pages() async throws {
        let world = try World()
        for number in 1...4 { try world.put("P\(number)", name: "企业\(number)") }
        try Self.publish(world)
        try world.put("P1", name: "企业一")
        try world.put("P9", name: "新企业", aliases: [World.id("P8")])
        try Self.publish(world, at: World.now + 1)
        // What was another's waits once more, and is derived for the one that it was joined to.
        for _ in 0..<2 { try world.put("P9", name: "新企业二", aliases: [World.id("P8"), World.id("P2")]) }
        try Self.publish(world, at: World.now + 2)
        let verifier = world.verifier(at: World.now + 3)
        let statuses = try #require(try world.store.latestStatus())
        try await serving(world, at: World.now + 3) { port throws in
            let all = try Self.changes("?after=0", port)
            let list = try #require(all["changes"]?.array)
            let kinds = Dictionary(list.map { ($0["change"]?.integer ?? 0, $0["kind"]?.string ?? "") }) { $1 }
            #expect(kinds.keys.sorted() == Array(1...Int64(list.count)) && all["last"]?.integer == Int64(list.count))
            #expect(Set(kinds.values) == ["changed", "created", "merged"])
            let moved = list.last { $0["kind"]?.string == "merged" }
            #expect(moved?["movedTo"]?.string == World.id("P9").text)
            for status in all["statuses"]?.array ?? [] {
                #expect(verifier.verify(status.canonical).kind == "status")
            }
            #expect(list.last?["status"]?.string == statuses.digest)
            // A page at a time it is the same.
            var (after, paged) = (Int64(0), [JSONValue]())
            while true {
                let page = try Self.changes("?after=\(after)&limit=2", port)
                guard let part = page["changes"]?.array, !part.isEmpty else { break }
                paged += part
                after = page["after"]?.integer ?? .max
            }
            #expect(paged == list)
            #expect(try HTTPCall.send("GET", "/v1/changes?after=999", port: port).status == 410)
            for bad in ["?after=-1", "?after=x", "?limit=0", "?limit=1001", "?wait=51", "?after=1&after=2", "?since=1"]
            {
                #expect(try HTTPCall.send("GET", "/v1/changes\(bad)", port: port).status == 400, "\(bad)")
            }
        }
    }

    @Test("Whoever waits is told as soon as a status says something new", .timeLimit(.minutes(2)))
    func longPoll() async throws {
        let world = try World()
        try world.put("P1", name: "企业一")
        try Self.publish(world)
        let store = world.store
        let publisher = world.publisher
        try world.commit("P1", name: "改名企业")
        try await serving(world) { port throws in
            let waiting = Gathered<[JSONValue]>([])
            let done = DispatchGroup()
            DispatchQueue.global().async(group: done) {
                if let page = try? Self.changes("?after=0&wait=50", port) { waiting.add(page) }
            }
            try World.derive(in: store, "P1", name: "改名企业")
            try publisher.signProfiles(at: World.now)
            try publisher.publishStatus(at: World.now, day: World.day)
            done.wait()
            #expect(waiting.value.first?["changes"]?.array?.count == 1)
        }
    }

    @Test("Events come with their numbers, and a reconnection goes on behind the last", .timeLimit(.minutes(2)))
    func events() async throws {
        let world = try World()
        try world.put("P1", name: "企业一")
        try Self.publish(world)
        for round in 0..<3 {
            try world.put("P1", name: "企业一\(round)")
            try Self.publish(world, at: World.now + 1 + Int64(round))
        }
        try await serving(world, at: World.now + 9) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            func stream(_ target: String, until count: Int, _ more: String...) throws -> String {
                try HTTPCall.lines(
                    ["GET \(target) HTTP/1.1", "Host: localhost", "Accept: text/event-stream"] + more
                        + ["Authorization: Bearer \(key)", "Suixin-Purpose: dispute"],
                    port: port
                ) { $0.components(separatedBy: "\ndata: ").count > count }
            }
            let all = try stream("/v1/changes", until: 3)
            #expect(all.contains("id: 1\nevent: changed\ndata: {") && all.contains("id: 3\n"))
            let rest = try stream("/v1/changes", until: 1, "Last-Event-ID: 2")
            #expect(!rest.contains("id: 2\n") && rest.contains("id: 3\n"))
            let gone = try stream("/v1/changes?after=77", until: 1)
            #expect(gone.contains("event: problem\n") && gone.contains("changes-gone"))
        }
    }

    @Test("A batch gives for each name, in order, its document and proof, or why not; each is a query of its own")
    func batch() async throws {
        let world = try World()
        for number in 1...3 { try world.put("P\(number)", name: "企业\(number)", codes: number == 2 ? [Self.code] : []) }
        try Self.publish(world)
        let desk = try FrontDesk(world, at: World.now)
        let judge = world.verifier()
        let status = try #require(try world.store.latestStatus()).document
        let limits = UsageLimits(burst: 5, window: 60, daily: nil)
        let small = try desk.client("small", limits: limits).key
        try await serving(world, desk: desk) { port throws in
            let names = [World.id("P1").text, Self.code, "91440101MA59ABCD1R", World.id("P3").text]
            func post(_ body: String, _ more: [String] = ["Content-Type: application/json"]) throws -> HTTPAnswer {
                try HTTPCall.send("POST", "/v1/enterprises:batchGet", port: port, headers: more, body: body)
            }
            let list = names.map { "\"\($0)\"" }.joined(separator: ",")
            let answer = try post("{\"ids\":[\(list)]}")
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/x-ndjson")
            let lines = try answer.body.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
            #expect(lines.map { $0["index"]?.integer } == [0, 1, 2, 3])
            for (name, line) in zip(names, lines) where line["document"] != nil {
                let field = ProofField(
                    steps: (line["proof"]?.array ?? []).map {
                        .init(
                            name: $0["name"]?.string,
                            path: Base64URL.decode(Array(($0["path"]?.string ?? "").utf8)) ?? []
                        )
                    }
                )
                let beside = Verifier.Beside(status: status, proof: field.text, asked: name)
                #expect(judge.verify(line["document"]?.canonical ?? [], beside: beside).verdict == .genuineAndCurrent)
            }
            #expect(lines[2]["problem"]?["absence"] != nil && lines[2]["document"] == nil)
            try desk.journal.flush()
            for line in lines {
                let entry = try line["query"]?.string.flatMap { QueryID($0) }.flatMap { try desk.records.entry($0) }
                #expect(entry?.endpoint == "batch")
            }
            for bad in [
                "", "{}", "[]", "{\"ids\":[]}", "{\"ids\":[1]}", "{\"ids\":[\"a\"],\"x\":1}", "{\"ids\":[\"a\"",
            ] {
                #expect(try post(bad).status == 400, "\(bad)")
            }
            #expect(try post("{\"ids\":[\"a\"]}", ["Content-Type: text/plain"]).status == 415)
            #expect(try post("{\"ids\":[\"\(String(repeating: "a", count: 200_000))\"]}").status == 413)
            let many = "{\"ids\":[\(Array(repeating: "\"\(Self.code)\"", count: 1000).joined(separator: ","))]}"
            #expect(try post(many).body.split(separator: 0x0A).count == 1000)
            let limited = try HTTPCall.send(
                "POST",
                "/v1/enterprises:batchGet",
                port: port,
                headers: ["Content-Type: application/json", "Authorization: Bearer \(small)"],
                body: many
            )
            #expect(limited.status == 429)
        }
    }
}
