import Testing

@testable import XMLFeed

/// Documents of a few rows of which one is damaged at random: the others come out as they were sent.
@Suite("Damage")
struct DamageTests {
    /// SplitMix64: the same cases every time.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let splinters: [[UInt8]] =
        [
            "&", "<", ">", "\"", "'", "/", "</", "/>", "<!--", "<![CDATA[", "]]>", "<?", "</ROW>", "<A>", "</A>", "&x;",
            "=", "<ROWS>",
            "<!DOCTYPE x>", "<html>", "\u{0}", "\u{FFFF}",
        ].map { Array($0.utf8) } + [[0xFF], [0x81], [0xC3], [0xE4, 0xB8]]

    private static func rows(asAttributes: Bool) -> [[UInt8]] {
        (0..<4).map { number in
            Array(
                (asAttributes
                    ? "<ROW K=\"\(number)\" N=\"穗 &amp; 信\" T='2016'/>"
                    : "<ROW K=\"\(number)\"><N>穗 &amp; 信</N><C>a &gt; b</C><E/></ROW>").utf8
            )
        }
    }

    private static func damage(_ row: inout [UInt8], _ dice: inout Dice) {
        // The start tag's name stays: a row that is none any more belongs to the row before it.
        let place = Int.random(in: 5..<row.count, using: &dice)
        switch dice.next() % 3 {
        case 0: row.remove(at: place)
        case 1: row.insert(contentsOf: splinters.randomElement(using: &dice) ?? [], at: place)
        default: row.replaceSubrange(place..<place + 1, with: splinters.randomElement(using: &dice) ?? [])
        }
    }

    private static func outcome(_ bytes: [UInt8], piece: Int) -> [String] {
        do throws(XMLFeedError) {
            let reading = try Reading(bytes, piece: piece)
            return reading.rows.map { "row \($0.row) \($0.attributes) \($0.fields) \($0.original.count)" }
                + reading.broken.map { "broken \($0.row) \($0.rule) \($0.original)" }
        } catch { return ["\(error)"] }
    }

    @Test("costs a row and never its neighbours, however the bytes are cut", arguments: [false, true])
    func oneRow(asAttributes: Bool) throws {
        var dice = Dice(state: asAttributes ? 1 : 2)
        for round in 0..<3000 {
            var rows = Self.rows(asAttributes: asAttributes)
            let victim = round % rows.count
            Self.damage(&rows[victim], &dice)
            let bytes = Array("<RESULT><PAGE/>\n".utf8) + rows.joined(separator: [10]) + Array("\n</RESULT>".utf8)
            let shown = String(decoding: rows[victim], as: UTF8.self)
            let reading: Reading
            do { reading = try Reading(bytes) } catch {
                Issue.record("\(error): \(shown)")
                continue
            }
            let whole = reading.rows.filter { $0.fields + $0.attributes.dropFirst() == Self.sound(asAttributes) }
            let keys = Set(whole.compactMap { $0.attributes.first?.text })
            let others = Set((0..<4).filter { $0 != victim }.map(String.init))
            #expect(keys.isSuperset(of: others), "\(shown)")
            // An end tag without its slash is a start tag.
            #expect((4...5).contains(reading.rows.count + reading.broken.count), "\(shown)")
            if round % 10 == 0 {
                let once = Self.outcome(bytes, piece: 1 << 16)
                for piece in [1, 7] { #expect(Self.outcome(bytes, piece: piece) == once, "\(shown)") }
            }
        }
    }

    @Test("a document that was cut off is never taken for a whole one, wherever the cut is")
    func everyCut() throws {
        let documents: [(String, FeedShape)] = [
            (
                "<?xml version=\"1.0\"?>\n<RESULT CODE=\"0\"><PAGE NEXT=\"n\" MORE=\"0\"/><ROW K=\"1\"><N>a</N></ROW><ROW K=\"2\"/></RESULT>",
                FeedShape(root: "RESULT", row: "ROW")
            ),
            (
                "<service><head><c>0</c></head><body><PAGES>1</PAGES><ROW><N>a</N></ROW><ROW><N>b</N></ROW></body></service>",
                FeedShape(root: "service", row: "ROW")
            ),
            ("<rs total=\"2\"><r a=\"1\"/><r a='/>'/></rs>", FeedShape(root: "rs", row: "r")),
            ("<rs total=\"0\"/>", FeedShape(root: "rs", row: "r")),
            ("<rs total=\"1\"><r a=\"1\"><b>x & y</b></r></rs>", FeedShape(root: "rs", row: "r")),
        ]
        for (text, shape) in documents {
            let bytes = Array(text.utf8)
            _ = try Reading(bytes, shape: shape)
            for count in bytes.indices {
                #expect(throws: XMLFeedError.self, "\(text.prefix(count))") {
                    try Reading(Array(bytes[..<count]), shape: shape)
                }
            }
        }
    }

    private static func sound(_ asAttributes: Bool) -> [XMLField] {
        asAttributes
            ? [XMLField(name: "N", text: "穗 & 信"), XMLField(name: "T", text: "2016")]
            : [
                XMLField(name: "N", text: "穗 & 信"), XMLField(name: "C", text: "a > b"),
                XMLField(name: "E", text: ""),
            ]
    }
}
