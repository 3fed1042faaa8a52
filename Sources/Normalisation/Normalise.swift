internal import CreditModel

/// Agencies' raw text → canonical values.
///
/// What cannot be read is said to be so; nothing is guessed. Pure functions, called for every field of every row: what needs no change is returned as it came.
public enum Normalise {
    /// A text without blanks at its ends, inner blanks of any kind collapsed to one, invisible characters dropped.
    ///
    /// - Returns: nil for nothing and for the agencies' words for nothing: `null`, `暂无`, `无`, `无数据`, `\n`, `-`, `--`.
    public static func text(_ raw: String) -> String? {
        let text = hasOddBlanks(raw) ? collapsed(raw) : raw
        return isNullMarker(text) ? nil : text
    }

    /// An enterprise's name: letters and digits half-width, all brackets `（）`, no blanks beside Han characters.
    public static func name(_ raw: String) -> String? {
        guard let text = text(raw) else { return nil }
        guard
            hasByte(
                text,
                {
                    $0 == 0x20 || $0 == 0x28 || $0 == 0x29 || $0 == 0x5B || $0 == 0x5D || $0 == 0xE3 || $0 == 0xEF
                }
            )
        else { return text }
        return presence(
            folded(text, blanks: .besideLatin) { scalar in
                switch Characters.bracket(scalar.value) {
                case .opening: "（"
                case .closing: "）"
                case nil: Characters.halfWidthLetterOrDigit(scalar)
                }
            }
        )
    }

    /// A person's name: no blanks between Han characters, letters half-width, `·` between the parts of a foreign one.
    public static func person(_ raw: String) -> String? {
        guard let text = text(raw) else { return nil }
        guard hasByte(text, { $0 == 0x20 || $0 == 0xC2 || $0 == 0xE2 || $0 == 0xE3 || $0 == 0xEF }) else {
            return text
        }
        return presence(
            folded(text, blanks: .besideLatin) { scalar in
                scalar.value > 0x7F && Characters.isMiddleDot(scalar.value)
                    ? "·" : Characters.halfWidthLetterOrDigit(scalar)
            }
        )
    }

    /// An address: letters and digits half-width, no blanks.
    public static func address(_ raw: String) -> String? {
        guard let text = text(raw) else { return nil }
        guard hasByte(text, { $0 == 0x20 || $0 == 0xEF }) else { return text }
        return presence(folded(text, blanks: .nowhere, Characters.halfWidthLetterOrDigit))
    }

    /// A document's number (文号): no blanks, half-width letters and digits, its year in `〔〕` whatever brackets it came in.
    public static func documentNumber(_ raw: String) -> String? {
        guard let text = text(raw) else { return nil }
        var scalars = Array(folded(text, blanks: .nowhere, Characters.halfWidthLetterOrDigit).unicodeScalars)
        for start in scalars.indices.dropLast(5) where Characters.bracket(scalars[start].value) == .opening {
            let year = scalars[start + 1...start + 4]
            guard year.allSatisfy({ 0x30...0x39 ~= $0.value }), Characters.bracket(scalars[start + 5].value) == .closing
            else { continue }
            scalars[start] = "〔"
            scalars[start + 5] = "〕"
        }
        return presence(string(scalars))
    }

    /// A whole number; nil where the text is none, or too large.
    public static func number(_ raw: String) -> Int64? {
        guard let text = text(raw) else { return nil }
        if let number = Int64(text) { return number }
        let folded = folded(text, blanks: .nowhere, Characters.halfWidth)
        guard let digits = DecimalText(folded), digits.isWhole else { return nil }
        return Int64(digits.shifted(by: 0))
    }

    /// The parts of a list, each as ``text(_:)``, in the agency's order, none twice.
    public static func list(_ raw: String, separators: String = ";；") -> [String] {
        let separators = Array(separators.unicodeScalars)
        var parts: [String] = []
        for part in raw.unicodeScalars.split(whereSeparator: { separators.contains($0) }) {
            if let text = text(String(part)), !parts.contains(text) { parts.append(text) }
        }
        return parts
    }

    /// Whether a name (as ``name(_:)`` gives it) is a test row's: it begins with 测试.
    public static func isTestName(_ name: String) -> Bool {
        // As some write it: 測試.
        let (test, traditional) = ("测试".utf8, "測試".utf8)
        return name.utf8.starts(with: test) || name.utf8.starts(with: traditional)
    }

    /// Whether a text, trimmed, is an agency's word for nothing.
    public static func isNullMarker(_ text: String) -> Bool {
        switch text.utf8.count {
        case 0: true
        case 1: text == "-"
        case 2: text == "--" || text == "\\n" || text == "\\N"
        case 3: text == "无"
        case 4: text.lowercased() == "null"
        case 6: text == "暂无"
        case 9: text == "无数据"
        case 12: text == "ｎｕｌｌ" || text == "ＮＵＬＬ"
        default: false
        }
    }

    private static func presence(_ text: String) -> String? { isNullMarker(text) ? nil : text }
}

// Blanks and single characters.
extension Normalise {
    /// Where a single blank stays.
    enum BlankRule {
        /// Between two characters of which none is Han.
        case besideLatin
        case nowhere
    }

    /// Replaces characters one by one and drops the blanks that the rule drops.
    static func folded(_ text: String, blanks: BlankRule, _ form: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView()
        var last: UInt32 = 0xFFFF
        var blankWaits = false
        for scalar in text.unicodeScalars {
            if scalar == " " {
                blankWaits = true
                continue
            }
            let next = form(scalar)
            if blankWaits, blanks == .besideLatin, !Characters.isHan(last), !Characters.isHan(next.value) {
                result.append(" ")
            }
            blankWaits = false
            result.append(next)
            last = next.value
        }
        return String(result)
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Whether anything in a text may have to be trimmed, collapsed or dropped; a false alarm costs time only.
    private static func hasOddBlanks(_ text: String) -> Bool {
        var last: UInt8 = 0x20
        var beforeLast: UInt8 = 0
        let bytes = text.utf8.span
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            // Han characters, which most texts are made of, have three bytes and are none of these.
            if 0xE4...0xE9 ~= byte {
                index += 2
                (beforeLast, last) = (byte, byte)
                continue
            }
            switch byte {
            case 0x00...0x1F, 0x7F, 0xC2, 0xE1, 0xE2: return true
            case 0x20 where last == 0x20: return true
            case 0x80 where last == 0x80 && beforeLast == 0xE3: return true
            case 0xBF where last == 0xBB && beforeLast == 0xEF: return true
            default: break
            }
            beforeLast = last
            last = byte
        }
        return last == 0x20
    }

    /// Whether any byte of a text's UTF-8 is as asked; without the string's own iterator, which tests its kind at each byte.
    @inline(__always)
    private static func hasByte(_ text: String, _ isWanted: (UInt8) -> Bool) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where isWanted(bytes[index]) { return true }
        return false
    }

    private static func collapsed(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var blankWaits = false
        for scalar in text.unicodeScalars {
            if scalar == " " || Characters.isOddBlank(scalar.value) {
                blankWaits = blankWaits || !scalar.hasNoWidth
                continue
            }
            if blankWaits, !result.isEmpty { result.append(" ") }
            blankWaits = false
            result.append(scalar)
        }
        return String(result)
    }
}
