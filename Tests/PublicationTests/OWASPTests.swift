import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Crypto
@testable import ExchangeAPI
import Foundation
import HTTPTypes
import Publication
import SQLiteAccess
import Signing
import Synchronization
import Testing
import Watches

/// The ten risks of the OWASP API Security Top 10 (2023), each tried on a running server.
@Suite("OWASP API Security Top 10 (2023)")
struct OWASPTests {
    @Test("API1:2023 Broken Object Level Authorization: what is one client's is not there for another")
    func api1BrokenObjectLevelAuthorization() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let (victim, thief) = (try desk.client("victim"), try desk.client("thief").key)
        try await serving(world, desk: desk) { port throws in
            let (owner, thief) = (Attacker(key: victim.key, port: port), Attacker(key: thief, port: port))
            let made = try owner.send("POST", "/v1/watch-lists", #"{"name":"秘密"}"#, [#"Idempotency-Key: "k""#])
            let list = try #require(try JSONValue(parsing: made.body)["id"]?.string)
            let wish = #"{"url":"https://hooks.example.com/x","list":"everything"}"#
            let webhook = try #require(try owner.json("POST", "/v1/webhooks", wish)["id"]?.string)
            try Town.tell(desk, victim.id)
            let retraction = try #require(
                try owner.json("GET", "/v1/retractions")["retractions"]?.array?.first?["id"]?.string
            )
            #expect(
                try owner.json("GET", "/v1/webhooks/\(webhook)/deliveries?all=true")["deliveries"]?.array?.count == 1
            )
            let asked = try owner.get("/v1/enterprises/\(Town.code)", ["Suixin-Evidence: 1"])
            let query = try #require(asked.headers["suixin-query"])
            let names = ["list": list, "webhook": webhook, "retraction": retraction, "query": query]
            let bodies = [
                "changeWatchList": "{\"add\":[\"\(World.id("P1"))\"]}", "changeWebhook": wish,
                "replay": #"{"since":"2018-01-01T00:00:00+08:00"}"#,
            ]
            // Every endpoint there is that takes something's id, those that will come included.
            var tried: Set<String> = []
            for endpoint in Endpoint.all
            where endpoint.path.contains(where: { names[String($0.dropFirst().dropLast())] != nil }) {
                let path =
                    "/" + endpoint.path.map { names[String($0.dropFirst().dropLast())] ?? $0 }.joined(separator: "/")
                let answer = try thief.send(
                    endpoint.method.rawValue,
                    path,
                    bodies[endpoint.name] ?? (endpoint.body == nil ? nil : "{}")
                )
                #expect(answer.status == 404, "\(endpoint.name): \(answer.text)")
                // In the very words in which it is said of what was never there.
                let never = path.replacing(list, with: "l000000000000").replacing(webhook, with: "h000000000000")
                    .replacing(retraction, with: "r000000000000").replacing(
                        query,
                        with: "q" + String(repeating: "0", count: 26)
                    )
                let nothing = try thief.send(
                    endpoint.method.rawValue,
                    never,
                    bodies[endpoint.name] ?? (endpoint.body == nil ? nil : "{}")
                )
                func words(_ answer: HTTPAnswer) throws -> String? {
                    try JSONValue(parsing: answer.body)["detail"]?.string
                }
                #expect(try words(answer) == words(nothing) && nothing.status == 404, "\(endpoint.name)")
                tried.insert(endpoint.name)
            }
            #expect(
                tried.isSuperset(of: [
                    "watchList", "removeWatchList", "watched", "changeWatchList", "webhook", "deliveries", "replay",
                    "acknowledge", "evidence",
                ])
            )
            for path in ["/v1/watch-lists", "/v1/webhooks", "/v1/retractions?all=true", "/v1/queries?limit=1000"] {
                let text = try thief.get(path).text
                for (_, name) in names { #expect(!text.contains(name), "\(path)") }
                #expect(!text.contains(victim.id.text) && !text.contains("秘密"), "\(path)")
            }
            // By way of something else: a webhook for his list, a page that begins at his query, his Idempotency-Key.
            let aimed = "{\"url\":\"https://hooks.example.com/y\",\"list\":\"\(list)\"}"
            #expect(try thief.send("POST", "/v1/webhooks", aimed).status == 404)
            #expect(try thief.get("/v1/queries?before=\(query)").status == 400)
            #expect(try thief.get("/v1/queries?before=q\(String(repeating: "0", count: 26))").status == 400)
            let again = try thief.send("POST", "/v1/watch-lists", #"{"name":"秘密"}"#, [#"Idempotency-Key: "k""#])
            #expect(again.status == 201 && again.text != made.text && !again.text.contains(list))
            // Nothing of it changed anything.
            #expect(try owner.json("GET", "/v1/watch-lists/\(list)")["count"]?.integer == 0)
            #expect(try owner.json("GET", "/v1/webhooks/\(webhook)")["enabled"]?.bool == true)
            #expect(try owner.json("GET", "/v1/retractions")["retractions"]?.array?.first?["acknowledged"] == nil)
        }
    }

    @Test("API2:2023 Broken Authentication: nothing but what was given to a client, for its time and place, lets in")
    func api2BrokenAuthentication() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(
            world,
            at: World.now,
            attempts: AttemptLimits(tokensByAddress: 40, tokensByClient: 3, failuresByAddress: 60)
        )
        let disabled = try desk.client("disabled") { $0.disabled = "滥用" }
        let client = try desk.client("token")
        var random = SystemRandomNumberGenerator()
        let made = Credential.make(.secret, for: client.id, created: World.now, using: &random)
        try desk.clients.add(made.credential)
        try desk.table.refresh(at: World.now * 1000)
        let (ring, stranger) = (try world.ring.signingKey, try SigningKey())
        let issuer = World.issuer
        let forger = Forger(issuer: issuer, client: client.id)
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(Town.code)"
            func status(_ token: String) throws -> Int {
                try Attacker(key: token, port: port).get(target).status
            }
            func token(_ secret: String, _ id: String) throws -> HTTPAnswer {
                try HTTPCall.send(
                    "POST",
                    "/oauth2/token",
                    port: port,
                    headers: [
                        "Content-Type: application/x-www-form-urlencoded",
                        "Authorization: Basic \(Data("\(id):\(secret)".utf8).base64EncodedString())",
                    ],
                    body: "grant_type=client_credentials"
                )
            }
            let good = try #require(
                try JSONValue(parsing: token(made.text, client.id.text).body)["access_token"]?.string
            )
            #expect(try status(good) == 200)
            #expect(try status(forger.sign([:], by: ring)) == 200)
            let parts = good.split(separator: ".").map(String.init)
            let none = Base64URL.text(Array(#"{"alg":"none","typ":"at+jwt"}"#.utf8))
            let confused = Base64URL.text(
                Array("{\"alg\":\"HS256\",\"kid\":\"\(ring.keyID)\",\"typ\":\"at+jwt\"}".utf8)
            )
            let mac = HMAC<SHA256>.authenticationCode(
                for: Data("\(confused).\(parts[1])".utf8),
                using: SymmetricKey(data: Data(ring.publicKey.jwk))
            )
            let bad: [String: String] = [
                "alg none": "\(none).\(parts[1]).", "alg none with a signature": "\(none).\(parts[1]).\(parts[2])",
                "alg confusion": "\(confused).\(parts[1]).\(Base64URL.text(Array(mac)))",
                "no signature": "\(parts[0]).\(parts[1]).", "cut": String(good.dropLast()), "four parts": good + ".x",
                "expired": try forger.sign(["exp": .integer(World.now)], by: ring),
                "of the future": try forger.sign(["iat": .integer(World.now + 3600)], by: ring),
                "other audience": try forger.sign(["aud": .string("https://other.example")], by: ring),
                "other issuer": try forger.sign(["iss": .string("https://other.example")], by: ring),
                "other subject": try forger.sign(["sub": .string("c000000000000")], by: ring),
                "nobody": try forger.sign(
                    ["sub": .string("c000000000000"), "client_id": .string("c000000000000")],
                    by: ring
                ),
                "a disabled client's": try Forger(issuer: issuer, client: disabled.id).sign([:], by: ring),
                "a stranger's": try forger.sign([:], by: stranger),
                "another type": try forger.sign([:], by: ring, as: .profile),
                "bound to a certificate": try forger.sign(
                    ["cnf": .object(["x5t#S256": .string(Base64URL.text(Array(repeating: 1, count: 32)))])],
                    by: ring
                ),
                "another confirmation": try forger.sign(["cnf": .object(["jkt": .string("x")])], by: ring),
                "a disabled client's key": disabled.key, "a secret": made.text, "empty": "",
                "a client's id": client.id.text,
                "the key without its end": String(client.key.dropLast()),
                "the key in capitals": client.key.uppercased(),
            ]
            for (name, token) in bad { #expect(try status(token) == 401, "\(name)") }
            // Neither in the path nor in a cookie, and not by another scheme.
            let inPath = try HTTPCall.send(
                "GET",
                target + "?access_token=\(good)",
                port: port,
                headers: ["Authorization: "]
            )
            #expect([400, 414].contains(inPath.status))
            for field in ["Cookie: token=\(good)", "Authorization: Basic \(good)", "Authorization: \(good)"] {
                let lines = field.hasPrefix("Cookie") ? [field, "Authorization: "] : [field]
                #expect(try HTTPCall.send("GET", target, port: port, headers: lines).status == 401, "\(field)")
            }
            try Self.openStream(desk, port)
            // Secrets: wrong ones all hear the same; tokens are so many a minute and no more, and strangers slow themselves.
            let wrong = try [
                token(made.text + "0", client.id.text), token(made.text, disabled.id.text),
                token("sxs_0", "c000000000000"), token(client.key, client.id.text),
            ]
            #expect(wrong.allSatisfy { $0.status == 401 && $0.body == wrong[0].body })
            for _ in 0..<2 { #expect(try token(made.text, client.id.text).status == 200) }
            let limited = try token(made.text, client.id.text)
            #expect(limited.status == 429 && Int(limited.headers["retry-after"] ?? "") ?? 0 > 0)
            var heard: [Int] = []
            for _ in 0..<60 { heard.append(try status("sxk_0")) }
            #expect(heard.first == 401 && heard.last == 429)
            let slowed = try Attacker(key: "sxk_0", port: port).get(target)
            #expect(Int(slowed.headers["retry-after"] ?? "") ?? 0 > 0 && slowed.headers["www-authenticate"] == nil)
            // Whoever shows something good is let in from that address all the same.
            #expect(try status(client.key) == 200)
            var tokens: [Int] = []
            for _ in 0..<40 { tokens.append(try token("x", "y").status) }
            #expect(tokens.last == 429)
        }
        let refused = try desk.refusals()
        #expect(refused.contains { $0.refusal == "unknown" && $0.status == 401 && $0.client == .nobody })
        #expect(refused.contains { $0.refusal == "disabled" && $0.endpoint == "enterprise" })
        // Not one for each of them.
        #expect(refused.count < 40)
    }

    @Test(
        "API3:2023 Broken Object Property Level Authorization: no answer of any kind shows a section that was not granted"
    )
    func api3BrokenObjectPropertyLevelAuthorization() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let doors: [Scope] = [
            .readEnterprises, .searchEnterprises, .matchEnterprises, .bulkEnterprises, .readChanges, .writeWatches,
            .readEvidence,
        ]
        let words: [Scope: [String]] = [
            .registration: ["广州星河", "440106", "F5179", "\"K\"", "张三"],
            .penalties: ["SAYS-PENALTY", "KEY-PENALTY", "NEW-PENALTY"], .tax: ["SAYS-TAX", "KEY-TAX"],
        ]
        let clients = try words.keys.map { section in
            (section, try desk.client(section.name, ScopeSet(doors + [section])))
        }
        try Town.tell(desk, clients.map(\.1.id))
        // Its penalties change, and nothing else does.
        try Town.put(world, name: Town.name + "（新）", penalties: "NEW-PENALTY")
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        try await serving(world, desk: desk) { port throws in
            for (section, client) in clients {
                let attacker = Attacker(key: client.key, port: port)
                var told: [(String, HTTPAnswer)] = []
                let profile = "/v1/enterprises/\(Town.code)"
                for form in ["application/jose+json", "application/jose", "application/json"] {
                    told.append(("\(form)", try attacker.get(profile, ["Accept: \(form)"])))
                }
                told.append(("past", try attacker.get(profile + "?asOf=2018-05-01")))
                told.append(("known", try attacker.get(profile + "?knownAt=2018-06-01T10:00:00%2B08:00")))
                for other in words.keys where other != section {
                    let name = other.section ?? ""
                    #expect(try attacker.get(profile + "?sections=\(name)").status == 403)
                    #expect(try attacker.get(profile + "?sections=\(section.section ?? ""),\(name)").status == 403)
                    let batch = "{\"ids\":[\"\(Town.code)\"]}"
                    #expect(try attacker.send("POST", "/v1/enterprises:batchGet?sections=\(name)", batch).status == 403)
                }
                told.append(
                    (
                        "batch",
                        try attacker.send(
                            "POST",
                            "/v1/enterprises:batchGet",
                            "{\"ids\":[\"\(Town.code)\",\"\(World.id("P1"))\"]}"
                        )
                    )
                )
                let name = Attacker.encoded("星河电子")
                told.append(("search", try attacker.get("/v1/enterprises?name=\(name)")))
                told.append(
                    (
                        "match",
                        try attacker.send(
                            "POST",
                            "/v1/match",
                            "{\"queries\":[{\"name\":\"星河电子有限公司\"},{\"code\":\"\(Town.code)\"}]}"
                        )
                    )
                )
                told.append(("changes", try attacker.get("/v1/changes")))
                told.append(("retractions", try attacker.get("/v1/retractions?all=true")))
                for (what, answer) in told where answer.status == 200 {
                    let text = answer.text + Self.decoded(answer.text)
                    for (other, words) in words where other != section {
                        for word in words { #expect(!text.contains(word), "\(section) \(what): \(word)") }
                    }
                    let named = Self.sectionsNamed(in: (try? JSONValue(parsing: answer.body)) ?? .null)
                    let hidden = named.intersection(words.keys.compactMap(\.section)).subtracting([
                        section.section ?? ""
                    ])
                    #expect(what != "changes" && what != "retractions" || hidden.isEmpty, "\(section) \(what)")
                }
                #expect(told.count { $0.1.status == 200 } >= 7)
                // What is not shown cannot be asked by, either.
                let filters = ["district=440106", "state=K", "industry=F51"]
                for filter in filters {
                    #expect(
                        try attacker.get("/v1/enterprises?name=\(name)&\(filter)").status
                            == (section == .registration ? 200 : 403)
                    )
                }
                for member in ["legalRepresentative", "address", "district", "industry"] {
                    let body = "{\"queries\":[{\"name\":\"x\"},{\"code\":\"\(Town.code)\",\"\(member)\":\"张三\"}]}"
                    #expect(
                        try attacker.send("POST", "/v1/match", body).status == (section == .registration ? 200 : 403)
                    )
                }
                if section == .registration {
                    #expect(told.contains { $0.0 == "search" && $0.1.text.contains("440106") })
                }
            }
            try Self.webhookEvents(desk, words, scopes: doors)
            // Nothing can be set that is not asked for.
            let all = Attacker(key: desk.key, port: port)
            for (path, body) in [
                ("/v1/watch-lists", #"{"name":"x","client":"c000000000000"}"#),
                ("/v1/watch-lists", #"{"name":"x","id":"l000000000000"}"#),
                ("/v1/webhooks", #"{"url":"https://hooks.example.com/","list":"watched","generation":7}"#),
                ("/v1/webhooks", #"{"url":"https://hooks.example.com/","list":"watched","secret":"whsec_x"}"#),
                ("/v1/match", #"{"queries":[{"name":"x"}],"rule":"mine"}"#),
                ("/v1/enterprises:batchGet", #"{"ids":["x"],"sections":["tax"]}"#),
            ] { #expect(try all.send("POST", path, body).status == 400, "\(path) \(body)") }
        }
    }

    /// The sections that changes and retractions name.
    static func sectionsNamed(in page: JSONValue) -> Set<String> {
        let changes = page["changes"]?.array ?? []
        let records = (changes + (page["retractions"]?.array ?? [])).flatMap {
            ($0["retracted"]?.array ?? []) + ($0["records"]?.array ?? [])
        }
        return Set((changes + records).flatMap { $0["sections"]?.array ?? [] }.compactMap(\.string))
    }

    /// The payloads of signed documents are not to be read as they are.
    static func decoded(_ text: String) -> String {
        text.split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")) })
            .filter { $0.count > 40 }.compactMap { Base64URL.decode(Array($0.utf8)) }
            .map { String(decoding: $0, as: UTF8.self) }.joined()
    }
}
