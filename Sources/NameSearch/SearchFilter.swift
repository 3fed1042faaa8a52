package import CreditModel

/// Which enterprises a search shows.
public struct SearchFilter: Hashable, Sendable {
    /// A division by its code: the first 2, 4 or 6 digits; what went up in another one counts as that.
    public let district: String?
    /// 登记状态, as its code: `K`, `ZX`.
    public let state: String?
    /// 行业, as its code or the beginning of it.
    public let industry: String?

    /// All of them.
    public static let none = SearchFilter()

    /// A filter of its parts; nil lets all pass.
    public init(district: String? = nil, state: String? = nil, industry: String? = nil) {
        self.district = district.map { Self.division(Self.present($0) ?? Self.plain($0)) }
        self.state = state.map(Self.plain)
        self.industry = industry.map(Self.plain)
    }

    /// Whether nothing is left out.
    public var isEmpty: Bool { self == .none }

    package func passes(_ card: SearchCard) -> Bool {
        if let district {
            guard let code = card.district.flatMap(Self.present), code.hasPrefix(district) else { return false }
        }
        if let state, card.state.map(Self.plain) != state { return false }
        if let industry {
            guard let code = card.industry.map(Self.plain), code.hasPrefix(industry) else { return false }
        }
        return true
    }

    /// Words that every card which passes has.
    package var words: [String] {
        var words: [String] = []
        if let district, district.utf8.count == 4 || district.utf8.count == 6 {
            words.append(IndexWords.districtWord(district))
        }
        if let state, !state.isEmpty { words.append(IndexWords.stateWord(state)) }
        if let industry, industry.utf8.count >= 2 {
            words.append(IndexWords.industryWord(String(industry.prefix(industry.utf8.count == 4 ? 4 : 2))))
        }
        return words
    }

    /// The division in which a code's place lies today, six digits; nil where it is no code of a division.
    static func present(_ code: String) -> String? { District(code)?.present.code }

    /// 440100 is all of 4401, 440000 all of 44.
    private static func division(_ code: String) -> String {
        var code = code[...]
        while code.utf8.count == 6 || code.utf8.count == 4, code.hasSuffix("00") { code = code.dropLast(2) }
        return String(code)
    }

    /// Letters and digits alone, upper case: what a code is made of.
    package static func plain(_ code: String) -> String {
        String(
            decoding: code.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case 0x30...0x39, 0x41...0x5A: byte
                case 0x61...0x7A: byte - 0x20
                default: nil
                }
            },
            as: UTF8.self
        )
    }

    /// States in which an enterprise does business no more: 注销, 撤销, 吊销, 迁出.
    package static let ended: Set<String> = ["ZX", "C", "D", "DA", "Q"]

    /// Whether a card's enterprise does business no more, as far as is known.
    package static func isEnded(_ card: SearchCard) -> Bool { card.state.map { ended.contains($0) } ?? false }
}
