import Access
import CoreMetrics
import CreditModel
import ExchangeAPI
import Foundation
import Logging
import PrometheusFormat
import PrometheusText
import Publication
import SQLiteAccess
import ServiceLifecycle
import Signing
import Testing
import Watching

/// What `/metrics` gives is what Prometheus reads, whatever was counted.
@Suite("Metrics", .timeLimit(.minutes(20)))
struct MetricsTests {
    /// Gives metrics on a free port of the loopback while a test asks.
    private static func giving(
        _ text: @escaping @Sendable () throws -> String,
        _ body: @escaping @Sendable (Int) throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = MetricsServer(
            host: "127.0.0.1",
            port: 0,
            logger: logger,
            onRunning: { continuation.yield($0) },
            text: text
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports {
                let result = await blocking { Result { try body(port) } }
                await group.triggerGracefulShutdown()
                try result.get()
                break
            }
            try await tasks.waitForAll()
        }
    }

    @Test("Every name is described, and every line is as the format has it, after all kinds of answers")
    func format() async throws {
        let world = try World()
        try world.put("P1", name: "企业")
        try world.publisher.signProfiles(at: World.now)
        try world.finish()
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let desk = try FrontDesk(world, at: World.now)
        let registry = PrometheusRegistry(help: ExchangeMetrics.help)
        try await serving(world, desk: desk, metrics: ExchangeMetrics(registry)) { port throws in
            for target in ["/v1/enterprises/\(World.id("P1"))", "/v1/sources", "/v1/nothing", "/v1/changes?limit=0"] {
                _ = try HTTPCall.send("GET", target, port: port)
            }
            // Turned away before it was looked at: the reason is a label.
            _ = try HTTPCall.raw(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: port)
        }
        let gauges = ExchangeGauges(store: world.store, journal: desk.journal, factory: registry) {
            World.now * 1000
        }
        try await Self.giving {
            try gauges.read()
            return registry.text
        } _: { port throws in
            let answer = try HTTPCall.send("GET", "/metrics", port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let read = ExpositionReader(answer.text)
            #expect(read.faults == [])
            #expect(Set(read.families.map(\.name)) == Set(ExchangeMetrics.help.keys))
            #expect(read.value("suixin_http_requests_total", ["endpoint": "enterprise", "status": "2xx"]) == 1)
            #expect(read.value("suixin_http_requests_total", ["endpoint": "none", "status": "4xx"]) == 1)
            #expect(read.value("suixin_http_refused_total", ["reason": "bad-host"]) == 1)
            #expect(try HTTPCall.send("GET", "/", port: port).status == 404)
            #expect(try HTTPCall.send("POST", "/metrics", port: port).status == 404)
        }
    }

    @Test("What waits for the journal's disk shows, and for how long")
    func journal() async throws {
        let world = try World()
        let desk = try FrontDesk(world, at: World.now)
        let registry = PrometheusRegistry(help: ExchangeMetrics.help)
        var options = QueryJournal.Options()
        options.interval = 3_600_000
        let journal = QueryJournal(desk.records, options: options)
        let gauges = ExchangeGauges(store: world.store, journal: journal, factory: registry) { World.now * 1000 + 250 }
        func read() throws -> ExpositionReader {
            try gauges.read()
            return ExpositionReader(registry.text)
        }
        #expect(try read().value("suixin_journal_lag_seconds") == 0)
        let caller = try Authenticator(desk.table, TokenConfiguration(issuer: World.issuer), keys: KeySet([]))
            .authenticate(ShownCredentials(apiKey: desk.key), at: World.now * 1000)
        for number in 0..<3 {
            let entry = QueryEntry(
                id: QueryID(at: World.now * 1000 + Int64(number), random: { 7 }),
                caller: caller,
                endpoint: "enterprise",
                status: 200
            )
            #expect(journal.append(JournalRecord(entry), at: World.now * 1000 + Int64(number)) == .open)
        }
        #expect(try read().value("suixin_journal_waiting_entries") == 3)
        #expect(try read().value("suixin_journal_lag_seconds") == 0.25)
        try journal.flush()
        #expect(try read().value("suixin_journal_waiting_entries") == 0)
        #expect(try read().value("suixin_journal_lag_seconds") == 0)
    }
}

/// The operator's page names what there is, and nothing else.
@Suite("Metrics in the documentation")
struct DocumentedMetricsTests {
    @Test("serving.md names every metric, and no other, its alerts included")
    func documented() throws {
        let home = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: home.appending(path: "Documentation/serving.md"), encoding: .utf8)
        let named = Set(page.matches(of: /(suixin|prometheus)_[a-z_]+/).map { String($0.output.0) })
        let known = Set(ExchangeMetrics.help.keys).union(WebhookMetrics.help.keys)
        #expect(named == known)
    }
}
