public import CreditModel
public import Normalisation

/// What one dataset's rows mean, as a table: which column is which fact, code, date or restricted text.
///
/// A dataset is described, not programmed, so that a clerk who knows the source can check its table.
public struct RecordType: Sendable {
    /// Its parts in the agency's order; each part names the columns that may hold it, the first filled one counts.
    public var key: [[String]]
    /// Every column that the interface names, in its order.
    public var columns: [Column]
    /// Where the result column says 假冒 the nominal producer is a victim: (column, value).
    public var victimWhere: VictimRule?

    var byName: [String: Int]
    /// The columns that hold a tax number, whose identity cards make a key restricted.
    let taxColumns: Set<String>
    /// The facts that are addresses: those of a person are not told.
    let addresses: Set<String>
    /// Where each column's text may go, by its place.
    let exposures: [Exposure]

    /// Where the text of a column may go, and so where a number in it would be seen.
    enum Exposure {
        /// Nowhere, or under a registry's own key.
        case none
        /// Among the codes of an enterprise.
        case codes
        /// Into profiles, the search, and what identity rests on.
        case texts
    }

    /// Describes a dataset.
    public init(
        key: [[String]],
        victimWhere: VictimRule? = nil,
        _ columns: [Column]
    ) {
        self.key = key
        self.columns = columns
        self.victimWhere = victimWhere
        taxColumns = Set(
            columns.filter { $0.uses.contains { if case .code(.tax, _) = $0 { true } else { false } } }.map(\.name)
        )
        addresses = Set(
            columns.flatMap(\.uses).compactMap { if case .fact(let name, .address) = $0 { name } else { nil } }
        )
        exposures = columns.map(\.exposure)
        byName = [:]
        for (index, column) in columns.enumerated() { byName[column.name] = index }
    }
}

/// When a nominal producer is a victim.
public struct VictimRule: Sendable, Hashable {
    /// The column that tells the result, 结果.
    public var column: String
    /// The value that makes the producer a victim, 假冒.
    public var value: String
    /// Makes a rule of the column and the value in it that say so.
    public init(column: String, value: String) {
        self.column = column
        self.value = value
    }
}

/// One column of a dataset and all that it is used for.
public struct Column: Sendable {
    /// The element's or attribute's name in the agency's rows.
    public var name: String
    /// Everything that the text is read as; several facts may come of one column.
    public var uses: [Use]
    /// Describes a column; one without a use is known and means nothing by itself.
    public init(_ name: String, _ uses: Use...) {
        self.name = name
        self.uses = uses
    }

    /// What a column's text is good for.
    public enum Use: Sendable {
        /// A fact of that name.
        case fact(String, Reading)
        /// A code of the enterprise in that role.
        case code(CodeColumn, Role)
        /// 主体身份代码.
        case pripid
        /// Evidence of who the enterprise in that role is.
        case subject(SubjectText, Role)
        /// True from.
        case from
        /// True to, inclusive.
        case to
        /// True for that year.
        case year
        /// Personal: stays in the row's own bytes, and goes nowhere else.
        case restricted
    }

    fileprivate var exposure: RecordType.Exposure {
        var exposure = RecordType.Exposure.none
        for use in uses {
            switch use {
            case .code: exposure = .codes
            case .pripid, .restricted: break
            case .fact, .subject, .from, .to, .year: return .texts
            }
        }
        return exposure
    }
}

/// The texts by which an enterprise is known.
public enum SubjectText: Sendable {
    case name, formerNames, representative, address
}

/// How a column's text is read.
public enum Reading: Sendable {
    case text, name, person, address, documentNumber, date, number, year
    /// The day on which something ends; 9999-9-9 and its like say that it does not.
    case end
    /// A value of a list; what the list does not know is kept and reported.
    case code(CodeList)
    /// An amount; the column that holds its currency, where there is one.
    case money(MoneyUnit, currency: String? = nil)
    /// Several texts, and the characters between them; the list that they come from, where one is known.
    case list(separators: String = ";；", of: CodeList? = nil)
    /// Several names of enterprises.
    case names
}

/// A list of codes with their labels.
public struct CodeList: Sendable {
    /// Labels by code; a code that is a word labels itself by nil.
    public var labels: [String: String]
    /// Codes that are words already.
    public var words: Set<String>

    /// A list of codes with labels.
    public init(_ labels: [String: String]) {
        self.labels = labels
        words = []
    }

    /// A list of words.
    public init(words: [String]) {
        labels = [:]
        self.words = Set(words.map(KeyText.halfWidth))
    }

    /// Whether the list knows a value, whatever the width of its letters and brackets.
    public func knows(_ code: String) -> Bool {
        let code = KeyText.halfWidth(code)
        return labels[code] != nil || words.contains(code)
    }

    /// The list's own form of a value: half-width, and in upper case where only that is known.
    func form(of text: String) -> String {
        let code = KeyText.halfWidth(text)
        if (labels.isEmpty && words.isEmpty) || knows(code) { return code }
        let upper = code.uppercased()
        return knows(upper) ? upper : code
    }

    /// Whether the list knows a value, or each part of one such as 其他-警告, which names a kind and what it is.
    func knowsKind(_ text: String) -> Bool {
        knows(text) || text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { knows(String($0)) }
    }

    /// A list that nobody gives, so that every value is kept as sent and reported once.
    public static let open = CodeList([:])
    /// A list whose values nobody reports: division codes, industries, offices.
    public static let unlisted = CodeList(isReported: false)

    /// Whether a value that the list lacks is reported.
    public private(set) var isReported = true

    private init(isReported: Bool) {
        labels = [:]
        words = []
        self.isReported = isReported
    }
}
