/// A day of the proleptic Gregorian calendar, without a time zone; Asia/Shanghai wherever a zone matters.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int32

    /// The day that lies `number` days after 1970-01-01.
    public init(number: Int32) { self.number = number }

    /// - Returns: nil where no such day exists; years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard 1...9999 ~= year, 1...12 ~= month, 1...Day.length(ofMonth: month, year: year) ~= day else { return nil }
        // Days from civil: months counted from March, so that the leap day ends the year.
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Reads exactly `yyyy-MM-dd`.
    public init?(_ text: some StringProtocol) { self.init(utf8: String(text).utf8) }

    private init?(utf8: String.UTF8View) {
        guard utf8.count == 10 else { return nil }
        var parts = InlineArray<3, Int>(repeating: 0)
        let bytes = utf8.span
        for place in bytes.indices {
            let byte = bytes[place]
            if place == 4 || place == 7 {
                guard byte == 0x2D else { return nil }
                continue
            }
            guard 0x30...0x39 ~= byte else { return nil }
            let part = place < 4 ? 0 : place < 7 ? 1 : 2
            parts[part] = parts[part] * 10 + Int(byte - 0x30)
        }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }

    /// Year, month (1–12) and day of the month (1–31).
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = Int(number) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The day `days` later, or earlier where negative.
    public func adding(days: Int) -> Day { Day(number: number + Int32(days)) }

    /// Days in a month (1–12).
    public static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard 0x30...0x39 ~= byte else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// The earlier day comes first.
    public static func < (a: Day, b: Day) -> Bool { a.number < b.number }
    /// `yyyy-mm-dd`.
    public var description: String { String(decoding: written, as: UTF8.self) }

    /// The bytes of ``description``.
    var written: [UInt8] {
        let (year, month, day) = components
        guard 0...9999 ~= year else {
            return Array("\(Day.padded(year, 4))-\(Day.padded(month, 2))-\(Day.padded(day, 2))".utf8)
        }
        func digit(_ value: Int) -> UInt8 { UInt8(0x30 + value % 10) }
        return [
            digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), 0x2D, digit(month / 10), digit(month),
            0x2D, digit(day / 10), digit(day),
        ]
    }
}
