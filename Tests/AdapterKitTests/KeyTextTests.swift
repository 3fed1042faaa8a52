import AdapterKit
import Testing

@Suite("Texts of keys")
struct KeyTextTests {
    /// White space of every length in UTF-8, and what looks like its bytes.
    private static let blanks = [
        " ", "\t", "\r\n", "\u{85}", "\u{A0}", "\u{1680}", "\u{2003}", "\u{2028}", "\u{202F}", "\u{3000}",
    ]

    @Test("White space goes from both ends and from nowhere else")
    func trimmed() {
        for middle in ["广州", "a", "a b", "é", "广 a", "ā", "、", "\u{3001}", "😀", "　广　a".trimmedBySpaces, "€", "ａ"] {
            #expect(KeyText.trimmed(middle) == middle)
            for blank in Self.blanks {
                #expect(KeyText.trimmed(blank + middle) == middle)
                #expect(KeyText.trimmed(middle + blank) == middle)
                #expect(KeyText.trimmed(blank + blank + middle + blank) == middle)
                #expect(KeyText.trimmed(middle + blank + middle) == middle + blank + middle)
            }
        }
        for blank in Self.blanks + [""] { #expect(KeyText.trimmed(blank + blank) == "") }
    }

    @Test("Full-width signs become half-width ones, whatever else there is")
    func halfWidth() {
        #expect(KeyText.halfWidth("ＡＢ（１）广～") == "AB(1)广~")
        #expect(KeyText.halfWidth("广州｠豈") == "广州｠豈")
        #expect(KeyText.halfWidth("AB(1)") == "AB(1)")
    }
}

extension String {
    /// Without ideographic spaces at its beginning.
    fileprivate var trimmedBySpaces: String { String(drop { $0 == "\u{3000}" }) }
}
