internal import Normalisation

/// In what two names of enterprises agree, and in what they differ.
///
/// Most names have a sister at a single character, so likeness is never sameness; and what the law of names tells firms
/// apart by (region, ordinal, direction, branch) makes two names different, however alike they are.
package enum NameRelation: UInt8, Hashable, Sendable, CaseIterable {
    case same
    /// But for variants of characters, or digits for Chinese numerals.
    case variant
    /// One names its region, the other none.
    case regionLeftOut
    /// But for the form: 有限公司 and 股份有限公司, or none.
    case form
    /// One is the beginning of the other's trade name and trade.
    case shortened
    /// Another character that sounds the same.
    case homophone
    /// One character is another, one too many, or changed places with its neighbour.
    case oneCharacter
    case region
    case ordinal
    /// 东站 and 西站, 新 and 老, 甲 and 乙.
    case series
    /// A branch and its parent.
    case parent
    /// Two branches.
    case branch
    case different

    /// What two names are to each other; the same whichever comes first.
    package init(_ a: String, _ b: String) { self.init(NameParts(a), NameParts(b)) }

    init(_ a: NameParts, _ b: NameParts) {
        if a.key == b.key, !a.key.isEmpty {
            self = .same
        } else {
            self = Self.compare(a, b)
        }
    }

    private static func compare(_ a: NameParts, _ b: NameParts) -> NameRelation {
        guard !a.folded.isEmpty, !b.folded.isEmpty else { return .different }
        if a.folded == b.folded { return .variant }
        var (left, right) = (a.lawful, b.lawful)
        var near = resembles(left.core, right.core)
        if near == .different {
            (left, right) = (a.likely, b.likely)
            near = resembles(left.core, right.core)
        }
        // A wrong character may stand in the region, too.
        let slip = near == .different ? slip(a.folded, b.folded) : nil
        guard near != .different || slip != nil else {
            return a.isBranch != b.isBranch && isBranch(a, b) ? .parent : .different
        }
        if a.isBranch != b.isBranch { return .parent }
        if Numerals.plain(a.branch) != Numerals.plain(b.branch) { return .branch }
        if a.numerals != b.numerals { return .ordinal }
        if let slip { return slip }
        if a.isBranch, a.branch.isEmpty, left.core != right.core { return .branch }
        let regions = compareRegions(left.regions, right.regions)
        if regions == .region { return .region }
        if near != .same { return near }
        if Numerals.plain(a.folded) == Numerals.plain(b.folded) { return .variant }
        if regions == .regionLeftOut { return regions }
        return a.form.elementsEqual(b.form) ? .same : .form
    }

    private static func isBranch(_ a: NameParts, _ b: NameParts) -> Bool {
        let (parent, branch) = a.isBranch ? (b, a) : (a, b)
        return branch.lawful.core.starts(with: parent.lawful.core) && parent.lawful.core.count > 1
    }

    private static func compareRegions(_ a: [[UInt32]], _ b: [[UInt32]]) -> NameRelation {
        if a == b { return .same }
        return a.isEmpty || b.isEmpty ? .regionLeftOut : .region
    }

    // MARK: What is a name's own

    private static func resembles(_ a: ArraySlice<UInt32>, _ b: ArraySlice<UInt32>) -> NameRelation {
        let (left, right) = (Array(a), Array(b))
        if left == right || Numerals.plain(left) == Numerals.plain(right) { return left.isEmpty ? .different : .same }
        let (short, long) = left.count < right.count ? (left, right) : (right, left)
        guard short.count > 1 else { return .different }
        let edit = Edit(left, right)
        if let apart = edit?.apart(left, right) { return apart }
        if long.starts(with: short) { return .shortened }
        if left.count == right.count, soundsLike(left, right) { return .homophone }
        return edit != nil && long.count > 2 ? .oneCharacter : .different
    }

    /// What a single difference between two whole names is; nil where they differ in more.
    private static func slip(_ a: [UInt32], _ b: [UInt32]) -> NameRelation? {
        guard min(a.count, b.count) > 4, let edit = Edit(a, b) else { return nil }
        return edit.apart(a, b) ?? .oneCharacter
    }

    /// At most a third of the characters differ, and those may be read alike.
    private static func soundsLike(_ left: [UInt32], _ right: [UInt32]) -> Bool {
        var different = 0
        for (a, b) in zip(left, right) where a != b {
            different += 1
            guard !Set(SearchCharacters.readings(a)).isDisjoint(with: SearchCharacters.readings(b)) else {
                return false
            }
        }
        return different * 3 <= left.count || different == 1
    }
}

/// The one place in which two texts differ.
private struct Edit {
    /// What stands there in each; one of them may be empty.
    let left: ArraySlice<UInt32>
    let right: ArraySlice<UInt32>

    /// nil where they differ in more than one character, one too many, or two neighbours that changed places.
    init?(_ a: [UInt32], _ b: [UInt32]) {
        guard abs(a.count - b.count) < 2 else { return nil }
        var start = 0
        while start < a.count, start < b.count, a[start] == b[start] { start += 1 }
        var tail = 0
        while tail < a.count - start, tail < b.count - start, a[a.count - 1 - tail] == b[b.count - 1 - tail] {
            tail += 1
        }
        left = a[start..<a.count - tail]
        right = b[start..<b.count - tail]
        if left.count < 2, right.count < 2 { return }
        guard left.count == 2, right.count == 2, left.elementsEqual(right.reversed()) else { return nil }
    }

    /// By what the law of names tells the two apart; nil where it may be a slip.
    func apart(_ a: [UInt32], _ b: [UInt32]) -> NameRelation? {
        if isOrdinal { return .ordinal }
        if isSeries { return .series }
        return isPlace(a, b) ? .region : nil
    }

    /// A digit or a single letter tells the members of a series apart.
    private var isOrdinal: Bool { (left + right).contains { Numerals.isDigit($0) || $0 < 0x80 } }

    /// Something of a series on both sides, or on one with nothing on the other.
    private var isSeries: Bool {
        guard left.count < 2, right.count < 2 else { return false }
        return (left + right).allSatisfy { Self.series.contains($0) }
    }

    /// Whether it makes one place of another.
    private func isPlace(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        Self.isInPlace(left, of: a) && Self.isInPlace(right, of: b)
    }

    private static func isInPlace(_ edit: ArraySlice<UInt32>, of name: [UInt32]) -> Bool {
        guard !edit.isEmpty else { return false }
        return (max(0, edit.startIndex - 8)...edit.startIndex).contains { start in
            PlaceNames.lengths(in: name[...], at: start).contains { start + $0 >= edit.endIndex }
        }
    }

    private static let series = Set(NameRules.values("东西南北中上下左右前后新老旧大小甲乙丙丁戊己庚辛壬癸首总"))
}
