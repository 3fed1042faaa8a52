/// 工商注册号: 15 digits with a check digit (GS15-2006, ISO 7064 MOD 11,10), or 13 digits without one from before 2007.
public struct RegistrationNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 13 or 15 digits.
    public let text: String

    /// Reads 15 digits whose check holds, or 13 digits; one repeated digit is a placeholder and no number.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard Self.isValid(bytes) || Self.isOldForm(bytes) else { return nil }
        self.text = String(text)
    }

    /// Whether the number has a check digit, which holds; the old 13 digits have none.
    public var isChecked: Bool { text.utf8.count == 15 }

    /// The division of the authority that registered it first.
    public var district: District? { District(text.prefix(6)) }

    /// Whether the bytes are 15 digits whose check holds.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 15, isPlausible(bytes) else { return false }
        var product = 10
        for byte in bytes[..<14] {
            let sum = (product + Int(byte - 0x30)) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (product + Int(bytes[14] - 0x30)) % 10 == 1
    }

    /// Whether the bytes have the form of a number from before 2007: 13 digits.
    package static func isOldForm(_ bytes: [UInt8]) -> Bool { bytes.count == 13 && isPlausible(bytes) }

    private static func isPlausible(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { 0x30...0x39 ~= $0 } && bytes.contains { $0 != bytes[0] }
    }

    /// Whether a code comes before another, by its characters.
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    /// The code itself.
    public var description: String { text }
}
