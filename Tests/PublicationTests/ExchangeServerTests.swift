import CreditModel
import CreditStore
import Foundation
import Publication
import Signing
import Synchronization
import Testing

@Suite("Platforms fetch signed documents over HTTP", .timeLimit(.minutes(20)))
struct ExchangeServerTests {
    private static let code = "91440101MA5AK9RM43"

    private func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "广州市天河贸易有限公司", codes: [Self.code], aliases: [World.id("P0")])
        try world.publisher.signProfiles(at: World.now)
        return world
    }

    @Test("A profile comes as the stored bytes, by its id, its code or its registry key")
    func profile() async throws {
        let world = try world()
        let id = World.id("P1")
        let signed = try #require(try world.store.signed(id))
        let verifier = world.verifier()
        try await serving(world) { port throws in
            let fullWidth = "%EF%BC%99%EF%BC%91" + Self.code.dropFirst(2).lowercased()
            for name in [
                id.text, id.text.uppercased(), Self.code, Self.code.lowercased(), fullWidth, "P1", "%501", "%20P1",
            ] {
                let answer = try HTTPCall.send("GET", "/v1/enterprises/\(name)", port: port)
                #expect(answer.status == 200, "\(name)")
                #expect(answer.body == signed.document)
                #expect(answer.headers["content-type"] == "application/jose+json")
                #expect(answer.headers["etag"] == "\"\(signed.version)\"")
                #expect(answer.headers["content-location"] == "/v1/enterprises/\(id)")
                #expect(verifier.verify(answer.body).verdict == .genuineNotCurrent)
            }
        }
    }

    @Test("The compact form comes to those who ask for it, under a tag of its own")
    func compact() async throws {
        let world = try world()
        let keys = world.keys
        try await serving(world) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            let compact = try HTTPCall.send("GET", target, port: port, headers: ["Accept: application/jose"])
            #expect(compact.headers["content-type"] == "application/jose")
            #expect(compact.body.count { $0 == UInt8(ascii: ".") } == 2)
            _ = try keys.verify(SignedDocument(parsing: compact.body), as: .profile)
            let accept = "Accept: application/jose;q=0.5, application/jose+json"
            let flattened = try HTTPCall.send("GET", target, port: port, headers: [accept])
            #expect(flattened.headers["content-type"] == "application/jose+json")
            #expect(flattened.headers["etag"] != compact.headers["etag"])
            #expect(flattened.headers["vary"] == "Accept, Authorization")
        }
    }

    @Test("Who has the version already is told so")
    func notModified() async throws {
        let world = try world()
        let version = try #require(try world.store.signed(World.id("P1"))).version
        try await serving(world) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            for tag in ["\"\(version)\"", "W/\"\(version)\"", "\"a\", \"\(version)\"", "*"] {
                let answer = try HTTPCall.send("GET", target, port: port, headers: ["If-None-Match: \(tag)"])
                #expect(answer.status == 304, "\(tag)")
                #expect(answer.body.isEmpty)
                #expect(answer.headers["etag"] == "\"\(version)\"")
            }
            #expect(try HTTPCall.send("GET", target, port: port, headers: ["If-None-Match: \"other\""]).status == 200)
        }
    }

    @Test("An id that an enterprise had before redirects to its present one")
    func alias() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let answer = try HTTPCall.send("GET", "/v1/enterprises/\(World.id("P0"))", port: port)
            #expect(answer.status == 308)
            #expect(answer.headers["location"] == "/v1/enterprises/\(World.id("P1"))")
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test(
        "Nothing known is said to be nothing known, and never repeats what was asked",
        arguments: [
            "sx00000000000000000000", "91440101MA5AK9RM4X", "11010519491231002X", "%E5%BC%A0%E4%B8%89",
        ]
    )
    func unknown(_ name: String) async throws {
        let world = try world()
        try await serving(world) { port throws in
            let answer = try HTTPCall.send("GET", "/v1/enterprises/\(name)", port: port)
            #expect(answer.status == 404)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.text.contains("/v1/sources"))
            #expect(!answer.text.contains(name))
        }
    }

    @Test("The number of a person's card finds nothing, even where the store knows it")
    func personalNumber() async throws {
        let world = try World()
        try world.put("P1", name: "个体", codes: ["11010519491231002X"])
        try world.publisher.signProfiles(at: World.now)
        try await serving(world) { port throws in
            #expect(try HTTPCall.send("GET", "/v1/enterprises/11010519491231002X", port: port).status == 404)
            #expect(try HTTPCall.send("GET", "/v1/enterprises/110105-19491231-002X", port: port).status == 404)
        }
    }

    @Test(
        "No problem repeats a person's number, whatever is asked and whatever goes wrong",
        arguments: [
            "11010519491231002X", "110105194912310021", "110105491231002", "11010519491231002X01", "4401061985O3151233",
            "110105-19491231-002X", "%EF%BC%91%EF%BC%9110105194912310021",
        ]
    )
    func silentProblems(_ number: String) async throws {
        let world = try world()
        try await serving(world) { port throws in
            for path in [
                "/v1/enterprises/\(number)", "/v1/enterprises/\(number)?as-of=2016-01-01",
                "/v1/enterprises/P1?\(number)=1",
                "/v1/enterprises/P1?as-of=\(number)", "/v1/enterprises/P1?known-at=\(number)", "/\(number)",
                "/v1/enterprises/\(number)%00", "/v1/enterprises/\(number)/\(number)",
                "/v1/enterprises/\(String(repeating: number, count: 300))",
            ] {
                for method in ["GET", "POST"] {
                    let answer = try HTTPCall.send(method, path, port: port)
                    #expect(answer.status >= 400, "\(method) \(path)")
                    #expect(!"\(answer.headers) \(answer.text)".contains(/(1949|1985|4912310)/), "\(answer.text)")
                }
            }
        }
    }

    @Test("A code that several hold names them all; what is not signed yet is not called unknown")
    func severalAndNotYet() async throws {
        let world = try world()
        try world.put("P2", name: "另一家", codes: [Self.code])
        try await serving(world) { port throws in
            let several = try HTTPCall.send("GET", "/v1/enterprises/\(Self.code)", port: port)
            #expect(several.status == 300)
            #expect(several.text.contains(World.id("P1").text) && several.text.contains(World.id("P2").text))
            let waiting = try HTTPCall.send("GET", "/v1/enterprises/\(World.id("P2"))", port: port)
            #expect(waiting.status == 503)
            #expect(waiting.headers["retry-after"] != nil)
        }
    }

    @Test("The status, the keys and the health are there; the status is renewed after an hour")
    func otherPaths() async throws {
        let world = try world()
        let first = try world.publisher.publishStatus(at: World.now - 3600, day: World.day)
        let verifier = world.verifier()
        let jwks = world.keys.jwks
        try await serving(world) { port throws in
            let status = try HTTPCall.send("GET", "/v1/sources", port: port)
            #expect(status.body != first.document)
            #expect(verifier.verify(status.body).verdict == .genuineAndCurrent)
            let keys = try HTTPCall.send("GET", "/.well-known/jwks.json", port: port)
            #expect(keys.body == jwks)
            #expect(keys.headers["content-type"] == "application/jwk-set+json")
            for path in ["/livez", "/readyz"] { #expect(try HTTPCall.send("GET", path, port: port).status == 200) }
        }
    }

    @Test("HEAD answers without a body, other methods are refused, other paths are not there")
    func methods() async throws {
        let world = try world()
        let size = try #require(try world.store.signed(World.id("P1"))).document.count
        try await serving(world) { port throws in
            let head = try HTTPCall.send("HEAD", "/v1/enterprises/P1", port: port)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.headers["content-length"] == String(size))
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                let answer = try HTTPCall.send(method, "/v1/sources", port: port, headers: ["Content-Length: 0"])
                #expect(answer.status == 405, "\(method)")
                #expect(answer.headers["allow"] == "GET, HEAD")
            }
            for path in [
                "/", "/v1", "/v1/enterprises/", "/v1/enterprises/P1/x", "/v2/sources", "//",
                "/LIVEZ",
            ] {
                #expect(try HTTPCall.send("GET", path, port: port).status == 404, "\(path)")
            }
        }
    }

    @Test("Who asks for another protocol is answered in this one, and told that the connection ends")
    func upgrade() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let request = [
                "GET /v1/enterprises/\(World.id("P1")) HTTP/1.1", "Host: localhost",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB", "Authorization: Bearer \(key)",
                "Suixin-Purpose: dispute",
            ]
            // Without an end of the connection this would wait until it times out.
            let answer = try HTTPCall.answer(
                HTTPCall.raw(Array((request.joined(separator: "\r\n") + "\r\n\r\n").utf8), port: port)
            )
            #expect(answer.status == 200 && answer.headers["connection"] == "close")
        }
    }

    @Test("Requests that are too long or broken are refused, and the server stays up")
    func limits() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let long = String(repeating: "a", count: 600)
            #expect(try HTTPCall.send("GET", "/v1/enterprises/" + long, port: port).status == 414)
            #expect(try HTTPCall.send("GET", "/v1/enterprises/" + long.prefix(100), port: port).status == 404)
            for bad in ["%", "%4", "%zz", "%00", "%ff%fe", "a%0Ab"] {
                #expect(try HTTPCall.send("GET", "/v1/enterprises/" + bad, port: port).status == 400, "\(bad)")
            }
            let header = "X-Long: " + String(repeating: "a", count: 20_000)
            #expect(
                try HTTPCall.raw(Array("GET /livez HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n".utf8), port: port).count
                    < 1000
            )
            let body = [UInt8](repeating: 0x61, count: 4_000_000)
            let request = Array("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n".utf8) + body
            // Without a limit this would wait for the rest until it times out.
            #expect(try HTTPCall.raw(request, port: port).count < 2000)
            #expect(try HTTPCall.send("GET", "/livez", port: port).status == 200)
        }
    }
}
