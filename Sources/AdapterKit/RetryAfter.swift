import CreditModel

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Milliseconds to wait; nil if the value is absent or not readable.
    static func milliseconds(_ value: String?, now: Int64) -> Int? {
        guard let value else { return nil }
        if let seconds = Int(value) { return seconds < 0 ? nil : min(seconds, 1 << 30) * 1000 }
        guard let date = posix(value) else { return nil }
        return Int(clamping: max(0, date - now)).multipliedReportingOverflow(by: 1000).partialValue
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, and the two old forms that a reader must know too:
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    private static func posix(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "-" })
        let order: (day: Int, month: Int, year: Int, clock: Int)
        switch parts.count {
        case 6 where parts[5] == "GMT": order = (1, 2, 3, 4)
        case 5: order = (2, 1, 4, 3)
        default: return nil
        }
        guard let day = Int(parts[order.day]), let month = months.firstIndex(of: String(parts[order.month])),
            let number = Int(parts[order.year]), let date = Day(year: full(number), month: month + 1, day: day)
        else { return nil }
        let clock = parts[order.clock].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] < 61 else { return nil }
        return Int64(date.number) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }

    /// A year of two digits is one of 1970 to 2069.
    private static func full(_ year: Int) -> Int { year >= 100 ? year : year < 70 ? year + 2000 : year + 1900 }
}
