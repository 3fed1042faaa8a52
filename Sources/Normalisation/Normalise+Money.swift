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
    /// The column's unit holds even where the text names another: an agency that writes 元 where 万元 is meant is shown as it says.
    public static func money(_ raw: String, in unit: MoneyUnit, currency: String = "CNY") -> MoneyReading {
        guard let text = text(raw) else { return .none }
        let places = unit == .tenThousandYuan ? 4 : 0
        if let decimal = DecimalText(text) {
            return .money(Money(amount: decimal.shifted(by: places), currency: currency))
        }
        var rest = folded(text, blanks: .nowhere, Characters.halfWidth)[...]
        while let mark = marks.first(where: { rest.hasPrefix($0) }) { rest.removeFirst(mark.count) }
        while let unit = units.first(where: { rest.hasSuffix($0) }) { rest.removeLast(unit.count) }
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
    private static let units = ["人民币", "整", "美元", "港元", "港币", "日元", "欧元", "万元", "万圆", "元", "圆", "万"]

    private static let currencies: [String: String] = [
        "156": "CNY", "CNY": "CNY", "RMB": "CNY", "人民币": "CNY", "人民币元": "CNY", "840": "USD", "USD": "USD", "美元": "USD",
        "344": "HKD", "HKD": "HKD", "港元": "HKD", "港币": "HKD", "446": "MOP", "MOP": "MOP", "901": "TWD", "TWD": "TWD",
        "392": "JPY", "JPY": "JPY", "日元": "JPY", "978": "EUR", "EUR": "EUR", "欧元": "EUR", "826": "GBP", "GBP": "GBP",
        "英镑": "GBP", "036": "AUD", "36": "AUD", "AUD": "AUD", "124": "CAD", "CAD": "CAD", "756": "CHF", "CHF": "CHF",
        "702": "SGD", "SGD": "SGD", "410": "KRW", "KRW": "KRW", "280": "DEM", "DEM": "DEM", "250": "FRF", "FRF": "FRF",
    ]
}
