import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import SQLiteAccess
import Testing

/// Names, bodies and parameters that were made to hurt: none makes the exchange fail, and none changes anything.
@Suite("Hostile calls")
struct HostileCallsTests {
    /// Texts that mean something to somebody: SQL, the index, JSON, a terminal, a person's eye.
    private static let texts = [
        "' OR '1'='1", "'; DROP TABLE card; --", "\" OR 1=1 --", "1; SELECT * FROM client", "%' UNION SELECT 1,2,3 --",
        "\\'",
        "name:广州", "广州 AND", "NEAR(广州 科技, 1)", "广州*", "^广州", "\"广州", "{name}: x", "-广州", "(((((", "* * *", "OR OR OR",
        "NOT x",
        "\u{202E}gnirts\u{202C}", "\u{200B}\u{200D}\u{FEFF}", "\u{2066}x\u{2069}", "e\u{301}", "\u{FFFD}", "\u{10FFFF}",
        "\u{E000}",
        "ﷺ", "👩‍👩‍👧‍👦", "𠮷野家", "İ", "ß", "Ǆ", "\u{0340}", String(repeating: "\u{0301}", count: 100), "${jndi:ldap://x}",
        "{{7*7}}", "%s%n%x",
        "<script>", "&amp;", "../../etc/passwd", "\\\\host\\share", "|id", "$(id)", "`id`", "=cmd|' /C calc'!A0",
        "\u{85}", "\u{2028}",
        "null", "undefined", "NaN", "true", "-1", "0x10", "1e309", "١٢٣", "９１４４０１０１", " ", "　", ".", "-", "/", "?", "#",
        "%", "+",
    ]

    private static func state(_ world: World, _ desk: FrontDesk) throws -> String {
        let lists = try desk.clients.contents().clients.map { client in
            "\(client.name) \(try desk.watches.lists(of: client.id)) \(try desk.watches.webhooks(of: client.id))"
        }
        let profile = try world.store.signed(World.id("P1"))?.version ?? ""
        return "\(lists) \(profile) \(try world.store.storePosition()) \(try desk.clients.generation())"
    }

    private static func json(_ text: String) -> String {
        String(decoding: JSONValue.string(text).canonical, as: UTF8.self)
    }

    @Test("Texts of every kind, wherever a text can be sent")
    func texts() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let before = try Self.state(world, desk)
        try await serving(world, desk: desk) { port throws in
            let caller = Attacker(key: desk.key, port: port)
            for text in Self.texts {
                let encoded = Attacker.encoded(text)
                var calls: [(String, HTTPAnswer)] = []
                func get(_ path: String, _ headers: [String] = []) throws {
                    calls.append((path, try caller.get(path, headers)))
                }
                func post(_ path: String, _ body: String) throws {
                    calls.append((path, try caller.send("POST", path, body)))
                }
                if encoded.utf8.count < 400 {
                    for path in [
                        "/v1/enterprises/\(encoded)", "/v1/enterprises?name=\(encoded)",
                        "/v1/enterprises?name=x&cursor=\(encoded)",
                        "/v1/enterprises?name=x&district=\(encoded)&state=\(encoded)&industry=\(encoded)".prefix(500)
                            .description,
                        "/v1/enterprises/\(encoded)?asOf=2018-05-01", "/v1/enterprises/P1?asOf=\(encoded)",
                        "/v1/sources/\(encoded)",
                        "/v1/enterprises/P1?knownAt=\(encoded)", "/v1/enterprises/P1?sections=\(encoded)",
                        "/v1/queries?before=\(encoded)",
                        "/v1/changes?after=\(encoded)", "/v1/watch-lists/\(encoded)", "/v1/webhooks/\(encoded)",
                        "/v1/queries/\(encoded)/evidence", "/v1/retractions?after=\(encoded)",
                        "/v1/watch-lists?\(encoded)=1",
                    ] { try get(path) }
                }
                let value = Self.json(text)
                try post(
                    "/v1/match",
                    "{\"queries\":[{\"name\":\(value),\"code\":\(value),\"legalRepresentative\":\(value),\"address\":\(value),\"district\":\(value),\"industry\":\(value)}]}"
                )
                try post("/v1/enterprises:batchGet", "{\"ids\":[\(value)]}")
                try post("/v1/watch-lists/l000000000000/enterprises", "{\"add\":[\(value)]}")
                try post(
                    "/v1/webhooks",
                    "{\"url\":\(value),\"list\":\(value),\"types\":[\(value)],\"sections\":[\(value)]}"
                )
                try post("/v1/webhooks/h000000000000/replay", "{\"event\":\(value)}")
                for header in [
                    "Accept", "Accept-Language", "If-None-Match", "Suixin-Purpose", "Last-Event-ID", "X-Forwarded-For",
                ] {
                    let line = "\(header): \(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x85 })"
                    try get("/v1/enterprises/P1", [line])
                }
                for (path, answer) in calls {
                    #expect(answer.status < 500, "\(path.prefix(80)) \(text.debugDescription)")
                }
            }
            #expect(try caller.get("/v1/enterprises/\(Town.code)").status == 200)
        }
        #expect(try Self.state(world, desk) == before)
    }

    @Test("Bodies that are no JSON, or too much of it")
    func bodies() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let before = try Self.state(world, desk)
        let deep = String(repeating: "[", count: 50_000)
        let objects = String(repeating: "{\"ids\":", count: 10_000)
        let bodies = [
            "", "{", "}", "[]", "null", "1", "\"x\"", "{}", "{\"ids\":null}", "{\"ids\":{}}", "{\"ids\":[null]}",
            "{\"ids\":[1e999]}",
            "{\"ids\":[123456789012345678901234567890]}", "{\"ids\":[-0]}", "{\"ids\":[\"\\ud800\"]}",
            "{\"ids\":[\"\\udc00\\ud800\"]}",
            "{\"ids\":[\"\\u0000\"]}", "{\"ids\":[\"x\"],\"ids\":[\"y\"]}", "{\"ids\":[\"x\"],\"\\u0069ds\":[\"y\"]}",
            "{\"ids\":[\"x\"],}",
            "{\"ids\":['x']}", "{ids:[\"x\"]}", "\u{FEFF}{\"ids\":[\"x\"]}", "{\"ids\":[\"x\"]}{\"ids\":[\"y\"]}",
            "{\"ids\":[\"x\"]} x",
            "{\"ids\":[\"\(String(repeating: "x", count: 100_000))\"]}", "{\"__proto__\":{\"ids\":[\"x\"]}}",
            "{\"ids\":[NaN]}", "/* */{}",
            "{\"queries\":[{\"name\":\"\\ud800\"}]}", "{\"queries\":[{\"name\":\"x\",\"name\":\"y\"}]}",
            "{\"queries\":[[]]}",
            "{\"queries\":[{\"name\":\"\(String(repeating: "广", count: 50_000))\"}]}",
            "{\"queries\":[{\"code\":\"\(String(repeating: "9", count: 100_000))\"}]}",
            "{\"queries\":[{\"name\":\"\(String(repeating: "有限公司", count: 10_000))\"}],\"limit\":20}",
            "{\"limit\":1e2,\"queries\":[{\"name\":\"x\"}]}",
            "{\"limit\":18446744073709551617,\"queries\":[{\"name\":\"x\"}]}",
            "{\"name\":\"\\u0000\"}", "{\"name\":\"\\ud800\"}", "{\"name\":[]}", deep, objects,
            deep + String(repeating: "]", count: 50_000),
            "{\"ids\":\(deep)",
        ]
        try await serving(world, desk: desk) { port throws in
            let caller = Attacker(key: desk.key, port: port)
            for path in [
                "/v1/match", "/v1/enterprises:batchGet", "/v1/watch-lists", "/v1/webhooks",
                "/v1/watch-lists/l000000000000/enterprises", "/v1/webhooks/h000000000000/replay",
            ] {
                for body in bodies {
                    let answer = try caller.send("POST", path, body)
                    #expect(answer.status < 500, "\(path) \(body.prefix(80))")
                    // What was read twice must not have been taken once.
                    if body.contains("\"ids\":[\"y\"]") || body.contains("\"name\":\"y\"") {
                        #expect(answer.status == 400, "\(path) \(body)")
                    }
                }
                for type in [
                    "text/xml", "application/json; charset=utf-16", "application/jsonx",
                    "multipart/form-data; boundary=x",
                ] {
                    let answer = try caller.send("POST", path, "{}", ["Content-Type: \(type)"])
                    #expect(400..<500 ~= answer.status, "\(path) \(type)")
                }
            }
            // A megabyte is more than anybody reads: no answer, or that it is too much.
            let megabyte = "{\"ids\":[\"\(String(repeating: "x", count: 1 << 20))\"]}"
            if let answer = try? caller.send("POST", "/v1/enterprises:batchGet", megabyte) {
                #expect(answer.status == 413)
            }
            // Bytes that are no text at all.
            for bytes in [[0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x00], [0x80]]
                as [[UInt8]]
            {
                let body = Array("{\"ids\":[\"".utf8) + bytes + Array("\"]}".utf8)
                let head =
                    "POST /v1/enterprises:batchGet HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(desk.key)\r\n"
                    + "Suixin-Purpose: dispute\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                let answer = try HTTPCall.answer(HTTPCall.raw(Array(head.utf8) + body, port: port))
                #expect(answer.status == 400, "\(bytes)")
                let path = bytes.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                #expect(try caller.get("/v1/enterprises/\(path)").status == 400, "\(path)")
            }
            #expect(try caller.get("/v1/enterprises/\(Town.code)").status == 200)
        }
        #expect(try Self.state(world, desk) == before)
    }

    @Test("While a tree is missing nothing is called current, and nothing unknown")
    func treeGivenUp() async throws {
        let world = try Town.world()
        let (store, publisher) = (world.store, world.publisher)
        let names = [Town.code, World.id("P1").text, "sx00000000000000000000", "91440101MA59ABCD1R"]
        for isRead in [false, true] {
            try await serving(world) { port throws in
                func answers() throws -> [HTTPAnswer] {
                    try names.map { try HTTPCall.send("GET", "/v1/enterprises/\($0)", port: port) }
                }
                // Whoever has read the tree before it was given up must not go on from what he remembers.
                if isRead { #expect(try answers().map(\.status) == [200, 200, 404, 404]) }
                try store.giveUpTree()
                for answer in try answers() {
                    #expect(answer.status == 503 && answer.headers["retry-after"] != nil, "\(answer.text)")
                    #expect(!answer.text.contains("absence"))
                }
                try publisher.publishStatus(at: World.now, day: World.day)
                #expect(try answers().map(\.status) == [200, 200, 404, 404])
            }
        }
    }
}
