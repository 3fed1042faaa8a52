internal import CreditModel

/// A code that a query gives, whatever kind of code it is.
package struct AskedCode: Sendable {
    /// Letters and digits, upper case.
    let text: String
    private let isValid: Bool
    /// Codes that say the same: the organisation code inside a 统一社会信用代码 or a tax number.
    private let inner: String?

    /// nil where nothing is given, or the number of a person's card, which leads nobody to anybody.
    package init?(_ raw: String) {
        text = SearchFilter.plain(String(FoldedName(raw).text))
        guard !text.isEmpty, !IdentityCard.isCode(text) else { return nil }
        let code = UnifiedSocialCreditCode(text)
        let organisation = OrganisationCode(text)
        let taxpayer = TaxpayerNumber(text)
        inner = (code?.organisationCode ?? taxpayer?.organisationCode)?.text
        let isChecked = RegistrationNumber(text)?.isChecked == true
        isValid = code != nil || organisation != nil || isChecked || taxpayer?.organisationCode != nil
    }

    /// The texts by which a holder is looked for, the surest first.
    package var texts: [String] { [text] + (inner.map { [$0] } ?? []) }

    func finding(among codes: [(text: String, isContested: Bool)]) -> MatchFinding {
        guard !codes.isEmpty else { return MatchScorer.unknown(.code) }
        if let code = codes.first(where: { $0.text == text }) {
            return code.isContested
                ? MatchFinding(.code, .similar, "代码相同，但登记机关把它给了多家企业", "the code is given to several enterprises")
                : MatchFinding(.code, .same, "代码相同", "the codes are the same")
        }
        if let inner,
            let code = codes.first(where: { $0.text == inner || $0.text.utf8.count == 18 && $0.text.contains(inner) })
        {
            // A code of another kind that has the same organisation code inside; of one kind they would be equal.
            let isOneKind = code.text.utf8.count == text.utf8.count
            if !code.isContested, !isOneKind {
                return MatchFinding(.code, .same, "组织机构代码部分相同", "the organisation codes inside are the same")
            }
        }
        let ofKind = codes.filter { $0.text.utf8.count == text.utf8.count }
        if ofKind.contains(where: { Self.isNear($0.text, text) }) {
            return MatchFinding(
                .code,
                isValid ? .different : .similar,
                isValid ? "代码相差一位，且是另一个有效代码" : "代码相差一位，且提供的代码校验不通过",
                isValid
                    ? "the codes differ in one place, and both are valid"
                    : "the codes differ in one place, and the one given is not valid"
            )
        }
        guard isValid else { return MatchFinding(.code, .missing, "提供的代码不是有效代码", "the code given is not a valid one") }
        guard !ofKind.isEmpty else {
            return MatchFinding(.code, .missing, "该企业没有同类代码", "no code of that kind is known")
        }
        return MatchFinding(.code, .different, "代码不同", "the codes are different")
    }

    private static func isNear(_ a: String, _ b: String) -> Bool {
        zip(a.utf8, b.utf8).count { $0 != $1 } == 1
    }
}
