import CanonicalJSON
import Testing

@Suite("Strict reader")
struct StrictReaderTests {
    @Test(
        "Refuses what is no JSON, and says why",
        arguments: [
            ("", .truncated), (" ", .truncated), ("{", .truncated), ("[1", .truncated), (#""a"#, .truncated),
            ("tru", .truncated),
            (#"{"a":1"#, .truncated), (#""\u00"#, .truncated), ("1 2", .trailing), ("{} x", .trailing),
            ("null\u{0}", .trailing),
            ("[1,]", .unexpected), (#"{"a":1,}"#, .unexpected), ("{a:1}", .unexpected), ("'a'", .unexpected),
            ("[,1]", .unexpected),
            (#"{"a" 1}"#, .unexpected), ("nul1", .unexpected), ("NaN", .unexpected), ("Infinity", .unexpected),
            ("+1", .unexpected),
            (".5", .unexpected), ("/*c*/1", .unexpected), ("\u{FEFF}1", .unexpected), ("01", .number), ("-", .number),
            ("-01", .number),
            ("1.", .number), ("1.e2", .number), ("1e", .number), ("1e+", .number), ("1e400", .number), ("-a", .number),
            ("\"a\nb\"", .escape), ("\"\u{1}\"", .escape), (#""\x41""#, .escape), (#""\u00g0""#, .escape),
            (#""\'""#, .escape),
            (#""\ud83d""#, .surrogate), (#""\ude00""#, .surrogate), (#""\ud83d\u0041""#, .surrogate),
            (#""\ud83dx""#, .surrogate),
            (#"{"a":1,"a":2}"#, .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey),
        ] as [(String, JSONError.Code)]
    )
    func refuses(text: String, code: JSONError.Code) {
        #expect { try JSONValue(parsing: Array(text.utf8)) } throws: { ($0 as? JSONError)?.code == code }
    }

    @Test(
        "Refuses texts that are not UTF-8",
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0x5C, 0x6E, 0xE7, 0xA9, 0x22],
        ] as [[UInt8]]
    )
    func refusesBadUTF8(bytes: [UInt8]) {
        #expect { try JSONValue(parsing: bytes) } throws: { ($0 as? JSONError)?.code == .encoding }
    }

    @Test("Nesting stops at the limit, not at the end of the stack")
    func depth() throws {
        let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try JSONValue(parsing: Array(allowed.utf8))
        for opening in ["[", #"{"a":"#] {
            let hostile = Array(String(repeating: opening, count: 100_000).utf8)
            #expect { try JSONValue(parsing: hostile) } throws: { ($0 as? JSONError)?.code == .depth }
        }
    }

    @Test(
        "What was written is read as the same value",
        arguments: [
            "9.1e18", "-9.1E18", "9223372036854774784.5", "1e18", "9007199254740993.0", "9.3e18", "-0.0", "0.5",
        ]
    )
    func comesBack(text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(try JSONValue(parsing: value.canonical) == value)
        if text == "9.1e18" { #expect(value == .integer(9_100_000_000_000_000_000)) }
    }

    @Test("Size and length of a number are limited")
    func size() throws {
        #expect { try JSONValue(parsing: Array("[1,2,3]".utf8), limits: JSONLimits(size: 6)) } throws: {
            ($0 as? JSONError)?.code == .size
        }
        #expect { try JSONValue(parsing: Array(String(repeating: "1", count: 2000).utf8)) } throws: {
            ($0 as? JSONError)?.code == .number
        }
    }

    @Test("Every document that is cut anywhere is refused")
    func cut() throws {
        let document = Array(#"{"a":[1,-2.5e3,"穗\ud83d\ude00"],"b":{"c":null,"d":true}}"#.utf8)
        _ = try JSONValue(parsing: document)
        for end in 0..<document.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(document[..<end])) }
        }
    }

    @Test("An error quotes nothing of the document")
    func errorsAreDiscreet() {
        #expect { try JSONValue(parsing: Array(#"{"secret":secret}"#.utf8)) } throws: { !"\($0)".contains("secret") }
    }

    @Test("Escapes are resolved and blanks skipped")
    func escapes() throws {
        let text = "\t{ \"a\" :\r\n\"\\u7a57\\ud83d\\ude00\\/\\b\\t\\n\\f\\r\\\"\\\\\" } "
        #expect(try JSONValue(parsing: Array(text.utf8)) == .object(["a": .string("穗😀/\u{8}\t\n\u{C}\r\"\\")]))
    }
}
