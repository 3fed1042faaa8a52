internal import Normalisation

/// A name taken apart for a comparison.
struct NameParts {
    /// All of it, as ``FoldedName`` has it.
    let folded: [UInt32]
    /// All of it with variants of characters as they are written.
    let key: [UInt32]
    /// The branch's own part: 第五分公司 behind 有限公司; empty where there is none.
    let branch: [UInt32]
    /// Whether the name is a branch's, be its own part known or not.
    let isBranch: Bool
    /// What is in front, by the law of names.
    let lawful: Front
    /// The same where 天河 counts as a place like 天河区, though it may begin a trade name.
    let likely: Front
    /// 有限公司 and the like; empty where there is none.
    let form: ArraySlice<UInt32>
    /// Every number in it, in order, whatever it is written with.
    let numerals: [String]

    /// Where a name is registered, and what is its own.
    struct Front {
        /// The places in front, each without 市 and the like; a province only where it stands alone.
        var regions: [[UInt32]]
        /// What is left without places, form and branch.
        var core: ArraySlice<UInt32>

        fileprivate init(_ regions: [[UInt32]], _ core: ArraySlice<UInt32>) {
            self.regions = regions.count > 1 ? regions.filter { !PlaceNames.isProvince($0) } : regions
            self.core = core
        }
    }

    init(_ name: String) {
        key = NameRules.nameScalars(name)
        folded = FoldedName(name).scalars
        let end = Self.endOfParent(folded)
        let parent = Array(folded[..<end])
        branch = Array(folded[end...])
        isBranch = !branch.isEmpty || Self.endsAsBranch(folded)
        let split = SplitName(parent)
        let regions = PlaceNames.regions(in: split.whole, count: split.whole.count - split.core.count)
        lawful = Front(regions, split.core)
        likely = Self.withoutPlaces(regions, split.core)
        form = parent[split.whole.count...]
        numerals = Numerals.all(in: folded)
    }

    private static func withoutPlaces(_ regions: [[UInt32]], _ core: ArraySlice<UInt32>) -> Front {
        var (regions, core) = (regions, core)
        while let first = core.indices.first,
            let length = PlaceNames.lengths(in: core, at: first).first(where: { core.count >= $0 + 2 })
        {
            regions.append(PlaceNames.plain(Array(core.prefix(length))))
            core = core.dropFirst(length)
        }
        return Front(regions, core)
    }

    private static func endsAsBranch(_ name: [UInt32]) -> Bool {
        branchSuffixes.contains { name.suffix($0.count).elementsEqual($0) }
    }

    /// Behind the first 公司 that does not end the name begins a branch's own part.
    private static func endOfParent(_ name: [UInt32]) -> Int {
        var index = 0
        while index + company.count < name.count {
            if name[index] == company[0], name[index + 1] == company[1] {
                // 分公司 ends a branch's part, it does not end the parent.
                return index > 0 && name[index - 1] == branchMark ? name.count : index + company.count
            }
            index += 1
        }
        return name.count
    }

    private static let company = NameRules.values("公司")
    private static let branchMark = NameRules.values("分")[0]
    private static let branchSuffixes = [
        "分公司", "分厂", "分店", "分行", "支行", "分社", "分所", "分部", "分校", "分院", "分理处", "营业部", "营业厅", "门市部", "办事处", "代表处",
        "连锁店", "专卖店", "储蓄所", "加油站", "收费站", "服务站",
    ].map(NameRules.values)
}

/// Numbers in names: 第五 is 第5.
enum Numerals {
    /// Every run of digits, each as a number.
    static func all(in name: [UInt32]) -> [String] {
        var found: [String] = []
        each(in: name) { found.append($0) }
        return found
    }

    /// A name with its numbers in Arabic digits.
    static func plain(_ name: some Collection<UInt32>) -> [UInt32] {
        var plain: [UInt32] = []
        each(in: Array(name)) {
            plain += $0.unicodeScalars.map(\.value)
        } other: {
            plain.append($0)
        }
        return plain
    }

    /// Whether a character is a digit, Arabic or Chinese.
    static func isDigit(_ value: UInt32) -> Bool { 0x30...0x39 ~= value || digits[value] != nil || units[value] != nil }

    private static func each(in name: [UInt32], _ numeral: (String) -> Void, other: (UInt32) -> Void = { _ in }) {
        var index = 0
        while index < name.count {
            var end = index
            if 0x30...0x39 ~= name[index] {
                while end < name.count, 0x30...0x39 ~= name[end] { end += 1 }
                let text = FoldedName.text(name[index..<end].drop { $0 == 0x30 })
                numeral(text.isEmpty ? "0" : text)
            } else if digits[name[index]] != nil || units[name[index]] != nil {
                while end < name.count, digits[name[end]] != nil || units[name[end]] != nil { end += 1 }
                numeral(value(name[index..<end]))
            } else {
                other(name[index])
                end = index + 1
            }
            index = end
        }
    }

    /// 二十三 is 23, 一六八 is 168.
    private static func value(_ run: ArraySlice<UInt32>) -> String {
        guard run.contains(where: { units[$0] != nil }) else {
            let text = run.map { String(digits[$0] ?? 0) }.joined()
            return String(Int(text) ?? 0)
        }
        var total = 0
        var digit: Int?
        for value in run {
            if let unit = units[value] {
                total += (digit ?? 1) * unit
                digit = nil
            } else {
                digit = digits[value]
            }
        }
        return String(total + (digit ?? 0))
    }

    private static let digits: [UInt32: Int] = {
        var digits = Dictionary(uniqueKeysWithValues: zip(NameRules.values("零一二三四五六七八九"), 0...9))
        digits[0x3007] = 0
        digits[0x4E24] = 2
        return digits
    }()
    private static let units: [UInt32: Int] = [0x5341: 10, 0x767E: 100, 0x5343: 1000]
}
