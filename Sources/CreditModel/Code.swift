/// The kinds of code that name an enterprise, in the order in which an enterprise's id is derived from them.
public enum CodeKind: UInt8, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    /// 统一社会信用代码, GB 32100-2015.
    case uscc = 1
    /// 组织机构代码, GB 11714-1997.
    case org = 2
    /// 工商注册号, GS15-2006, and the 13-digit numbers before it.
    case regno = 3
    /// 纳税人识别号, whole.
    case tax = 4

    /// The stronger kind comes first.
    public static func < (a: CodeKind, b: CodeKind) -> Bool { a.rawValue < b.rawValue }
    /// The name that profiles and truth use.
    public var description: String {
        switch self {
        case .uscc: "uscc"
        case .org: "org"
        case .regno: "regno"
        case .tax: "tax"
        }
    }
}

/// A code in its canonical form: half-width, upper case, without hyphens and blanks.
public struct Code: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Which of the four schemes it belongs to.
    public let kind: CodeKind
    /// The characters of the code.
    public let text: String

    /// Makes a code of a text that was normalised before.
    public init(_ kind: CodeKind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// By kind, then by characters.
    public static func < (a: Code, b: Code) -> Bool { a.kind == b.kind ? a.text < b.text : a.kind < b.kind }
    /// `kind:text`; not for logs where the code may hold the number of an identity card.
    public var description: String { "\(kind):\(text)" }
}

/// How far a code that a record carries may be believed.
public enum CodeStanding: UInt8, Hashable, Sendable {
    /// Well-formed, its check holds, in its own column.
    case valid = 1
    /// Accepted by its form, which has no check: 13-digit registration numbers, tax numbers as wholes.
    case unchecked = 2
    /// Its form or check fails.
    case invalid = 3
    /// Holds `*`.
    case masked = 4
    /// A code of another kind than its column's.
    case misplaced = 5
}

/// A code as a record gives it.
public struct SubjectCode: Hashable, Sendable {
    /// The code, in the form in which it was accepted.
    public let code: Code
    /// How far it may be believed.
    public let standing: CodeStanding
    /// Where it was derived from another code (an organisation code inside a USCC or a tax number), that code.
    public let within: CodeKind?
    /// A number of an identity card or one that may hold a person's: never shown, never logged.
    public let isRestricted: Bool
    /// A 15-character tax number whose positions 7–12 read as a date of birth: joins only if the name agrees.
    public let needsNameAgreement: Bool

    /// Makes a code of a record of its parts; unrestricted and not derived unless told otherwise.
    public init(
        _ code: Code,
        _ standing: CodeStanding,
        within: CodeKind? = nil,
        isRestricted: Bool = false,
        needsNameAgreement: Bool = false
    ) {
        self.code = code
        self.standing = standing
        self.within = within
        self.isRestricted = isRestricted
        self.needsNameAgreement = needsNameAgreement
    }
}
