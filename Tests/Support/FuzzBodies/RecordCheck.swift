import AdapterKit
import CreditModel

/// What must hold of every record that an adapter makes, however it came.
enum RecordCheck {
    static func check(_ record: SourceRecord, by dialect: Dialect) throws(FuzzViolation) {
        try hold(record.dataset == dialect.dataset, "a record of another dataset")
        try hold(!record.key.parts.isEmpty, "a record without a key")
        try hold(!record.key.parts.contains(where: \.isEmpty), "a key with an empty part")
        try hold(RecordKey(text: record.key.text) == record.key, "the key's text reads as another key")
        try hold(!record.original.isEmpty, "a record without its bytes")
        guard let row = try? dialect.instance.normalise(record) else { return }
        try hold((try? dialect.instance.normalise(record)) == row, "the same row is normalised in two ways")
        guard let normalised = row.record else { return }
        for value in normalised.facts.map(\.value) { try check(value) }
    }

    private static func check(_ value: Value) throws(FuzzViolation) {
        switch value {
        case .date(let date): try hold(CreditDate(date.description) == date, "the date \(date) does not read back")
        case .money(let money): try hold(isPlain(money.amount), "the amount \(money.amount) is no plain decimal")
        case .text(let text), .code(let text, _): try hold(!text.isEmpty, "a fact without a text")
        case .list(let parts): try hold(!parts.isEmpty && !parts.contains(""), "a list with an empty part")
        case .number: break
        }
    }

    /// `-?digits[.digits]` without leading or trailing zeros, and no negative zero.
    static func isPlain(_ amount: String) -> Bool {
        let isNegative = amount.hasPrefix("-")
        let parts = amount.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } })
        else { return false }
        if parts[0].utf8.count > 1, parts[0].hasPrefix("0") { return false }
        if parts.count == 2, parts[1].hasSuffix("0") { return false }
        return amount != "-0"
    }
}
