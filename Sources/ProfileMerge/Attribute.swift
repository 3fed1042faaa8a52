import CreditModel

/// A value and who says so.
struct Statement {
    var value: Value
    /// Places in the profile's `records`, ascending.
    var records: [Int]
    /// The agencies' texts, where they differ from the value: (place in `records`, text).
    var originals: [(record: Int, text: String)]

    init(_ claim: Claim) {
        value = claim.value
        records = []
        originals = []
        add(claim)
    }

    mutating func add(_ claim: Claim) {
        // What one record says twice comes one after the other.
        if records.last != claim.record { records.append(claim.record) }
        if let text = claim.original { originals.append((claim.record, text)) }
    }
}

/// What one record says in one field.
struct Claim {
    /// The section, as a place in the policy.
    let section: Int
    let field: String
    let rank: Int
    let record: Int
    let value: Value
    let original: String?
}

/// A value that was true, or was said to be, before the present one.
struct Past {
    var value: Value
    var from: CreditDate?
    var to: CreditDate?
    /// Places in the profile's `records`, ascending.
    var records: [Int]
    /// The earlier version of the record that said so; nil where the present version itself speaks of the past.
    var version: VersionDigest?
    /// The agency's text in that version, where it differs from the value.
    var original: String?

    /// Whether two stretches of time can be one: they are not known to lie apart.
    func mayOverlap(_ other: Past) -> Bool {
        if let end = to?.lastDay, let start = other.from?.firstDay, end < start { return false }
        if let end = other.to?.lastDay, let start = from?.firstDay, end < start { return false }
        return true
    }

    /// The order in a profile: the newest first, those without a day last.
    static func precedes(_ a: Past, _ b: Past) -> Bool {
        let (aEnd, bEnd) = (a.to?.lastDay?.number ?? .min, b.to?.lastDay?.number ?? .min)
        if aEnd != bEnd { return aEnd > bEnd }
        let (aStart, bStart) = (a.from?.firstDay?.number ?? .min, b.from?.firstDay?.number ?? .min)
        if aStart != bStart { return aStart > bStart }
        return a.records.lexicographicallyPrecedes(b.records)
    }
}

/// A field of an attribute section: its value, what others say, and what was said before.
struct Attribute {
    let section: Int
    let field: String
    var statement: Statement
    /// True from; told only where there is a history.
    var from: CreditDate?
    var conflicts: [Statement]
    var history: [Past]

    /// Every record that the field rests on.
    var allRecords: [Int] {
        statement.records + conflicts.flatMap(\.records) + history.flatMap(\.records)
    }
}

extension Value {
    /// Whether two values say the same: a label is ours, not the agency's.
    func agrees(with other: Value) -> Bool {
        if case .code(let mine, _) = self, case .code(let theirs, _) = other { return mine == theirs }
        return self == other
    }

    /// The text of a text or code; nil for any other value.
    var plainText: String? {
        switch self {
        case .text(let text): text
        case .code(let code, _): code
        default: nil
        }
    }

    /// What a code means, where known; nil for any other value.
    var label: String? {
        if case .code(_, let label) = self { label } else { nil }
    }
}
