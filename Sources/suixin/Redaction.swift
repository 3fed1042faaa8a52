internal import Foundation

/// What of an agency's text may be printed: no telephone numbers, no numbers of identity cards, no control characters.
///
/// Broken rows have no fields to go by, so whatever looks like such a number is masked.
enum Redaction {
    /// A row's bytes as text: UTF-8 if they are, GB 18030 otherwise.
    static func text(of bytes: [UInt8]) -> String {
        let decoded = String(validating: bytes, as: UTF8.self) ?? String(data: Data(bytes), encoding: gb18030)
        return text(decoded ?? String(decoding: bytes, as: UTF8.self))
    }

    static func text(_ text: String) -> String {
        var masked = text
        for pattern in patterns {
            masked = masked.replacing(pattern) { match in String(repeating: "*", count: match.output.count) }
        }
        return String(
            masked.unicodeScalars.map { scalar in
                let isText = scalar.properties.generalCategory != .control || scalar == "\n" || scalar == "\t"
                return isText ? Character(scalar) : " "
            }
        )
    }

    /// kCFStringEncodingGB_18030_2000, as Foundation names encodings beyond its own.
    private static let gb18030 = String.Encoding(rawValue: 0x8000_0632)

    // Half-width and full-width digits; a date of birth in the middle tells a card from a code.
    private static var patterns: [Regex<Substring>] {
        let card = /[0-9０-９]{6}(?:[1１][9９]|[2２][0０])[0-9０-９]{2}[01０１][0-9０-９][0-3０-３][0-9０-９]{4}[0-9０-９XxＸｘ]/
        let oldCard = /\b[0-9０-９]{8}[01０１][0-9０-９][0-3０-３][0-9０-９]{4}\b/
        let mobile = /\b(?:\+?86-?)?[1１][3-9３-９][0-9０-９]{9}\b/
        let landline = /\b[0０][0-9０-９]{2,3}[-－]?[0-9０-９]{7,8}\b/
        let element = /(?:<TEL>|TEL=")[^<"]+/
        return [element, card, oldCard, mobile, landline]
    }
}
