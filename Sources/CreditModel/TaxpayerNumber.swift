/// 纳税人识别号 (税务总局公告2015年第66号, 税总发〔2013〕41号), as a whole and by what it is made of.
public struct TaxpayerNumber: Hashable, Sendable {
    /// What the number is made of.
    public enum Form: Hashable, Sendable {
        /// 15 characters: division and organisation code.
        case organisation(OrganisationCode)
        /// 15 digits that read as an old identity card, and hold no organisation code.
        case oldIdentityCard
        /// 18 characters: a USCC.
        case creditCode(UnifiedSocialCreditCode)
        /// 18 characters whose date of birth and MOD 11-2 hold: an identity card, even if the check of a USCC holds too.
        case identityCard
        /// 20 characters: an identity card and a sequence of two.
        case suffixedIdentityCard
        /// `L…`, for a temporary taxpayer: accepted, and joins nothing.
        case temporary
    }

    /// The whole number, half-width and upper case.
    public let text: String
    /// What it is made of.
    public let form: Form
    /// Whether it holds the number of an identity card, or reads as one: never to be shown or logged.
    public let isRestricted: Bool
    /// Whether positions 7–12 of 15 read as a date of birth, so that the organisation code counts only if the name agrees.
    public let readsAsBirthDate: Bool

    /// Reads the canonical form; nil where it has none of the forms, or a check fails.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let form = Self.form(bytes) else { return nil }
        self.text = String(text)
        self.form = form
        readsAsBirthDate = bytes.count == 15 && IdentityCard.readsAsShortBirthDate(bytes[6..<12])
        if case .creditCode = form { isRestricted = false } else { isRestricted = Self.readsAsIdentityCard(bytes) }
    }

    /// The organisation code inside, where the form has one and its check holds.
    public var organisationCode: OrganisationCode? {
        switch form {
        case .organisation(let code): code
        case .creditCode(let code): code.organisationCode
        case .oldIdentityCard, .identityCard, .suffixedIdentityCard, .temporary: nil
        }
    }

    private static func form(_ bytes: [UInt8]) -> Form? {
        if bytes.first == UInt8(ascii: "L"), bytes.count > 9, bytes.allSatisfy(isLetterOrDigit) { return .temporary }
        switch bytes.count {
        case 15:
            if District.isKnown(bytes[..<6]), let code = OrganisationCode(bytes[6...]) { return .organisation(code) }
            return IdentityCard.readsAsOldForm(bytes[...]) ? .oldIdentityCard : nil
        case 18:
            if IdentityCard.isValid(bytes[...]) { return .identityCard }
            return UnifiedSocialCreditCode(String(decoding: bytes, as: UTF8.self)).map(Form.creditCode)
        case 20:
            return IdentityCard.isValid(bytes[..<18]) && bytes[18...].allSatisfy(isLetterOrDigit)
                ? .suffixedIdentityCard : nil
        default:
            return nil
        }
    }

    /// Whether a text holds what looks like an identity card, be its check right or wrong, with or without `L` and a suffix.
    ///
    /// 15 digits with a date of birth are a person's here whatever other checks they pass: nothing but a tax number is expected.
    package static func readsAsIdentityCard(_ bytes: [UInt8]) -> Bool {
        if IdentityCard.isLikely(bytes[...]) { return true }
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "L") { rest = rest.dropFirst() }
        switch rest.count {
        case 15, 17: return IdentityCard.readsAsOldForm(rest.prefix(15))
        case 18...20: return IdentityCard.readsAsNumber(rest.prefix(18))
        default: return false
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte || 0x41...0x5A ~= byte }
}
