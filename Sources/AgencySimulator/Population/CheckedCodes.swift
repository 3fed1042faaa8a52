/// Check characters of the codes that the agencies give; formulas of GB 32100, GB 11714, GS15 and GB 11643.
enum CheckedCodes {
    static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    private static let weights18 = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    private static let weights9 = [3, 7, 9, 10, 5, 8, 4, 2]
    private static let weightsID = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

    private static func value31(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        default: alphabet.firstIndex(of: byte)
        }
    }
    private static func value36(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x5A: Int(byte) - 0x41 + 10
        default: nil
        }
    }

    /// The organisation code of an 8-character body.
    static func org(body: String) -> String {
        var sum = 0
        for (index, byte) in body.utf8.enumerated() where index < 8 { sum += (value36(byte) ?? 0) * weights9[index] }
        let check = 11 - sum % 11
        return body + (check == 10 ? "X" : check == 11 ? "0" : String(check))
    }
    static func isOrg(_ text: String) -> Bool {
        guard text.utf8.count == 9, text.utf8.allSatisfy({ value36($0) != nil }) else { return false }
        return org(body: String(text.prefix(8))) == text
    }

    /// The USCC of 8 leading characters and an organisation code.
    static func uscc(head: String, org: String) -> String {
        let body = head + org
        var sum = 0
        for (index, byte) in body.utf8.enumerated() where index < 17 { sum += (value31(byte) ?? 0) * weights18[index] }
        return body + String(UnicodeScalar(alphabet[(31 - sum % 31) % 31]))
    }
    static func isUSCC(_ text: String) -> Bool {
        guard text.utf8.count == 18, text.utf8.allSatisfy({ value31($0) != nil }) else { return false }
        return uscc(head: String(text.prefix(8)), org: String(text.dropFirst(8).prefix(9))) == text
    }

    /// Digits with their ISO 7064 MOD 11,10 check digit: what the 15-digit registration number ends with.
    static func mod1110(_ digits: String) -> String {
        var product = 10
        for byte in digits.utf8 {
            var sum = (Int(byte) - 0x30 + product) % 10
            if sum == 0 { sum = 10 }
            product = sum * 2 % 11
        }
        return digits + String((11 - product) % 10)
    }
    static func isMod1110(_ text: String) -> Bool {
        text.utf8.count > 1 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 } && mod1110(String(text.dropLast())) == text
    }

    /// An identity card's number of 17 digits.
    static func identityCard(_ digits: String) -> String {
        var sum = 0
        for (index, byte) in digits.utf8.enumerated() where index < 17 { sum += (Int(byte) - 0x30) * weightsID[index] }
        let check = (12 - sum % 11) % 11
        return digits + (check == 10 ? "X" : String(check))
    }
    static func isIdentityCard(_ text: String) -> Bool {
        let digits = text.prefix(17)
        return text.utf8.count == 18 && digits.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            && identityCard(String(digits)) == text
    }

    /// Whether a code holds in some column: what a wrong character must never lead to.
    static func isValid(_ text: String) -> Bool {
        switch text.utf8.count {
        case 9: isOrg(text)
        case 13: isMod1110(text)
        case 15: isMod1110(text) || isOrg(String(text.dropFirst(6)))
        case 18: isUSCC(text) || isIdentityCard(text)
        case 20: isIdentityCard(String(text.prefix(18)))
        default: false
        }
    }
}

/// One-to-one maps of an index into a space of numbers: no two enterprises get the same code.
struct Scatter {
    private let factor: UInt64
    private let shift: UInt64
    private let size: UInt64

    init(seed: UInt64, salt: UInt64, size: UInt64) {
        var dice = Dice(seed, 0x5CA7, salt)
        var factor = max(1, dice.next() % size)
        while Scatter.divisor(factor, size) != 1 { factor = factor % size + 1 }
        self.factor = factor
        shift = dice.next() % size
        self.size = size
    }
    private static func divisor(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : divisor(b, a % b) }

    /// Distinct for distinct indices below the size.
    func callAsFunction(_ index: Int) -> UInt64 {
        let product = (UInt64(index) % size).multipliedFullWidth(by: factor)
        return (size.dividingFullWidth(product).remainder + shift) % size
    }
}

/// Decimal text with leading zeros.
func padded(_ value: some BinaryInteger, _ width: Int) -> String {
    let text = String(value)
    return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
}
