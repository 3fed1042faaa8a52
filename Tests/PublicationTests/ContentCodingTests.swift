import Access
import Compression
import CreditStore
import ExchangeAPI
import Foundation
import Publication
import SQLiteAccess
import Synchronization
import Testing

/// Who asks for gzip gets it where it helps, and never where it would change what is signed.
@Suite("Compressed answers", .timeLimit(.minutes(20)))
struct ContentCodingTests {
    private static func world() throws -> World {
        let world = try World()
        // What the first status finds is no change.
        for (round, numbers) in [1...1, 2...30].enumerated() {
            for number in numbers { try world.put("P\(number)", name: "企业\(number)") }
            try world.publisher.signProfiles(at: World.now)
            try world.publisher.publishStatus(at: World.now + Int64(round), day: World.day)
        }
        return world
    }

    private static let changes = "/v1/changes?after=0&limit=100"

    @Test("JSON of some size comes compressed to whom asks for it, and is the same when it is opened")
    func same() async throws {
        try await serving(Self.world(), at: World.now + 9) { port throws in
            let plain = try HTTPCall.send("GET", Self.changes, port: port)
            #expect(
                plain.headers["content-encoding"] == nil && plain.headers["vary"]?.contains("Accept-Encoding") == true
            )
            for wish in ["gzip", "br, GZIP;q=0.5", "*", "deflate;q=1, gzip;q=0.1"] {
                let coded = try HTTPCall.send("GET", Self.changes, port: port, headers: ["Accept-Encoding: \(wish)"])
                #expect(coded.headers["content-encoding"] == "gzip", "\(wish)")
                #expect(coded.headers["vary"]?.contains("Accept-Encoding") == true)
                #expect(coded.headers["content-length"] == "\(coded.body.count)")
                #expect(coded.body.count < plain.body.count / 2)
                #expect(try Gzip.decompress(coded.body) == plain.body)
            }
            for wish in ["", "br", "gzip;q=0", "identity", "*;q=0", "gzip;q=0, *"] {
                let answer = try HTTPCall.send("GET", Self.changes, port: port, headers: ["Accept-Encoding: \(wish)"])
                #expect(answer.headers["content-encoding"] == nil && answer.body == plain.body, "\(wish)")
            }
            let head = try HTTPCall.send("HEAD", Self.changes, port: port, headers: ["Accept-Encoding: gzip"])
            #expect(head.headers["content-encoding"] == "gzip" && head.body.isEmpty)
        }
    }

    @Test("What is signed, short, secret or streamed comes as it is")
    func asItIs() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        let client = try desk.client("secret").id
        var random = SystemRandomNumberGenerator()
        let secret = Credential.make(.secret, for: client, created: World.now, using: &random)
        try desk.clients.add(secret.credential)
        try desk.table.refresh(at: World.now * 1000)
        let signed = try #require(try world.store.signed(World.id("P1")))
        try await serving(world, at: World.now + 9, desk: desk) { port throws in
            let gzip = "Accept-Encoding: gzip"
            for form in ["application/jose+json", "application/jose", "application/json"] {
                let target = "/v1/enterprises/\(World.id("P1"))"
                let answer = try HTTPCall.send("GET", target, port: port, headers: [gzip, "Accept: \(form)"])
                #expect(answer.status == 200 && answer.headers["content-encoding"] == nil, "\(form)")
                if form == "application/jose+json" { #expect(answer.body == signed.document) }
            }
            #expect(try HTTPCall.send("GET", "/livez", port: port, headers: [gzip]).text == "alive\n")
            let form = "grant_type=client_credentials&client_id=\(client)&client_secret=\(secret.text)"
            let type = "Content-Type: application/x-www-form-urlencoded"
            let token = try HTTPCall.send(
                "POST",
                "/oauth2/token",
                port: port,
                headers: [gzip, type, "X-API-Key: none"],
                body: form
            )
            #expect(token.status == 200, "\(token.text)")
            #expect(token.headers["content-encoding"] == nil)
            #expect(token.headers["vary"] == nil)
            // Events come one by one.
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let events = try HTTPCall.lines(
                [
                    "GET \(Self.changes) HTTP/1.1", "Host: localhost", "Authorization: Bearer \(key)",
                    "Suixin-Purpose: dispute", "Accept: text/event-stream", gzip,
                ],
                port: port
            ) { $0.contains("event: created") }
            #expect(!events.contains("Content-Encoding"))
        }
    }

    @Test("It can be switched off")
    func off() async throws {
        var configuration = ExchangeConfiguration(port: 0)
        configuration.compresses = false
        try await serving(Self.world(), at: World.now + 9, configuration: configuration) { port throws in
            let answer = try HTTPCall.send("GET", Self.changes, port: port, headers: ["Accept-Encoding: gzip"])
            #expect(answer.headers["content-encoding"] == nil && answer.headers["vary"] == nil)
        }
    }
}
