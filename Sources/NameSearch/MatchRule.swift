/// How sure a candidate is, of what its fields say: a table, so that it can be read, shown and changed without code.
///
/// A name and a code make a band of the confidences 1 to 10; what else agrees or contradicts moves a candidate inside it.
/// Every band begins and ends no lower than the one of a worse name or code, and every better grade has at least as many
/// points: so nothing that agrees ever lowers a confidence.
public struct MatchRule: Hashable, Sendable {
    /// How alike the names are, the worst first.
    public enum NameLevel: Int, Hashable, Comparable, Sendable, CaseIterable {
        /// Another name, or one that the law of names tells apart: another region, ordinal, branch.
        case different
        /// No name to compare.
        case missing
        /// Another character, or one that sounds the same.
        case near
        /// One is the beginning of the other.
        case shortened
        /// But for a region left out, the form, or variants of characters.
        case close
        /// The same as a former name.
        case formerly
        /// The same.
        case same

        /// By how alike they are.
        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// Where candidates of a name and a code lie, in half steps of a confidence.
    public struct Band: Hashable, Sendable {
        /// Without any points.
        public var base: Int
        /// Never less.
        public var least: Int
        /// Never more.
        public var most: Int

        /// Makes a band of its parts.
        public init(_ base: Int, _ least: Int, _ most: Int) {
            self.base = base
            self.least = least
            self.most = most
        }
    }

    /// Names the table: it goes with every answer.
    public var version: String
    /// By code (F, Z, B, A), then by the level of the name.
    public var bands: [MatchGrade: [Band]]
    /// Half steps by field and grade (F, Z, B, A).
    public var points: [MatchField: [Int]]

    /// The rule in use.
    ///
    /// A near name without a code stays at 6 at most, whatever else agrees: one in six enterprises has a sister at one character,
    /// and sisters share representative and address. A code that belongs to another, or leads to another name, does not get beyond 3
    /// and 5: somebody is mistaken about one of them.
    public static let standard = MatchRule(
        version: "1",
        bands: [
            .different: [
                Band(2, 2, 2), Band(2, 2, 2), Band(2, 2, 2), Band(2, 2, 4), Band(2, 2, 4), Band(4, 2, 6), Band(4, 2, 6),
            ],
            .missing: [
                Band(2, 2, 4), Band(2, 2, 8), Band(6, 2, 12), Band(8, 4, 12), Band(10, 6, 14), Band(12, 8, 16),
                Band(14, 10, 18),
            ],
            .similar: [
                Band(4, 2, 8), Band(10, 4, 14), Band(10, 4, 14), Band(11, 4, 15), Band(13, 6, 17), Band(15, 8, 18),
                Band(16, 10, 18),
            ],
            .same: [
                Band(8, 6, 10), Band(20, 20, 20), Band(20, 20, 20), Band(20, 20, 20), Band(20, 20, 20),
                Band(20, 20, 20),
                Band(20, 20, 20),
            ],
        ],
        points: [
            .representative: [-4, 0, 1, 3], .address: [-2, 0, 1, 3], .district: [-1, 0, 0, 1], .industry: [0, 0, 0, 1],
        ]
    )

    /// The confidence in half steps: two of them are one of ten.
    func halfSteps(_ name: NameLevel, _ grades: [MatchField: MatchGrade]) -> Int {
        guard let band = bands[grades[.code] ?? .missing]?[name.rawValue] else { return 2 }
        var sum = band.base
        for (field, points) in points { sum += points[(grades[field] ?? .missing).rank] }
        return min(band.most, max(band.least, sum))
    }
}

/// A field that a query and a candidate are compared in.
public enum MatchField: String, Hashable, Sendable, CaseIterable {
    case name, code, representative, address, district, industry
}

/// How a field agrees, as D&B's grades say it.
public enum MatchGrade: String, Hashable, Sendable, CaseIterable {
    /// The same.
    case same = "A"
    /// Similar.
    case similar = "B"
    /// It contradicts.
    case different = "F"
    /// One of both says nothing of it.
    case missing = "Z"

    /// How much it speaks for a candidate: F, Z, B, A.
    var rank: Int {
        switch self {
        case .different: 0
        case .missing: 1
        case .similar: 2
        case .same: 3
        }
    }
}
