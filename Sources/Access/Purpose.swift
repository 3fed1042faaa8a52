/// Why somebody asks: each query declares one, and the journal keeps it.
///
/// The vocabulary is data: a new purpose is one line of ``all``.
public struct Purpose: Hashable, Sendable, CustomStringConvertible {
    /// As queries name it.
    public let name: String
    /// What people read in Chinese.
    public let chineseTitle: String
    /// What people read in English.
    public let englishTitle: String

    /// Every purpose there is.
    public static let all = [
        Purpose("merchant-onboarding", "入驻核验", "Verification of a merchant who applies"),
        // 电子商务法 art. 27: platforms verify, register and check again at regular times.
        Purpose("merchant-reverification", "定期核验", "Regular verification of a merchant (E-Commerce Law, art. 27)"),
        Purpose("dispute", "纠纷处理", "Settling of a dispute"),
        Purpose("risk-control", "风险控制", "Control of risks"),
        Purpose("public-inquiry", "公众查询", "Inquiry of the public"),
    ]

    private static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private init(_ name: String, _ chineseTitle: String, _ englishTitle: String) {
        self.name = name
        self.chineseTitle = chineseTitle
        self.englishTitle = englishTitle
    }

    /// The purpose of that name; nil for a name that is not in the vocabulary.
    public init?(_ name: some StringProtocol) {
        guard let purpose = Self.named[String(name)] else { return nil }
        self = purpose
    }

    /// The name.
    public var description: String { name }
    /// By name.
    public static func == (a: Purpose, b: Purpose) -> Bool { a.name == b.name }
    /// By name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
