import AdapterKit
import CreditModel
import Testing

@Suite("What may be printed of a row")
struct RedactionTests {
    /// A number that nobody has: its division was never given out.
    private static let card: String = {
        let stem = Array("44999919870213691".utf8)
        let check = "0123456789X".utf8.first { IdentityCard.isValid((stem + [$0])[...]) } ?? 0
        return String(decoding: stem + [check], as: UTF8.self)
    }()

    @Test("A person's number is masked however an XML reader would have to put it together")
    func ways() {
        let card = Self.card
        let (head, tail) = (card.prefix(10), card.suffix(8))
        let references = card.unicodeScalars.map { "&#x\(String($0.value, radix: 16));" }.joined()
        let ways = [
            card, references, "\(head)&#\(tail.unicodeScalars.first?.value ?? 0);\(tail.dropFirst())",
            "\(head)<!-- x -->\(tail)",
            "\(head)<?p q?>\(tail)", "<![CDATA[\(card)]]>", "\(head)<![CDATA[\(tail)]]>",
            "\(card.prefix(6)) \(card.dropFirst(6))",
            "\(card.prefix(6))-\(card.dropFirst(6).prefix(8))-\(card.suffix(4))", "\(card)01", "L\(card)",
            "\(card.prefix(6))\u{1}\u{85}\(card.dropFirst(6))", "\(head)\u{200B}\(tail)",
            "\(head)\u{AD}\u{FEFF}\(tail)",
            String(String.UnicodeScalarView(card.unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 })),
        ]
        for way in ways {
            let shown = Redaction.text("<NSRSBH>\(way)</NSRSBH><K>A & B</K>")
            #expect(!shown.contains(/[0-9０-９]{4}/), "\(shown)")
            #expect(shown.hasPrefix("<NSRSBH>") && shown.hasSuffix("</NSRSBH><K>A & B</K>"))
        }
    }

    @Test("A row with one byte of no encoding is shown in the encoding of the rest")
    func encodings() throws {
        let text = "<ENTNAME>广州市甲公司</ENTNAME><DOM>"
        #expect(Redaction.text(of: Array(text.utf8) + [0xFF, 0x3C]).hasPrefix(text))
        // 广州 in GB 18030.
        #expect(Redaction.text(of: [0x3C, 0x41, 0x3E, 0xB9, 0xE3, 0xD6, 0xDD, 0xFF, 0x3C]).hasPrefix("<A>广州"))
    }

    @Test(
        "A number with a slip in it is masked in any field",
        arguments: [
            "4401061985O3151233", "44010619A50315123X", "4401061985031512", "440106198575151233", "440127650315123",
            "44010619850315123A", "L4401061985O3151233",
        ]
    )
    func slips(number: String) {
        for text in ["<CF_SY>\(number)</CF_SY>", "无证\(number)。", "r a=\"\(number)\""] {
            #expect(!Redaction.text(text).contains(/[0-9]{4}/), "\(Redaction.text(text))")
        }
    }

    @Test(
        "Whatever stands in a restricted field is masked, however its name is written",
        arguments: RestrictedFields.names.sorted()
    )
    func restrictedFields(name: String) {
        for row in [
            "<\(name)>E12 34</\(name)>", "<\(name) >020 1234 5678</\(name) >", "<\(name) a='1'>E12</\(name)>",
            "<\(name)\n>E12&amp;34</\(name)>", "<r \(name)=\"E12\" b=\"x\"/>", "<r \(name) = 'E12'/>",
            "<\(name)><![CDATA[E12]]></\(name)>",
            "<\(name)>E12<!-- 3 -->4</\(name)>", "<\(name)>E12", "<\(name) a=\"E12", "<n:\(name)>E12</n:\(name)>",
            "\(name)>E12</\(name)>",
            "<\(name)>A & B < E12</\(name)>", "<r \(name)=E12 >",
        ] {
            let shown = Redaction.text(row + "<K>甲 2</K>")
            #expect(!shown.contains("E12") && !shown.contains("34") && !shown.contains("5678"), "\(shown)")
            #expect(shown.contains(name), "\(shown)")
            if row.hasSuffix(">"), !row.hasSuffix("E12 >") { #expect(shown.hasSuffix("<K>甲 2</K>"), "\(shown)") }
        }
        #expect(
            Redaction.text("<X\(name)>E12</X\(name)><\(name)/><K>E12</K>")
                == "<X\(name)>E12</X\(name)><\(name)/><K>E12</K>"
        )
    }

    @Test("A label is redacted and no longer than a line")
    func labels() {
        #expect(Redaction.label("ENTTYPE=8888") == "ENTTYPE=8888")
        #expect(Redaction.label("ENTTYPE=440106198503151233") == "ENTTYPE=******************")
        #expect(Redaction.label("SZ=电话020 1234 5678") == "SZ=电话*************")
        #expect(Redaction.label(String(repeating: "a", count: 5000)).count == 120)
    }

    @Test("What is no person's stays as it came")
    func others() {
        let row = "<r a=\"1&#50;3\"><!-- x --><UNISCID>91440101MA5AKXJ02R</UNISCID><D>2014-09-20 10:00:00</D>&#x;<?p"
        #expect(Redaction.text(row) == row)
    }

    @Test("A telephone's field is masked whatever stands in it")
    func telephones() {
        #expect(Redaction.text("<TEL>020 8888</TEL>") == "<TEL>********</TEL>")
        #expect(!Redaction.text("电话020-38388888，手机13800138000。").contains(/[0-9]{4}/))
    }
}
