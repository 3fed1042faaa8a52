import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Crypto
import Foundation
import Publication
import ServiceKit
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// Who asks, what for, how much: nothing is answered that was not granted, or that is not written down.
@Suite("The gate of the API")
struct GateTests {
    private static let code = "91440101MA5AK9RM4X"
    private static let penalties =
        #","penalties":[{"records":[1],"result":"罚款"}],"records":[{"agency":"hongdun","dataset":"registration","key":"P1"},"#
        + #"{"agency":"hongdun","dataset":"penalty","key":"X"}],"sources":{"hongdun":{"penalty":1,"registration":1}}"#

    private func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业一", codes: [Self.code], extra: Self.penalties)
        try world.put("P2", name: "企业二")
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    private static func bearer(_ key: String) -> [String] { ["Authorization: Bearer \(key)"] }

    @Test("Without a key, with a false one, or with one that was taken away, nothing is told")
    func strangers() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let revoked = try desk.client("gone") { $0.disabled = "不再合作" }
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            for headers in [
                ["Authorization: "], ["Authorization: Bearer x"], ["Authorization: Basic eDp5"],
                Self.bearer(desk.key + "0"),
                Self.bearer(String(desk.key.dropLast()) + (desk.key.hasSuffix("0") ? "1" : "0")),
                Self.bearer(revoked.key),
                ["X-API-Key: \(revoked.key)"], Self.bearer(desk.key) + ["X-API-Key: \(desk.key)"],
            ] {
                let answer = try HTTPCall.send("GET", target, port: port, headers: headers)
                #expect(answer.status == 401, "\(headers)")
                #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer realm=") == true)
                #expect(!answer.text.contains("企业") && answer.headers["suixin-proof"] == nil)
            }
            #expect(try HTTPCall.send("GET", target, port: port, headers: ["X-API-Key: \(desk.key)"]).status == 200)
            for open in ["/v1/sources", "/.well-known/jwks.json", "/livez", "/readyz"] {
                #expect(
                    try HTTPCall.send("GET", open, port: port, headers: ["Authorization: "]).status == 200,
                    "\(open)"
                )
            }
        }
    }

    @Test("What was not granted is denied, and each query says why it is made")
    func grants() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let reader = try desk.client("reader", .of(.readEnterprises)).key
        let changes = try desk.client("changes", .of(.readChanges, .allSections)).key
        let narrow = try desk.client("narrow", .of(.readEnterprises, .allSections)) { $0.purposes = [.all[0]] }.key
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            func status(_ path: String, _ key: String, _ more: [String] = []) throws -> Int {
                try HTTPCall.send("GET", path, port: port, headers: Self.bearer(key) + more).status
            }
            #expect(try status(target, reader) == 403)
            #expect(try status(target, changes) == 403)
            #expect(try status("/v1/changes", changes) == 200)
            #expect(try status("/v1/changes", narrow) == 403)
            #expect(try status(target, narrow) == 200)
            #expect(try status(target, narrow, ["Suixin-Purpose: dispute"]) == 403)
            #expect(try status(target, narrow, ["Suixin-Purpose: because"]) == 400)
            #expect(try status(target, narrow, ["Suixin-Purpose:"]) == 400)
            let denied = try HTTPCall.send(
                "GET",
                target,
                port: port,
                headers: Self.bearer(changes) + ["Accept-Language: zh-CN,en;q=0.5"]
            )
            #expect(denied.text.contains("权限 enterprises:read") && denied.headers["content-language"] == "zh-CN")
        }
    }

    @Test("Who may see some sections sees those, signed under the version of the whole")
    func sections() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let some = try desk.client("some", .of(.readEnterprises, .registration)).key
        let verifier = world.verifier()
        let status = try #require(try world.store.latestStatus()).document
        let version = try #require(try world.store.signed(World.id("P1"))).version
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(Self.code)"
            let excerpt = try HTTPCall.send("GET", target, port: port, headers: Self.bearer(some))
            #expect(excerpt.status == 200)
            let payload = try JSONValue(parsing: SignedDocument(parsing: excerpt.body).unverifiedPayload)
            #expect(payload["version"]?.string == version)
            let profile = try #require(payload["profile"])
            #expect(profile["penalties"] == nil && profile["registration"] != nil && profile["identifiers"] != nil)
            #expect(profile["records"]?.array?.last == .null && profile["records"]?.array?.first != .null)
            #expect(profile["sources"]?["hongdun"]?["penalty"] == .null)
            #expect(profile["sections"] == .array([.string("registration")]))
            let beside = Verifier.Beside(status: status, proof: excerpt.headers["suixin-proof"], asked: Self.code)
            #expect(verifier.verify(excerpt.body, beside: beside).verdict == .genuineAndCurrent)
            // The same again for whoever asks again, and for nobody as the whole.
            #expect(try HTTPCall.send("GET", target, port: port, headers: Self.bearer(some)).body == excerpt.body)
            let whole = try HTTPCall.send("GET", target, port: port)
            #expect(whole.headers["etag"] != excerpt.headers["etag"])
            let chosen = try HTTPCall.send("GET", target + "?sections=registration", port: port)
            #expect(chosen.text == excerpt.text)
            for path in ["?sections=penalties", "?sections=registration,penalties", "?sections=nonsense"] {
                #expect(try HTTPCall.send("GET", target + path, port: port, headers: Self.bearer(some)).status == 403)
            }
            // A past day shows no more.
            let past = try HTTPCall.send("GET", target + "?asOf=2018-05-01", port: port, headers: Self.bearer(some))
            #expect(past.status != 200 || !past.text.contains("罚款"))
        }
    }

    @Test("Limits are told with each answer, hold, and are not used up by what did not change")
    func limits() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let limits = UsageLimits(burst: 3, window: 60, daily: 100)
        let one = try desk.client("one", limits: limits).key
        let other = try desk.client("other", limits: limits).key
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            let first = try HTTPCall.send("GET", target, port: port, headers: Self.bearer(one))
            #expect(first.headers["ratelimit-policy"] == limits.policy)
            #expect(first.headers["ratelimit"]?.contains("\"burst\";r=2") == true)
            for _ in 0..<5 {
                let unchanged = try HTTPCall.send(
                    "GET",
                    target,
                    port: port,
                    headers: Self.bearer(one) + ["If-None-Match: \(first.headers["etag"] ?? "")"]
                )
                #expect(unchanged.status == 304)
            }
            for _ in 0..<2 {
                #expect(try HTTPCall.send("GET", target, port: port, headers: Self.bearer(one)).status == 200)
            }
            let refused = try HTTPCall.send("GET", target, port: port, headers: Self.bearer(one))
            #expect(refused.status == 429 && Int(refused.headers["retry-after"] ?? "") ?? 0 > 0)
            #expect(try HTTPCall.send("GET", target, port: port, headers: Self.bearer(other)).status == 200)
        }
    }

    @Test("Each query is written down, and gives back its very bytes to whoever made it, and to nobody else")
    func journal() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let (one, other) = (try desk.client("one"), try desk.client("other"))
        let day = "?asOf=2018-05-01"
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(Self.code)"
            let asked: [(String, [String])] = [
                (target, []), (target, ["Accept: application/jose"]), (target, ["Accept: application/json"]),
                (target + "?sections=registration", []), (target + day, []), ("/v1/enterprises/91440101MA59ABCD1R", []),
            ]
            for (path, headers) in asked {
                let evidence = Self.bearer(one.key) + headers + ["Suixin-Evidence: 1"]
                let answer = try HTTPCall.send("GET", path, port: port, headers: evidence)
                let query = try #require(answer.headers["suixin-query"])
                // On the disk before it was answered.
                let entry = try #require(try QueryID(query).flatMap { try desk.records.entry($0) }, "\(path)")
                #expect(entry.client == one.id && entry.status == answer.status)
                #expect(entry.purpose?.name == "merchant-onboarding" && !entry.asked.isEmpty)
                guard answer.status == 200 || answer.status == 404 && path.contains("ABCD1R") else { continue }
                let again = "/v1/queries/\(query)/evidence"
                let evidenced = try HTTPCall.send("GET", again, port: port, headers: Self.bearer(one.key))
                #expect(evidenced.body == answer.body, "\(path) \(headers)")
                #expect(try HTTPCall.send("GET", again, port: port, headers: Self.bearer(other.key)).status == 404)
            }
            let own = try HTTPCall.send("GET", "/v1/queries?limit=4", port: port, headers: Self.bearer(one.key))
            let page = try JSONValue(parsing: own.body)
            #expect(page["queries"]?.array?.count == 4 && page["before"]?.string != nil)
            let none = try HTTPCall.send("GET", "/v1/queries", port: port, headers: Self.bearer(other.key))
            #expect(!none.text.contains(one.id.text))
            #expect(!"\(own.text) \(none.text)".contains("91440101MA59ABCD1R"))
        }
    }

    @Test("When the journal cannot be written nothing is answered")
    func noJournal() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        try desk.journal.close()
        try await serving(world, desk: desk) { port throws in
            let answer = try HTTPCall.send("GET", "/v1/enterprises/\(Self.code)", port: port)
            #expect(answer.status == 503 && answer.text.contains("journal-unavailable"))
            #expect(try HTTPCall.send("GET", "/v1/sources", port: port).status == 200)
        }
    }

    @Test("The plain form carries profile, status and proof under one signature of the message")
    func plain() async throws {
        let world = try world()
        let key = try world.ring.signingKey.publicKey
        let status = try #require(try world.store.latestStatus())
        try await serving(world) { port throws in
            let answer = try HTTPCall.send(
                "GET",
                "/v1/enterprises/\(Self.code)",
                port: port,
                headers: ["Accept: application/json"]
            )
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            let body = try JSONValue(parsing: answer.body)
            #expect(body["statusDigest"]?.string == status.digest && body["proof"]?.array?.count == 2)
            #expect(body["status"]?["tree"]?["root"]?.string != nil && body["profile"]?["penalties"] != nil)
            let digest = "sha-256=:\(Data(SHA256.hash(data: answer.body)).base64EncodedString()):"
            #expect(answer.headers["content-digest"] == digest)
            let input = try #require(answer.headers["signature-input"])
            let parameters = String(input.dropFirst("suixin=".count))
            #expect(parameters.contains("keyid=\"\(key.keyID)\"") && parameters.contains("tag=\"suixin-answer\""))
            let base = """
                "@status": 200
                "content-type": application/json
                "content-digest": \(digest)
                "suixin-query": \(answer.headers["suixin-query"] ?? "")
                "suixin-status": \(status.digest)
                "@signature-params": \(parameters)
                """
            let text = try #require(answer.headers["signature"]).dropFirst("suixin=:".count).dropLast()
            let signature = Array(try #require(Data(base64Encoded: String(text))))
            #expect(key.isValid(signature, over: Array(base.utf8)))
            #expect(!key.isValid(signature, over: Array(base.replacing("200", with: "404").utf8)))
        }
    }
}
