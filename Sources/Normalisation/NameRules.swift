import CreditModel

/// When two names, persons or addresses are the same for the machine, and when they agree.
public enum NameRules {
    /// The key under which an enterprise's name is looked up: equal keys are one name.
    ///
    /// Compatibility forms resolved (NFKC), simplified, upper case, without blanks, brackets and quotation marks,
    /// 有限责任公司 as 有限公司.
    public static func key(_ name: String) -> String { text(nameScalars(name)) }

    /// The key of a person's name: as ``key(_:)``, with one kind of dot between the parts.
    public static func personKey(_ person: String) -> String { text(scalars(person, droppingBrackets: false)) }

    /// The key of an address: as ``key(_:)``, without commas, province and city in front.
    public static func addressKey(_ address: String) -> String {
        var scalars = scalars(address)
        scalars.removeAll { $0 == 0x2C || $0 == 0x3001 || $0 == 0x3002 }
        return text(withoutRegion(scalars[...], levels: [provinces, cities]))
    }

    /// Whether two names are one but for 省 and 市 in front: 广州X and 广州市X, not X alone, and no other district's.
    public static func isSame(_ a: String, _ b: String) -> Bool {
        a == b || withPlainRegion(nameScalars(a)) == withPlainRegion(nameScalars(b))
    }

    /// A name whose province and city stand without their suffix.
    private static func withPlainRegion(_ name: [UInt32]) -> [UInt32] {
        var plain: [UInt32] = []
        var rest = name[...]
        for level in [provinces, cities] {
            guard let region = level.first(where: { rest.count >= $0.count + 2 && rest.starts(with: $0) }) else {
                continue
            }
            rest = rest.dropFirst(region.count)
            plain += regionSuffixes.contains(region.last ?? 0) ? region.dropLast() : region
        }
        return plain + rest
    }

    /// Whether two names agree: without brackets, region prefix and form they are equal, or at most a third of their characters differ.
    public static func agree(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        let left = SplitName(nameScalars(a))
        let right = SplitName(nameScalars(b))
        guard !left.core.isEmpty, !right.core.isEmpty else {
            return left.core.isEmpty && right.core.isEmpty && key(a) == key(b)
        }
        return areClose(left.core, right.core) || agreeByOtherReading(left, right)
            || agreeButForRegion(left, right.whole) || agreeButForRegion(right, left.whole)
    }

    private static func areClose(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> Bool {
        let allowed = max(left.count, right.count) / 3
        return distance(Array(left), Array(right), atMost: allowed) <= allowed
    }

    /// Whether names agree where a word in front is the trade name's, not a city's: 安康大药房 and 广州安康大药房.
    ///
    /// Where the same word stands before both it tells them no further apart than a city would, and does not count.
    private static func agreeByOtherReading(_ left: SplitName, _ right: SplitName) -> Bool {
        guard left.bareCity != right.bareCity else { return false }
        return [left.core, left.otherCore].contains { mine in
            [right.core, right.otherCore].contains { areClose(mine, $0) }
        }
    }

    /// Whether the region of one name stands, mistyped by one character, before the other: 天河河区 is no region to strip.
    private static func agreeButForRegion(_ name: SplitName, _ mistyped: ArraySlice<UInt32>) -> Bool {
        let length = name.whole.count - name.core.count
        guard length > 2 else { return false }
        let region = Array(name.whole.prefix(length))
        return (length - 1...length + 1).contains { count in
            // The suffix (区, 市) must stand: what follows a region without one is the trade name, and no slip.
            guard mistyped.count >= count + 2, mistyped[mistyped.startIndex + count - 1] == region.last,
                distance(region, Array(mistyped.prefix(count)), atMost: 1) == 1
            else { return false }
            return areClose(name.core, mistyped.dropFirst(count))
        }
    }
}

// Characters.
extension NameRules {
    /// The characters of ``key(_:)``.
    package static func nameScalars(_ name: String) -> [UInt32] {
        var scalars = scalars(name)
        dropLiability(&scalars)
        return scalars
    }

    /// Makes 有限公司 of each 有限责任公司.
    package static func dropLiability(_ scalars: inout [UInt32]) {
        guard scalars.count >= limitedLiability.count else { return }
        var index = 0
        while index + limitedLiability.count <= scalars.count {
            if scalars[index] == limitedLiability[0], scalars[index...].starts(with: limitedLiability) {
                scalars.removeSubrange(index + 2..<index + 4)
            }
            index += 1
        }
    }

    /// Compatibility forms resolved, simplified, upper case, without blanks.
    package static func scalars(_ text: String, droppingBrackets: Bool = true) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(text.utf8.count / 3 + 4)
        for scalar in text.unicodeScalars { append(scalar.value, to: &result, droppingBrackets: droppingBrackets) }
        return result
    }

    private static func append(_ value: UInt32, to result: inout [UInt32], droppingBrackets: Bool) {
        switch value {
        case 0x61...0x7A: result.append(value - 0x20)
        case 0x30...0x39, 0x41...0x5A: result.append(value)
        case 0x4E00...0x9FFF, 0x3400...0x4DBF: result.append(Characters.simplified(value))
        case 0xFF01...0xFF5E: append(value - 0xFEE0, to: &result, droppingBrackets: droppingBrackets)
        case 0x20: break
        case _ where Characters.isOddBlank(value): break
        case _ where Characters.isMiddleDot(value): result.append(0xB7)
        case _ where Characters.bracket(value) != nil || Characters.isQuotation(value):
            if !droppingBrackets { result.append(value) }
        default:
            if let form = Characters.compatibility(value) {
                for part in form { append(part, to: &result, droppingBrackets: droppingBrackets) }
            } else if value < 0x2000, let scalar = Unicode.Scalar(value) {
                result.append(contentsOf: scalar.properties.uppercaseMapping.unicodeScalars.map(\.value))
            } else {
                result.append(value)
            }
        }
    }

    private static func text(_ scalars: some Sequence<UInt32>) -> String {
        var view = String.UnicodeScalarView()
        for value in scalars {
            if let scalar = Unicode.Scalar(value) { view.append(scalar) }
        }
        return String(view)
    }
}

// Province and city in front.
extension NameRules {
    /// Takes one name of each level off the front, as long as two characters are left.
    private static func withoutRegion(_ name: ArraySlice<UInt32>, levels: [[[UInt32]]]) -> ArraySlice<UInt32> {
        var rest = name
        for level in levels {
            guard let region = level.first(where: { rest.count >= $0.count + 2 && rest.starts(with: $0) }) else {
                continue
            }
            rest = rest.dropFirst(region.count)
        }
        return rest
    }

    private static let regionSuffixes = values("省市")
    private static let limitedLiability = values("有限责任公司")

    static let provinces = sorted(
        with(
            "省",
            [
                "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南",
                "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
            ]
        ) + with("市", ["北京", "天津", "上海", "重庆"]) + autonomousRegions
    )

    private static let autonomousRegions: [String] = [
        "内蒙古自治区", "内蒙古", "广西壮族自治区", "广西", "西藏自治区", "西藏", "宁夏回族自治区", "宁夏", "新疆维吾尔自治区", "新疆",
    ]

    static let cities = sorted(
        with(
            "市",
            [
                "广州", "韶关", "深圳", "珠海", "汕头", "佛山", "江门", "湛江", "茂名", "肇庆", "惠州", "梅州", "汕尾", "河源", "阳江", "清远", "东莞",
                "中山", "潮州", "揭阳", "云浮",
            ]
        )
    )

    /// Each name bare and with its suffix.
    private static func with(_ suffix: String, _ names: [String]) -> [String] { names.flatMap { [$0, $0 + suffix] } }

    static func sorted(_ names: [String]) -> [[UInt32]] { names.map(values).sorted { $0.count > $1.count } }
    package static func values(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    /// How many characters must be put in, taken out or replaced; anything above `limit` once that is certain.
    package static func distance(_ a: [UInt32], _ b: [UInt32], atMost limit: Int) -> Int {
        guard abs(a.count - b.count) <= limit else { return limit + 1 }
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            var least = row[0]
            for (j, right) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
                diagonal = above
                least = min(least, row[j + 1])
            }
            if least > limit { return limit + 1 }
        }
        return row[b.count]
    }
}
