internal import CreditModel
internal import Foundation

/// What of an agency's text may be printed: no telephone numbers, no numbers of identity cards, no control characters.
///
/// Broken rows have no fields to go by, so whatever looks like such a number is masked, mistyped ones included; an
/// enterprise's number that looks the same is masked with them.
enum Redaction {
    /// A row's bytes as text: UTF-8 if they are, GB 18030 otherwise.
    static func text(of bytes: [UInt8]) -> String {
        let decoded = String(validating: bytes, as: UTF8.self) ?? String(data: Data(bytes), encoding: gb18030)
        return text(decoded ?? String(decoding: bytes, as: UTF8.self))
    }

    /// The same on one line.
    static func line(_ text: String) -> String { Terminal.plain(self.text(text)) }

    static func text(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        var word: [Unicode.Scalar] = []
        func endWord() {
            shown.append(contentsOf: isPersonal(word.map(halfWidth)) ? word.map { _ in "*" } : word)
            word.removeAll()
        }
        var scalars = Array(text.unicodeScalars)
        // Numbers in parts, as people write them; those in one piece are found below, mistyped ones, too.
        for range in IdentityCardScan.ranges(in: scalars.map(halfWidth), oldForm: true) {
            for index in range { scalars[index] = "*" }
        }
        for scalar in scalars {
            if isLetterOrDigit(halfWidth(scalar)) {
                word.append(scalar)
                continue
            }
            endWord()
            let isText = scalar.properties.generalCategory != .control || scalar == "\n" || scalar == "\t"
            shown.append(isText ? scalar : " ")
        }
        endWord()
        return String(shown).replacing(landline) { stars($0.output.count) }
            .replacing(restrictedField) { $0.output.1 + stars($0.output.2.count) }
    }

    private static func stars(_ count: Int) -> String { String(repeating: "*", count: count) }

    /// kCFStringEncodingGB_18030_2000, as Foundation names encodings beyond its own.
    private static let gb18030 = String.Encoding(rawValue: 0x8000_0632)

    private static var landline: Regex<Substring> { /\b[0０][0-9０-９]{2,3}[-－]?[0-9０-９]{7,8}\b/ }
    /// Fields that are a person's whatever stands in them.
    private static var restrictedField: Regex<(Substring, Substring, Substring)> {
        /((?:TEL|CF_XDR_SFZ)(?:>|="))([^<"]+)/
    }

    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard 0xFF10...0xFF5A ~= scalar.value else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        "0"..."9" ~= scalar || "A"..."Z" ~= scalar || "a"..."z" ~= scalar
    }

    /// Whether letters and digits without anything between them look like a card's or a telephone's number.
    private static func isPersonal(_ word: [Unicode.Scalar]) -> Bool {
        guard 11...20 ~= word.count else { return false }
        let bytes = Array(String(String.UnicodeScalarView(word)).uppercased().utf8)
        let digits = bytes.prefix { 0x30...0x39 ~= $0 }.count
        switch bytes.count {
        case 20: return digits >= 17
        case 18 where digits == 18 || digits == 17 && bytes[17] == UInt8(ascii: "X"):
            let isCreditCode = UnifiedSocialCreditCode(String(decoding: bytes, as: UTF8.self)) != nil
            return !isCreditCode || IdentityCard.isValid(bytes[...])
        case 15: return digits == 15 && readsAsDay(bytes[8..<12])
        case 16, 17, 19: return digits >= bytes.count - 1 && isCentury(bytes[6..<8]) && readsAsDay(bytes[10..<14])
        case 13: return digits == 13 && bytes.starts(with: [0x38, 0x36]) && isMobile(bytes.dropFirst(2))
        case 11: return digits == 11 && isMobile(bytes[...])
        default: return false
        }
    }

    /// Loosely: a mistyped birthday is a birthday.
    private static func readsAsDay(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let month = bytes.first, let day = bytes.dropFirst(2).first else { return false }
        return month <= 0x31 && day <= 0x33
    }

    private static func isCentury(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.elementsEqual([0x31, 0x39]) || bytes.elementsEqual([0x32, 0x30])
    }

    /// 13x, 145–149 and so on: the prefixes that are given out; a tax office's code begins with 144.
    private static func isMobile(_ bytes: ArraySlice<UInt8>) -> Bool {
        let prefix = bytes.prefix(3).reduce(0) { $0 * 10 + Int($1) - 0x30 }
        return 130...139 ~= prefix || 145...199 ~= prefix
    }
}
