import CanonicalJSON
import CreditModel

extension CanonicalJSONWriter {
    /// Writes places in `records`.
    mutating func integers(_ values: some Sequence<Int>) {
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    /// Writes texts as a list.
    mutating func strings(_ texts: some Sequence<String>) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    /// Writes a date as precisely as the agency gave it.
    mutating func date(_ date: CreditDate) {
        if case .day(let day) = date {
            var text = TimeText()
            text.append(day)
            canonical(text.quoted)
        } else {
            string(date.description)
        }
    }

    /// Writes a time in RFC 3339's form, with the zone.
    mutating func time(_ time: LocalTime) {
        var text = TimeText()
        text.append(time.day)
        let (hour, minute, second) = time.time
        text.append("T", hour, width: 2)
        text.append(":", minute, width: 2)
        text.append(":", second, width: 2)
        text.append("+08:00")
        canonical(text.quoted)
    }

    /// Writes a value in its plain form.
    mutating func value(_ value: Value) {
        switch value {
        case .text(let text): string(text)
        case .code(let code, _): string(code)
        case .date(let date): self.date(date)
        case .money(let money):
            beginObject()
            key("amount")
            string(money.amount)
            key("currency")
            string(money.currency)
            endObject()
        case .number(let number):
            // RFC 8785 numbers are doubles: beyond 2^53 they would not come back as they went.
            if number.magnitude <= 9_007_199_254_740_992 { integer(number) } else { string(String(number)) }
        case .list(let texts): strings(texts)
        }
    }
}

/// Digits without a `String` for each: profiles hold dozens of dates.
private struct TimeText {
    private var bytes: [UInt8] = [0x22]

    init() { bytes.reserveCapacity(28) }

    var quoted: [UInt8] { bytes + [0x22] }

    mutating func append(_ day: Day) {
        let (year, month, dayOfMonth) = day.components
        append("", year, width: 4)
        append("-", month, width: 2)
        append("-", dayOfMonth, width: 2)
    }

    mutating func append(_ separator: String, _ number: Int, width: Int) {
        append(separator)
        var divisor = width == 4 ? 1000 : 10
        while divisor > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
