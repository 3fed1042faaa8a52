import Access
import CanonicalJSON
import CreditModel
import ExchangeAPI
import Foundation
import Publication
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// The description of the API says what the API does, all of it, and what is about to end is announced.
@Suite("The description of the API")
struct DescriptionTests {
    private static let shared = "91440101MA5AK9RM4X"

    private func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业一")
        try world.put("P2", name: "企业二", codes: [Self.shared])
        try world.put("P3", name: "企业三", codes: [Self.shared], aliases: [World.id("P9")])
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    /// Statuses that no healthy exchange with a quiet store gives, and where they are seen to.
    private static func isElsewhere(_ status: String) -> Bool {
        // A store or a journal that cannot be read or written: GateTests, DamageTests.
        status.hasSuffix(" 503")
            // A desk's limits and conflicts: WatchesTests.
            || status.hasSuffix(" 409")
            // Only after a change that was retracted: WatchingTests.
            || status == "POST /v1/retractions/{retraction}/ack 200"
            // One key for two requests: IdempotencyTests. Too many tokens: OWASPTests.
            || status.hasSuffix(" 422") || status == "POST /oauth2/token 429"
            // Where a snapshot was made: SnapshotServerTests, and MirrorTests for annexes; before the same witness.
            || (status.contains(" /v1/snapshots/") || status.contains(" /v1/annexes/"))
                && ["200", "206", "304", "416"].contains { status.hasSuffix($0) }
    }

    @Test("Each status of each operation is given as it is described, and nothing else")
    func everything() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let nothing = try desk.client("nothing", .of(.tax)).key
        let exhausted = try desk.client("exhausted", limits: UsageLimits(burst: 1, window: 3600, daily: nil)).key
        let id = try desk.client("tokens")
        let secret = try Self.secret(of: id.id, desk)
        try await serving(world, desk: desk) { port throws in
            let document = try HTTPCall.send("GET", "/openapi.json", port: port)
            let described = try DescribedAnswers(document.body)
            var seen: Set<String> = []
            @discardableResult
            func send(_ method: String, _ target: String, _ headers: [String] = [], _ body: String? = nil) throws
                -> HTTPAnswer
            {
                let answer = try HTTPCall.send(method, target, port: port, headers: headers, body: body)
                if let status = described.check(method, target, answer).status { seen.insert(status) }
                return answer
            }
            let json = ["Content-Type: application/json"]
            _ = try send("GET", "/v1/changes", ["Authorization: Bearer \(exhausted)"])
            for (path, item) in try JSONValue(parsing: document.body)["paths"]?.object ?? [:] {
                for (verb, operation) in item.object ?? [:] {
                    let target = Self.filled(path)
                    let method = verb.uppercased()
                    let type = operation["requestBody"]?["content"]?.object?.keys.first
                    let headers = type.map { ["Content-Type: \($0)"] } ?? []
                    let body = type == nil ? nil : "x"
                    try send(method, target + "?nonsense=1", headers, body)
                    try send(method, target + "?x=" + String(repeating: "x", count: 5000), headers, body)
                    if operation["security"] != nil {
                        try send(method, target, headers + ["Authorization: Bearer \(nothing)"], body)
                        try send(method, target, headers + ["Authorization: Bearer x"], body)
                        try send(method, target, headers + ["Suixin-Purpose: idleness"], body)
                        try send(method, target, headers + ["Authorization: Bearer \(exhausted)"], body)
                    } else if type == nil {
                        let tag = try send(method, target).headers["etag"]
                        if let tag { try send(method, target, ["If-None-Match: \(tag)"]) }
                    }
                    guard type != nil else {
                        try send(method, target)
                        continue
                    }
                    try send(method, target, headers, "x")
                    try send(method, target, ["Content-Type: text/plain"], "x")
                    try send(method, target, headers, String(repeating: " ", count: 600_000))
                    if let example = operation["requestBody"]?["content"]?[type ?? ""]?["example"] {
                        try send(method, target, headers, String(decoding: example.canonical, as: UTF8.self))
                    }
                }
            }
            // Enterprises that are there, moved, or several; changes that are not; tokens; statuses by their digests.
            let one = "/v1/enterprises/\(World.id("P1"))"
            let profile = try send("GET", one)
            try send("GET", one, ["If-None-Match: \(profile.headers["etag"] ?? "")"])
            try send("GET", one, ["Accept: application/json"])
            try send("GET", one + "?sections=registration", ["Accept: application/json"])
            try send("GET", one + "?asOf=2018-06-01")
            for other in [World.id("P9").text, Self.shared] { try send("GET", "/v1/enterprises/\(other)") }
            try send("GET", "/v1/changes?after=999999")
            try send("GET", "/v1/enterprises?name=x")
            let status = try #require(profile.headers["suixin-status"])
            let tag = try send("GET", "/v1/sources/\(status)").headers["etag"]
            try send("GET", "/v1/sources/\(status)", ["If-None-Match: \(tag ?? "")"])
            let query = try #require(profile.headers["suixin-query"])
            try send("GET", one, ["Suixin-Evidence: 1"])
            let kept = try #require(try send("GET", one, ["Suixin-Evidence: 1"]).headers["suixin-query"])
            try send("GET", "/v1/queries/\(kept)/evidence")
            try send("GET", "/v1/queries?before=\(query)")
            let form = ["Content-Type: application/x-www-form-urlencoded"]
            let basic = Data("\(id.id):\(secret)".utf8).base64EncodedString()
            try send("POST", "/oauth2/token", form + ["Authorization: Basic \(basic)"], "grant_type=client_credentials")
            let wrong = Data("\(id.id):\(secret)x".utf8).base64EncodedString()
            try send("POST", "/oauth2/token", form + ["Authorization: Basic \(wrong)"], "grant_type=client_credentials")
            // What is a client's own.
            let list =
                try JSONValue(parsing: send("POST", "/v1/watch-lists", json, #"{"name":"x"}"#).body)["id"]?.string ?? ""
            try send("GET", "/v1/watch-lists/\(list)")
            try send("GET", "/v1/watch-lists/\(list)/enterprises")
            try send("POST", "/v1/watch-lists/\(list)/enterprises", json, #"{"add":["\#(Self.shared)"]}"#)
            let wish = #"{"url":"https://hooks.example.com/x","list":"watched"}"#
            let hook = try JSONValue(parsing: send("POST", "/v1/webhooks", json, wish).body)["id"]?.string ?? ""
            try send("POST", "/v1/webhooks", json, #"{"url":"https://hooks.example.com/x","list":"l000000000000"}"#)
            try send("GET", "/v1/webhooks/\(hook)")
            try send("PUT", "/v1/webhooks/\(hook)", json, wish)
            for act in ["secret", "enable", "disable"] { try send("POST", "/v1/webhooks/\(hook)/\(act)") }
            try send("GET", "/v1/webhooks/\(hook)/deliveries")
            try send("POST", "/v1/webhooks/\(hook)/replay", json, #"{"since":"2018-06-01T00:00:00+08:00"}"#)
            try send("DELETE", "/v1/webhooks/\(hook)")
            try send("DELETE", "/v1/watch-lists/\(list)")
            let unseen = described.statuses.subtracting(seen).filter { !Self.isElsewhere($0) }
            #expect(unseen.sorted() == [])
        }
    }

    @Test("There is no endpoint without a description, and no parameter that is read and not described")
    func whole() { #expect(ExchangeServer.undescribed == []) }

    /// A path with something in its braces that nobody has.
    private static func filled(_ path: String) -> String {
        path.replacing("{id}", with: "sx00000000000000000000").replacing("{list}", with: "l000000000000")
            .replacing("{webhook}", with: "h000000000000").replacing("{retraction}", with: "r000000000000")
            .replacing("{query}", with: "q00000000000000000000000000")
            .replacing("{snapshot}", with: "1-2-000000000000").replacing("{file}", with: "profiles.ndjson.gz")
            .replacing("{digest}", with: "sha256:" + String(repeating: "0", count: 64))
    }

    private static func secret(of id: ClientID, _ desk: FrontDesk) throws -> String {
        var random = SystemRandomNumberGenerator()
        let made = Credential.make(.secret, for: id, created: World.now, using: &random)
        try desk.clients.add(made.credential)
        try desk.table.refresh(at: World.now * 1000)
        return made.text
    }

    @Test("The description is the same bytes each time, and whoever has it is told so")
    func stable() async throws {
        let world = try world()
        let tags = Gathered<[String]>([])
        for _ in 0..<2 {
            try await serving(world) { port throws in
                let answer = try HTTPCall.send("GET", "/openapi.json", port: port)
                let json = try JSONValue(parsing: answer.body)
                #expect(json["openapi"]?.string == "3.1.0" && json["components"]?["schemas"]?["profile-profile"] != nil)
                let tag = try #require(answer.headers["etag"])
                tags.add(tag)
                let known = ["If-None-Match: \(tag)"]
                #expect(try HTTPCall.send("GET", "/openapi.json", port: port, headers: known).status == 304)
            }
        }
        #expect(tags.value.count == 2 && Set(tags.value).count == 1)
    }

    @Test("The page needs nothing from elsewhere, runs nothing, and speaks Chinese first")
    func page() async throws {
        let world = try world()
        try await serving(world) { port throws in
            func page(_ query: String, _ headers: [String] = []) throws -> HTTPAnswer {
                try HTTPCall.send("GET", "/docs" + query, port: port, headers: headers)
            }
            let chinese = try page("")
            #expect(chinese.headers["content-language"] == "zh-CN" && chinese.text.contains("五分钟上手"))
            #expect(try page("?lang=en", ["Accept-Language: zh"]).text.contains("Five minutes"))
            #expect(try page("", ["Accept-Language: en-GB,en;q=0.9"]).headers["content-language"] == "en")
            #expect(try page("", ["Accept-Language: fr"]).headers["content-language"] == "zh-CN")
            #expect(try page("?lang=fr").status == 400)
            let policy = try #require(chinese.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"))
            let style = try #require(chinese.text.split(separator: "<style>").last?.split(separator: "</style>").first)
            let digest = Data(World.sha256(Array(style.utf8))).base64EncodedString()
            #expect(policy.contains("'sha256-\(digest)'"))
            for foreign in ["<script", " style=", " src=", "url(", "@import", "href=\"http"] {
                #expect(!chinese.text.contains(foreign), "\(foreign)")
            }
            // The issuer of the tests has a quotation mark in its name.
            #expect(!chinese.text.contains("广州\""))
            #expect(chinese.text.contains("id=\"problem-unknown-enterprise\""))
        }
    }

    @Test("The metadata of RFC 8414 leads to the token endpoint and the keys")
    func metadata() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let answer = try HTTPCall.send("GET", "/.well-known/oauth-authorization-server", port: port)
            let json = try JSONValue(parsing: answer.body)
            #expect(json["issuer"]?.string == World.issuer)
            #expect(json["token_endpoint"]?.string == World.issuer + "/oauth2/token")
            #expect(json["jwks_uri"]?.string == World.issuer + "/.well-known/jwks.json")
        }
    }

    @Test("No other site's page may read an answer, and OPTIONS is a method like others")
    func otherOrigins() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let origin = ["Origin: https://elsewhere.example", "Access-Control-Request-Method: GET"]
            for target in ["/v1/sources", "/v1/enterprises/\(World.id("P1"))", "/oauth2/token", "/nothing"] {
                for method in ["GET", "OPTIONS"] {
                    let answer = try HTTPCall.send(method, target, port: port, headers: origin)
                    #expect(!answer.headers.keys.contains { $0.hasPrefix("access-control-") }, "\(method) \(target)")
                    if method == "OPTIONS" { #expect(answer.status == (target == "/nothing" ? 404 : 405)) }
                }
            }
        }
    }

    @Test("What will end says so in every answer, and nothing else does")
    func retirement() async throws {
        let world = try world()
        let ends = Retirement(
            path: "/v1/enterprises",
            deprecated: 1_688_169_599,
            sunset: 1_719_791_999,
            successor: "https://credit.example/v2/enterprises"
        )
        try await serving(world, retirements: [ends]) { port throws in
            for (target, headers) in [
                ("/v1/enterprises/\(World.id("P1"))", []), ("/v1/enterprises/\(World.id("never"))", []),
                ("/v1/enterprises?name=x", ["Authorization: Bearer x"]),
            ] {
                let answer = try HTTPCall.send("GET", target, port: port, headers: headers)
                #expect(answer.headers["deprecation"] == "@1688169599", "\(target)")
                #expect(answer.headers["sunset"] == "Sun, 30 Jun 2024 23:59:59 GMT")
                #expect(answer.headers["link"] == "<https://credit.example/v2/enterprises>; rel=\"successor-version\"")
            }
            for target in ["/v1/sources", "/v1/changes", "/v1/enterprises:batchGet"] {
                #expect(try HTTPCall.send("GET", target, port: port).headers["deprecation"] == nil)
            }
            let document = try JSONValue(parsing: HTTPCall.send("GET", "/openapi.json", port: port).body)
            #expect(document["paths"]?["/v1/enterprises/{id}"]?["get"]?["deprecated"] == .bool(true))
            #expect(document["paths"]?["/v1/changes"]?["get"]?["deprecated"] == nil)
        }
    }

    @Test("A long name in Chinese can be asked for; a long path cannot")
    func length() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let name = String(repeating: "%E4%BC%81", count: 150)
            #expect(try HTTPCall.send("GET", "/v1/enterprises?name=\(name)", port: port).status == 200)
            #expect(try HTTPCall.send("GET", "/v1/enterprises/\(name)", port: port).status == 414)
        }
    }
}
