import Testing

@testable import XMLFeed

/// Reads a whole document, in pieces of any size.
struct Reading {
    var rows: [XMLRow] = []
    var broken: [XMLBrokenRow] = []
    var heads: [XMLHead] = []
    var whole: XMLHead

    static let limits = XMLLimits(row: 1 << 20, text: 256 << 10, depth: 16, attributes: 64, kept: 64 << 10)

    init(
        _ bytes: [UInt8],
        shape: FeedShape = FeedShape(root: "RESULT", row: "ROW"),
        piece: Int = 1 << 16,
        limits: XMLLimits = Reading.limits,
        contentType: String? = nil
    ) throws(XMLFeedError) {
        let reader = XMLFeedReader(shape: shape, limits: limits)
        reader.contentType = contentType
        var rows: [XMLRow] = []
        var broken: [XMLBrokenRow] = []
        var heads: [XMLHead] = []
        var place = 0
        while true {
            while let event = try reader.next() {
                switch event {
                case .head(let head): heads.append(head)
                case .row(let row): rows.append(row)
                case .broken(let row): broken.append(row)
                }
            }
            if place == bytes.count { break }
            let end = min(place + piece, bytes.count)
            unsafe bytes[place..<end].withUnsafeBytes { unsafe reader.push($0) }
            place = end
            if place == bytes.count { reader.finish() }
        }
        if bytes.isEmpty { reader.finish() }
        while let event = try reader.next() { if case .head(let head) = event { heads.append(head) } }
        (self.rows, self.broken, self.heads) = (rows, broken, heads)
        whole = try reader.head()
    }

    init(_ text: String, shape: FeedShape = FeedShape(root: "RESULT", row: "ROW"), piece: Int = 1 << 16)
        throws(XMLFeedError)
    {
        try self.init(Array(text.utf8), shape: shape, piece: piece)
    }
}

func error(_ bytes: [UInt8], contentType: String? = nil) -> XMLFeedError? {
    do throws(XMLFeedError) {
        _ = try Reading(bytes, contentType: contentType)
        return nil
    } catch { return error }
}

@Suite("Rows of a feed")
struct XMLFeedTests {
    static let page = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- <ROW> in a comment is none -->
        <RESULT CODE="0" MSG="">
          <PAGE NEXT="abc" MORE="1"/>
          <ROWS>3</ROWS>
          <ROW SEQ="1" OP="U"><ENTNAME>广州市 &amp; 甲</ENTNAME><A><B>x</B>y</A><C><![CDATA[<ROW>]]></C><D/></ROW>
          <ROW SEQ="2"/>
          <ROW
           SEQ="3"><T>1 &#x4E2D;</T></ROW>
        </RESULT>
        """

    @Test("are taken beside elements of other names, which belong to the head", arguments: [1, 7, 1 << 16])
    func othersBetween(piece: Int) throws {
        let rows = (1...3).map { "<ROW SEQ=\"\($0)\"><T>x</T></ROW><SUM V='1'>\($0)<PART/></SUM><!-- < --> \n" }
        let reading = try Reading("<RESULT><BODY><N/>\(rows.joined())<ROW SEQ='4'/><E/></BODY></RESULT>", piece: piece)
        #expect(reading.broken.isEmpty)
        #expect(reading.rows.map { $0.attributes.first?.text } == ["1", "2", "3", "4"])
        #expect(reading.rows.map(\.line) == [1, 2, 3, 4])
        #expect(String(decoding: reading.rows[0].original, as: UTF8.self) == "<ROW SEQ=\"1\"><T>x</T></ROW>")
        #expect(
            reading.whole.elements.map(\.path) == ["BODY", "BODY/N", "BODY/E", "BODY/SUM", "BODY/SUM/PART"]
        )
        // What follows in pieces costs the row: nobody can tell where it ends.
        #expect(try Reading("<RESULT><ROW>a</ROW><SUM>&</SUM><ROW/></RESULT>", piece: piece).broken.count == 1)
    }

    @Test("that are broken are the same wherever they stand in a document")
    func sameBroken() throws {
        let last = try Reading("<RESULT><ROW A='1 & 2'/></RESULT>")
        let first = try Reading("<RESULT><ROW A='1 & 2'/>\n  <ROW A='3'/></RESULT>")
        #expect(last.broken.map(\.identity) == first.broken.map(\.identity))
        #expect(last.broken.map(\.original) == first.broken.map(\.original) && first.broken.count == 1)
    }

    @Test("come out the same however the bytes are cut", arguments: [1, 2, 3, 7, 64, 1 << 16])
    func anyPieces(piece: Int) throws {
        let reading = try Reading(Self.page, piece: piece)
        #expect(reading.broken.isEmpty)
        #expect(reading.rows.map { $0.attributes.first?.text } == ["1", "2", "3"])
        #expect(
            reading.rows.first?.fields == [
                XMLField(name: "ENTNAME", text: "广州市 & 甲"), XMLField(name: "A", text: "xy"),
                XMLField(name: "C", text: "<ROW>"), XMLField(name: "D", text: ""),
            ]
        )
        #expect(reading.rows.map(\.line) == [6, 7, 8])
        #expect(reading.rows.map(\.row) == [1, 2, 3])
        #expect(String(decoding: reading.rows[1].original, as: UTF8.self) == "<ROW SEQ=\"2\"/>")
        #expect(reading.heads.count == 1)
        #expect(reading.whole.root == "RESULT")
        #expect(reading.whole.elements.map(\.path) == ["PAGE", "ROWS"])
        #expect(reading.whole.elements[1].text == "3")
    }

    @Test("references read the same in attributes and in texts, of rows and of the head")
    func references() throws {
        let written = "C&amp;A&#38;B&lt;&gt;&quot;&apos;&#x4E2D;&amp;amp;"
        let reading = try Reading(
            "<RESULT M=\"\(written)\"><P N='\(written)'/><ROW K=\"\(written)\"><T>\(written)</T></ROW></RESULT>"
        )
        let read = "C&A&B<>\"'中&amp;"
        #expect(reading.rows.map { $0.attributes.map(\.text) + $0.fields.map(\.text) } == [[read, read]])
        #expect(reading.whole.attributes.map(\.text) == [read])
        #expect(reading.whole.elements.map { $0.attributes.map(\.text) } == [[read]])
    }

    @Test("a bare & breaks its row only, whose bytes reach to the blanks before the next", arguments: [5, 1 << 16])
    func bareAmpersand(piece: Int) throws {
        let text = "<RESULT><ROW><K>1</K></ROW><ROW><K>2</K><N>A & B</N></ROW>\n<ROW><K>3</K></ROW></RESULT>"
        let reading = try Reading(text, piece: piece)
        #expect(reading.rows.map { $0.fields.first?.text } == ["1", "3"])
        let row = try #require(reading.broken.first)
        #expect(row.rule == .malformed)
        #expect(row.row == 2)
        #expect(String(decoding: row.original, as: UTF8.self) == "<ROW><K>2</K><N>A & B</N></ROW>")
        let scan = RowScan(row.original, encoding: row.encoding)
        #expect(scan.element("K") == "2")
        #expect(scan.element("N") == "A & B")
        #expect(scan.element("MISSING") == nil)
    }

    @Test(
        "a broken last row leaves the document whole",
        arguments: [
            "<ROW A=\"1\" B=\"x < y\"/>", "<ROW A=\"1\" B=\"x\"y\"/>", "<ROW A=\"1\"><N>x < y</N></ROW>",
            "<ROW A=\"1\"><N>x</N>", "<ROW A=\"1\"><N>x</N></ROW></ROW>", "<ROW A=\"1\"><N><!-- x</N></ROW>",
            "<ROW A=\"1\"><N><![CDATA[ x</N></ROW>",
        ]
    )
    func brokenLastRow(row: String) throws {
        let reading = try Reading("<RESULT><ROW A=\"0\"/>\(row)\n</RESULT>\n")
        #expect(reading.rows.map { $0.attributes.first?.text } == ["0"])
        let broken = try #require(reading.broken.first)
        #expect(RowScan(broken.original, encoding: broken.encoding).attribute("A") == "1")
    }

    @Test("a comment that does not end swallows no other row")
    func endlessComment() throws {
        let reading = try Reading("<RESULT><ROW A=\"1\"><N><!-- x</N></ROW><ROW A=\"2\"/></RESULT>")
        #expect(reading.rows.map { $0.attributes.first?.text } == ["2"])
        #expect(reading.broken.count == 1)
    }

    @Test("a document that ends too early is refused", arguments: 1...12)
    func cut(by count: Int) {
        let bytes = Array("<RESULT><ROW><K>1</K></ROW><ROW><K>2</K></ROW></RESULT>".utf8)
        guard case .malformed = error(Array(bytes.dropLast(count))) else {
            Issue.record("taken as whole")
            return
        }
    }

    @Test("no rows, a head only")
    func empty() throws {
        let reading = try Reading("\u{FEFF}<RESULT CODE='1002'><PAGE NEXT=''/></RESULT>")
        #expect(reading.heads.first?.attributes == [XMLField(name: "CODE", text: "1002")])
        #expect(error([]) == .malformed("The answer is empty."))
    }

    @Test("memory stays bounded over a long document, and lines are counted")
    func long() throws {
        let row = "<ROW SEQ=\"1\"><ENTNAME>广州市某某贸易有限公司</ENTNAME><DOM>天河区</DOM></ROW>\n"
        let bytes = Array(("<RESULT>\n" + String(repeating: row, count: 20_000) + "</RESULT>").utf8)
        let reading = try Reading(bytes, piece: 10_007)
        #expect(reading.rows.count == 20_000)
        #expect(reading.rows.last?.line == 20_001)
    }
}
