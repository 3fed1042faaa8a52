/// In which part a record speaks of an enterprise.
public enum Role: UInt8, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    case subject = 1
    /// 标称生产企业 of a 监督抽查.
    case producer = 2
    /// 被抽样单位 of a 监督抽查.
    case seller = 3
    /// The nominal producer of a forged product (结果 假冒), whom the record must not harm.
    case victim = 4

    /// In the order of the raw values: the subject first, the victim last.
    public static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }
    /// The name that profiles and truth use.
    public var description: String {
        switch self {
        case .subject: "subject"
        case .producer: "producer"
        case .seller: "seller"
        case .victim: "victim"
        }
    }
    /// Reads the name that profiles and truth use.
    public init?(name: String) {
        guard let role = Role.allCases.first(where: { $0.description == name }) else { return nil }
        self = role
    }
}

/// An amount of money, exact: a decimal number of units of a currency.
public struct Money: Hashable, Sendable {
    /// A plain decimal in whole units of the currency (yuan, not 万元): `-?digits[.digits]`, no leading or trailing zeros.
    public var amount: String
    /// ISO 4217 letters (`CNY`), or the number as sent where it is not known.
    public var currency: String

    /// Makes an amount of a text that is plain decimal already; Normalisation reads the agencies' forms.
    public init(amount: String, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}

/// A normalised value.
public enum Value: Hashable, Sendable {
    case text(String)
    /// A value of a code list, with its label where the list is known.
    case code(String, label: String?)
    case date(CreditDate)
    case money(Money)
    case number(Int64)
    /// A list whose order carries no meaning beyond the agency's.
    case list([String])
}

/// What one record says in one field.
public struct Fact: Hashable, Sendable {
    /// The field's canonical name: `registration.name` in an attribute dataset, `decisionNumber` in an item.
    public var field: String
    /// What the field says, normalised.
    public var value: Value
    /// The agency's text, where it differs from the value's.
    public var original: String?

    /// Makes a fact; the original is left out where it equals the value's text.
    public init(_ field: String, _ value: Value, original: String? = nil) {
        self.field = field
        self.value = value
        self.original = original
    }
}

/// What a record says about one of the enterprises that it speaks of: the evidence of identity.
public struct Subject: Hashable, Sendable {
    /// In which part the record speaks of it.
    public var role: Role
    /// 主体身份代码, the registry's own key; 红盾 only.
    public var pripid: String?
    /// Every code that the record carries for it, whatever its standing, and those derived from them.
    public var codes: [SubjectCode]
    /// The name that the record gives, normalised.
    public var name: String?
    /// Names that it had before, in the agency's order.
    public var formerNames: [String]
    /// 法定代表人 or 负责人, by name only.
    public var representative: String?
    /// The address that the record gives; which kind of address depends on the dataset.
    public var address: String?

    /// Makes a subject of what the record gives for it.
    public init(
        role: Role,
        pripid: String? = nil,
        codes: [SubjectCode] = [],
        name: String? = nil,
        formerNames: [String] = [],
        representative: String? = nil,
        address: String? = nil
    ) {
        self.role = role
        self.pripid = pripid
        self.codes = codes
        self.name = name
        self.formerNames = formerNames
        self.representative = representative
        self.address = address
    }
}

/// The normalised form of one version of a record: who it speaks of, what it says, and when that was true.
public struct CreditRecord: Hashable, Sendable {
    /// The enterprises that it speaks of, one entry for each role.
    public var subjects: [Subject]
    /// What it says, in the order of the dataset's columns.
    public var facts: [Fact]
    /// True from; nil where the record does not say.
    public var from: CreditDate?
    /// True to, inclusive; nil where it does not end or the record does not say.
    public var to: CreditDate?
    /// The agency's text of ``from``, where it differs from the date's, or from the fact that keeps an unreadable one.
    public var fromOriginal: String?
    /// The agency's text of ``to``, likewise.
    public var toOriginal: String?
    /// A test row (名称 begins with 测试): in no profile.
    public var isTest: Bool
    /// What the model has no field for, kept with the record.
    public var unknown: [RawField]

    /// Makes a record of its parts.
    public init(
        subjects: [Subject],
        facts: [Fact],
        from: CreditDate? = nil,
        to: CreditDate? = nil,
        fromOriginal: String? = nil,
        toOriginal: String? = nil,
        isTest: Bool = false,
        unknown: [RawField] = []
    ) {
        self.subjects = subjects
        self.facts = facts
        self.from = from
        self.to = to
        self.fromOriginal = fromOriginal
        self.toOriginal = toOriginal
        self.isTest = isTest
        self.unknown = unknown
    }
}
