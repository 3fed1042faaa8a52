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
        let left = core(a)
        let right = core(b)
        guard !left.isEmpty, !right.isEmpty else { return left.isEmpty && right.isEmpty && key(a) == key(b) }
        return areClose(left, right) || agreeButForRegion(nameScalars(a), nameScalars(b))
            || agreeButForRegion(nameScalars(b), nameScalars(a))
    }

    private static func areClose(_ left: [UInt32], _ right: [UInt32]) -> Bool {
        let allowed = max(left.count, right.count) / 3
        return distance(left, right, atMost: allowed) <= allowed
    }

    /// Whether the region of one name stands, mistyped by one character, before the other: 天河河区 is no region to strip.
    private static func agreeButForRegion(_ name: [UInt32], _ mistyped: [UInt32]) -> Bool {
        let rest = withoutRegion(name[...], levels: [provinces, cities, districts])
        let length = name.count - rest.count
        guard length > 2 else { return false }
        let region = Array(name.prefix(length))
        return (length - 1...length + 1).contains { count in
            // The suffix (区, 市) must stand: what follows a region without one is the trade name, and no slip.
            guard mistyped.count >= count + 2, mistyped[count - 1] == region.last,
                distance(region, Array(mistyped.prefix(count)), atMost: 1) == 1
            else { return false }
            return areClose(Array(withoutForm(rest)), Array(withoutForm(mistyped.dropFirst(count))))
        }
    }

    /// The middle of a name, between region and form.
    static func core(_ name: String) -> [UInt32] {
        let scalars = nameScalars(name)
        return Array(withoutForm(withoutRegion(scalars[...], levels: [provinces, cities, districts])))
    }
}

// Characters.
extension NameRules {
    private static func nameScalars(_ name: String) -> [UInt32] {
        var scalars = scalars(name)
        guard scalars.count >= limitedLiability.count else { return scalars }
        var index = 0
        while index + limitedLiability.count <= scalars.count {
            if scalars[index] == limitedLiability[0], scalars[index...].starts(with: limitedLiability) {
                scalars.removeSubrange(index + 2..<index + 4)
            }
            index += 1
        }
        return scalars
    }

    private static func scalars(_ text: String, droppingBrackets: Bool = true) -> [UInt32] {
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

// Region and form.
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

    private static func withoutForm(_ name: ArraySlice<UInt32>) -> ArraySlice<UInt32> {
        guard let form = forms.first(where: { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }) else {
            return name
        }
        return name.dropLast(form.count)
    }

    private static let regionSuffixes = values("省市")
    private static let limitedLiability = values("有限责任公司")

    /// Longest first, so that 股份有限公司 goes as a whole.
    private static let forms = sorted([
        "有限公司", "股份有限公司", "股份合作公司", "有限公司分公司", "股份有限公司分公司", "公司", "总公司", "分公司", "分厂", "分店",
        "有限合伙", "普通合伙", "特殊普通合伙", "合伙企业", "合伙企业有限合伙", "合伙企业普通合伙", "个人独资企业", "专业合作社", "农民专业合作社",
    ])

    private static let provinces = sorted(
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

    private static let cities = sorted(
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

    /// With their 区, 市 or 县 only: 白云 and 天河 alone begin many a trade name.
    private static let districts = sorted(
        District.guangzhou.compactMap { $0.code == "440100" || $0.code == "440101" ? nil : $0.name } + ["郊区"]
    )

    private static func sorted(_ names: [String]) -> [[UInt32]] { names.map(values).sorted { $0.count > $1.count } }
    private static func values(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    /// How many characters must be put in, taken out or replaced; anything above `limit` once that is certain.
    static func distance(_ a: [UInt32], _ b: [UInt32], atMost limit: Int) -> Int {
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
