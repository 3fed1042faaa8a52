import CreditModel

/// Draws that depend on nothing but what they are seeded with, so that the order of calls never matters.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// Dice of their own for a purpose: `salt` and `place` tell them from all others of the same seed.
    init(_ seed: UInt64, _ salt: UInt64, _ place: UInt64 = 0) {
        state = Dice.mix(Dice.mix(seed ^ (salt &* 0x9E37_79B9_7F4A_7C15)) &+ place)
    }

    /// A bijection of 64 bits (the finaliser of SplitMix64).
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Dice.mix(state)
    }
    /// From 0 up to, but without, 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
    mutating func chance(_ probability: Double) -> Bool { fraction() < probability }
    /// From 0 up to, but without, `count`.
    mutating func below(_ count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(1, count))).high)
    }
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
    /// A day of the range, both ends included; its start where it is empty.
    mutating func day(from: Day, to: Day) -> Day { from.adding(days: below(max(1, Int(to.number - from.number) + 1))) }
}

/// Words by how often they occur.
struct WeightedWords {
    let words: [String]
    private let upTo: [Double]

    /// Reads words that end in their counts, separated by blanks or lines; `damping` below 1 flattens the counts.
    init(_ text: String, damping: Double = 1) {
        var words: [String] = []
        var weights: [Double] = []
        for part in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let word = part.prefix { !$0.isASCII }
            guard !word.isEmpty, let count = Double(part.dropFirst(word.count)) else { continue }
            words.append(String(word))
            weights.append(
                damping == 1 ? count : damping < 0.8 ? count.squareRoot() : count / (1 + count.squareRoot() / 100)
            )
        }
        self.init(words, weights)
    }

    init(_ words: [String], _ weights: [Double]) {
        let total = weights.reduce(0, +)
        var sum = 0.0
        self.words = words
        upTo = weights.map { weight in
            sum += weight / total
            return sum
        }
    }

    /// The word at a point of [0, 1), and the point within that word's stretch: the next table's point.
    func decode(_ point: inout Double) -> String {
        var low = 0
        var high = upTo.count - 1
        while low < high {
            let middle = (low + high) / 2
            if upTo[middle] > point { high = middle } else { low = middle + 1 }
        }
        let start = low == 0 ? 0 : upTo[low - 1]
        point = min(max((point - start) / max(upTo[low] - start, 1e-15), 0), 1 - 0x1p-53)
        return words[low]
    }
    func draw(_ dice: inout Dice) -> String {
        var point = dice.fraction()
        return decode(&point)
    }
}
