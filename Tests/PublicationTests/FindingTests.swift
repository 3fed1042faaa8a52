import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import SQLiteAccess
import Signing
import Synchronization
import Testing

/// Enterprises are found by name and by example; what was found is written down and can be shown again.
@Suite("Search and match over HTTP")
struct FindingTests {
    private func world() throws -> World {
        let world = try World()
        for (number, name) in ["广州腾讯科技有限公司", "广州腾信科技有限公司", "深圳市腾讯计算机系统有限公司", "广州腾讯科技有限公司天河分公司"]
            .enumerated()
        {
            try world.put("P\(number)", name: name, codes: number == 0 ? ["91440101MA5AK9RM4X"] : [])
        }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("A name, a part of one or its initials find whom they should, a page at a time")
    func search() async throws {
        let world = try world()
        let desk = try FrontDesk(world, at: World.now)
        let key = try world.ring.signingKey.publicKey
        let reader = try desk.client("reader", .of(.readEnterprises, .allSections)).key
        try await serving(world, desk: desk) { port throws in
            func hits(_ query: String) throws -> (ids: [String], answer: HTTPAnswer, next: String?) {
                let answer = try HTTPCall.send(
                    "GET",
                    "/v1/enterprises?\(query)",
                    port: port,
                    headers: ["Suixin-Evidence: 1"]
                )
                let page = try JSONValue(parsing: answer.body)
                return (page["hits"]?.array?.compactMap { $0["id"]?.string } ?? [], answer, page["next"]?.string)
            }
            let exact = try hits("name=\(Self.encoded("廣州騰訊科技有限公司"))")
            #expect(exact.ids.first == World.id("P0").text && exact.ids.contains(World.id("P3").text))
            #expect(try hits("name=gztx").ids.contains(World.id("P0").text))
            let all = try hits("name=\(Self.encoded("腾"))").ids
            #expect(Set(all) == Set((0..<4).map { World.id("P\($0)").text }))
            var (paged, cursor) = ([String](), String?.none)
            repeat {
                let page = try hits(
                    "name=\(Self.encoded("腾"))&limit=1" + (cursor.map { "&cursor=\(Self.encoded($0))" } ?? "")
                )
                paged += page.ids
                cursor = page.next
            } while cursor != nil
            #expect(paged == all)
            // Signed as an answer, written down, and to be had again.
            let input = try #require(exact.answer.headers["signature-input"])
            #expect(input.contains(key.keyID) && exact.answer.headers["content-digest"] != nil)
            let query = try #require(exact.answer.headers["suixin-query"])
            let evidence = try HTTPCall.send("GET", "/v1/queries/\(query)/evidence", port: port)
            #expect(evidence.body == exact.answer.body)
            for bad in ["", "name=", "name=%20", "name=x&limit=0", "name=x&cursor=nonsense", "name=x&page=2"] {
                #expect(try HTTPCall.send("GET", "/v1/enterprises?\(bad)", port: port).status == 400, "\(bad)")
            }
            let denied = ["Authorization: Bearer \(reader)"]
            #expect(try HTTPCall.send("GET", "/v1/enterprises?name=x", port: port, headers: denied).status == 403)
        }
    }

    @Test("The number of a person's card leads nobody to anybody, by match or by a list, even where the store has it")
    func personalNumber() async throws {
        let number = "11010519491231002X"
        let world = try World()
        try world.put("P1", name: "个体户", codes: [number])
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        try await serving(world) { port throws in
            func post(_ path: String, _ body: String) throws -> JSONValue {
                let type = ["Content-Type: application/json"]
                let answer = try HTTPCall.send("POST", "/v1" + path, port: port, headers: type, body: body)
                return try JSONValue(parsing: answer.body)
            }
            let matched = try post("/match", "{\"queries\":[{\"code\":\"\(number)\"}]}")
            #expect(matched["results"]?.array?.first?["candidates"] == .array([]))
            let list = try #require(try post("/watch-lists", #"{"name":"x"}"#)["id"]?.string)
            let added = try post("/watch-lists/\(list)/enterprises", "{\"add\":[\"\(number)\"]}")
            #expect(added["count"]?.integer == 0 && added["unknown"] == .array([.integer(0)]))
        }
    }

    @Test("A record of a platform's own is matched with reasons, and never to another region's firm as the same")
    func match() async throws {
        let world = try world()
        try await serving(world) { port throws in
            func post(_ body: String) throws -> HTTPAnswer {
                try HTTPCall.send(
                    "POST",
                    "/v1/match",
                    port: port,
                    headers: ["Content-Type: application/json"],
                    body: body
                )
            }
            let answer = try post(
                #"{"limit":3,"queries":[{"name":"广州腾讯科技有限公司"},{"code":"91440101MA5AK9RM4X"},{"name":"上海腾讯科技有限公司"}]}"#
            )
            #expect(answer.status == 200 && answer.headers["signature"] != nil)
            let results = try #require(try JSONValue(parsing: answer.body)["results"]?.array)
            let firsts = results.map { $0["candidates"]?.array?.first }
            #expect(
                firsts[0]?["id"]?.string == World.id("P0").text && firsts[0]?["grades"]?.string?.hasPrefix("A") == true
            )
            #expect(firsts[1]?["id"]?.string == World.id("P0").text && firsts[1]?["confidence"]?.integer == 10)
            #expect(firsts[2]?["confidence"]?.integer ?? 0 <= 2)
            #expect(results[0]["candidates"]?.array?.first?["fields"]?.array?.first?["zh"]?.string?.isEmpty == false)
            for bad in [
                "", "[]", "{}", #"{"queries":[]}"#, #"{"queries":[{}]}"#, #"{"queries":[{"phone":"1"}]}"#,
                #"{"queries":[{"name":1}]}"#, #"{"queries":[{"name":"x"}],"limit":21}"#,
                #"{"queries":[{"name":"x"}],"a":1}"#,
            ] { #expect(try post(bad).status == 400, "\(bad)") }
        }
    }
}
