import CreditModel
import XMLFeed

/// What of an agency's text may be printed: no telephone numbers, no numbers of identity cards, no control characters.
///
/// Broken rows have no fields to go by, so whatever looks like such a number is masked, mistyped ones included (all that
/// ``IdentityCard/isLikely(_:)`` keeps out of profiles, and more); an enterprise's number that looks the same is masked
/// with them, and so is whatever stands in the fields of ``RestrictedFields``.
package enum Redaction {
    /// A row's bytes as text: UTF-8 if they are, but for a few, GB 18030 otherwise.
    package static func text(of bytes: [UInt8]) -> String {
        text(RowScan(bytes, encoding: isUTF8(bytes) ? .utf8 : .gb18030).decoded)
    }

    /// A row with a sequence of no encoding is no other encoding's for it: of GB 18030, UTF-8 would make hardly a character.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        var (good, bad) = (0, 0)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where !scalar.isASCII {
            if scalar == "\u{FFFD}" { bad += 1 } else { good += 1 }
        }
        return good > bad
    }

    /// The text with stars in place of such numbers.
    package static func text(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        let characters = characters(of: scalars)
        // A control character is shown as a blank, so it parts a number no more than a blank does.
        let read = characters.map { isControl($0.scalar) ? " " : halfWidth($0.scalar) }
        // What profiles hide, in parts or in one piece, and what else looks like a person's number here.
        let hidden = IdentityCardScan.ranges(in: read) + words(in: read).filter { isPersonal(read[$0]) }
        for range in hidden {
            guard let first = characters[range].first, let last = characters[range].last else { continue }
            for index in first.place.lowerBound..<last.place.upperBound { scalars[index] = "*" }
        }
        for range in RestrictedFields.values(in: scalars) {
            for index in range { scalars[index] = "*" }
        }
        let shown = scalars.map { isControl($0) && $0 != "\n" && $0 != "\t" ? " " : $0 }
        return String(String.UnicodeScalarView(shown)).replacing(landline) { stars($0.output.count) }
    }

    /// A name or a code that an agency sent, for one line of a list: redacted, and no longer than a line.
    package static func label(_ text: String) -> String {
        // What stands at the cut is not shown, so half a number there is none that is.
        let text = String(text.prefix(400))
        let digits = text.utf8.count { 0x30...0x39 ~= $0 || $0 >= 0xEF }
        return String((digits < 7 ? text : self.text(text)).prefix(120))
    }

    /// A character as an XML reader would have it, and where it is written.
    private struct Character {
        let scalar: Unicode.Scalar
        let place: Range<Int>
    }

    /// What an XML reader would make of a row's text: references are what they stand for, comments are nothing.
    ///
    /// Broken rows are shown as they came, and a number may be written in any of these ways.
    private static func characters(of scalars: [Unicode.Scalar]) -> [Character] {
        var characters: [Character] = []
        characters.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            if let end = endOfNothing(in: scalars, at: index) {
                index = end
            } else if let reference = reference(in: scalars, at: index) {
                characters.append(reference)
                index = reference.place.upperBound
            } else {
                if !scalars[index].hasNoWidth {
                    characters.append(Character(scalar: scalars[index], place: index..<index + 1))
                }
                index += 1
            }
        }
        return characters
    }

    /// The end of a comment, an instruction or a mark of CDATA that begins here.
    private static func endOfNothing(in scalars: [Unicode.Scalar], at start: Int) -> Int? {
        guard scalars[start] == "<" || scalars[start] == "]" else { return nil }
        for (opening, closing) in [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", ""), ("]]>", "")]
        where scalars[start...].starts(with: opening.unicodeScalars) {
            let body = scalars[(start + opening.unicodeScalars.count)...]
            return closing.isEmpty ? body.startIndex : body.firstRange(of: Array(closing.unicodeScalars))?.upperBound
        }
        return nil
    }

    /// A reference to a character by its number that begins here.
    private static func reference(in scalars: [Unicode.Scalar], at start: Int) -> Character? {
        guard scalars[start...].starts(with: "&#".unicodeScalars),
            let end = scalars[start...].prefix(12).firstIndex(of: ";")
        else { return nil }
        let number = String(String.UnicodeScalarView(scalars[start + 2..<end]))
        let value = number.hasPrefix("x") ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
        return value.flatMap(Unicode.Scalar.init).map { Character(scalar: $0, place: start..<end + 1) }
    }

    /// Runs of letters and digits.
    private static func words(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for index in 0...scalars.count {
            let isInside = index < scalars.count && isLetterOrDigit(scalars[index])
            if isInside, start == nil { start = index }
            if !isInside, let first = start {
                words.append(first..<index)
                start = nil
            }
        }
        return words
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    private static func stars(_ count: Int) -> String { String(repeating: "*", count: count) }

    private static var landline: Regex<Substring> {
        /\b[0０][0-9０-９]{2,3}[-－ ]?[0-9０-９]{3,4}[-－ ]?[0-9０-９]{4}\b/
    }

    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard 0xFF10...0xFF5A ~= scalar.value else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        "0"..."9" ~= scalar || "A"..."Z" ~= scalar || "a"..."z" ~= scalar
    }

    /// Whether letters and digits without anything between them look like a card's or a telephone's number.
    private static func isPersonal(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
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
