import Access
import CreditModel
import CreditStore
import Foundation
import Publication
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// The short way to an answer gives what the long one gives, in the order in which was asked.
@Suite("The short way")
struct HotReadsTests {
    private static let code = "91440101MA5AK9RM4X"

    private func world() throws -> World {
        let world = try World()
        for number in 1...20 {
            try world.put(
                "P\(number)",
                name: "企业\(number)",
                codes: number == 1 ? [Self.code] : [],
                aliases: number == 1 ? [World.id("P0")] : []
            )
        }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    /// Sends a request that keeps its connection, as the short way asks, and one behind it that closes it.
    private static func short(_ target: String, _ port: Int, _ headers: [String]) throws -> (HTTPAnswer, String) {
        let key = FrontDesk.keys.withLock { $0[port] } ?? ""
        let who = ["Host: localhost", "Authorization: Bearer \(key)", "Suixin-Purpose: dispute"]
        let first = (["GET \(target) HTTP/1.1"] + who + headers).joined(separator: "\r\n")
        let last = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let bytes = try HTTPCall.raw(Array((first + "\r\n\r\n" + last).utf8), port: port)
        let answer = try HTTPCall.answer(bytes)
        let length = Int(answer.headers["content-length"] ?? "") ?? 0
        var alone = answer
        alone.body = Array(answer.body.prefix(length))
        return (alone, String(decoding: answer.body.dropFirst(length), as: UTF8.self))
    }

    @Test("It differs from the long one in nothing that an answer says")
    func same() async throws {
        let world = try world()
        let version = try #require(try world.store.signed(World.id("P1"))).version
        let desk = try FrontDesk(world, at: World.now)
        try await serving(world, desk: desk) { port throws in
            let names = [
                World.id("P1").text, World.id("P7").text, Self.code, Self.code.lowercased(), World.id("P0").text,
                World.id("never").text, "91440101MA59ABCD1R", "P7",
            ]
            let headers = [
                [], ["Accept: */*"], ["Accept: application/jose"], ["If-None-Match: \"\(version)\""],
                ["If-None-Match: \"other\""],
            ]
            for name in names {
                for more in headers {
                    let target = "/v1/enterprises/\(name)"
                    let (short, rest) = try Self.short(target, port, more)
                    let long = try HTTPCall.send(
                        "GET",
                        target,
                        port: port,
                        headers: more + ["Suixin-Evidence: 1", "Suixin-Purpose: dispute"]
                    )
                    #expect(short.status == long.status, "\(target) \(more)")
                    #expect(rest.hasPrefix("HTTP/1.1 200") && rest.hasSuffix("alive\n"))
                    if short.status == 200 { #expect(short.body == long.body) }
                    for header in Set(short.headers.keys).union(long.headers.keys) {
                        let own = ["suixin-query", "date", "ratelimit", "connection", "content-length"]
                        guard !own.contains(header) else { continue }
                        #expect(short.headers[header] == long.headers[header], "\(target) \(more) \(header)")
                    }
                    // Both are written down alike.
                    try desk.journal.flush()
                    let entries = try [short, long].map { answer in
                        try answer.headers["suixin-query"].flatMap { QueryID($0) }.flatMap {
                            try desk.records.entry($0)
                        }
                    }
                    #expect(entries[0]?.asked == entries[1]?.asked && entries[0]?.answer == entries[1]?.answer)
                    #expect(entries[0]?.status == short.status && entries[0]?.endpoint == entries[1]?.endpoint)
                    if short.status == 200 { #expect(entries[0]?.digest == entries[1]?.digest) }
                }
            }
        }
    }

    @Test("Requests that come behind each other are answered in their order, whichever way they go")
    func order() async throws {
        let world = try world()
        try await serving(world) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let who = "Host: localhost\r\nAuthorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n"
            let targets = (0..<60).map { number in
                number % 3 == 0
                    ? "/v1/enterprises/P\(number % 20 + 1)" : "/v1/enterprises/\(World.id("P\(number % 20 + 1)"))"
            }
            let requests = targets.enumerated().map { place, target in
                "GET \(target) HTTP/1.1\r\n\(who)\(place == targets.count - 1 ? "Connection: close\r\n" : "")\r\n"
            }.joined()
            let text = String(decoding: try HTTPCall.raw(Array(requests.utf8), port: port), as: UTF8.self)
            let locations = text.components(separatedBy: "Content-Location: /v1/enterprises/").dropFirst().map {
                String($0.prefix(22))
            }
            #expect(locations == (0..<60).map { World.id("P\($0 % 20 + 1)").text })
        }
    }

    @Test("What is not granted on the long way is not granted on the short one")
    func denied() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let one = try desk.client("one", limits: UsageLimits(burst: 2, window: 60, daily: nil)).key
        let some = try desk.client("some", .of(.readEnterprises, .tax)).key
        try await serving(world, desk: desk) { port throws in
            func status(_ key: String, _ purpose: String = "dispute") throws -> Int {
                FrontDesk.keys.withLock { $0[port] = key }
                let target = "/v1/enterprises/\(World.id("P1"))"
                let request =
                    "GET \(target) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\n"
                    + "Suixin-Purpose: \(purpose)\r\n\r\n"
                return try HTTPCall.answer(
                    HTTPCall.raw(Array(request.utf8), port: port) { $0.count > 100 }
                ).status
            }
            #expect(try status("sxk_nothing") == 401)
            #expect(try status(one, "because") == 400)
            #expect(try status(one) == 200)
            #expect(try status(one) == 429)
            #expect(try !Self.short("/v1/enterprises/\(World.id("P1"))", port, []).0.text.contains("企业"))
            FrontDesk.keys.withLock { $0[port] = some }
            let excerpt = try Self.short("/v1/enterprises/\(World.id("P1"))", port, []).0
            let payload = text(try SignedDocument(parsing: excerpt.body).unverifiedPayload)
            #expect(payload.contains("\"sections\":[") && !payload.contains("registration"))
        }
    }
}
