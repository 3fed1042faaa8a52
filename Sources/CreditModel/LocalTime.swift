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
    public init?(_ text: some StringProtocol) { self.init(utf8: String(text).utf8) }

    private init?(utf8: String.UTF8View) {
        let count = utf8.count
        guard count == 14 || count == 19 || count == 25 else { return nil }
        var parts = InlineArray<6, Int>(repeating: 0)
        var digits = 0
        let bytes = utf8.span
        for place in bytes.indices {
            let byte = bytes[place]
            if count > 14, let mark = Self.mark(at: place) {
                guard byte == mark || place == 10 && byte == 0x54 else { return nil }
                continue
            }
            guard 0x30...0x39 ~= byte else { return nil }
            let part = digits < 4 ? 0 : digits / 2 - 1
            parts[part] = parts[part] * 10 + Int(byte - 0x30)
            digits += 1
        }
        guard parts[3] < 24, parts[4] < 60, parts[5] < 60,
            let date = Day(year: parts[0], month: parts[1], day: parts[2])
        else { return nil }
        self.init(date, secondOfDay: parts[3] * 3600 + parts[4] * 60 + parts[5])
    }

    /// What stands between the digits of `yyyy-MM-dd HH:mm:ss+08:00`, and behind them; nil where a digit stands.
    private static func mark(at place: Int) -> UInt8? {
        switch place {
        case 4, 7: 0x2D
        case 10: 0x20
        case 13, 16, 22: 0x3A
        case 19: 0x2B
        case 20, 23, 24: 0x30
        case 21: 0x38
        default: nil
        }
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
    public var spaced: String { String(decoding: written(parted: 0x20), as: UTF8.self) }

    private func written(parted mark: UInt8) -> [UInt8] {
        let (hour, minute, second) = time
        var bytes = day.written
        bytes.reserveCapacity(25)
        for (mark, number) in [(mark, hour), (0x3A, minute), (0x3A, second)] {
            bytes.append(mark)
            bytes.append(UInt8(0x30 + number / 10))
            bytes.append(UInt8(0x30 + number % 10))
        }
        return bytes
    }

    /// The earlier time comes first.
    public static func < (a: LocalTime, b: LocalTime) -> Bool { a.seconds < b.seconds }
    /// RFC 3339 with the zone: `yyyy-MM-ddTHH:mm:ss+08:00`.
    public var description: String { String(decoding: written(parted: 0x54) + "+08:00".utf8, as: UTF8.self) }
}
