import Testing

@testable import XMLFeed

/// Bounds hold by the length of what is sent, never by the pieces in which it happens to arrive.
@Suite("Bounds in pieces")
struct BoundTests {
    private static let limits = XMLLimits(row: 512, text: 4096, depth: 16, attributes: 64, kept: 64)
    private static let blanks = String(repeating: " ", count: 600)

    /// What becomes of a document: its rows, or why it is refused.
    private static func outcome(_ text: String, piece: Int) -> [String] {
        do throws(XMLFeedError) {
            let reading = try Reading(Array(text.utf8), piece: piece, limits: limits)
            return reading.rows.map { "row \($0.row)" }
                + reading.broken.map { "\($0.row) \($0.rule) \($0.identity.count)" }
                + reading.whole.elements.map(\.path)
        } catch {
            if case .limit = error { return ["limit"] }
            return ["\(error)"]
        }
    }

    @Test(
        "What is before the rows, and too long, is refused",
        arguments: [
            "<RESULT><PAGE/>\(blanks)<ROW/></RESULT>", "<RESULT>\(blanks)</RESULT>", "\(blanks)<RESULT><ROW/></RESULT>",
            "<!-- \(blanks) <ROW/> --><RESULT/>", "<RESULT A='\(blanks)'><ROW/></RESULT>",
            "<!-- \(blanks) --><!DOCTYPE RESULT><RESULT/>",
            "<!-- \(blanks) --><html>", "\(blanks)nothing", "<RESULT><!-- \(blanks) --><ROW/></RESULT>",
        ],
        [1, 7, 64, 1 << 16]
    )
    func head(_ text: String, _ piece: Int) { #expect(Self.outcome(text, piece: piece) == ["limit"], "in \(piece)") }

    @Test(
        "A row counts with what follows it",
        arguments: [
            "<RESULT><ROW>\(blanks)</ROW><ROW/></RESULT>", "<RESULT><ROW/>\(blanks)<ROW/></RESULT>",
            "<RESULT><ROW/><!-- \(blanks) --><ROW/></RESULT>", "<RESULT><ROW></ROW \(blanks)><ROW/></RESULT>",
        ],
        [1, 7, 64, 1 << 16]
    )
    func row(_ text: String, _ piece: Int) {
        let found = Self.outcome(text, piece: piece)
        #expect(found == Self.outcome(text, piece: text.utf8.count))
        #expect(found.first == "row 2" && found.last?.hasPrefix("1 rowTooLarge ") == true, "\(found)")
    }

    @Test("The last row counts with the document's end", arguments: [1, 7, 64, 1 << 16])
    func lastRow(_ piece: Int) {
        let found = Self.outcome("<RESULT><ROW/><ROW></ROW><!-- \(Self.blanks) --></RESULT>", piece: piece)
        #expect(found.first == "row 1" && found.last?.hasPrefix("2 rowTooLarge ") == true, "\(found)")
    }

    @Test("Nothing is waited for longer than a row may be")
    func waiting() throws {
        // Neither the end tag nor the blanks of a document type end: what comes after is found all the same.
        let reader = XMLFeedReader(shape: FeedShape(root: "RESULT", row: "ROW"), limits: Self.limits)
        let junk = String(repeating: "x", count: 600)
        for byte in Array("<RESULT><ROW></ROW \(junk)<ROW A='1'".utf8) + Array(repeating: 0x20, count: 16) {
            unsafe [byte].withUnsafeBytes { unsafe reader.push($0) }
        }
        guard case .head = try reader.next() else { throw XMLFeedError.malformed("no head") }
        guard case .broken(let row) = try reader.next() else { throw XMLFeedError.malformed("no broken row") }
        #expect(row.rule == .rowTooLarge)
        let text = "<!DOCTYPE\(Self.blanks)"
        #expect(throws: XMLFeedError.hostile("The document carries a DTD.")) {
            let reader = XMLFeedReader(shape: FeedShape(root: "RESULT", row: "ROW"), limits: Self.limits)
            for byte in text.utf8 {
                unsafe [byte].withUnsafeBytes { unsafe reader.push($0) }
                _ = try reader.next()
            }
        }
    }
}
