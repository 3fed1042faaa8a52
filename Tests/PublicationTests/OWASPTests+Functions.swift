import Access
import CanonicalJSON
import CreditModel
@testable import ExchangeAPI
import Foundation
import HTTPTypes
import Publication
import SQLiteAccess
import Testing

/// Resources, functions and flows.
extension OWASPTests {
    @Test("API4:2023 Unrestricted Resource Consumption: each request has bounds, and each client has limits")
    func api4UnrestrictedResourceConsumption() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let limited = try desk.client("limited", limits: UsageLimits(burst: 5, window: 60, daily: 30)).key
        try await serving(world, desk: desk) { port throws in
            let all = Attacker(key: desk.key, port: port)
            func list(_ count: Int, _ item: String) -> String {
                "[" + Array(repeating: item, count: count).joined(separator: ",") + "]"
            }
            let names = try all.json("POST", "/v1/watch-lists", #"{"name":"x"}"#)["id"]?.string ?? ""
            let bounded: [(String, String, String?, Int)] = [
                ("POST", "/v1/enterprises:batchGet", "{\"ids\":\(list(1001, "\"x\""))}", 400),
                ("POST", "/v1/enterprises:batchGet", "{\"ids\":\(list(30_000, "\"xxxx\""))}", 413),
                ("POST", "/v1/match", "{\"queries\":\(list(101, #"{"name":"x"}"#))}", 400),
                ("POST", "/v1/match", #"{"queries":[{"name":"x"}],"limit":1000000000}"#, 400),
                ("POST", "/v1/watch-lists/\(names)/enterprises", "{\"add\":\(list(20_001, "\"x\""))}", 400),
                ("POST", "/v1/watch-lists", "{\"name\":\"\(String(repeating: "x", count: 20_000))\"}", 413),
                ("POST", "/oauth2/token", String(repeating: "a", count: 100_000), 413),
                ("GET", "/v1/changes?limit=1001", nil, 400), ("GET", "/v1/changes?wait=51", nil, 400),
                ("GET", "/v1/changes?limit=99999999999999999999", nil, 400),
                ("GET", "/v1/queries?limit=1001", nil, 400),
                ("GET", "/v1/enterprises?name=x&limit=101", nil, 400),
                ("GET", "/v1/enterprises?name=x&limit=-1", nil, 400),
                ("GET", "/v1/enterprises?name=" + String(repeating: "x", count: 601), nil, 400),
                ("GET", "/v1/enterprises?name=" + String(repeating: "x", count: 5000), nil, 414),
                ("GET", "/v1/enterprises/" + String(repeating: "x", count: 600), nil, 414),
                ("GET", "/v1/watch-lists/\(names)/enterprises?limit=10001", nil, 400),
            ]
            for (method, path, body, status) in bounded {
                let type = path.contains("token") ? ["Content-Type: application/x-www-form-urlencoded"] : []
                #expect(try all.send(method, path, body, type).status == status, "\(path.prefix(60))")
            }
            // A body that never ends, and one that says that it will not.
            let endless =
                "POST /v1/match HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(desk.key)\r\nSuixin-Purpose: dispute\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "10000\r\n" + String(repeating: " ", count: 65536) + "\r\n"
            let answer = try HTTPCall.raw(Array((endless + String(repeating: chunk, count: 100)).utf8), port: port)
            #expect(answer.isEmpty || String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 413"))
            // A client has so many requests, whatever it asks; what it costs to ask for many is counted.
            let client = Attacker(key: limited, port: port)
            let first = try client.send("POST", "/v1/enterprises:batchGet", "{\"ids\":\(list(100, "\"x\""))}")
            #expect(first.status == 429 && first.headers["retry-after"] != nil)
            var heard: [Int] = []
            for _ in 0..<6 { heard.append(try client.get("/v1/watch-lists").status) }
            #expect(heard.first == 200 && heard.last == 429)
            #expect(try all.get("/v1/watch-lists").status == 200)
        }
    }

    @Test("API5:2023 Broken Function Level Authorization: each endpoint asks for its scope, and no other will do")
    func api5BrokenFunctionLevelAuthorization() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let doors = Scope.allCases.filter { $0.section == nil && $0 != .allSections }
        var without: [Scope: String] = [:]
        var with: [Scope: String] = [:]
        for scope in doors {
            without[scope] = try desk.client("without \(scope)", ScopeSet(Scope.allCases.filter { $0 != scope })).key
            with[scope] = try desk.client("with \(scope)", .of(scope, .allSections)).key
        }
        let (lacking, holding) = (without, with)
        try await serving(world, desk: desk) { port throws in
            for endpoint in Endpoint.all {
                guard case .scope(let scope) = endpoint.entry else {
                    // Open to anybody: then nothing in it may be about an enterprise or a client.
                    #expect(
                        [
                            "alive", "ready", "sources", "status", "keys", "token", "openapi", "docs", "metadata",
                            "freshness",
                        ].contains(endpoint.name) || !endpoint.path.contains("enterprises"),
                        "\(endpoint.name)"
                    )
                    continue
                }
                let path = "/" + endpoint.path.map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
                func answer(_ key: String?, _ headers: [String] = []) throws -> HTTPAnswer {
                    try Attacker(key: key ?? "", port: port).send(
                        endpoint.method.rawValue,
                        path,
                        endpoint.body == nil ? nil : "{}",
                        headers
                    )
                }
                let denied = try answer(lacking[scope])
                #expect(denied.status == 403 && denied.text.contains(scope.name), "\(endpoint.name)")
                #expect(![401, 403].contains(try answer(holding[scope]).status), "\(endpoint.name)")
                for other in doors where other != scope {
                    #expect(try answer(holding[other]).status == 403, "\(endpoint.name) by \(other)")
                }
                #expect(try answer("").status == 401, "\(endpoint.name)")
                #expect(try answer(holding[scope], ["Suixin-Purpose: curiosity"]).status == 400, "\(endpoint.name)")
                // Another method is no way round.
                for method in ["PUT", "PATCH", "DELETE", "POST", "OPTIONS"]
                where !Endpoint.all.contains(where: { $0.path == endpoint.path && $0.method.rawValue == method }) {
                    let answer = try Attacker(key: desk.key, port: port).send(
                        method,
                        path,
                        nil,
                        ["X-HTTP-Method-Override: \(endpoint.method.rawValue)"]
                    )
                    #expect([404, 405].contains(answer.status), "\(method) \(path)")
                }
            }
        }
        let denied = try desk.refusals().filter { $0.refusal == "scope-missing" }
        #expect(
            Set(denied.map(\.endpoint)).isSuperset(of: [
                "enterprise", "search", "match", "batch", "changes", "evidence",
            ])
        )
        #expect(
            denied.allSatisfy { $0.client != .nobody && $0.purpose != nil && $0.count == nil && $0.enterprises.isEmpty }
        )
    }

    @Test(
        "API6:2023 Unrestricted Access to Sensitive Business Flows: whoever harvests the register pays for what he is told"
    )
    func api6SensitiveBusinessFlows() async throws {
        let world = try World()
        for number in 1...40 { try world.put("P\(number)", name: "广州收割\(number)号商贸有限公司") }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let desk = try FrontDesk(world, at: World.now)
        let limits = UsageLimits(burst: 1000, window: 60, daily: 2)
        func harvester(_ name: String) throws -> String { try desk.client(name, limits: limits).key }
        let (many, paged, matching, bulk) = (
            try harvester("a"), try harvester("b"), try harvester("c"), try harvester("d")
        )
        try await serving(world, desk: desk) { port throws in
            func told(_ answers: [HTTPAnswer]) -> Int {
                let text = answers.map(\.text).joined()
                return (1...40).count { text.contains(World.id("P\($0)").text) }
            }
            let name = Attacker.encoded("收割")
            // Ten enterprises cost as much as one request: by whatever way, two requests a day tell of twenty at most.
            let large = try Attacker(key: many, port: port).get("/v1/enterprises?name=\(name)&limit=40")
            #expect(large.status == 429 && told([large]) == 0 && large.headers["retry-after"] != nil)
            let pager = Attacker(key: paged, port: port)
            var (pages, cursor) = ([HTTPAnswer](), "")
            for _ in 0..<4 {
                pages.append(try pager.get("/v1/enterprises?name=\(name)&limit=10\(cursor)"))
                let next = try JSONValue(parsing: pages.last?.body ?? [])["next"]?.string
                cursor = next.map { "&cursor=\(Attacker.encoded($0))" } ?? cursor
            }
            #expect(pages.map(\.status) == [200, 200, 429, 429] && 1...20 ~= told(pages))
            let queries = (1...40).map { "{\"name\":\"广州收割\($0)号商贸有限公司\"}" }
            func match(_ queries: some Sequence<String>, _ limit: Int) throws -> HTTPAnswer {
                let body = "{\"limit\":\(limit),\"queries\":[\(queries.joined(separator: ","))]}"
                return try Attacker(key: matching, port: port).send("POST", "/v1/match", body)
            }
            #expect(told([try match(queries, 1)]) == 0)
            #expect(told([try match(queries.prefix(10), 20)]) <= 20)
            #expect(try match(queries.prefix(1), 1).status == 429)
            let ids = (1...40).map { "\"\(World.id("P\($0)"))\"" }.joined(separator: ",")
            let batch = try Attacker(key: bulk, port: port).send(
                "POST",
                "/v1/enterprises:batchGet",
                "{\"ids\":[\(ids)]}"
            )
            #expect(batch.status == 429 && told([batch]) == 0)
        }
        // Whoever tries shows in the journal.
        #expect(try desk.refusals().contains { $0.status == 429 && $0.client != .nobody })
    }
}
