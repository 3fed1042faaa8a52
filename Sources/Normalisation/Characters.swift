/// Questions about single characters, and their compatibility and simplified forms.
enum Characters {
    /// Unicode white space other than U+0020, control characters, and what has no width.
    static func isOddBlank(_ value: UInt32) -> Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0xA0, 0xAD, 0x1680, 0x180E, 0x2000...0x200F, 0x2028...0x202F, 0x205F...0x2064, 0x3000,
            0xFEFF:
            true
        default: false
        }
    }

    /// Whether blanks beside it carry no meaning: Han characters and their punctuation.
    static func isHan(_ value: UInt32) -> Bool { value >= 0x2E80 }

    /// The half-width form of a full-width letter or digit, else the scalar itself.
    static func halfWidthLetterOrDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: Unicode.Scalar(UInt8(scalar.value - 0xFEE0))
        default: scalar
        }
    }

    /// The half-width form of any full-width ASCII character, else the scalar itself.
    static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        0xFF01...0xFF5E ~= scalar.value ? Unicode.Scalar(UInt8(scalar.value - 0xFEE0)) : scalar
    }

    static func isDash(_ value: UInt32) -> Bool {
        switch value {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    enum Bracket { case opening, closing }

    /// Round, square and lenticular brackets, of any width.
    static func bracket(_ value: UInt32) -> Bracket? {
        switch value {
        case 0x28, 0x5B, 0xFF08, 0xFF3B, 0x3010, 0x3014, 0x3016, 0xFE59, 0xFE5D: .opening
        case 0x29, 0x5D, 0xFF09, 0xFF3D, 0x3011, 0x3015, 0x3017, 0xFE5A, 0xFE5E: .closing
        default: nil
        }
    }

    /// Quotation marks and title marks, which names are written with or without.
    static func isQuotation(_ value: UInt32) -> Bool {
        switch value {
        case 0x22, 0x27, 0x60, 0x2018...0x201F, 0x3008...0x300F, 0x3C, 0x3E, 0x7B, 0x7D: true
        default: false
        }
    }

    /// The dots that stand between the parts of foreign and Uyghur names.
    static func isMiddleDot(_ value: UInt32) -> Bool {
        switch value {
        case 0xB7, 0x2022, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65, 0x2E31: true
        default: false
        }
    }

    /// The simplified form of a traditional character; itself for any other.
    static func simplified(_ value: UInt32) -> UInt32 {
        guard 0x3400...0x9FFF ~= value else { return value }
        let form = simplifiedForms[Int(value - 0x3400)]
        return form == 0 ? value : UInt32(form)
    }

    /// The compatibility form (NFKC), where it differs.
    static func compatibility(_ value: UInt32) -> [UInt32]? {
        // Most of what is asked for is no such character; the blocks tell at once.
        guard value >= 0xA0, !(0x3400...0xF8FF ~= value) else { return nil }
        return compatibilityForms[value]
    }

    private static let simplifiedForms = forms(of: UnicodeTables.simplified)

    /// A table of pairs, a character and its other form, by place from U+3400; 0 where a character has none.
    static func forms(of pairs: String) -> [UInt16] {
        var forms = [UInt16](repeating: 0, count: 0xA000 - 0x3400)
        var source: Int?
        for scalar in pairs.unicodeScalars where scalar.value >= 0x3400 {
            if let index = source {
                forms[index] = UInt16(scalar.value)
                source = nil
            } else {
                source = Int(scalar.value) - 0x3400
            }
        }
        return forms
    }

    private static let compatibilityForms: [UInt32: [UInt32]] = {
        var forms: [UInt32: [UInt32]] = [:]
        var source: UInt32?
        var form: [UInt32] = []
        for scalar in UnicodeTables.compatibility.unicodeScalars {
            if scalar == "\t" {
                if let source { forms[source] = form }
                source = nil
                form = []
            } else if source == nil {
                source = scalar.value
            } else {
                form.append(scalar.value)
            }
        }
        return forms
    }()
}
