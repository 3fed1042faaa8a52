public import CoreMetrics
internal import Synchronization

/// Keeps what swift-metrics counts, and writes it in Prometheus' text format (version 0.0.4).
///
/// Written by hand, since no package that is at hand writes this format. Counting takes no lock; a lock is taken where a
/// series is named first, and where all are written.
public final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        let kind: String
        var series: [[Label]: any Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let help: [String: String]
    private let limit: Int
    /// Where a family has too many series: counted, and not kept apart.
    private let surplus = CounterSeries()

    /// - Parameters:
    ///   - help: a sentence for each name.
    ///   - limit: series of one name; more are dropped, so that no client can fill the memory with names of its own.
    public init(help: [String: String] = [:], limit: Int = 1000) {
        self.help = help
        self.limit = limit
    }

    private func series<S: Series>(_ name: String, _ dimensions: [(String, String)], _ make: () -> S) -> S {
        let name = Label.name(name)
        let labels = dimensions.map { Label($0.0, $0.1) }.sorted { $0.name < $1.name }
        return families.withLock { families in
            if let known = families[name]?.series[labels] as? S { return known }
            let made = make()
            // Of another kind, or one too many: it counts, but is not shown.
            guard families[name, default: Family(kind: S.kind)].kind == S.kind,
                families[name]?.series.count ?? 0 < limit
            else {
                surplus.increment(by: 1)
                return made
            }
            families[name, default: Family(kind: S.kind)].series[labels] = made
            return made
        }
    }

    /// Everything that was counted, by name.
    public var text: String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            write(name, family.kind, &text)
            for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                series.write(name, labels, into: &text)
            }
        }
        let dropped = "prometheus_series_dropped_total"
        write(dropped, CounterSeries.kind, &text)
        surplus.write(dropped, [], into: &text)
        return text
    }

    private func write(_ name: String, _ kind: String, _ text: inout String) {
        let sentence = help[name] ?? name.split(separator: "_").joined(separator: " ")
        text += "# HELP \(name) \(Label.escaped(sentence, quotes: false))\n# TYPE \(name) \(kind)\n"
    }
}

extension PrometheusRegistry {
    /// See `MetricsFactory`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    /// See `MetricsFactory`.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions) { FloatingPointCounterSeries() }
    }

    /// See `MetricsFactory`.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    /// See `MetricsFactory`.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? series(label, dimensions) { HistogramSeries() } : series(label, dimensions) { GaugeSeries() }
    }

    /// See `MetricsFactory`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries() }
    }

    /// See `MetricsFactory`; a series stays, since a counter that vanishes reads as a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// See `MetricsFactory`.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// See `MetricsFactory`.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// See `MetricsFactory`.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// See `MetricsFactory`.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
