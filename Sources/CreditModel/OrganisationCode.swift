/// 组织机构代码, GB 11714-1997: eight digits or capital letters and a check character.
public struct OrganisationCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The nine characters without the hyphen.
    public let text: String

    /// Reads `XXXXXXXXX` or, as printed, `XXXXXXXX-X`; placeholders of one repeated character (`000000000`) are no codes.
    public init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    init?(_ utf8: some Sequence<UInt8>) {
        var bytes = Array(utf8)
        if bytes.count == 10, bytes[8] == UInt8(ascii: "-") { bytes.remove(at: 8) }
        guard Self.isValid(bytes[...]) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The printed form, `XXXXXXXX-X`.
    public var hyphenated: String { "\(text.dropLast())-\(text.suffix(1))" }

    /// Whether the nine bytes are a valid code without a hyphen.
    package static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 9, let first = bytes.first, bytes.contains(where: { $0 != first }) else { return false }
        let base = bytes.startIndex
        var sum = 0
        for index in 0..<8 {
            switch bytes[base + index] {
            case let byte where 0x30...0x39 ~= byte: sum += Int(byte - 0x30) * weight(index)
            case let byte where 0x41...0x5A ~= byte: sum += Int(byte - 0x41 + 10) * weight(index)
            default: return false
            }
        }
        let check = 11 - sum % 11
        let expected = check == 10 ? UInt8(ascii: "X") : UInt8(0x30 + check % 11)
        return bytes[base + 8] == expected
    }

    /// 3 7 9 10 5 8 4 2, as the nibbles of one number.
    private static func weight(_ index: Int) -> Int { Int(0x248_5A97_3 as UInt64 >> UInt64(index * 4) & 15) }

    /// Whether a code comes before another, by its characters.
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    /// The code itself.
    public var description: String { text }
}
