/// What somebody knows of an enterprise that is to be found: whatever is not known is nil.
public struct MatchQuery: Hashable, Sendable {
    /// Its name, present or former.
    public var name: String?
    /// 统一社会信用代码, 组织机构代码, 注册号 or 纳税人识别号.
    public var code: String?
    /// 法定代表人 or 负责人.
    public var representative: String?
    /// 住所.
    public var address: String?
    /// 行政区划: its code, or the name of one of Guangzhou's.
    public var district: String?
    /// 行业, as its code.
    public var industry: String?

    /// Texts longer than this are cut.
    public static let longestText = 300

    /// Makes a query of what is known.
    public init(
        name: String? = nil,
        code: String? = nil,
        representative: String? = nil,
        address: String? = nil,
        district: String? = nil,
        industry: String? = nil
    ) {
        self.name = Self.beginning(of: name)
        self.code = Self.beginning(of: code)
        self.representative = Self.beginning(of: representative)
        self.address = Self.beginning(of: address)
        self.district = Self.beginning(of: district)
        self.industry = Self.beginning(of: industry)
    }

    /// Whether there is anything by which an enterprise can be found.
    public var canBeFound: Bool { name.map { !FoldedName($0).scalars.isEmpty } == true || code?.isEmpty == false }

    private static func beginning(of text: String?) -> String? {
        guard let text, text.utf8.count > longestText else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestText)))
    }
}

/// How one field of a candidate agrees, and why.
public struct MatchFinding: Hashable, Sendable {
    /// The field.
    public var field: MatchField
    /// How it agrees.
    public var grade: MatchGrade
    /// The reason in Chinese.
    public var chinese: String
    /// The reason in English.
    public var english: String

    init(_ field: MatchField, _ grade: MatchGrade, _ chinese: String, _ english: String) {
        self.field = field
        self.grade = grade
        self.chinese = chinese
        self.english = english
    }
}

/// How well a card answers a query.
public struct MatchVerdict: Hashable, Sendable {
    /// 1 to 10: 10 is a code that agrees and no name that contradicts.
    public var confidence: Int
    /// One for each field, in the order of ``MatchField``.
    public var findings: [MatchFinding]
    /// Which of the card's names was compared: the one that is most like the query's; nil where none was asked for.
    public var name: Int?
    /// Whether the name or the code has anything to do with what was asked for.
    package var isRelated: Bool
    /// Finer than the confidence: what comes first of equal ones.
    package var weight: Int

    /// The grade of a field.
    public func grade(of field: MatchField) -> MatchGrade { findings.first { $0.field == field }?.grade ?? .missing }
    /// The grades as letters, in the order of ``MatchField``.
    public var grades: String { findings.map(\.grade.rawValue).joined() }
}
