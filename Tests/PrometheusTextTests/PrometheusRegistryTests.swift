import CoreMetrics
import PrometheusText
import Testing

/// What is counted is written as Prometheus reads it.
@Suite("Prometheus' text format")
struct PrometheusRegistryTests {
    @Test("A counter's series stand together, by their labels, with help and type once")
    func counters() {
        let registry = PrometheusRegistry(help: ["requests_total": "All\nof them \\ \"quoted\"."])
        let label = "requests_total"
        Counter(label: label, dimensions: [("status", "2xx"), ("endpoint", "a")], factory: registry).increment(by: 2)
        Counter(label: label, dimensions: [("endpoint", "a"), ("status", "2xx")], factory: registry).increment()
        Counter(label: label, dimensions: [("endpoint", "a"), ("status", "4xx")], factory: registry).increment()
        #expect(
            registry.text.contains(
                """
                # HELP requests_total All\\nof them \\\\ "quoted".
                # TYPE requests_total counter
                requests_total{endpoint="a",status="2xx"} 3
                requests_total{endpoint="a",status="4xx"} 1

                """
            )
        )
    }

    @Test("Values of labels cannot end a line or a value, names hold what names may hold")
    func escaping() {
        let registry = PrometheusRegistry()
        let label = "1 odd-name"
        Counter(label: label, dimensions: [("a b", "x\"y\\z\nnext 1")], factory: registry).increment()
        #expect(registry.text.contains("_1_odd_name{a_b=\"x\\\"y\\\\z\\nnext 1\"} 1\n"))
    }

    @Test("A histogram counts what is at most as large as each bound, and sums up")
    func histogram() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "duration_seconds", factory: registry)
        for nanoseconds: Int64 in [1_000_000, 1_000_001, 20_000_000_000, 3_600_000_000_000] {
            timer.recordNanoseconds(nanoseconds)
        }
        for line in [
            "_bucket{le=\"0.0005\"} 0", "_bucket{le=\"0.001\"} 1", "_bucket{le=\"0.0025\"} 2", "_bucket{le=\"10\"} 2",
            "_bucket{le=\"60\"} 3", "_bucket{le=\"+Inf\"} 4", "_count 4",
        ] {
            #expect(registry.text.contains("\nduration_seconds\(line)\n"), "\(line)")
        }
        #expect(registry.text.contains("# TYPE duration_seconds histogram\n"))
    }

    @Test("A gauge goes up and down, and holds what is not whole")
    func gauge() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "open", factory: registry)
        meter.set(2.5)
        meter.increment(by: 2)
        meter.decrement(by: 5)
        #expect(registry.text.contains("\nopen -0.5\n"))
        meter.set(Double.infinity)
        #expect(registry.text.contains("\nopen +Inf\n"))
    }

    @Test("So many series of a name are kept and no more, and one name is of one kind")
    func limit() {
        let registry = PrometheusRegistry(limit: 10)
        for number in 0..<50 {
            Counter(label: "many", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        Meter(label: "many", factory: registry).set(7)
        let lines = registry.text.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("many") } == 10)
        #expect(lines.contains("prometheus_series_dropped_total 41"))
    }

    @Test("Counts from many threads are all there")
    func concurrency() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    for _ in 0..<1000 {
                        Counter(label: "all_total", factory: registry).increment()
                        Meter(label: "level", factory: registry).increment(by: 0.5)
                    }
                }
            }
        }
        #expect(registry.text.contains("\nall_total 8000\n") && registry.text.contains("\nlevel 4000\n"))
    }
}
