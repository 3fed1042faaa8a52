import CreditModel

/// Names of places as they stand inside the names of enterprises: 广州银行, 海珠支行, 平安北京分公司.
package enum PlaceNames {
    /// The lengths of the names of places that begin at an index, with 省, 市, 区, 县 and without; the longest first.
    package static func lengths(in name: ArraySlice<UInt32>, at index: Int) -> [Int] {
        guard let candidates = byFirst[name[index]] else { return [] }
        let rest = name[index...]
        return candidates.filter { rest.count >= $0.count && rest.starts(with: $0) }.map(\.count)
    }

    /// The places that follow each other at the beginning of a name, each without its suffix.
    ///
    /// `count` is how many characters are known to be a region's: no more are read.
    package static func regions(in name: ArraySlice<UInt32>, count: Int) -> [[UInt32]] {
        var regions: [[UInt32]] = []
        var index = name.startIndex
        let end = name.startIndex + count
        while index < end {
            let length = lengths(in: name, at: index).first { index + $0 <= end } ?? end - index
            regions.append(plain(Array(name[index..<index + length])))
            index += length
        }
        return regions
    }

    /// Without 省, 市, 区 or 县, where two characters are left.
    package static func plain(_ place: [UInt32]) -> [UInt32] {
        guard place.count > 2, let last = place.last, suffixes.contains(last) else { return place }
        return Array(place.dropLast())
    }

    /// Whether a place is a province, which says no more than a city of it does.
    package static func isProvince(_ place: [UInt32]) -> Bool { provinces.contains(place) }

    private static let suffixes = Set(NameRules.values("省市区县"))
    private static let provinces = Set(NameRules.provinces.map(plain))

    private static let byFirst: [UInt32: [[UInt32]]] = {
        var names: Set<[UInt32]> = Set(NameRules.provinces)
        let divisions =
            (RegionNames.cities + " " + RegionNames.counties).split(separator: " ").map { NameRules.values(String($0)) }
            + District.guangzhou.compactMap(\.name).map(NameRules.values)
        for name in divisions {
            names.insert(name)
            names.insert(plain(name))
        }
        return Dictionary(grouping: names.filter { $0.count > 1 }) { $0[0] }
            .mapValues { $0.sorted { $0.count > $1.count } }
    }()
}
