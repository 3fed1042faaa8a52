public import CreditModel

/// What a text says as a date.
public enum DateReading: Hashable, Sendable {
    /// Nothing, a word for nothing, or a stand-in for no date: `00000000`, `1900-1-1`.
    case none
    /// Without an end: `9999-9-9`, `99991231`, `2099-12-31`, `长期` …
    case open
    /// A day, a month or a year.
    case date(CreditDate)
    /// No date that we can read.
    case unreadable

    /// The date, or ``CreditDate/open``; nil where there is none.
    public var date: CreditDate? {
        switch self {
        case .none, .unreadable: nil
        case .open: .open
        case .date(let date): date
        }
    }
}

extension Normalise {
    /// A date in any of the forms that agencies write, as precise as it came; a time of day is dropped.
    public static func date(_ raw: String) -> DateReading {
        guard let text = text(raw) else { return .none }
        // What nearly every agency writes.
        if let day = Day(text) {
            let (year, month, day) = day.components
            return reading(DateNumbers(year: year, month: month, day: day))
        }
        var utf8 = Array(text.utf8)
        if utf8.contains(where: { $0 >= 0x80 }) {
            if openWords.contains(text) { return .open }
            utf8 = plainDate(text)
        }
        guard let numbers = dateNumbers(utf8) else { return .unreadable }
        return reading(numbers)
    }

    private static let openWords: Set<String> = [
        "长期", "长期有效", "永久", "永久有效", "永久存续", "无期限", "无限期", "无固定期限", "无处罚期限", "无有效期", "至今", "不约定期限",
    ]

    /// Full-width digits become half-width, 年月 and the like hyphens, 日 nothing (or a blank, before a time).
    private static func plainDate(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch Characters.halfWidth(scalar) {
            case "年", "月":
                while bytes.last == 0x20 { bytes.removeLast() }
                bytes.append(UInt8(ascii: "-"))
            case "日", "号":
                while bytes.last == 0x20 { bytes.removeLast() }
                bytes.append(0x20)
            case let half where Characters.isDash(half.value): bytes.append(UInt8(ascii: "-"))
            case let half where half.isASCII: bytes.append(UInt8(half.value))
            default: bytes.append(0xFF)
            }
        }
        while bytes.last == UInt8(ascii: "-") || bytes.last == 0x20 { bytes.removeLast() }
        return bytes
    }

    private struct DateNumbers {
        var year: Int
        var month: Int?
        var day: Int?
    }

    private static func dateNumbers(_ bytes: [UInt8]) -> DateNumbers? {
        guard let separator = bytes.firstIndex(where: { !(0x30...0x39 ~= $0) }), separator == 4 else {
            return compactDate(bytes)
        }
        let mark = bytes[4]
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: ".") else { return nil }
        guard let year = digits(bytes[..<4]) else { return nil }
        var position = 5
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        guard let month = shortNumber(bytes, &position) else { return nil }
        if position == bytes.count { return DateNumbers(year: year, month: month, day: nil) }
        guard bytes[position] == mark else { return nil }
        position += 1
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        guard let day = shortNumber(bytes, &position), isTime(bytes[position...]) else { return nil }
        return DateNumbers(year: year, month: month, day: day)
    }

    /// `yyyy`, `yyyyMM`, `yyyyMMdd`, with or without a time.
    private static func compactDate(_ bytes: [UInt8]) -> DateNumbers? {
        let count = bytes.prefix { 0x30...0x39 ~= $0 }.count
        let rest = bytes[count...]
        guard rest.isEmpty || (count == 8 && isTime(rest)), let year = digits(bytes.prefix(4)) else { return nil }
        switch count {
        case 4: return DateNumbers(year: year)
        case 6: return DateNumbers(year: year, month: digits(bytes[4..<6]))
        case 8: return DateNumbers(year: year, month: digits(bytes[4..<6]), day: digits(bytes[6..<8]))
        case 14:
            guard let hour = digits(bytes[8..<10]), hour <= 24, let minute = digits(bytes[10..<12]), minute < 60,
                let second = digits(bytes[12..<14]), second < 61
            else { return nil }
            return DateNumbers(year: year, month: digits(bytes[4..<6]), day: digits(bytes[6..<8]))
        default: return nil
        }
    }

    private static func shortNumber(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        let start = position
        while position < bytes.count, position < start + 2, 0x30...0x39 ~= bytes[position] { position += 1 }
        return position > start ? digits(bytes[start..<position]) : nil
    }

    /// Whether what follows a day is a time of day, with or without fraction and zone, or nothing.
    private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        guard first == 0x20 || first == UInt8(ascii: "T") else { return false }
        let rest = bytes.drop { $0 == 0x20 || $0 == UInt8(ascii: "T") }
        guard !rest.isEmpty else { return first == 0x20 }
        let hours = rest.prefix { 0x30...0x39 ~= $0 }
        guard 1...2 ~= hours.count, let hour = digits(hours), hour <= 24,
            rest.dropFirst(hours.count).first == UInt8(ascii: ":")
        else { return false }
        return rest.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "Z"):
                true
            default: false
            }
        }
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard 0x30...0x39 ~= byte else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return bytes.isEmpty ? nil : value
    }

    private static func reading(_ numbers: DateNumbers) -> DateReading {
        switch (numbers.year, numbers.month, numbers.day) {
        case (9999, _, _), (2099, 12, 31): return .open
        case (0, nil, nil), (0, 0, nil), (0, 0, 0), (1, 1, 1), (1900, 1, 1): return .none
        default: break
        }
        guard 1800..<3000 ~= numbers.year else { return .unreadable }
        guard let month = numbers.month else { return .date(.year(numbers.year)) }
        guard 1...12 ~= month else { return .unreadable }
        guard let day = numbers.day else { return .date(.month(year: numbers.year, month: month)) }
        guard let day = Day(year: numbers.year, month: month, day: day) else { return .unreadable }
        return .date(.day(day))
    }
}
