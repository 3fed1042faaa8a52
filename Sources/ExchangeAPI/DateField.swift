internal import CreditModel
internal import Synchronization

/// The field `Date` (RFC 9110 §6.6.1), written once a second.
final class DateField: Sendable {
    private let latest = Mutex<(second: Int64, text: String)>((.min, ""))

    /// - Parameter second: POSIX seconds.
    /// - Returns: the date as HTTP writes it, such as `Sat, 28 Nov 2026 13:03:00 GMT`.
    func text(at second: Int64) -> String {
        latest.withLock { latest in
            if latest.second != second { latest = (second, Self.text(of: second)) }
            return latest.text
        }
    }

    private static func text(of second: Int64) -> String {
        // Days and seconds of UTC, which local time is eight hours ahead of.
        let day = Day(number: Int32(clamping: second / 86_400))
        let time = second % 86_400
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let parts = day.description.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return "" }
        return "\(names[Int(second / 86_400 % 7)]), \(two(Int64(parts[2]))) \(months[parts[1] - 1]) \(parts[0]) "
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }
}
