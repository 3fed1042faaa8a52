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

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func posix(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), let date = Day(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] < 61 else { return nil }
        return Int64(date.number) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
