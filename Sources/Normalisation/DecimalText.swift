/// A decimal number as text: exact, however many digits it has.
struct DecimalText {
    private let isNegative: Bool
    /// All digits, without the point.
    private let digits: [UInt8]
    /// How many of the digits stand after the point; negative where zeros are left out before it.
    private let scale: Int

    /// Reads `-1,234.50`, with or without groups of three, and the exponents that programs print (`5.0E7`); no blanks.
    init?(_ text: some StringProtocol) {
        var digits: [UInt8] = []
        var scale = 0
        var rest = Array(text.utf8)[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if let exponentMark = rest.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            guard let exponent = Int(String(decoding: rest[(exponentMark + 1)...], as: UTF8.self)), -60...60 ~= exponent
            else { return nil }
            scale = -exponent
            rest = rest[..<exponentMark]
        }
        if let point = rest.firstIndex(of: UInt8(ascii: ".")) {
            let fraction = rest[(point + 1)...]
            guard fraction.allSatisfy(Self.isDigit), rest.count > 1 else { return nil }
            digits = Array(fraction)
            scale += fraction.count
            rest = rest[..<point]
        }
        guard let whole = Self.ungrouped(rest) else { return nil }
        digits = whole + digits
        guard !digits.isEmpty, digits.count <= 60 else { return nil }
        self.digits = digits
        self.scale = scale
    }

    /// Whether nothing but zeros stands after the point.
    var isWhole: Bool { scale <= 0 || digits.suffix(scale).allSatisfy { $0 == 0x30 } && scale <= digits.count }

    /// The number times ten to the power of `places`: a plain decimal without leading or trailing zeros.
    func shifted(by places: Int) -> String {
        var scale = scale - places
        var digits = digits
        if scale < 0 {
            digits += repeatElement(0x30, count: -scale)
            scale = 0
        }
        if digits.count <= scale { digits = Array(repeatElement(0x30, count: scale + 1 - digits.count)) + digits }
        var whole = digits[..<(digits.count - scale)].drop { $0 == 0x30 }
        var fraction = digits[(digits.count - scale)...]
        while fraction.last == 0x30 { fraction.removeLast() }
        let isZero = whole.isEmpty && fraction.isEmpty
        if whole.isEmpty { whole = [0x30] }
        var text = isNegative && !isZero ? [UInt8(ascii: "-")] : []
        text += whole
        if !fraction.isEmpty { text += [UInt8(ascii: ".")] + fraction }
        return String(decoding: text, as: UTF8.self)
    }

    /// Digits without their commas, which must part groups of three.
    private static func ungrouped(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: ",")) else { return bytes.allSatisfy(isDigit) ? Array(bytes) : nil }
        let groups = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard let first = groups.first, 1...3 ~= first.count, groups.dropFirst().allSatisfy({ $0.count == 3 }),
            groups.joined().allSatisfy(isDigit)
        else { return nil }
        return Array(groups.joined())
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
