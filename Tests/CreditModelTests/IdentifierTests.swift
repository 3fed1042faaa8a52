import CreditModel
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test(
        "Published and computed USCCs are valid",
        arguments: [
            "91350100M000100Y43", "91110000600037341L", "91330203674737244W", "91330282L07196379D",
            "91330212066604667N",
            "91330200561262545U", "9133021272513935X8", "1133022500296433XT", "914401017000000870",
            "91440101700000431Y",
            "91440101700000386X", "91440101MA59ABCD1D", "914401067123456723", "92440112L12345674F",
            "93440118MA5C00015J",
            "52440100500000015E", "11440100007400015J", "91440183712345672K", "N2440117MF00000130",
        ]
    )
    func validCreditCodes(text: String) throws {
        #expect(try #require(UnifiedSocialCreditCode(text)).text == text)
    }

    @Test(
        "A USCC with a wrong character, length, letter or case is none",
        arguments: [
            "91350100M000100Y4Z", "", "9144010670000", "91440106712345672", "9144010671234567233", "91440106712345672O",
            "91440106I123456723", "92440112l12345674f", "914401067123456723 ", "000000000000000000",
            "９14401067123456723",
        ]
    )
    func invalidCreditCodes(text: String) { #expect(UnifiedSocialCreditCode(text) == nil) }

    @Test("Every single substitution and every swap of neighbours in a USCC is noticed")
    func slipsInCreditCodes() {
        let code = Array("91440101MA59ABCD1D".utf8)
        for place in code.indices {
            for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".utf8 where other != code[place] {
                var wrong = code
                wrong[place] = other
                #expect(UnifiedSocialCreditCode(String(decoding: wrong, as: UTF8.self)) == nil)
            }
        }
        for place in code.indices.dropLast() where code[place] != code[place + 1] {
            var wrong = code
            wrong.swapAt(place, place + 1)
            #expect(UnifiedSocialCreditCode(String(decoding: wrong, as: UTF8.self)) == nil)
        }
    }

    @Test(
        "A USCC holds an organisation code and the division of the authority; a code whose organisation check fails stays valid"
    )
    func partsOfCreditCodes() throws {
        let code = try #require(UnifiedSocialCreditCode("914401067123456723"))
        #expect(code.organisationCode?.text == "712345672")
        #expect(code.district?.name == "天河区")
        let odd = try #require(UnifiedSocialCreditCode("N2440117MF00000130"))
        #expect(odd.organisationCode == OrganisationCode("MF0000013"))
    }

    @Test(
        "Organisation codes, plain or as printed",
        arguments: [
            "600037341", "67473724-4", "L0719637-9", "72513935-X", "74218321-3", "14413790-3", "70000001X", "700000060",
            "D2143569X",
        ]
    )
    func organisationCodes(text: String) throws {
        let code = try #require(OrganisationCode(text))
        #expect(code.text == text.filter { $0 != "-" })
        #expect(OrganisationCode(code.hyphenated) == code)
    }

    @Test(
        "Wrong checks, placeholders and odd forms are no organisation codes",
        arguments: [
            "058252771", "000000000", "111111111", "XXXXXXXXX", "60003734", "6000373412", "6000-37341", "60003734l",
            "d2143569X", "",
        ]
    )
    func notOrganisationCodes(text: String) { #expect(OrganisationCode(text) == nil) }

    @Test(
        "Registration numbers of 15 digits have a check, those of 13 have none",
        arguments: [
            "330203000030639", "330200600002522", "330200400065251", "330200400070010", "110000000343473",
            "440100000000012",
            "440101200012342", "440106600123457", "440183400000011", "440126000000070", "440101000000050",
        ]
    )
    func registrationNumbers(text: String) throws {
        #expect(try #require(RegistrationNumber(text)).isChecked)
        #expect(try #require(RegistrationNumber(String(text.prefix(13)))).isChecked == false)
    }

    @Test(
        "Other lengths, a failed check and placeholders are no registration numbers",
        arguments: [
            "33021200019832", "330203000030638", "000000000000000", "0000000000000", "44010660012345X",
            "4401066001234578", "",
        ]
    )
    func notRegistrationNumbers(text: String) { #expect(RegistrationNumber(text) == nil) }

    @Test("python-stdnum says the same of random codes")
    func independentImplementation() {
        for (text, valid) in StdnumVectors.uscc { #expect((UnifiedSocialCreditCode(text) != nil) == valid, "\(text)") }
        for (text, valid) in StdnumVectors.registrationNumber {
            #expect((RegistrationNumber(text) != nil) == valid, "\(text)")
        }
        for (text, valid) in StdnumVectors.identityCard { #expect((IdentityCard(text) != nil) == valid, "\(text)") }
    }

    @Test("An identity card has a date of birth and a check, and never shows itself")
    func identityCards() throws {
        let card = try #require(IdentityCard("11010519491231002X"))
        #expect(card.born == Day("1949-12-31"))
        #expect(!"\(card)".contains("1101"))
        #expect(IdentityCard("110105491231002")?.born == Day("1949-12-31"))
        for text in [
            "110105194912310021", "11010519491331002X", "110105491331002", "990105491231002", "1101051949123100",
        ] {
            #expect(IdentityCard(text) == nil)
        }
    }

    @Test("A taxpayer's number is told by its form")
    func taxpayerNumbers() throws {
        let old = try #require(TaxpayerNumber("440106712345672"))
        #expect(old.organisationCode?.text == "712345672")
        #expect(!old.isRestricted && !old.readsAsBirthDate)
        #expect(TaxpayerNumber("440112712345672")?.organisationCode == old.organisationCode)
        #expect(TaxpayerNumber("914401067123456723")?.organisationCode == old.organisationCode)
        #expect(TaxpayerNumber("11010519491231002X")?.form == .identityCard)
        #expect(TaxpayerNumber("11010519491231002X01")?.form == .suffixedIdentityCard)
        #expect(TaxpayerNumber("110105491231002")?.isRestricted == true)
        #expect(TaxpayerNumber("L914401067123456723")?.form == .temporary)
        #expect(TaxpayerNumber("L11010519491231002X")?.isRestricted == true)
        for text in [
            "440106712345673", "990106712345672", "91440106712345672301", "712345672", "440106000000000", "L", "",
        ] {
            #expect(TaxpayerNumber(text) == nil, "\(text)")
        }
    }
}
