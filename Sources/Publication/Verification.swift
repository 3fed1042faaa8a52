internal import CanonicalJSON
internal import CreditModel
internal import Signing

/// What a verifier found out, for people and for machines.
package struct Verification: Sendable, Hashable {
    /// The three answers; the raw value is the exit code of `suixin verify`.
    package enum Verdict: Int32, Sendable, Comparable {
        /// Genuine and current.
        case genuineAndCurrent = 0
        /// Not genuine.
        case notGenuine = 1
        /// Genuine, but not shown to be current.
        case genuineNotCurrent = 2

        /// From the best to the worst.
        private var rank: Int { self == .genuineAndCurrent ? 0 : self == .genuineNotCurrent ? 1 : 2 }
        package static func < (a: Verdict, b: Verdict) -> Bool { a.rank < b.rank }
        package var title: String {
            switch self {
            case .genuineAndCurrent: "genuine and current"
            case .genuineNotCurrent: "genuine, but not shown to be current"
            case .notGenuine: "NOT GENUINE"
            }
        }
    }

    package var verdict: Verdict
    /// `profile`, `excerpt`, `past profile`, `absence`, `status`, `manifest`, `export`, `snapshot`, or `unknown`.
    package var kind: String
    /// What it is, by name, such as issuer, key, enterprise and version.
    package var facts: [String: String] = [:]
    package var proves: [String] = []
    package var doesNotProve: [String] = []
    /// Why it is not genuine, or not current.
    package var problems: [String] = []

    package init(_ verdict: Verdict, kind: String) {
        self.verdict = verdict
        self.kind = kind
    }

    mutating func fail(_ problem: String) {
        verdict = .notGenuine
        problems.append(problem)
    }

    /// A few lines for a person.
    package var text: String {
        // Of what it cannot read it does not say what it would have been.
        var lines = [kind == "unknown" ? verdict.title : "\(verdict.title): \(kind)"]
        for (name, value) in facts.sorted(by: { $0.key < $1.key }) { lines.append("  \(name): \(value)") }
        func section(_ title: String, _ entries: [String]) {
            guard !entries.isEmpty else { return }
            lines.append(title)
            lines += entries.map { "  - \($0)" }
        }
        section("Problems", problems)
        section("This proves", proves)
        section("This does not prove", doesNotProve)
        return lines.joined(separator: "\n")
    }

    /// One JSON object, canonical.
    package var json: [UInt8] {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        return JSONValue.object([
            "verdict": .string(
                verdict == .notGenuine
                    ? "not-genuine" : verdict == .genuineAndCurrent ? "genuine-and-current" : "genuine"
            ),
            "exitCode": .integer(Int64(verdict.rawValue)), "kind": .string(kind),
            "facts": .object(facts.mapValues { .string($0) }), "problems": list(problems), "proves": list(proves),
            "doesNotProve": list(doesNotProve),
        ]).canonical
    }
}
