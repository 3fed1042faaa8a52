import Access
import PrometheusFormat
import PrometheusText
import Testing
import Watches
import Watching

@Suite("What an operator sees of webhooks")
struct WebhookMetricsTests {
    private static func read(_ registry: PrometheusRegistry, _ metrics: WebhookMetrics, _ town: Town) throws
        -> ExpositionReader
    {
        try metrics.read(town.store, at: town.now)
        let read = ExpositionReader(registry.text)
        #expect(read.faults.filter { !$0.hasPrefix("prometheus_series_dropped") } == [])
        return read
    }

    @Test("Deliveries are counted by how they end, what waits by how long, and webhooks that were switched off by why")
    func counts() async throws {
        let (town, receiver) = (try Town(), try await Receiver())
        let registry = PrometheusRegistry(help: WebhookMetrics.help)
        let metrics = WebhookMetrics(registry)
        try await blocking {
            for number in 1...3 { try town.put("P\(number)") }
            let dispatcher = town.dispatcher(metrics: metrics)
            try dispatcher.drain()
            let client = town.client()
            let wish = WebhookDesk.Wish(url: receiver.base + "/hook", target: .everything)
            let hook = try town.webhooks.create(wish, for: client, rights: .all).webhook.id
            func outcome(_ name: String, _ read: ExpositionReader) -> Double? {
                read.value("suixin_webhook_deliveries_total", ["outcome": name])
            }
            // Before anything happened every series is there, so that a rate has a beginning.
            let first = try Self.read(registry, metrics, town)
            for name in ["delivered", "retried", "failed", "skipped"] { #expect(outcome(name, first) == 0) }
            #expect(first.value("suixin_webhook_waiting_deliveries") == 0)
            #expect(first.value("suixin_webhook_oldest_waiting_seconds") == 0)

            receiver.answers(503)
            for number in 1...3 { try town.put("P\(number)", penalties: ["X"]) }
            try town.put("P1", penalties: ["X", "Y"])
            try dispatcher.drain()
            town.wait(seconds: 4)
            let late = try Self.read(registry, metrics, town)
            #expect(outcome("retried", late) == 3 && outcome("delivered", late) == 0)
            // One waits behind another of its enterprise.
            #expect(late.value("suixin_webhook_waiting_deliveries") == 4)
            #expect(late.value("suixin_webhook_oldest_waiting_seconds") == 4)

            // Nobody waits for what a webhook out of service does not get.
            _ = try town.webhooks.disable(hook, of: client)
            let off = try Self.read(registry, metrics, town)
            #expect(off.value("suixin_webhook_waiting_deliveries") == 0)
            #expect(off.value("suixin_webhook_oldest_waiting_seconds") == 0)
            #expect(off.value("suixin_webhook_disabled_webhooks") == 1)
            _ = try town.webhooks.enable(hook, of: client)
            #expect(try Self.read(registry, metrics, town).value("suixin_webhook_waiting_deliveries") == 4)

            receiver.answers(204)
            town.wait(seconds: 60)
            try dispatcher.drain()
            let done = try Self.read(registry, metrics, town)
            #expect(outcome("delivered", done) == 4 && done.value("suixin_webhook_waiting_deliveries") == 0)
            #expect(done.value("suixin_webhook_oldest_waiting_seconds") == 0)

            receiver.answers(410)
            try town.put("P2", penalties: ["X", "Y"])
            try dispatcher.drain()
            let gone = try Self.read(registry, metrics, town)
            #expect(gone.value("suixin_webhook_disabled_total", ["reason": "gone"]) == 1)
            #expect(gone.value("suixin_webhook_disabled_total", ["reason": "failing"]) == 0)
            #expect(gone.value("suixin_webhook_disabled_webhooks") == 1)
        }
    }
}
