import Access
import CreditModel
import CreditStore
import Foundation
import Publication
import SQLiteAccess
import Synchronization
import Testing

/// Whoever is not answered is written down as well as whoever is.
@Suite("What the journal says of refusals")
struct RefusalRoutesTests {
    @Test("Each refusal says who, where, why and under which id; a flood of strangers is a few entries")
    func entries() async throws {
        let world = try Town.world()
        let desk = try FrontDesk(world, at: World.now)
        let limited = try desk.client("limited", limits: UsageLimits(burst: 3, window: 60, daily: 100))
        let narrow = try desk.client("narrow", .of(.readEnterprises, .tax)) { $0.purposes = [.all[0]] }
        let store = world.store
        let answers = Mutex<[String: HTTPAnswer]>([:])
        try await serving(world, desk: desk) { port throws in
            let target = "/v1/enterprises/\(Town.code)"
            func ask(_ name: String, _ key: String, _ path: String, _ body: String? = nil, _ headers: [String] = [])
                throws
            {
                let answer = try Attacker(key: key, port: port).send(body == nil ? "GET" : "POST", path, body, headers)
                answers.withLock { $0[name] = answer }
            }
            for _ in 0..<50 { _ = try Attacker(key: "sxk_0", port: port).get(target) }
            try ask("scope-missing", narrow.key, "/v1/changes")
            try ask("section", narrow.key, target + "?sections=penalties")
            try ask("purpose-missing", narrow.key, target, nil, ["Suixin-Purpose: because"])
            try ask("purpose-not-granted", narrow.key, target, nil, ["Suixin-Purpose: dispute"])
            let ids = Array(repeating: "\"x\"", count: 100).joined(separator: ",")
            try ask("too-many-requests", limited.key, "/v1/enterprises:batchGet", "{\"ids\":[\(ids)]}")
            for _ in 0..<9 { _ = try Attacker(key: limited.key, port: port).get(target) }
            try store.giveUpTree()
            try ask("not-yet-published", desk.key, target)
        }
        let refusals = try desk.refusals()
        func entry(_ name: String) throws -> QueryEntry? {
            let id = answers.withLock { $0[name]?.headers["suixin-query"] }
            return refusals.first { $0.id.text == id }
        }
        for name in [
            "scope-missing", "purpose-missing", "purpose-not-granted", "too-many-requests", "not-yet-published",
        ] {
            let found = try #require(try entry(name), "\(name)")
            #expect(
                found.refusal == name && found.status == answers.withLock { $0[name]?.status }
                    && found.enterprises.isEmpty
            )
        }
        let section = try #require(try entry("section"))
        #expect(
            section.client == narrow.id && section.status == 403 && !section.asked.isEmpty && section.sections == []
        )
        let strangers = refusals.filter { $0.client == .nobody }
        #expect(strangers.count == 2 && strangers.compactMap(\.count) == [49])
        let flood = refusals.filter { $0.client == limited.id && $0.endpoint == "enterprise" }
        #expect(flood.count == 2 && flood.compactMap(\.count).first ?? 0 >= 6)
        #expect(try desk.records.check { Issue.record("\($0)") }.entries > refusals.count)
    }
}
