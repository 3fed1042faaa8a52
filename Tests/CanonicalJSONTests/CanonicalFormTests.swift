import CanonicalJSON
import Testing

@Suite("Canonical form")
struct CanonicalFormTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONValue(parsing: Array(text.utf8)).canonical, as: UTF8.self)
    }

    @Test("RFC 8785 §3.2.2: the example of the RFC")
    func exampleOfTheRFC() throws {
        let document = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(document) == expected)
    }

    @Test("RFC 8785 §3.2.3: keys are sorted by UTF-16 code units")
    func keysBySixteenBitUnits() throws {
        let document = #"""
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
            """#
        let value = try #require(try JSONValue(parsing: Array(document.utf8)).object)
        let expected = ["\r", "1", "\u{80}", "\u{F6}", "\u{20AC}", "\u{1F600}", "\u{FB33}"]
        let text = try canonical(document)
        let places = try expected.map { key in
            let written = String(decoding: JSONValue.string(key).canonical, as: UTF8.self)
            return try #require(text.firstRange(of: written + ":")).lowerBound
        }
        #expect(value.count == 7)
        #expect(places == places.sorted())
    }

    @Test(
        "RFC 8785 appendix B: numbers as ECMAScript writes them",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"), (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func numbers(bits: UInt64, text: String) {
        #expect(String(decoding: JSONValue.number(Double(bitPattern: bits)).canonical, as: UTF8.self) == text)
    }

    @Test("Whole numbers are whole, however they are spelt", arguments: ["7", "7.0", "70e-1", "0.7E+1"])
    func wholeNumbers(text: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == .integer(7))
    }

    @Test("What is written reads back as the same value, and is written alike")
    func roundTrip() throws {
        var random = SeededRandom(seed: 8785)
        for _ in 0..<400 {
            let value = randomValue(depth: 4, &random)
            let bytes = value.canonical
            let again = try JSONValue(parsing: bytes)
            #expect(again == value)
            #expect(again.canonical == bytes)
        }
    }

    @Test("Accessors see their own kind only")
    func accessors() throws {
        let value = try JSONValue(parsing: Array(#"{"a":"x","b":2,"c":[true],"d":null}"#.utf8))
        #expect(value["a"]?.string == "x")
        #expect(value["b"]?.integer == 2)
        #expect(value["c"]?.array?.first?.bool == true)
        #expect(value["d"]?.isNull == true)
        #expect(value["a"]?.integer == nil)
        #expect(value["e"] == nil)
        #expect(JSONValue.null["a"] == nil)
    }

    @Test("The writer writes each whole number as it is")
    func wholeNumbers() {
        for number in [0, 1, -1, 9, 10, 99, 100, -1_000, 1_772_337_600_000, .max, .min, .max - 1] as [Int64] {
            var writer = CanonicalJSONWriter()
            writer.integer(number)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == "\(number)")
        }
    }

    @Test("The writer writes what the tree writes")
    func writer() {
        var writer = CanonicalJSONWriter(reservingCapacity: 64)
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(-1)
        writer.string("引\"号")
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.key("b")
        writer.bool(true)
        writer.key("c")
        writer.canonical(Array("[1]".utf8))
        writer.key("d")
        writer.value(.number(0.5))
        writer.endObject()
        let tree = JSONValue.object([
            "d": .number(0.5), "c": .array([.integer(1)]), "b": .bool(true),
            "a": .array([.integer(-1), .string("引\"号"), .null, .object([:])]),
        ])
        #expect(writer.bytes == tree.canonical)
    }

    private func randomValue(depth: Int, _ random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .number(Double.random(in: -1...1, using: &random) * 1e-3)
        case 4: return .string(randomText(&random))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in randomValue(depth: depth - 1, &random) }
            )
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                members[randomText(&random)] = randomValue(depth: depth - 1, &random)
            }
            return .object(members)
        }
    }

    private func randomText(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "\u{0}", "\u{1F}", "\n", "穗", "\u{E000}", "\u{1F600}", "\u{7F}", "é",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<6, using: &random) {
            if let scalar = scalars.randomElement(using: &random) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
