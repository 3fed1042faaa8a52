/// 统一社会信用代码, GB 32100-2015: 18 characters of an alphabet of 31, the last a check character.
public struct UnifiedSocialCreditCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 18 characters, half-width and upper case.
    public let text: String

    /// Reads the canonical form and checks alphabet, division and check character.
    ///
    /// The first two characters (registering department and kind) are open: new ones are assigned by amendment (`N2`, `A1`).
    public init?(_ text: some StringProtocol) {
        guard Self.isValid(Array(text.utf8)) else { return nil }
        self.text = String(text)
    }

    /// The organisation code at positions 9–17; nil where its own check does not hold, which is no fault of the USCC.
    public var organisationCode: OrganisationCode? { OrganisationCode(text.utf8.dropFirst(8).prefix(9)) }

    /// The division of the registering authority (not of the domicile), at positions 3–8.
    public var district: District? { District(Substring(text.utf8.dropFirst(2).prefix(6))) }

    /// Whether the bytes are a valid code in its canonical form.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 18, bytes[2..<8].allSatisfy({ 0x30...0x39 ~= $0 }),
            bytes.contains(where: { $0 != bytes[0] })
        else { return false }
        var sum = 0
        var weight = 1
        for byte in bytes[..<17] {
            guard let value = value(of: byte) else { return false }
            sum += value * weight
            weight = weight * 3 % 31
        }
        // The printed clause, 31 − MOD(Σ, 31), gives 31 for a multiple of 31; what is issued then is 0.
        return value(of: bytes[17]) == (31 - sum % 31) % 31
    }

    private static func value(of byte: UInt8) -> Int? {
        guard byte < 0x80 else { return nil }
        let value = values[Int(byte)]
        return value < 0 ? nil : Int(value)
    }

    private static let values: [Int8] = {
        var values = [Int8](repeating: -1, count: 128)
        for (index, byte) in "0123456789ABCDEFGHJKLMNPQRTUWXY".utf8.enumerated() { values[Int(byte)] = Int8(index) }
        return values
    }()

    /// Whether a code comes before another, by its characters.
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    /// The code itself.
    public var description: String { text }
}
