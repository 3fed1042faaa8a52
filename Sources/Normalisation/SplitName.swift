import CreditModel

/// An enterprise's name taken apart by the law of names: region, what is its own, form.
///
/// A region says where a name is registered, not whose it is: two firms of one district share it, and names that differ
/// in nothing but a few characters behind it are two names. So it counts for nothing, wherever in the country it lies;
/// but never so far that nothing is left.
package struct SplitName {
    /// All but the form (有限公司 and the like).
    package let whole: ArraySlice<UInt32>
    /// Without region and form.
    package private(set) var core: ArraySlice<UInt32>
    /// The same with a city left in front that stands without its 市, since it may be no city: 大同, 安康, 长治.
    package private(set) var otherCore: ArraySlice<UInt32>
    /// That city.
    package private(set) var bareCity: ArraySlice<UInt32>?

    /// How many characters stay at least: one that stands before a form is a name, one that stands alone is a word.
    private let least: Int

    /// Takes apart a name of simplified characters without brackets and blanks.
    package init(_ name: [UInt32]) {
        whole = Self.withoutForm(name[...])
        least = whole.count < name.count ? 1 : 2
        core = whole
        otherCore = whole
        let province = strip(Self.provinces)
        var isPlaced = province != nil
        if strip(Self.cities) != nil {
            isPlaced = true
        } else if !Self.municipalities.contains(Array(province?.prefix(2) ?? [])), let city = strip(Self.bareCities) {
            bareCity = city
            isPlaced = true
        }
        let behindCity = core.count
        if strip(Self.counties) != nil || isPlaced && (strip(Self.shortCounties) != nil || stripUnlistedCounty()) {
            isPlaced = true
        }
        if isPlaced { _ = strip(Self.zones) }
        // What stands before a district is a city.
        let mayBeName = core.count == behindCity ? bareCity?.count ?? 0 : 0
        otherCore = whole.suffix(core.count + mayBeName)
    }

    /// Takes the longest of the names that begins the rest off it, where enough stays.
    private mutating func strip(_ names: [UInt32: [[UInt32]]]) -> ArraySlice<UInt32>? {
        guard let first = core.first,
            let name = names[first]?.first(where: { core.count >= $0.count + least && core.starts(with: $0) })
        else { return nil }
        defer { core = core.dropFirst(name.count) }
        return core.prefix(name.count)
    }

    /// A district younger than the list: two or three characters and 区 or 县 behind a city, and no word that ends so.
    private mutating func stripUnlistedCounty() -> Bool {
        for length in [3, 4] where core.count >= length + least {
            let name = core.prefix(length)
            guard let suffix = name.last, Self.countySuffixes.contains(suffix),
                !Self.noCounties.contains(Array(name.suffix(2)))
            else { continue }
            core = core.dropFirst(length)
            return true
        }
        return false
    }

    private static func withoutForm(_ name: ArraySlice<UInt32>) -> ArraySlice<UInt32> {
        guard let form = forms.first(where: { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }) else {
            return name
        }
        return name.dropLast(form.count)
    }
}

// The words.
extension SplitName {
    /// Longest first, so that 股份有限公司 goes as a whole.
    private static let forms = NameRules.sorted([
        "有限公司", "股份有限公司", "股份合作公司", "有限公司分公司", "股份有限公司分公司", "公司", "总公司", "分公司", "分厂", "分店",
        "有限合伙", "普通合伙", "特殊普通合伙", "合伙企业", "合伙企业有限合伙", "合伙企业普通合伙", "个人独资企业", "专业合作社", "农民专业合作社",
    ])

    private static let provinces = byFirst(NameRules.provinces)
    private static let municipalities = Set(["北京", "天津", "上海", "重庆"].map(NameRules.values))
    /// With their suffix, and Guangdong's without it, too: here a name begins with them.
    private static let cities = byFirst(NameRules.cities + names(RegionNames.cities))
    private static let bareCities = byFirst(
        names(RegionNames.cities).filter { $0.count > 2 && $0.last == city }.map { Array($0.dropLast()) }
    )
    /// With their suffix only: 白云 and 天河 alone begin many a trade name.
    private static let counties = byFirst(
        names(RegionNames.counties)
            + District.guangzhou.compactMap { $0.code.hasSuffix("00") || $0.code == "440101" ? nil : $0.name }
            .map(NameRules.values) + [NameRules.values("郊区")]
    )
    /// Behind a city only.
    private static let shortCounties = byFirst(["东区", "西区", "南区", "北区", "城区", "矿区", "新区"].map(NameRules.values))
    private static let zones = byFirst(
        [
            "经济技术开发区", "经济开发区", "高新技术产业开发区", "高新技术开发区", "技术开发区", "开发区", "高新区", "保税区", "自贸区", "新区",
        ].map(NameRules.values)
    )
    private static let countySuffixes = Set(NameRules.values("区县"))
    private static let noCounties = Set(
        ["小区", "社区", "园区", "景区", "校区", "厂区", "库区", "城区", "市区", "地区", "专区", "战区", "特区", "住区", "片区", "街区", "山区", "湖区"]
            .map(NameRules.values)
    )
    private static let city: UInt32 = 0x5E02

    private static func names(_ text: String) -> [[UInt32]] {
        text.split(separator: " ").map { NameRules.values(String($0)) }
    }

    private static func byFirst(_ names: [[UInt32]]) -> [UInt32: [[UInt32]]] {
        Dictionary(grouping: names) { $0.first ?? 0 }.mapValues { $0.sorted { $0.count > $1.count } }
    }
}
