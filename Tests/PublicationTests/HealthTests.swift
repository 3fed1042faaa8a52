import Access
import CanonicalJSON
import CreditModel
import CreditStore
import ExchangeAPI
import Foundation
import PrometheusText
import Publication
import SQLiteAccess
import Testing

/// Whether a node can answer is one thing, how fresh its data is another.
@Suite("Health and freshness", .timeLimit(.minutes(20)))
struct HealthTests {
    private static func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业")
        try world.publisher.signProfiles(at: World.now)
        return world
    }

    private static func freshness(_ port: Int) throws -> JSONValue {
        let answer = try HTTPCall.send("GET", "/freshness", port: port, headers: ["Authorization: none"])
        #expect(answer.status == 200, "\(answer.text)")
        return try JSONValue(parsing: answer.body)
    }

    @Test("Freshness says of each source when it was read and when it is due; what is late makes no node unready")
    func late() async throws {
        let world = try Self.world()
        try world.finish()
        let read = World.now
        for (later, state) in [(Int64(0), "current"), (40 * 3600, "late")] {
            try await serving(world, at: World.now + later) { port throws in
                let freshness = try Self.freshness(port)
                let sources = freshness["sources"]?.array ?? []
                let registration = try #require(sources.first { $0["dataset"]?.string == World.registration.name })
                #expect(registration["state"]?.string == state, "\(freshness)")
                #expect(registration["fresh"]?.bool == (later == 0))
                #expect(registration["lastSuccess"]?.string == LocalTime(posix: read).description)
                #expect(registration["due"]?.string == LocalTime(posix: read + 36 * 3600).description)
                // Never read is not fresh either.
                #expect(freshness["fresh"]?.bool == false)
                let status = try HTTPCall.send("GET", "/v1/sources", port: port)
                #expect(status.headers["suixin-status"] == freshness["status"]?.string)
                #expect(try HTTPCall.send("GET", "/readyz", port: port).status == 200)
            }
        }
    }

    @Test("A node that cannot journal is alive and not ready, and says what is missing")
    func unready() async throws {
        let world = try Self.world()
        let desk = try FrontDesk(world, at: World.now)
        try await serving(world, desk: desk) { port throws in
            #expect(try HTTPCall.send("GET", "/readyz", port: port).status == 200)
            try desk.journal.close()
            let answer = try HTTPCall.send("GET", "/readyz", port: port)
            #expect(answer.status == 503)
            #expect(try JSONValue(parsing: answer.body)["missing"] == .array([.string("journal")]))
            #expect(try HTTPCall.send("GET", "/livez", port: port).status == 200)
        }
    }

    @Test("Gauges tell the age of the status and of each source, and whether the journal is open")
    func gauges() async throws {
        let world = try Self.world()
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let desk = try FrontDesk(world, at: World.now)
        let registry = PrometheusRegistry(help: ExchangeMetrics.help)
        let gauges = ExchangeGauges(store: world.store, journal: desk.journal, factory: registry) {
            (World.now + 60) * 1000
        }
        try gauges.read()
        #expect(registry.text.contains("\nsuixin_status_age_seconds 60\n"))
        #expect(registry.text.contains("\nsuixin_status_expires_seconds 7140\n"))
        #expect(registry.text.contains("\nsuixin_journal_open 1\n"))
        #expect(registry.text.contains("\nsuixin_source_late{source=\"statetax/NSRXX\"} 1\n"))
        try desk.journal.close()
        try gauges.read()
        #expect(registry.text.contains("\nsuixin_journal_open 0\n"))
    }
}
