public import CreditModel

/// The unit of a column of amounts, part of the agency's schema.
public enum MoneyUnit: Hashable, Sendable {
    /// 元.
    case yuan
    /// 万元.
    case tenThousandYuan
}

/// What a text says as an amount.
public enum MoneyReading: Hashable, Sendable {
    /// Nothing, or a word for nothing.
    case none
    /// An amount, in whole units of its currency.
    case money(Money)
    /// No amount that we can read.
    case unreadable

    /// The amount, where there is one.
    public var money: Money? { if case .money(let money) = self { money } else { nil } }
}

extension Normalise {
    /// An amount, exactly: 万元 become yuan by moving the point.
    ///
    /// A text that names its own unit (`10000元`, `50万元`, `1亿`) means that unit, whatever the column's is. A bare number
    /// is in the column's unit, even where the agency forgot that. A currency behind the number says nothing of the unit.
    public static func money(_ raw: String, in unit: MoneyUnit, currency: String = "CNY") -> MoneyReading {
        guard let text = text(raw) else { return .none }
        var places = unit == .tenThousandYuan ? 4 : 0
        if let decimal = DecimalText(text) {
            return .money(Money(amount: decimal.shifted(by: places), currency: currency))
        }
        var rest = folded(text, blanks: .nowhere, Characters.halfWidth)[...]
        while let mark = marks.first(where: { rest.hasPrefix($0) }) { rest.removeFirst(mark.count) }
        while let word = suffixes.first(where: { rest.hasSuffix($0) }) { rest.removeLast(word.count) }
        if let unit = units.first(where: { rest.hasSuffix($0.name) }) {
            rest.removeLast(unit.name.count)
            places = unit.places
        }
        guard let decimal = DecimalText(rest) else { return .unreadable }
        return .money(Money(amount: decimal.shifted(by: places), currency: currency))
    }

    /// The ISO 4217 letters of a currency's number, letters or name; a text that is not known stays as sent.
    public static func currency(_ raw: String) -> String? {
        guard let text = text(raw) else { return nil }
        let key = folded(text, blanks: .nowhere, Characters.halfWidth).uppercased()
        return currencies[key] ?? text
    }

    private static let marks = ["人民币", "RMB", "CNY", "¥", "￥"]
    private static let suffixes = ["人民币", "整", "美元", "港元", "港币", "日元", "欧元"]
    /// Units by their power of ten, the longer names first.
    private static let units = [
        ("亿元", 8), ("亿圆", 8), ("亿", 8), ("万元", 4), ("万圆", 4), ("万", 4), ("元", 0), ("圆", 0),
    ].map { (name: $0.0, places: $0.1) }

    private static let currencies: [String: String] = [
        "156": "CNY", "CNY": "CNY", "RMB": "CNY", "人民币": "CNY", "人民币元": "CNY", "840": "USD", "USD": "USD", "美元": "USD",
        "344": "HKD", "HKD": "HKD", "港元": "HKD", "港币": "HKD", "446": "MOP", "MOP": "MOP", "901": "TWD", "TWD": "TWD",
        "392": "JPY", "JPY": "JPY", "日元": "JPY", "978": "EUR", "EUR": "EUR", "欧元": "EUR", "826": "GBP", "GBP": "GBP",
        "英镑": "GBP", "036": "AUD", "36": "AUD", "AUD": "AUD", "124": "CAD", "CAD": "CAD", "756": "CHF", "CHF": "CHF",
        "702": "SGD", "SGD": "SGD", "410": "KRW", "KRW": "KRW", "280": "DEM", "DEM": "DEM", "250": "FRF", "FRF": "FRF",
    ]
}
