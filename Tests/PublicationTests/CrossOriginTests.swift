import ExchangeAPI
import Publication
import Synchronization
import Testing

/// Pages of other sites read answers only where the operator says so.
@Suite("Pages of other sites", .timeLimit(.minutes(20)))
struct CrossOriginTests {
    private static let console = "https://console.example.org"

    private static func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业一")
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    private static func configuration() throws -> ExchangeConfiguration {
        var configuration = ExchangeConfiguration(port: 0)
        configuration.allowedOrigins = [
            try #require(WebOrigin(console)), try #require(WebOrigin("http://localhost:3000")),
        ]
        return configuration
    }

    private static func preflight(from origin: String) -> [String] {
        [
            "Origin: \(origin)", "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type,suixin-purpose", "Authorization: none",
        ]
    }

    private static func listed(_ field: String?) -> [String] {
        (field ?? "").lowercased().split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    @Test("A browser that asks for an allowed site is told what it may send, by name and without credentials")
    func preflight() async throws {
        try await serving(Self.world(), configuration: Self.configuration()) { port throws in
            let answer = try HTTPCall.send(
                "OPTIONS",
                "/v1/watch-lists/l000000000000/enterprises",
                port: port,
                headers: Self.preflight(from: Self.console)
            )
            #expect(answer.status == 204 && answer.body.isEmpty)
            #expect(answer.headers["access-control-allow-origin"] == Self.console)
            #expect(Self.listed(answer.headers["access-control-allow-methods"]) == ["get", "head", "post"])
            let fields = Self.listed(answer.headers["access-control-allow-headers"])
            for field in [
                "authorization", "content-type", "suixin-purpose", "idempotency-key", "if-none-match", "x-api-key",
            ] {
                #expect(fields.contains(field), "\(field)")
            }
            #expect(answer.headers["access-control-allow-credentials"] == nil)
            #expect(Self.listed(answer.headers["vary"]).contains("origin"))
            let nowhere = try HTTPCall.send("OPTIONS", "/v2", port: port, headers: Self.preflight(from: Self.console))
            #expect(nowhere.status == 404)
        }
    }

    @Test("Whatever an allowed site's page is answered it may read, refusals and single profiles included")
    func answers() async throws {
        try await serving(Self.world(), configuration: Self.configuration()) { port throws in
            let origin = ["Origin: \(Self.console)"]
            for (method, target, status, more) in [
                ("GET", "/v1/enterprises/\(World.id("P1"))", 200, []), ("GET", "/v1/sources", 200, []),
                ("GET", "/v1/enterprises/\(World.id("nobody"))", 404, []), ("PUT", "/v1/sources", 405, []),
                ("GET", "/v1/enterprises/\(World.id("P1"))", 401, ["Authorization: Bearer x"]),
            ] {
                let answer = try HTTPCall.send(method, target, port: port, headers: origin + more)
                #expect(answer.status == status)
                #expect(answer.headers["access-control-allow-origin"] == Self.console, "\(target) \(status)")
                #expect(Self.listed(answer.headers["access-control-expose-headers"]).contains("suixin-proof"))
                #expect(Self.listed(answer.headers["vary"]).contains("origin"))
                #expect(answer.headers["access-control-allow-credentials"] == nil)
            }
            // On a connection that is kept a single profile has a shorter way.
            let kept = try RawConnection(port: port)
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            kept.send(
                "GET /v1/enterprises/\(World.id("P1")) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\n"
                    + "Suixin-Purpose: dispute\r\nOrigin: \(Self.console)\r\n\r\n"
            )
            kept.read { $0.contains("\r\n\r\n") }
            #expect(kept.text.hasPrefix("HTTP/1.1 200"))
            #expect(kept.text.lowercased().contains("\r\naccess-control-allow-origin: \(Self.console)\r\n"))
        }
    }

    @Test(
        "Nobody else is told anything, however like an allowed site he looks; answers are kept apart all the same",
        arguments: [
            "https://elsewhere.example", "null", "*", "https://console.example.org.evil.example",
            "http://console.example.org",
            "https://console.example.org:8443", "https://CONSOLE.example.org", "https://console.example.org/",
            "https://console.example.org, https://elsewhere.example", "",
        ]
    )
    func others(_ origin: String) async throws {
        try await serving(Self.world(), configuration: Self.configuration()) { port throws in
            let asked = try HTTPCall.send(
                "OPTIONS",
                "/v1/match",
                port: port,
                headers: Self.preflight(from: origin)
            )
            #expect(asked.status == 405)
            let read = try HTTPCall.send(
                "GET",
                "/v1/enterprises/\(World.id("P1"))",
                port: port,
                headers: ["Origin: \(origin)"]
            )
            #expect(read.status == 200)
            for answer in [asked, read] {
                #expect(!answer.headers.keys.contains { $0.hasPrefix("access-control-") })
                #expect(Self.listed(answer.headers["vary"]).contains("origin"))
            }
        }
    }

    @Test(
        "A site is what browsers send, and no more",
        arguments: [
            "*", "null", "", "https://", "https://a.example/", "https://a.example/x", "https://a.example:443",
            "https://a.example:0443", "https://a.example:0", "https://a.example:65536", "https://a.example:",
            "https://A.example",
            "https://a..example", "https://.a.example", "https://-a.example", "https://*.example",
            "https://u@a.example",
            "https://a.example?x", "https://a example", "ftp://a.example", "http://a.example",
            "http://localhost.evil.example",
            "http://localhost:80", "https://[::1", "https://[::g]", "a.example", "https://企业.example",
            "https://" + String(repeating: "a", count: 64) + ".example",
        ]
    )
    func malformed(_ text: String) { #expect(WebOrigin(text) == nil) }

    @Test(
        "Sites with ports, addresses and this machine's own are sites",
        arguments: [
            "https://a.example", "https://a.example:8443", "https://10.0.0.1", "https://[2001:db8::1]:8443",
            "http://localhost", "http://localhost:3000", "http://127.0.0.1:1", "http://[::1]:3000",
            "https://xn--fiq228c.example",
        ]
    )
    func sound(_ text: String) { #expect(WebOrigin(text)?.text == text) }
}
