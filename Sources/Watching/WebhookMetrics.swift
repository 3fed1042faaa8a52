package import CoreMetrics
package import Watches

/// What is counted of deliveries: by how they ended, never by whose they are or where they go.
package struct WebhookMetrics: Sendable {
    private let delivered: Counter
    private let retried: Counter
    private let failed: Counter
    private let skipped: Counter
    private let disabled: [Webhook.Disabling: Counter]
    private let waiting: Meter
    private let oldest: Meter
    private let switchedOff: Meter

    /// - Parameter factory: where the counts go; nowhere by default.
    package init(_ factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        func outcome(_ name: String) -> Counter {
            Counter(label: "suixin_webhook_deliveries_total", dimensions: [("outcome", name)], factory: factory)
        }
        func reason(_ reason: Webhook.Disabling) -> Counter {
            Counter(
                label: "suixin_webhook_disabled_total",
                dimensions: [("reason", reason.rawValue)],
                factory: factory
            )
        }
        delivered = outcome("delivered")
        retried = outcome("retried")
        failed = outcome("failed")
        skipped = outcome("skipped")
        disabled = [.gone: reason(.gone), .failing: reason(.failing)]
        waiting = Meter(label: "suixin_webhook_waiting_deliveries", factory: factory)
        oldest = Meter(label: "suixin_webhook_oldest_waiting_seconds", factory: factory)
        switchedOff = Meter(label: "suixin_webhook_disabled_webhooks", factory: factory)
    }

    /// Counts what became of a delivery.
    ///
    /// - Parameters:
    ///   - verdict: how the attempt ended.
    ///   - reason: why its webhook was switched off by it; nil where it was not.
    func settled(_ verdict: DeliveryVerdict, disabling reason: Webhook.Disabling?) {
        switch verdict {
        case .delivered: delivered.increment()
        case .retry: retried.increment()
        case .failed: failed.increment()
        case .skipped: skipped.increment()
        }
        if let reason { disabled[reason]?.increment() }
    }

    /// Reads off what waits.
    ///
    /// - Parameters:
    ///   - store: where deliveries are queued.
    ///   - now: POSIX milliseconds.
    /// - Throws: what the store throws.
    package func read(_ store: any WatchStore, at now: Int64) throws {
        let backlog = try store.backlog()
        waiting.set(backlog.waiting)
        oldest.set(backlog.oldest.map { Double(max(0, now - $0)) / 1000 } ?? 0)
        switchedOff.set(backlog.disabled)
    }

    /// A sentence for each name, as Prometheus shows it.
    package static let help = [
        "suixin_webhook_deliveries_total":
            "Attempts to deliver an event, by outcome: delivered, retried (it is tried again), failed (given up), skipped (not tried).",
        "suixin_webhook_disabled_total":
            "Webhooks that were switched off, since the receiver is gone or always failing.",
        "suixin_webhook_waiting_deliveries":
            "Deliveries that are due, are tried again, or wait behind another of their enterprise.",
        "suixin_webhook_oldest_waiting_seconds":
            "Since the oldest event was queued that some webhook in service has not got; 0 where none waits.",
        "suixin_webhook_disabled_webhooks": "Webhooks that are switched off at this moment, whoever wanted it.",
    ]
}
