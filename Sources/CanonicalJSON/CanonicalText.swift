/// How RFC 8785 writes texts and numbers, and orders keys.
enum CanonicalText {
    /// Appends a text with its quotation marks (RFC 8785 §3.2.2.2): only what must be escaped is.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(quote)
        if isPlain(text.utf8.span) {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { appendEscaped(byte, to: &bytes) }
        }
        bytes.append(quote)
    }

    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        // Without leaving early: that goes many bytes at a time.
        var special: UInt8 = 0
        for place in text.indices {
            let byte = text[place]
            special |= (byte < 0x20 ? 1 : 0) | (byte == quote ? 1 : 0) | (byte == backslash ? 1 : 0)
        }
        return special == 0
    }

    /// Appends a whole number.
    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var power: UInt64 = 1
        var left = number.magnitude
        while left / power >= 10 { power *= 10 }
        while power > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: left / power))
            left %= power
            power /= 10
        }
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case quote, backslash: bytes += [backslash, byte]
        case 0x08: bytes += [backslash, UInt8(ascii: "b")]
        case 0x09: bytes += [backslash, UInt8(ascii: "t")]
        case 0x0A: bytes += [backslash, UInt8(ascii: "n")]
        case 0x0C: bytes += [backslash, UInt8(ascii: "f")]
        case 0x0D: bytes += [backslash, UInt8(ascii: "r")]
        case 0..<0x20:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes += [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }

    /// Whether a key comes before another: by UTF-16 code units (RFC 8785 §3.2.3), in which U+E000–U+FFFF follow the surrogates.
    static func precedes(_ a: String, _ b: String) -> Bool {
        var left = a.utf8.makeIterator()
        var right = b.utf8.makeIterator()
        while true {
            guard let r = right.next() else { return false }
            guard let l = left.next() else { return true }
            if l != r { return rank(l) < rank(r) }
        }
    }

    /// UTF-8 orders as code points do; UTF-16 differs in one thing: lead bytes of four-byte sequences (F0–F4) come before EE and EF.
    ///
    /// EE and EF lead U+E000–U+FFFF; continuation bytes never reach that range, so the rank of a byte is enough.
    private static func rank(_ byte: UInt8) -> UInt16 {
        byte == 0xEE || byte == 0xEF ? UInt16(byte) + 0x100 : UInt16(byte)
    }

    /// Appends a number as ECMAScript's `Number::toString` writes it (RFC 8785 §3.2.2.3).
    static func append(_ number: Double, to bytes: inout [UInt8]) {
        guard number.isFinite else {
            assertionFailure("JSON knows no \(number)")
            bytes.append(contentsOf: "null".utf8)
            return
        }
        guard number != 0 else {
            bytes.append(UInt8(ascii: "0"))
            return
        }
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let (digits, point) = shortestDigits(of: number.magnitude)
        appendECMAScript(digits: digits, point: point, to: &bytes)
    }

    /// The shortest digits that read back as the number, and how many of them stand before the decimal point.
    ///
    /// Swift's own description has those digits (closest of the shortest, as ECMAScript asks); only its layout differs.
    private static func shortestDigits(of number: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var isNegativeExponent = false
        var inExponent = false
        for byte in number.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"): inExponent = true
            case UInt8(ascii: "-"): isNegativeExponent = true
            case UInt8(ascii: "+"): break
            default:
                if inExponent { exponent = exponent * 10 + Int(byte - 0x30) } else { digits.append(byte) }
            }
        }
        var place = (point ?? digits.count) + (isNegativeExponent ? -exponent : exponent)
        let leading = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(leading)
        place -= leading
        while digits.last == 0x30 { digits.removeLast() }
        return (digits, place)
    }

    /// ECMA-262 §6.1.6.1.20, steps 6 to 12: `point` is its n, the count of digits its k.
    private static func appendECMAScript(digits: [UInt8], point: Int, to bytes: inout [UInt8]) {
        switch point {
        case digits.count...21 where digits.count <= 21:
            bytes += digits
            bytes += repeatElement(0x30, count: point - digits.count)
        case 1...21:
            bytes += digits[..<point]
            bytes.append(UInt8(ascii: "."))
            bytes += digits[point...]
        case -5...0:
            bytes += [0x30, UInt8(ascii: ".")]
            bytes += repeatElement(0x30, count: -point)
            bytes += digits
        default:
            bytes.append(digits[0])
            if digits.count > 1 {
                bytes.append(UInt8(ascii: "."))
                bytes += digits[1...]
            }
            bytes.append(UInt8(ascii: "e"))
            bytes.append(UInt8(ascii: point > 0 ? "+" : "-"))
            bytes.append(contentsOf: String((point - 1).magnitude).utf8)
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
