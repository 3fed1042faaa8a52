import Access
import CanonicalJSON
import CreditModel
@testable import ExchangeAPI
import FeedTransport
import Foundation
import HTTPTypes
import Publication
import SQLiteAccess
import Signing
import Testing
import Watches
import Watching

/// What the exchange calls, how it is set up, what it shows of itself, and what it takes from others.
extension OWASPTests {
    @Test("API7:2023 Server Side Request Forgery: nobody makes the exchange call into its own network")
    func api7ServerSideRequestForgery() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let inside = try RawReceiver(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        try await serving(world, desk: desk) { port throws in
            let attacker = Attacker(key: desk.key, port: port)
            let made = try attacker.json(
                "POST",
                "/v1/webhooks",
                #"{"url":"https://hooks.example.com/x","list":"watched"}"#
            )
            let webhook = try #require(made["id"]?.string)
            for url in [
                "http://127.0.0.1:\(inside.port)/", "https://127.0.0.1:\(inside.port)/", "https://127.0.0.1/",
                "https://0/",
                "https://0.0.0.0/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
                "https://0177.0.0.1/",
                "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
                "https://[fe80::1]/", "https://[fc00::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
                "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.0.1/", "https://100.64.0.1/",
                "https://169.254.169.254/latest/meta-data/", "https://224.0.0.1/", "https://255.255.255.255/",
                "https://hooks.example.com@127.0.0.1/", "https://127.0.0.1#@hooks.example.com/",
                "https://hooks.example.com:22/",
                "https://user:pass@hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1/",
                "ftp://hooks.example.com/",
                "//127.0.0.1/", "/etc/passwd", "https://", "https:///x", "https://127.0.0.1\\\\@hooks.example.com/",
                "https://hooks.example.com/\\u0000", "https://hooks.example.com/\\r\\nHost: x", "HTTPS://127.0.0.1/",
                "",
            ] {
                let body = "{\"url\":\"\(url)\",\"list\":\"watched\"}"
                #expect(try attacker.send("POST", "/v1/webhooks", body).status == 400, "\(url)")
                #expect(try attacker.send("PUT", "/v1/webhooks/\(webhook)", body).status == 400, "\(url)")
            }
            #expect(try attacker.json("GET", "/v1/webhooks/\(webhook)")["url"]?.string == "https://hooks.example.com/x")
            #expect(try attacker.json("GET", "/v1/webhooks")["webhooks"]?.array?.count == 1)
            // A target of another host is a path of ours or nothing, and what a proxy is said to have seen is no address.
            for target in [
                "http://127.0.0.1:\(inside.port)/", "//127.0.0.1:\(inside.port)/", "127.0.0.1:\(inside.port)",
            ] {
                let headers = [
                    "X-Forwarded-Host: 127.0.0.1:\(inside.port)", "Forwarded: host=127.0.0.1:\(inside.port)",
                ]
                let answer = try attacker.get(target, headers)
                #expect(400..<500 ~= answer.status, "\(target)")
            }
            #expect(inside.requests.isEmpty)
        }
        // What was let in by a mistake of the setting is still not called.
        let url = "http://127.0.0.1:\(inside.port)/"
        #expect(throws: OutboundFailure.self) {
            try GuardedPoster(OutboundPolicy()).post([], to: url, headers: []) { false }
        }
        #expect(inside.requests.isEmpty)
    }

    @Test("API8:2023 Security Misconfiguration: every answer is set up alike, and none tells of the inside")
    func api8SecurityMisconfiguration() async throws {
        let world = try Town.world()
        // Late enough for what was known then to be settled.
        let now = World.now + 3600
        let desk = try FrontDesk(world, at: now)
        try await serving(world, at: now, desk: desk) { port throws in
            let all = Attacker(key: desk.key, port: port)
            let origin = ["Origin: https://evil.example", "Access-Control-Request-Method: GET"]
            var answers: [(String, HTTPAnswer)] = []
            for path in [
                "/v1/enterprises/\(Town.code)", "/v1/enterprises/x", "/v1/enterprises?name=x", "/v1/changes",
                "/v1/sources",
                "/.well-known/jwks.json", "/livez", "/v1/queries", "/v1/watch-lists", "/nothing", "/v1/enterprises/%00",
                "/v1/enterprises/\(Town.code)?asOf=nonsense",
                "/v1/enterprises/\(Town.code)?knownAt=2018-05-01T00:00:00Z",
            ] {
                answers.append((path, try all.get(path, origin)))
                answers.append((path, try Attacker(key: "x", port: port).get(path, origin)))
            }
            for method in ["OPTIONS", "TRACE", "TRACK", "PROPFIND", "CONNECT", "PATCH", "get", "GETX"] {
                let answer = try? all.send(method, "/v1/enterprises/\(Town.code)", nil, origin + ["X-Secret: echo-me"])
                if let answer { answers.append((method, answer)) }
            }
            answers.append(("POST", try all.send("POST", "/v1/match", "{", origin)))
            answers.append(("POST", try all.send("POST", "/v1/match", "{}", origin + ["Content-Type: text/plain"])))
            for (what, answer) in answers {
                #expect(answer.headers["x-content-type-options"] == "nosniff" || answer.status == 400, "\(what)")
                for name in answer.headers.keys {
                    #expect(
                        !name.hasPrefix("access-control-") && !["server", "x-powered-by", "via"].contains(name),
                        "\(what)"
                    )
                }
                #expect(!answer.text.contains("echo-me"), "\(what)")
                let inside = answer.text.contains(
                    #/\.swift|SQLITE|GRDB|Hummingbird|/tmp/|fatal|Optional\(|SELECT /#
                )
                #expect(!inside, "\(what): \(answer.text)")
                if answer.status >= 400, !answer.body.isEmpty, answer.headers["content-type"] != nil {
                    #expect(answer.headers["content-type"] == "application/problem+json", "\(what)")
                }
            }
            // What one client is told no cache gives to another, by whatever header he showed who he is.
            for path in [
                "/v1/enterprises/\(Town.code)", "/v1/enterprises/\(Town.code)?knownAt=2018-06-01T10:00:00%2B08:00",
            ] {
                let answer = try HTTPCall.send("GET", path, port: port, headers: ["X-API-Key: \(desk.key)"])
                #expect(answer.status == 200, "\(path)")
                let cache = answer.headers["cache-control"] ?? ""
                #expect(
                    cache.contains("private") || cache.contains("no-cache") || cache.contains("no-store"),
                    "\(path)"
                )
                #expect(!cache.contains("public"))
            }
        }
        // What cannot be written down: neither why nor where is told.
        let folder = world.folder
        try desk.journal.close()
        try await serving(world, desk: desk) { port throws in
            let answer = try Attacker(key: desk.key, port: port).get("/v1/enterprises/\(Town.code)")
            #expect(answer.status == 503 && answer.headers["retry-after"] != nil && !answer.text.contains(folder))
        }
    }

    @Test("API9:2023 Improper Inventory Management: nothing answers that is not in the table of endpoints")
    func api9ImproperInventoryManagement() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        try await serving(world, desk: desk) { port throws in
            let all = Attacker(key: desk.key, port: port)
            let code = Town.code
            let paths = [
                "/", "/v1", "/v1/", "/v2/enterprises/\(code)", "/v0/enterprises/\(code)", "/enterprises/\(code)",
                "/api/v1/enterprises/\(code)", "/v1/Enterprises/\(code)", "/V1/enterprises/\(code)",
                "/v1//enterprises/\(code)",
                "//v1/enterprises/\(code)", "/v1/enterprises/\(code)/", "/v1/enterprises/\(code)/history",
                "/v1/enterprises/",
                "/v1/./enterprises/\(code)", "/v1/x/../enterprises/\(code)", "/v1/enterprises%2F\(code)",
                "/v1;/enterprises/\(code)",
                "/debug", "/debug/pprof", "/debug/vars", "/admin", "/actuator", "/actuator/env", "/console",
                "/internal",
                "/v1/clients", "/v1/journal", "/v1/keys", "/v1/admin", "/v1/users", "/v1/store", "/v1/quarantine",
                "/graphql",
                "/.git/config", "/.env", "/suixin.json", "/keys", "/data/access.db", "/data/journal.db",
                "/server-status",
                "/swagger", "/swagger.json", "/api-docs", "/phpinfo.php", "/backup.zip", "/robots.txt", "/favicon.ico",
                "/.well-known/security.txt", "/oauth2/authorize", "/oauth2/introspect", "/oauth2/revoke",
                "/oauth2/register",
                "/v1/watch-lists/l000000000000/owner", "/v1/webhooks/h000000000000/secrets", "/../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd", "/v1/enterprises/..%2f..%2fetc%2fpasswd",
            ]
            for path in paths {
                let segments = (try? RequestPath(path, limit: 512))?.segments ?? []
                for method in ["GET", "POST", "PUT", "DELETE", "HEAD"] {
                    let known = Endpoint.all.contains { endpoint in
                        endpoint.match(segments) != nil
                            && (endpoint.method.rawValue == method || method == "HEAD" && endpoint.method == .get)
                    }
                    let answer = try all.send(method, path, method == "GET" || method == "HEAD" ? nil : "{}")
                    let isTold = 200..<400 ~= answer.status
                    #expect(!isTold || known, "\(method) \(path): \(answer.status)")
                    #expect(!answer.text.contains("SAYS-") && !answer.text.contains("root:"), "\(method) \(path)")
                }
            }
            // Each endpoint once, by name and by what it answers to.
            #expect(Set(Endpoint.all.map(\.name)).count == Endpoint.all.count)
            let doors = Endpoint.all.map { "\($0.method.rawValue) /\($0.path.joined(separator: "/"))" }
            #expect(Set(doors).count == doors.count)
        }
    }

    @Test("API10:2023 Unsafe Consumption of APIs: what agencies say and receivers answer is data, and nothing else")
    func api10UnsafeConsumption() async throws {
        let world = try World()
        let evil =
            "甲\\r\\nSet-Cookie: x=1<script>alert(1)</script>' OR 1=1 --\\u0000\\u202e\\ud83d\\ude00${jndi:ldap://x}"
        let text = try #require(try JSONValue(parsing: Array("\"\(evil)\"".utf8)).string)
        let card = SearchCard(names: [SearchCard.Name(text, .present)], state: "K'--", district: "44\"0106")
        try world.put("P1", name: evil, codes: [Town.code], card: card)
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let desk = try FrontDesk(world, at: World.now)
        let receiver = try RawReceiver(answering: "")
        let client = try desk.client("one")
        let hook = Webhook(
            id: WebhookID(bits: 9 << 40),
            client: client.id,
            url: "http://127.0.0.1:\(receiver.port)/",
            target: .everything,
            created: 0
        )
        try desk.watches.add(hook)
        try await serving(world, desk: desk) { port throws in
            let attacker = Attacker(key: client.key, port: port)
            var answers = [try attacker.get("/v1/enterprises/\(Town.code)", ["Accept: application/json"])]
            answers.append(try attacker.get("/v1/enterprises/\(Town.code)"))
            answers.append(try attacker.get("/v1/enterprises?name=\(Attacker.encoded("甲"))"))
            answers.append(try attacker.send("POST", "/v1/match", "{\"queries\":[{\"code\":\"\(Town.code)\"}]}"))
            for answer in answers {
                #expect(answer.status == 200 && answer.headers["set-cookie"] == nil)
                #expect(
                    answer.headers["x-content-type-options"] == "nosniff"
                        && !(answer.headers["content-type"] ?? "").contains("html")
                )
                _ = try JSONValue(parsing: answer.body)
            }
            #expect(
                try JSONValue(parsing: answers[0].body)["profile"]?["registration"]?["name"]?["value"]?.string == text
            )
            // Receivers answer what they like: it is a status or a failure, it is told in our words, and it calls nobody else.
            let other = try RawReceiver(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            for (number, answer) in [
                "", "nonsense",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 <script>alert(1)</script>\r\nContent-Length: 5\r\n\r\nSECRT",
                "HTTP/1.1 503 x\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 429 x\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 400 x\r\nX: " + String(repeating: "y", count: 300_000) + "\r\n\r\n",
                "HTTP/1.1 500 x\r\nContent-Length: 99999999\r\n\r\nshort", "HTTP/1.1 999 x\r\n\r\n",
                "HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u{1f}\u{8b}x",
            ].enumerated() {
                receiver.answers(answer)
                let report = try Self.deliver(desk, Int64(number), scopes: .all)
                #expect(report.verdict != .delivered, "\(answer.prefix(40))")
                if case .retry(let moment) = report.verdict { #expect(moment <= World.now * 1000 + 7 * 86_400_000) }
                let told = try attacker.get("/v1/webhooks/\(hook.id)/deliveries?all=true")
                #expect(told.status == 200 && !told.text.contains("<script>") && !told.text.contains("SECRT"))
            }
            #expect(other.requests.isEmpty)
        }
    }

    /// Queues an event, takes it, and calls its webhook as the dispatcher does.
    static func deliver(_ desk: FrontDesk, _ number: Int64, scopes: ScopeSet) throws -> DeliveryReport {
        var policy = OutboundPolicy()
        (policy.allowsPlainText, policy.allowsOwnNetwork, policy.ports) = (true, true, nil)
        let position = try desk.watches.position()
        var event = WatchEvent(
            .changed,
            of: World.id("E\(number)"),
            change: number,
            status: "sha256:x",
            moment: World.now
        )
        event.sections = ["penalties", "records", "registration", "tax"]
        let now = World.now * 1000
        if position == nil {
            try desk.watches.advance(FollowingStep(from: nil, to: 1, moment: 0)) { _, _ in Audience() }
        }
        let start = position ?? 1
        try desk.watches.advance(FollowingStep(from: start, to: start + 1, events: [event], moment: now)) {
            _,
            watchers in
            var audience = Audience()
            audience.webhooks = watchers.webhooks
            return audience
        }
        let messenger = Messenger(
            origin: EventOrigin(source: World.issuer),
            installation: Array(repeating: 7, count: 32),
            key: nil,
            rights: { _ in ClientRights(scopes: scopes, isActive: true) },
            clock: { now },
            random: { 0 }
        )
        let claimed = try #require(try desk.watches.claim(at: now, lease: now + 1, limit: 1) { _ in 1 }.first)
        let report = try messenger.attempt(claimed, by: GuardedPoster(policy, timeout: 2000)) { false }
        var settled = report
        // One after the other: what is retried would come in between.
        if case .retry = report.verdict { settled.verdict = .failed }
        try desk.watches.settle(claimed.delivery, settled)
        return report
    }

    /// A stream that was opened with good reason ends when the reason does.
    static func openStream(_ desk: FrontDesk, _ port: Int) throws {
        let client = try desk.client("listener")
        let lines = [
            "GET /v1/changes HTTP/1.1", "Host: x", "Accept: text/event-stream", "Authorization: Bearer \(client.key)",
            "Suixin-Purpose: dispute",
        ]
        var isDisabled = false
        let heard = try HTTPCall.lines(lines, port: port) { text in
            if text.contains("200 OK"), !isDisabled {
                isDisabled = true
                _ = try? desk.clients.change(client.id) { $0.disabled = "gone" }
                _ = try? desk.table.refresh(at: World.now * 1000)
            }
            return text.contains("event: problem")
        }
        #expect(isDisabled && heard.contains("urn:suixin:problem:unauthorised"))
    }

    /// What webhooks of clients who may see one section are sent.
    static func webhookEvents(_ desk: FrontDesk, _ words: [Scope: [String]], scopes doors: [Scope]) throws {
        let receiver = try RawReceiver(answering: "HTTP/1.1 204 No Content\r\n\r\n")
        let client = try desk.client("called")
        let url = "http://127.0.0.1:\(receiver.port)/"
        try desk.watches.add(
            Webhook(id: WebhookID(bits: 8 << 40), client: client.id, url: url, target: .everything, created: 0)
        )
        for (number, section) in words.keys.enumerated() {
            let report = try deliver(desk, Int64(1000 + number), scopes: ScopeSet(doors + [section]))
            #expect(report.verdict == .delivered)
            let sent = try #require(receiver.requests.last)
            #expect(receiver.requests.count == number + 1 && sent.contains("\"\(section.section ?? "")\""))
            for other in words.keys where other != section { #expect(!sent.contains("\"\(other.section ?? "")\"")) }
        }
    }
}
