internal import CreditModel
internal import Normalisation

/// Compares what is not a name and not a code.
struct FactComparison {
    private let representative: String?
    private let address: [UInt32]?
    private let district: String?
    private let industry: String?

    init(_ query: MatchQuery) {
        representative = query.representative.map(NameRules.personKey).flatMap { $0.isEmpty ? nil : $0 }
        address = query.address.map(Self.addressKey).flatMap { $0.isEmpty ? nil : $0 }
        district = query.district.flatMap(Self.district)
        industry = query.industry.map(SearchFilter.plain).flatMap { $0.isEmpty ? nil : $0 }
    }

    func representative(_ card: SearchCard) -> MatchFinding {
        guard let representative else { return MatchScorer.notAsked(.representative) }
        guard let other = card.representative.map(NameRules.personKey), !other.isEmpty else {
            return MatchScorer.unknown(.representative)
        }
        if other == representative {
            return MatchFinding(.representative, .same, "法定代表人相同", "the legal representative is the same")
        }
        let (a, b) = (NameRules.values(representative), NameRules.values(other))
        let isClose = a.count > 2 && a.first == b.first && NameRules.distance(a, b, atMost: 1) == 1
        return isClose
            ? MatchFinding(
                .representative,
                .similar,
                "法定代表人姓名相差一个字",
                "the representative's name differs in one character"
            )
            : MatchFinding(.representative, .different, "法定代表人不同", "the legal representative is another person")
    }

    func address(_ card: SearchCard) -> MatchFinding {
        guard let address else { return MatchScorer.notAsked(.address) }
        guard let other = card.address.map(Self.addressKey), !other.isEmpty else {
            return MatchScorer.unknown(.address)
        }
        if address == other { return MatchFinding(.address, .same, "住所相同", "the address is the same") }
        let (short, long) = address.count < other.count ? (address, other) : (other, address)
        if short.count > 3, FoldedName.contains(long[...], short[...]) {
            return MatchFinding(.address, .similar, "一方住所较另一方详细", "one address says more than the other")
        }
        let allowed = long.count / 4
        if Numerals.all(in: address) == Numerals.all(in: other),
            NameRules.distance(address, other, atMost: allowed) <= allowed
        {
            return MatchFinding(.address, .similar, "住所相近，门牌号相同", "the address is alike, with the same numbers")
        }
        return MatchFinding(.address, .different, "住所不同", "the address is another one")
    }

    func district(_ card: SearchCard) -> MatchFinding {
        guard let district else { return MatchScorer.notAsked(.district) }
        guard let other = card.district.flatMap(SearchFilter.present) else { return MatchScorer.unknown(.district) }
        if district == other { return MatchFinding(.district, .same, "行政区划相同", "the district is the same") }
        let isWithin =
            district.hasSuffix("00") && other.hasPrefix(district.prefix(4))
            || other.hasSuffix("00") && district.hasPrefix(other.prefix(4))
        return isWithin
            ? MatchFinding(.district, .similar, "同一城市", "one is the city of the other")
            : MatchFinding(.district, .different, "行政区划不同", "the district is another one")
    }

    func industry(_ card: SearchCard) -> MatchFinding {
        guard let industry else { return MatchScorer.notAsked(.industry) }
        guard let other = card.industry.map(SearchFilter.plain), !other.isEmpty else {
            return MatchScorer.unknown(.industry)
        }
        if industry == other { return MatchFinding(.industry, .same, "行业相同", "the industry is the same") }
        return industry.prefix(2) == other.prefix(2)
            ? MatchFinding(.industry, .similar, "同属一个行业大类", "the industries are of one division")
            : MatchFinding(.industry, .different, "行业不同", "the industry is another one")
    }

    private static func addressKey(_ address: String) -> [UInt32] { NameRules.values(NameRules.addressKey(address)) }

    /// The division of today, by its code or by the name of one of Guangzhou's.
    private static func district(_ text: String) -> String? {
        if let code = SearchFilter.present(SearchFilter.plain(text)) { return code }
        let name = NameRules.key(text)
        guard name.unicodeScalars.count > 1 else { return nil }
        let named = District.guangzhou.filter { $0.name == name || $0.name?.dropLast() == name[...] }
        return named.last?.present.code
    }
}
