/// 公民身份号码, GB 11643-1999: 18 characters, ISO 7064 MOD 11-2; and the 15 digits of 1989 before it.
///
/// Restricted wherever it stands: never shown, never logged.
public struct IdentityCard: Hashable, Sendable, CustomStringConvertible {
    /// The number; never to be shown or logged.
    public let text: String

    /// Reads 18 characters whose date of birth and check hold, or 15 digits with a division and a date of birth.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard Self.isValid(bytes[...]) || Self.readsAsOldForm(bytes[...]) else { return nil }
        self.text = String(text)
    }

    /// The day of birth.
    public var born: Day? {
        let bytes = Array(text.utf8)
        return bytes.count == 18 ? Self.date(bytes[6..<14]) : Self.date([0x31, 0x39] + bytes[6..<12])
    }

    /// Whether the bytes are 18 characters whose date of birth and check character hold.
    package static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard readsAsNumber(bytes) else { return false }
        var sum = 0
        for byte in bytes.dropLast() { sum = (sum + Int(byte - 0x30)) * 2 % 11 }
        let check = (12 - sum) % 11
        return bytes.last == (check == 10 ? UInt8(ascii: "X") : UInt8(0x30 + check))
    }

    /// Whether a code is a card's number, alone or with the two characters that a tax office adds: it leads nobody to anybody.
    package static func isCode(_ code: some StringProtocol) -> Bool {
        let bytes = Array(code.utf8)
        return (bytes.count == 18 || bytes.count == 20) && isValid(bytes[..<18])
    }

    /// Whether 18 characters look like a number, check or not: 17 digits, then a digit or `X`, with a date of birth since 1900.
    ///
    /// Earlier years are no births of cardholders, but are the middle of many a USCC of 440118.
    package static func readsAsNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        // The century first: of most codes that are looked at it says at once that they are no card's.
        guard bytes.count == 18, let last = bytes.last, last == UInt8(ascii: "X") || 0x30...0x39 ~= last,
            isCentury(bytes.dropFirst(6).prefix(2)), bytes.dropLast().allSatisfy({ 0x30...0x39 ~= $0 })
        else { return false }
        return date(bytes.dropFirst(6).prefix(8)) != nil
    }

    /// Whether the bytes are 15 digits with a division and a date of birth (`yyMMdd`): there is no check.
    package static func readsAsOldForm(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 15 && bytes.allSatisfy { 0x30...0x39 ~= $0 } && District.isKnown(bytes.prefix(6))
            && readsAsShortBirthDate(bytes.dropFirst(6).prefix(6))
    }

    /// Whether six bytes read as a date of birth of the twentieth century, `yyMMdd`.
    package static func readsAsShortBirthDate(_ bytes: ArraySlice<UInt8>) -> Bool { date([0x31, 0x39] + bytes) != nil }

    /// Whether two bytes begin a year in which a cardholder may be born.
    static func isCentury(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.elementsEqual([0x31, 0x39]) || bytes.elementsEqual([0x32, 0x30])
    }

    private static func date(_ bytes: ArraySlice<UInt8>) -> Day? {
        let start = bytes.startIndex
        guard bytes.count == 8, let year = Day.digits(bytes[start..<start + 4]), 1900..<2100 ~= year,
            let month = Day.digits(bytes[start + 4..<start + 6]), let day = Day.digits(bytes[start + 6..<start + 8])
        else { return nil }
        return Day(year: year, month: month, day: day)
    }

    /// A stand-in: the number is restricted.
    public var description: String { "(identity card)" }
}
