/// A second of Asia/Shanghai's clock, as agencies write it; UTC+8 all year for every time that they send (GB/T 7408).
public struct LocalTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01 00:00:00 on that clock.
    public let seconds: Int64

    /// The second that lies `seconds` after 1970-01-01 00:00:00 on Asia/Shanghai's clock.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Midnight at the start of `day`, plus `secondOfDay`.
    public init(_ day: Day, secondOfDay: Int = 0) { seconds = Int64(day.number) * 86_400 + Int64(secondOfDay) }

    /// The moment of a POSIX time.
    public init(posix: Int64) { seconds = posix + 28_800 }

    /// The POSIX time.
    public var posix: Int64 { seconds - 28_800 }

    /// The day that it belongs to.
    public var day: Day { Day(number: Int32(truncatingIfNeeded: (seconds - secondOfDay) / 86_400)) }

    /// Seconds since midnight.
    public var secondOfDay: Int64 {
        let rest = seconds % 86_400
        return rest < 0 ? rest + 86_400 : rest
    }

    /// Reads `yyyy-MM-dd HH:mm:ss`, `yyyy-MM-ddTHH:mm:ss` with or without `+08:00`, or `yyyyMMddHHmmss`.
    public init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        if bytes.count == 25, bytes[19...].elementsEqual("+08:00".utf8) { bytes.removeLast(6) }
        var compact: [UInt8] = []
        compact.reserveCapacity(14)
        if bytes.count == 19 {
            guard bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x20 || bytes[10] == 0x54, bytes[13] == 0x3A,
                bytes[16] == 0x3A
            else { return nil }
            for (index, byte) in bytes.enumerated() where ![4, 7, 10, 13, 16].contains(index) { compact.append(byte) }
        } else {
            compact = bytes
        }
        guard compact.count == 14,
            let year = Day.digits(compact[0..<4]), let month = Day.digits(compact[4..<6]),
            let day = Day.digits(compact[6..<8]),
            let hour = Day.digits(compact[8..<10]), hour < 24, let minute = Day.digits(compact[10..<12]), minute < 60,
            let second = Day.digits(compact[12..<14]), second < 60, let date = Day(year: year, month: month, day: day)
        else { return nil }
        self.init(date, secondOfDay: hour * 3600 + minute * 60 + second)
    }

    /// Hour, minute and second.
    public var time: (hour: Int, minute: Int, second: Int) {
        let rest = Int(secondOfDay)
        return (rest / 3600, rest / 60 % 60, rest % 60)
    }

    /// `yyyyMMddHHmmss`.
    public var compact: String {
        let (year, month, dayOfMonth) = day.components
        let (hour, minute, second) = time
        return Day.padded(year, 4) + [month, dayOfMonth, hour, minute, second].map { Day.padded($0, 2) }.joined()
    }

    /// `yyyy-MM-dd HH:mm:ss`.
    public var spaced: String {
        let (hour, minute, second) = time
        return "\(day) \(Day.padded(hour, 2)):\(Day.padded(minute, 2)):\(Day.padded(second, 2))"
    }

    /// The earlier time comes first.
    public static func < (a: LocalTime, b: LocalTime) -> Bool { a.seconds < b.seconds }
    /// RFC 3339 with the zone: `yyyy-MM-ddTHH:mm:ss+08:00`.
    public var description: String {
        let (hour, minute, second) = time
        return "\(day)T\(Day.padded(hour, 2)):\(Day.padded(minute, 2)):\(Day.padded(second, 2))+08:00"
    }
}
