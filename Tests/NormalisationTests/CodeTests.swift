import CreditModel
import Normalisation
import Testing

@Suite("Codes of the columns")
struct CodeTests {
    private let uscc = "914401067123456723"

    @Test("A USCC brings its organisation code, and a tax column the whole as well")
    func derivedCodes() {
        let code = SubjectCode(Code(.uscc, uscc), .valid)
        let inside = SubjectCode(Code(.org, "712345672"), .valid, within: .uscc)
        #expect(Normalise.code(uscc, in: .uscc) == [code, inside])
        #expect(Normalise.code(uscc, in: .orgOrUSCC) == [code, inside])
        #expect(Normalise.code(uscc, in: .tax) == [SubjectCode(Code(.tax, uscc), .unchecked), code, inside])
    }

    @Test(
        "Case, width, blanks and hyphens are mended",
        arguments: [
            ("91440101ma59abcd1d", CodeColumn.uscc, "91440101MA59ABCD1D"),
            ("９１４４０１０１ＭＡ５９ＡＢＣＤ１Ｄ", .uscc, "91440101MA59ABCD1D"),
            ("９１４４０１０１ｍａ５９abcd1d", .uscc, "91440101MA59ABCD1D"),
            (" 9144 0101\u{3000}MA59ABCD1D\t", .uscc, "91440101MA59ABCD1D"),
            ("74218321-3", .org, "742183213"), ("７２５１３９３５－ｘ", .org, "72513935X"), ("7251 3935—X", .org, "72513935X"),
            ("440106712345672 ", .tax, "440106712345672"), ("440106600123457\u{A0}", .regno, "440106600123457"),
        ]
    )
    func dirt(raw: String, column: CodeColumn, text: String) throws {
        let code = try #require(Normalise.code(raw, in: column).first)
        #expect(code.code.text == text)
        #expect(code.standing == .valid || code.standing == .unchecked)
    }

    @Test(
        "Words for nothing are no codes",
        arguments: ["", " ", "null", "NULL", "暂无", "无", "无数据", "\\n", "-", "--", "\u{3000}", "ｎｕｌｌ"]
    )
    func nothing(raw: String) {
        for column in [CodeColumn.uscc, .org, .regno, .tax, .orgOrUSCC] {
            #expect(Normalise.code(raw, in: column).isEmpty)
        }
    }

    @Test(
        "A wrong character, length or placeholder makes a code invalid, and nothing is derived from it",
        arguments: [
            ("914401067123456733", CodeColumn.uscc), ("91350100M000100Y4Z", .uscc), ("914401O67123456723", .uscc),
            ("91440106712345672", .uscc),
            ("000000000000000000", .uscc), ("712345673", .org), ("000000000", .org), ("7123456", .org),
            ("440106600123458", .regno),
            ("33021200019832", .regno), ("914401067123456733", .tax), ("440106712345673", .tax),
            ("990106712345672", .tax),
            ("91440106712345672301", .tax), ("712345673", .orgOrUSCC), ("电话咨询", .uscc), ("<script>", .tax),
        ]
    )
    func invalid(raw: String, column: CodeColumn) {
        let codes = Normalise.code(raw, in: column)
        #expect(codes.map(\.standing) == [.invalid])
    }

    @Test(
        "A code in another kind's column is misplaced, keeps its own kind and brings nothing",
        arguments: [
            ("712345672", CodeColumn.uscc, CodeKind.org), ("440106600123457", .uscc, .regno),
            ("914401067123456723", .org, .uscc),
            ("440106600123457", .org, .regno), ("914401067123456723", .regno, .uscc), ("71234567-2", .regno, .org),
            ("712345672", .tax, .org),
            ("4401066001234", .tax, .regno), ("440106712345672", .org, .tax), ("440106600123457", .orgOrUSCC, .regno),
        ]
    )
    func misplaced(raw: String, column: CodeColumn, kind: CodeKind) {
        let codes = Normalise.code(raw, in: column)
        #expect(codes.map(\.standing) == [.misplaced])
        #expect(codes.map(\.code.kind) == [kind])
    }

    @Test(
        "A masked code is masked in every column",
        arguments: ["9144**********1234", "９１４４＊＊＊＊＊＊＊＊＊＊1234", "71234*672", "*"]
    )
    func masked(raw: String) {
        for column in [CodeColumn.uscc, .org, .regno, .tax, .orgOrUSCC] {
            #expect(Normalise.code(raw, in: column).map(\.standing) == [.masked])
        }
    }

    @Test("Registration numbers: 15 digits are valid by their check, 13 are unchecked")
    func registrationNumbers() {
        #expect(Normalise.code("440106600123457", in: .regno) == [SubjectCode(Code(.regno, "440106600123457"), .valid)])
        #expect(Normalise.code("4401061234567", in: .regno) == [SubjectCode(Code(.regno, "4401061234567"), .unchecked)])
    }

    @Test(
        "15 of a tax number: the organisation code counts behind a division only, historic ones included",
        arguments: ["440106", "440112", "440183", "330203"]
    )
    func fifteen(division: String) {
        #expect(
            Normalise.code(division + "712345672", in: .tax) == [
                SubjectCode(Code(.tax, division + "712345672"), .unchecked),
                SubjectCode(Code(.org, "712345672"), .valid, within: .tax),
            ]
        )
    }

    @Test(
        "15 that read as an old identity card are restricted, and an organisation code inside needs the name's agreement"
    )
    func oldIdentityCards() {
        // 600123 reads as 1960-01-23; 60012312 has the check 7.
        #expect(
            Normalise.code("440106600123127", in: .tax) == [
                SubjectCode(Code(.tax, "440106600123127"), .unchecked, isRestricted: true),
                SubjectCode(Code(.org, "600123127"), .valid, within: .tax, needsNameAgreement: true),
            ]
        )
        #expect(
            Normalise.code("440106600123128", in: .tax)
                == [SubjectCode(Code(.tax, "440106600123128"), .unchecked, isRestricted: true)]
        )
    }

    @Test(
        "18 with a date of birth and MOD 11-2, and 20 with a suffix, are a person's and join by the whole only",
        arguments: [
            "11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X01",
        ]
    )
    func identityCards(raw: String) throws {
        let codes = Normalise.code(raw, in: .tax)
        let code = try #require(codes.first)
        #expect(codes.count == 1)
        #expect(code.code.kind == .tax && code.standing == .unchecked && code.isRestricted)
    }

    @Test(
        "An identity card with a slip, or in another column, is restricted all the same",
        arguments: [
            ("110105194912310021", CodeColumn.tax), ("11010519491231002X", .uscc), ("11010519491231002X", .org),
            ("110105194912310021", .uscc), ("L11010519491231002X", .tax), ("11010519491231002101", .tax),
            ("110105********002X", .tax),
        ]
    )
    func restricted(raw: String, column: CodeColumn) {
        let codes = Normalise.code(raw, in: column)
        #expect(codes.count == 1)
        #expect(codes.allSatisfy { $0.isRestricted && $0.standing != .valid && $0.standing != .unchecked })
    }

    @Test(
        "One card in 31 passes for a USCC: it is a card in every column, certain in none, and no USCC",
        arguments: [CodeColumn.uscc, .org, .regno, .orgOrUSCC, .tax]
    )
    func cardsThatPass(column: CodeColumn) {
        let number = "44010619850315010X"
        #expect(UnifiedSocialCreditCode(number) != nil && IdentityCard(number) != nil)
        let codes = Normalise.code(number, in: column)
        #expect(codes.map(\.code) == [Code(.tax, number)])
        #expect(codes.allSatisfy { $0.isRestricted })
        #expect(codes.map(\.standing) == [column == .tax ? .unchecked : .misplaced])
    }

    @Test(
        "What may be a card with a slip is restricted in every column, and an enterprise's number in none",
        arguments: [CodeColumn.uscc, .org, .regno, .orgOrUSCC, .tax]
    )
    func likely(column: CodeColumn) {
        for number in [
            "440106198575151233", "4401061985O3151233", "44010619850315A233", "440127650315123", "4401061985031512",
            "44010619850315123301", "440106698503151233", "049106198503151233",
        ] {
            #expect(
                Normalise.code(number, in: column).allSatisfy { $0.isRestricted && $0.standing != .valid },
                "\(number)"
            )
        }
        for number in ["914401067123456723", "440106712345672", "712345672", "440106712345673", "914401067123456733"] {
            #expect(!Normalise.code(number, in: column).contains { $0.isRestricted }, "\(number)")
        }
    }

    @Test(
        "L… is accepted and joins nothing",
        arguments: ["L914401067123456723", "l914401067123456723", "L440106712345672"]
    )
    func temporary(raw: String) {
        #expect(Normalise.code(raw, in: .tax) == [SubjectCode(Code(.tax, raw.uppercased()), .invalid)])
    }

    @Test("Codes that begin with a letter are codes, and a USCC whose organisation check fails stands alone")
    func oddCreditCodes() {
        #expect(Normalise.code("N2440117MF00000130", in: .uscc).first?.standing == .valid)
        let body = "9144010605825277"
        let whole = "0123456789ABCDEFGHJKLMNPQRTUWXY".map { body + "1" + String($0) }.first {
            UnifiedSocialCreditCode($0) != nil
        }
        let codes = Normalise.code(whole ?? "", in: .uscc)
        #expect(codes.map(\.code.kind) == [.uscc])
        #expect(codes.map(\.standing) == [.valid])
    }
}
