/// Reads Prometheus' text format (version 0.0.4) as strictly as it is written down, and says everything that is wrong.
///
/// <https://prometheus.io/docs/instrumenting/exposition_formats/>; names as Prometheus' own naming rules have them.
public struct ExpositionReader {
    /// A value with its name and labels.
    public struct Sample: Hashable, Sendable {
        /// With `_bucket` and the like.
        public var name: String
        /// By name; each once.
        public var labels: [String: String]
        /// May be infinite, or no number.
        public var value: Double
    }

    /// A name with all its series.
    public struct Family: Sendable {
        /// Without `_bucket` and the like.
        public var name: String
        /// `counter`, `gauge`, `histogram`.
        public var kind = ""
        /// What it is, for people.
        public var help = ""
        /// In order.
        public var samples: [Sample] = []
    }

    /// By name, in order.
    public private(set) var families: [Family] = []
    /// What is wrong, a sentence each; empty where nothing is.
    public private(set) var faults: [String] = []

    /// Reads a whole answer of `/metrics`.
    public init(_ text: String) {
        if !text.hasSuffix("\n") { faults.append("the last line does not end") }
        if text.utf8.contains(0x0D) { faults.append("a line ends in CR") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) { read(line) }
        for family in families {
            faults += FamilyRules(family).faults
            let keys = family.samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }
            if Set(keys).count < keys.count { faults.append("\(family.name): a series comes twice") }
        }
    }

    /// The value of a series; nil where there is none.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.lazy.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private mutating func read(_ line: Substring) {
        if line.hasPrefix("#") {
            let parts = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard parts.count == 4, ["HELP", "TYPE"].contains(parts[1]) else { return }
            note(parts[1], parts[2], parts[3])
        } else {
            var scanner = SampleScanner(line)
            guard let sample = scanner.sample() else { return faults.append("no sample: \(line)") }
            guard let family = families.indices.last, belongs(sample.name, to: families[family]) else {
                return faults.append("\(sample.name) stands apart from its # TYPE")
            }
            families[family].samples.append(sample)
        }
    }

    private mutating func note(_ word: String, _ name: String, _ text: String) {
        if families.last?.name != name {
            if families.contains(where: { $0.name == name }) { faults.append("\(name) is in two places") }
            families.append(Family(name: name))
        }
        let place = families.count - 1
        if !families[place].samples.isEmpty { faults.append("# \(word) \(name) comes behind its samples") }
        if word == "HELP" {
            if !families[place].help.isEmpty { faults.append("# HELP \(name) comes twice") }
            families[place].help = text
        } else {
            if !families[place].kind.isEmpty { faults.append("# TYPE \(name) comes twice") }
            families[place].kind = text
        }
    }

    private func belongs(_ sample: String, to family: Family) -> Bool {
        guard family.kind == "histogram" else { return sample == family.name }
        return ["_bucket", "_sum", "_count"].contains { sample == family.name + $0 }
    }
}

/// Reads one line that is a sample.
struct SampleScanner {
    private var rest: Substring

    init(_ line: Substring) { rest = line }

    mutating func sample() -> ExpositionReader.Sample? {
        guard let name = name(withColons: true), let labels = labels(), take(" "),
            let value = Self.number(rest)
        else { return nil }
        return ExpositionReader.Sample(name: name, labels: labels, value: value)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func name(withColons: Bool) -> String? {
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || withColons && $0 == ":") }
        guard let first = name.first, !first.isNumber else { return nil }
        rest = rest[name.endIndex...]
        return String(name)
    }

    /// nil where they are malformed; empty where there are none.
    private mutating func labels() -> [String: String]? {
        guard take("{") else { return [:] }
        var labels: [String: String] = [:]
        while !take("}") {
            guard labels.isEmpty || take(","), let name = name(withColons: false), !name.hasPrefix("__"), take("="),
                let value = quoted(), labels.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        return labels
    }

    private mutating func quoted() -> String? {
        guard take("\"") else { return nil }
        var text = ""
        while let next = rest.popFirst() {
            if next == "\"" { return text }
            guard next == "\\" else {
                text.append(next)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case "\\": text.append("\\")
            case "\"": text.append("\"")
            default: return nil
            }
        }
        return nil
    }

    /// As Go's `ParseFloat` takes it, without what nobody writes.
    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case _ where text.allSatisfy({ "0123456789.+-eE".contains($0) }): Double(text)
        default: nil
        }
    }
}
