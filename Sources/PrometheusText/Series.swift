internal import CoreMetrics
internal import Synchronization

/// One name with one set of labels.
protocol Series: AnyObject, Sendable {
    static var kind: String { get }

    func write(_ name: String, _ labels: [Label], into text: inout String)
}

/// A number in memory that many threads change without a lock.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ value: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + value).bitPattern
            let (done, found) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = found
        }
    }
}

final class CounterSeries: Series, CounterHandler {
    static let kind = "counter"
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: [Label], into text: inout String) {
        text += "\(name)\(Label.text(labels)) \(count.load(ordering: .relaxed))\n"
    }
}

final class FloatingPointCounterSeries: Series, FloatingPointCounterHandler {
    static let kind = "counter"
    private let sum = AtomicDouble()

    func increment(by amount: Double) { sum.add(amount) }

    func reset() { sum.set(0) }

    func write(_ name: String, _ labels: [Label], into text: inout String) {
        text += "\(name)\(Label.text(labels)) \(Number.text(sum.value))\n"
    }
}

final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    static let kind = "gauge"
    private let number = AtomicDouble()

    func set(_ value: Int64) { number.set(Double(value)) }
    func set(_ value: Double) { number.set(value) }
    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }
    func record(_ value: Int64) { number.set(Double(value)) }
    func record(_ value: Double) { number.set(value) }

    func write(_ name: String, _ labels: [Label], into text: inout String) {
        text += "\(name)\(Label.text(labels)) \(Number.text(number.value))\n"
    }
}

/// How often a number was at most as large as each bound; for times in seconds from a tenth of a millisecond up.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    static let kind = "histogram"
    /// The last counts whatever is larger.
    private static let bounds = [
        0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60,
    ]
    private let counts = InlineArray<16, Atomic<Int64>> { _ in Atomic(0) }
    private let sum = AtomicDouble()

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let place = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        counts[place].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func write(_ name: String, _ labels: [Label], into text: inout String) {
        var count: Int64 = 0
        for (place, bound) in (Self.bounds.map(Number.text) + ["+Inf"]).enumerated() {
            count += counts[place].load(ordering: .relaxed)
            text += "\(name)_bucket\(Label.text(labels + [Label("le", bound)])) \(count)\n"
        }
        text += "\(name)_sum\(Label.text(labels)) \(Number.text(sum.value))\n"
        text += "\(name)_count\(Label.text(labels)) \(count)\n"
    }
}

/// Numbers as the format writes them.
enum Number {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
