import CoreMetrics
import PrometheusFormat
import PrometheusText
import Testing

/// What is written is what Prometheus' own reader takes, by the format's grammar.
@Suite("The exposition format")
struct ExpositionFormatTests {
    @Test("Everything that can be counted reads back as it was, labels with every sign included")
    func roundTrip() {
        let odd = "a\"b\\c\nd{e}=,f 企业\t\\n"
        let registry = PrometheusRegistry(help: [
            "requests_total": "Those that came.\nAnd \\ more.", "level": "How high.", "wait_seconds": "How long.",
            "prometheus_series_dropped_total": "Dropped.",
        ])
        let (requests, level, wait) = ("requests_total", "level", "wait_seconds")
        Counter(label: requests, dimensions: [("of", odd)], factory: registry).increment(by: 3)
        Counter(label: requests, dimensions: [("of", "")], factory: registry).increment()
        Meter(label: level, factory: registry).set(-2.5e-9)
        Meter(label: level, dimensions: [("of", "void")], factory: registry).set(Double.nan)
        for nanoseconds: Int64 in [1, 1_000_000, 70_000_000_000] {
            Timer(label: wait, dimensions: [("of", odd)], factory: registry).recordNanoseconds(nanoseconds)
        }
        let read = ExpositionReader(registry.text)
        #expect(read.faults == [])
        #expect(read.value(requests, ["of": odd]) == 3 && read.value(requests, ["of": ""]) == 1)
        #expect(read.value(level) == -2.5e-9 && read.value(level, ["of": "void"])?.isNaN == true)
        #expect(read.value("wait_seconds_count", ["of": odd]) == 3)
        #expect(read.value("wait_seconds_bucket", ["of": odd, "le": "60"]) == 2)
    }

    static let sound = "# HELP a_total All.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n"

    @Test("The reader takes what is sound")
    func good() { #expect(ExpositionReader(Self.sound).faults == []) }

    @Test(
        "The reader finds what is wrong",
        arguments: [
            // The grammar.
            ("a_total{b=\"c\"} 1\n", "a_total{b=\"c\"} 1"), ("b=\"c\"", "b=\"c"), ("b=\"c\"", "b=\"\\x\""),
            ("b=\"c\"", "b=c"),
            ("b=\"c\"", "1b=\"c\""), ("b=\"c\"", "__b=\"c\""), ("b=\"c\"", "b=\"c\",b=\"d\""), ("} 1", "} one"),
            ("} 1", "}1"),
            ("} 1", "} 0x1"), ("} 1", "} inf"), ("a_total{", "1a_total{"), ("} 1\n", "} 1\r\n"),
            // Families.
            ("# TYPE a_total counter\n", ""), ("counter", "sum"), ("a_total{b=\"c\"} 1", "b_total 1"),
            ("} 1\n", "} 1\n\(sound)"), ("} 1\n", "} 1\na_total{b=\"c\"} 2\n"), ("} 1\n", "} 1\n# HELP a_total All.\n"),
            ("# HELP a_total All.\n", "# HELP a_total All.\n# HELP a_total All.\n"),
            // Names and values.
            ("counter", "gauge"), ("a_total", "a"), ("a_total", "a_ms_total"), ("a_total", "aB_total"),
            ("a_total", "a:b_total"),
            ("} 1", "} -1"), ("All.", "a total"), ("# HELP a_total All.\n", ""),
        ]
    )
    func bad(_ part: String, _ other: String) {
        let text = Self.sound.replacing(part, with: other)
        #expect(text != Self.sound && !ExpositionReader(text).faults.isEmpty, "\(text)")
    }

    @Test(
        "The reader finds histograms that are none",
        arguments: [
            ("le=\"+Inf\"} 2", "le=\"+Inf\"} 3"), ("le=\"1\"} 1", "le=\"1\"} 9"), ("le=\"1\"", "le=\"5\""),
            ("le=\"+Inf\"", "le=\"3\""), ("a_sum 3\n", ""), ("a_count 2\n", ""), ("le=\"2\"} 2", "le=\"1\"} 2"),
        ]
    )
    func badHistogram(_ part: String, _ other: String) {
        let sound = """
            # HELP a How long.
            # TYPE a histogram
            a_bucket{le="1"} 1
            a_bucket{le="2"} 2
            a_bucket{le="+Inf"} 2
            a_sum 3
            a_count 2

            """
        #expect(ExpositionReader(sound).faults == [])
        let text = sound.replacing(part, with: other)
        #expect(text != sound && !ExpositionReader(text).faults.isEmpty, "\(text)")
    }
}
