import Access
import CanonicalJSON
import CreditModel
import Foundation
import Publication
import Synchronization
import Testing

/// A client handles its own lists, webhooks and retractions, and finds nothing of another's.
@Suite("Watching over HTTP")
struct WatchingRoutesTests {
    private static let code = "91440101MA5AK9RM4X"

    /// Somebody with a key, and a body in JSON.
    private struct Client: Sendable {
        let key: String
        let port: Int

        func send(_ method: String, _ path: String, _ body: String? = nil) throws -> (status: Int, json: JSONValue) {
            var headers = ["Authorization: Bearer \(key)"]
            if body != nil { headers.append("Content-Type: application/json") }
            let answer = try HTTPCall.send(method, "/v1" + path, port: port, headers: headers, body: body)
            return (answer.status, answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body))
        }
    }

    private func world() throws -> World {
        let world = try World()
        for number in 1...3 { try world.put("P\(number)", name: "企业\(number)", codes: number == 1 ? [Self.code] : []) }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    @Test("Lists are made, filled by ids and codes, read a page at a time, and emptied")
    func lists() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let (one, other) = (try desk.client("one").key, try desk.client("other").key)
        let reader = try desk.client("reader", .of(.readEnterprises, .allSections)).key
        try await serving(world, desk: desk) { port throws in
            let (mine, theirs) = (Client(key: one, port: port), Client(key: other, port: port))
            let made = try mine.send("POST", "/watch-lists", #"{"name":"我的商户"}"#)
            let list = try #require(made.json["id"]?.string)
            #expect(made.status == 201 && made.json["count"]?.integer == 0)
            let path = "/watch-lists/\(list)"
            let names = [World.id("P2").text, Self.code, "11010519491231002X", World.id("never").text]
            let sent = "{\"add\":[\(names.map { "\"\($0)\"" }.joined(separator: ","))]}"
            let added = try mine.send("POST", path + "/enterprises", sent)
            #expect(added.status == 200 && added.json["count"]?.integer == 2)
            // By places: what was sent is not repeated.
            #expect(added.json["unknown"] == .array([.integer(2), .integer(3)]))
            let first = try mine.send("GET", path + "/enterprises?limit=1").json
            let after = try #require(first["after"]?.string)
            let second = try mine.send("GET", path + "/enterprises?limit=1&after=\(after)").json
            let ids = [first, second].compactMap { $0["enterprises"]?.array?.first?["enterprise"]?.string }
            #expect(ids == [World.id("P1").text, World.id("P2").text].sorted())
            for method in ["GET", "DELETE"] { #expect(try theirs.send(method, path).status == 404) }
            #expect(try theirs.send("POST", path + "/enterprises", sent).status == 404)
            #expect(try theirs.send("GET", "/watch-lists").json["lists"] == .array([]))
            #expect(
                try mine.send("POST", path + "/enterprises", "{\"remove\":[\"\(Self.code)\"]}").json["count"]?.integer
                    == 1
            )
            for bad in ["", "[]", "{}", #"{"add":[1]}"#, #"{"add":[],"remove":[]}"#, #"{"put":[]}"#] {
                #expect(try mine.send("POST", path + "/enterprises", bad).status == 400, "\(bad)")
            }
            #expect(try mine.send("DELETE", path).status == 204)
            #expect(try mine.send("GET", path).status == 404)
            #expect(try Client(key: reader, port: port).send("GET", "/watch-lists").status == 403)
        }
    }

    @Test("A webhook's secret is shown once; where it leads is checked; another's is not there")
    func webhooks() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let (one, other) = (try desk.client("one").key, try desk.client("other").key)
        let small = try desk.client("small", .of(.writeWatches, .allSections)).key
        try await serving(world, desk: desk) { port throws in
            let (mine, theirs) = (Client(key: one, port: port), Client(key: other, port: port))
            // What is a name is judged by its addresses, when it is called.
            for url in [
                "http://hooks.example.com/x", "https://127.0.0.1/x", "https://10.0.0.1/x",
                "https://[::1]/x", "https://169.254.169.254/latest", "https://user:secret@hooks.example.com/x",
                "https://hooks.example.com:22/x", "ftp://hooks.example.com/x", "nonsense",
            ] {
                let body = "{\"url\":\"\(url)\",\"list\":\"watched\"}"
                #expect(try mine.send("POST", "/webhooks", body).status == 400, "\(url)")
            }
            let wish = #"{"url":"https://hooks.example.com/x","list":"watched","types":["retracted","changed"]}"#
            let made = try mine.send("POST", "/webhooks", wish)
            let id = try #require(made.json["id"]?.string)
            let secret = try #require(made.json["secret"]?.string)
            #expect(made.status == 201 && secret.hasPrefix("whsec_"))
            let path = "/webhooks/\(id)"
            let shown = try mine.send("GET", path).json
            #expect(shown["secret"] == nil && shown["types"]?.array?.count == 2)
            let rotated = try mine.send("POST", path + "/secret").json
            #expect(rotated["secret"]?.string?.hasPrefix("whsec_") == true && rotated["secret"]?.string != secret)
            #expect(try mine.send("POST", path + "/disable").json["enabled"] == .bool(false))
            #expect(try mine.send("POST", path + "/enable").json["enabled"] == .bool(true))
            #expect(try mine.send("GET", path + "/deliveries").json["deliveries"] == .array([]))
            #expect(try mine.send("POST", path + "/replay", #"{"since":"2018-06-01"}"#).status == 400)
            let since = #"{"since":"2018-06-01T00:00:00+08:00"}"#
            #expect(try mine.send("POST", path + "/replay", since).json["queued"]?.integer == 0)
            for (method, end, body) in [
                ("GET", "", nil), ("DELETE", "", nil), ("PUT", "", wish), ("POST", "/secret", nil),
                ("POST", "/disable", nil),
                ("GET", "/deliveries", nil), ("POST", "/replay", since),
            ] {
                #expect(try theirs.send(method, path + end, body).status == 404, "\(method) \(end)")
            }
            let all = #"{"url":"https://hooks.example.com/x","list":"everything"}"#
            #expect(try Client(key: small, port: port).send("POST", "/webhooks", all).status == 400)
            #expect(try mine.send("DELETE", path).status == 204)
            #expect(try mine.send("GET", path).status == 404)
            #expect(try mine.send("GET", "/retractions").json["retractions"] == .array([]))
            #expect(try mine.send("POST", "/retractions/r0000000000000/ack").status == 404)
        }
    }
}
