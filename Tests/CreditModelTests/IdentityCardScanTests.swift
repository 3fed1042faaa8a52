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
        "and nothing else is",
        arguments: [
            "2014-09-20 10000000000 元", "91440101MA5AKXJ02R", "440101000012345678", "罚款20000元，2014年09月20日",
            "电话020-38388888 2014-09-20", "440106 2014-09-20 6918",
        ]
    )
    func notFound(text: String) { #expect(masked(text) == text) }

    @Test("Fifteen digits in a column of codes are left alone")
    func codes() { #expect(masked("440106870213691", oldForm: false) == "440106870213691") }
}
