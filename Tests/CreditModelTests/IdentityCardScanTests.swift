import Testing

@testable import CreditModel

@Suite("Numbers of identity cards in texts")
struct IdentityCardScanTests {
    private func masked(_ text: String, oldForm: Bool = true) -> String {
        var scalars = Array(text.unicodeScalars)
        for range in IdentityCardScan.ranges(in: scalars, oldForm: oldForm) {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars)).replacing(/\*+/, with: "*")
    }

    @Test(
        "are found as people write them",
        arguments: [
            "身份证44010619870213691X。", "身份证440106 19870213 691X。", "身份证440106-19870213-691x。",
            "身份证440106.1987.02.13.691X。", "身份证440106　19870213　691X。", "身份证44010619870213691X01。",
            "身份证440106870213691。", "身份证440106 870213 691。",
        ]
    )
    func found(text: String) throws {
        // The check character of the example is worked out, so that the test holds no real person's number.
        let stem = Array("44010619870213691".utf8)
        let check = try #require("0123456789X".utf8.first { IdentityCard.isValid((stem + [$0])[...]) })
        let character = String(decoding: [check], as: UTF8.self)
        #expect(masked(text.replacing("X", with: character).replacing("x", with: character.lowercased())) == "身份证*。")
    }

    @Test(
        "are found though characters that nobody sees stand within",
        arguments: ["\u{200B}", "\u{AD}", "\u{200D}", "\u{200E}", "\u{FEFF}", "\u{2060}\u{200B}"]
    )
    func unseen(sign: String) throws {
        let stem = Array("44010619870213691".utf8)
        let check = try #require("0123456789X".utf8.first { IdentityCard.isValid((stem + [$0])[...]) })
        let tail = "0213691" + String(decoding: [check], as: UTF8.self)
        let text = "当事人4401\(sign)061987\(sign)\(tail)\(sign)号"
        #expect(IdentityCardScan.mayHold(text))
        let shown = masked(text).unicodeScalars
        #expect(!shown.contains { "0"..."9" ~= $0 } && shown.starts(with: "当事人*".unicodeScalars) && shown.last == "号")
    }

    @Test(
        "and nothing else is",
        arguments: [
            "2014-09-20 10000000000 元", "91440101MA5AKXJ02R", "440101000012345678", "罚款20000元，2014年09月20日",
            "电话020-38388888 2014-09-20", "440106 2014-09-20 6918",
        ]
    )
    func notFound(text: String) { #expect(masked(text) == text) }

    @Test(
        "are found with a slip in them: a wrong check, an impossible month, a letter, a character lost or doubled",
        arguments: [
            "440106198702136910", "440106198775136910", "4401061987O2136910", "44010619870213691A",
            "440I06198702136910",
            "4401061987021369", "44010619870213691", "4401061987021369111", "L440106198702136911",
            "44010619870213691101",
            "440127650315123", "440106651315123", "44O106650315123", "４４０１０６１９８７０２１３６９１１",
            "𝟜𝟜𝟘𝟙𝟘𝟞𝟙𝟡𝟠𝟟𝟘𝟚𝟙𝟛𝟞𝟡𝟙𝟙",
        ]
    )
    func slips(wrong: String) {
        for text in ["张三（身份证\(wrong)）无证", wrong] {
            #expect(masked(text).contains("*") && !masked(text).contains(/[0-9０-９]{4}/), "\(masked(text))")
            #expect(IdentityCardScan.mayHold(text))
        }
    }

    @Test(
        "and enterprises' numbers are none",
        arguments: [
            // A registration number; a tax number with an organisation code; USCCs; a certificate; a serial number.
            "440106600123457", "440106712345672", "914401067123456723", "11440100007400015J", "2014010101654321",
            "44010620870213691244010619", "JY14401060012345", "6222021234567890123",
        ]
    )
    func enterprises(number: String) {
        #expect(masked(number) == number)
        #expect(masked("编号\(number)号") == "编号\(number)号")
    }

    @Test("An old number that passes for a registration number is one, unless the text says what it is")
    func named() throws {
        let stem = "44010665031512"
        let number = try #require((0...9).map { "\(stem)\($0)" }.first { RegistrationNumber($0) != nil })
        #expect(IdentityCard(number) != nil)
        #expect(masked("注册号\(number)") == "注册号\(number)")
        #expect(masked("身份证号：\(number)") == "身份证号：*")
    }

    @Test("Most texts are passed over in haste, those with a number in them never")
    func haste() {
        for text in [
            "", "广州市天河区体育西路191号2014年09月20日，罚款20000元；电话38388888", "91440101MA5AKXJ02R",
            String(repeating: "经营范围，", count: 50),
            "2014-09-20 10:00:00", "44010020870213691244010619",
        ] {
            #expect(!IdentityCardScan.mayHold(text), "\(text)")
        }
        for text in [
            "44010619870213691X", "440106 19870213 691X", "440106-19870213-691x", "440106　19870213　691X",
            "440106·19870213·691X",
            "440106870213691", "４４０１０６８７０２１３６９１", "44010619870213O91X", "440106－870213．691",
        ] {
            #expect(IdentityCardScan.mayHold("张三\(text)号"), "\(text)")
        }
    }

    @Test("Fifteen digits in a column of codes are left alone")
    func codes() { #expect(masked("440106870213691", oldForm: false) == "440106870213691") }
}
