public import CreditModel

/// What a column of codes holds by the agency's schema.
public enum CodeColumn: Hashable, Sendable {
    /// 统一社会信用代码.
    case uscc
    /// 组织机构代码.
    case org
    /// 注册号.
    case regno
    /// 纳税人识别号.
    case tax
    /// Either of the first two, told by its form.
    case orgOrUSCC
}

extension Normalise {
    /// The codes in a column: its own first, then those that are part of it, each with its standing.
    ///
    /// Case, width, blanks and hyphens are dirt and are mended; a wrong character is not. A code of another kind than the column's
    /// is ``CodeStanding/misplaced``: it keeps its own kind, and joins nothing.
    /// - Returns: nothing for nothing and for words for nothing.
    public static func code(_ raw: String, in column: CodeColumn) -> [SubjectCode] {
        let bytes = codeBytes(raw)
        guard !bytes.isEmpty else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        if isNullMarker(text) { return [] }
        if bytes.contains(UInt8(ascii: "*")) {
            return [
                SubjectCode(
                    Code(column.kind(of: bytes), text),
                    .masked,
                    isRestricted: readsAsMaskedCard(bytes, in: column)
                )
            ]
        }
        switch column {
        case .uscc: return uscc(bytes, text) ?? astray(bytes, text, in: .uscc)
        case .org: return organisation(bytes, text) ?? astray(bytes, text, in: .org)
        case .orgOrUSCC: return uscc(bytes, text) ?? organisation(bytes, text) ?? astray(bytes, text, in: column)
        case .regno: return registration(bytes, text) ?? astray(bytes, text, in: .regno)
        case .tax: return taxpayer(text) ?? astray(bytes, text, in: .tax)
        }
    }

    private static func uscc(_ bytes: [UInt8], _ text: String) -> [SubjectCode]? {
        // One card in 31 passes the check of a USCC.
        guard UnifiedSocialCreditCode.isValid(bytes), !IdentityCard.isValid(bytes[...]) else { return nil }
        let code = SubjectCode(Code(.uscc, text), .valid)
        // Said of the bytes: this is the code that comes most often.
        guard OrganisationCode.isValid(bytes[8..<17]) else { return [code] }
        return [code, SubjectCode(Code(.org, String(decoding: bytes[8..<17], as: UTF8.self)), .valid, within: .uscc)]
    }

    private static func organisation(_ bytes: [UInt8], _ text: String) -> [SubjectCode]? {
        OrganisationCode.isValid(bytes[...]) ? [SubjectCode(Code(.org, text), .valid)] : nil
    }

    private static func registration(_ bytes: [UInt8], _ text: String) -> [SubjectCode]? {
        if RegistrationNumber.isValid(bytes) { return [SubjectCode(Code(.regno, text), .valid)] }
        return RegistrationNumber.isOldForm(bytes) ? [SubjectCode(Code(.regno, text), .unchecked)] : nil
    }

    private static func taxpayer(_ text: String) -> [SubjectCode]? {
        guard let number = TaxpayerNumber(text) else { return nil }
        let code = Code(.tax, text)
        // A temporary taxpayer's number is accepted as it is, but joins nothing.
        let standing = number.form == .temporary ? CodeStanding.invalid : .unchecked
        var codes = [SubjectCode(code, standing, isRestricted: number.isRestricted)]
        switch number.form {
        case .creditCode(let uscc):
            codes.append(SubjectCode(Code(.uscc, text), .valid))
            codes += derived(uscc.organisationCode, from: .uscc)
        case .organisation(let organisation):
            codes += derived(organisation, from: .tax, needsNameAgreement: number.readsAsBirthDate)
        case .oldIdentityCard, .identityCard, .suffixedIdentityCard, .temporary: break
        }
        return codes
    }

    private static func derived(
        _ code: OrganisationCode?,
        from kind: CodeKind,
        needsNameAgreement: Bool = false
    ) -> [SubjectCode] {
        guard let code else { return [] }
        return [SubjectCode(Code(.org, code.text), .valid, within: kind, needsNameAgreement: needsNameAgreement)]
    }

    /// A code that its column does not hold: of another kind, or of none.
    private static func astray(_ bytes: [UInt8], _ text: String, in column: CodeColumn) -> [SubjectCode] {
        // A person's number may stand, or be mistyped, in any column.
        let isRestricted = IdentityCard.isLikely(bytes[...])
        if let kind = kindElsewhere(bytes, text) {
            return [SubjectCode(Code(kind, text), .misplaced, isRestricted: isRestricted)]
        }
        return [SubjectCode(Code(column.kind(of: bytes), text), .invalid, isRestricted: isRestricted)]
    }

    private static func kindElsewhere(_ bytes: [UInt8], _ text: String) -> CodeKind? {
        switch bytes.count {
        case 9: OrganisationCode.isValid(bytes[...]) ? .org : nil
        case 13: RegistrationNumber.isOldForm(bytes) ? .regno : nil
        case 15: RegistrationNumber.isValid(bytes) ? .regno : TaxpayerNumber(text)?.organisationCode.map { _ in .tax }
        case 18 where IdentityCard.isValid(bytes[...]): .tax
        case 18: UnifiedSocialCreditCode.isValid(bytes) ? .uscc : TaxpayerNumber(text).map { _ in .tax }
        default: nil
        }
    }

    /// Whether a masked code may be what is left of an identity card: in a tax column, where nothing speaks for a USCC.
    private static func readsAsMaskedCard(_ bytes: [UInt8], in column: CodeColumn) -> Bool {
        guard column == .tax, 15...20 ~= bytes.count else { return false }
        return bytes.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "X") }
            && !bytes.starts(with: [0x39])
    }

    /// Half-width and upper case, without blanks and hyphens.
    static func codeBytes(_ raw: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        let sent = raw.utf8.span
        for index in sent.indices {
            let byte = sent[index]
            switch byte {
            case 0x61...0x7A: bytes.append(byte - 0x20)
            case 0x00...0x20, 0x2D, 0x7F: break
            case 0x80...: return foldedCodeBytes(raw)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func foldedCodeBytes(_ raw: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in raw.unicodeScalars {
            let half = Characters.halfWidth(scalar)
            switch half.value {
            case 0x61...0x7A: bytes.append(UInt8(half.value - 0x20))
            case 0x20: break
            case let value where Characters.isDash(value) || Characters.isOddBlank(value): break
            case 0x21...0x7E: bytes.append(UInt8(half.value))
            default: bytes.append(contentsOf: String(Character(half)).utf8)
            }
        }
        return bytes
    }
}

extension CodeColumn {
    /// The kind that the column's codes have; where it holds two, told by the length.
    fileprivate func kind(of bytes: [UInt8]) -> CodeKind {
        switch self {
        case .uscc: .uscc
        case .org: .org
        case .regno: .regno
        case .tax: .tax
        case .orgOrUSCC: bytes.count <= 10 ? .org : .uscc
        }
    }
}
