package import CoreMetrics
internal import NIOCore

/// What is counted of requests and connections: by endpoint, class of status and reason, never by who or what.
package final class ExchangeMetrics: Sendable {
    /// What is counted of one endpoint.
    final class OfEndpoint: Sendable {
        private let classes: [Counter]
        private let duration: Timer

        fileprivate init(_ name: String, _ factory: any MetricsFactory) {
            classes = (1...5).map { digit in
                Counter(
                    label: "suixin_http_requests_total",
                    dimensions: [("endpoint", name), ("status", "\(digit)xx")],
                    factory: factory
                )
            }
            duration = Timer(
                label: "suixin_http_request_duration_seconds",
                dimensions: [("endpoint", name)],
                factory: factory
            )
        }

        /// Counts an answer.
        ///
        /// - Parameters:
        ///   - status: its code.
        ///   - start: when its request came.
        func answered(_ status: Int, since start: NIODeadline) {
            classes[min(max(status / 100, 1), 5) - 1].increment()
            duration.recordNanoseconds((NIODeadline.now() - start).nanoseconds)
        }
    }

    private let factory: any MetricsFactory
    private let endpoints: [String: OfEndpoint]
    private let elsewhere: OfEndpoint
    private let open: Meter
    private let opened: Counter

    /// - Parameter factory: where the counts go; nowhere by default.
    package init(_ factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        self.factory = factory
        endpoints = Dictionary(
            Endpoint.all.map { ($0.name, OfEndpoint($0.name, factory)) },
            uniquingKeysWith: { first, _ in first }
        )
        elsewhere = OfEndpoint("none", factory)
        open = Meter(label: "suixin_connections_open", factory: factory)
        opened = Counter(label: "suixin_connections_total", factory: factory)
    }

    /// What is counted of an endpoint; of what is none, together.
    func endpoint(_ name: String?) -> OfEndpoint { name.flatMap { endpoints[$0] } ?? elsewhere }

    /// Counts what was turned away before it was looked at; the reasons are few.
    func refused(_ reason: String) {
        Counter(label: "suixin_http_refused_total", dimensions: [("reason", reason)], factory: factory).increment()
    }

    func connection(_ channel: any Channel) {
        opened.increment()
        open.increment()
        channel.closeFuture.whenComplete { [open] _ in open.decrement() }
    }
}

extension ExchangeMetrics {
    /// A sentence for each name, as Prometheus shows it.
    package static let help = [
        "suixin_http_requests_total": "Answers by endpoint and class of status.",
        "suixin_http_request_duration_seconds": "From a request's head to its answer's being ready.",
        "suixin_http_refused_total": "Requests and connections turned away before anybody looked at what they ask.",
        "suixin_connections_open": "Connections at this moment.",
        "suixin_connections_total": "Connections that came in.",
        "suixin_journal_open": "1 where queries are journaled; at 0 nothing is answered.",
        "suixin_journal_waiting_entries": "Entries of the journal that are not on the disk yet.",
        "suixin_journal_lag_seconds":
            "Since the oldest of these was taken; 0 where none waits. At one second nothing is answered any more.",
        "suixin_status_age_seconds": "Since the latest status of the sources was signed.",
        "suixin_status_expires_seconds": "Until it expires; negative where it has.",
        "suixin_source_age_seconds": "Since a dataset's last good run.",
        "suixin_source_late": "1 where a dataset is not current: late, incomplete, unreachable or never read.",
        "prometheus_series_dropped_total": "Series that were not kept, since there were too many.",
    ]
}
