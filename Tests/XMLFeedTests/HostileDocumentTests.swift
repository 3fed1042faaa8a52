import Testing

@testable import XMLFeed

@Suite("Hostile and foreign documents")
struct HostileDocumentTests {
    private func isHostile(_ bytes: [UInt8]) -> Bool {
        if case .hostile = error(bytes) { true } else { false }
    }

    @Test(
        "a DTD is refused, whatever is in it",
        arguments: [
            "<!DOCTYPE RESULT><RESULT/>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE RESULT [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><RESULT>&b;</RESULT>",
            "<!DOCTYPE RESULT [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><RESULT><ROW><K>&x;</K></ROW></RESULT>",
            "<!-- c --><!DOCTYPE RESULT SYSTEM \"http://127.0.0.1:1/x.dtd\"><RESULT/>",
            "<!DOCTYPE RESULT [<!ENTITY x \"<ROW/>\">]><RESULT/>",
        ]
    )
    func documentType(text: String) { #expect(isHostile(Array(text.utf8))) }

    @Test(
        "encodings that no agency uses are refused",
        arguments: ["UTF-16", "UTF-7", "ISO-8859-1", "HZ", "Big5", "windows-1252"]
    )
    func declared(encoding: String) {
        #expect(isHostile(Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?><RESULT/>".utf8)))
    }

    @Test("UTF-16 is refused with and without its mark")
    func utf16() {
        let text = "<RESULT/>".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(isHostile(text))
        #expect(isHostile([0xFF, 0xFE] + text))
    }

    @Test("gb2312 and GBK mean GB18030 with its four-byte codes", arguments: ["gb2312", "GBK", "GB18030", "gb18030"])
    func chinese(name: String) throws {
        // 穗, then U+20000 in four bytes
        let text: [UInt8] = [0xCB, 0xEB, 0x95, 0x32, 0x82, 0x36]
        let bytes =
            Array("<?xml version='1.0' encoding='\(name)'?><RESULT><ROW N='".utf8) + text + Array("'/></RESULT>".utf8)
        #expect(try Reading(bytes).rows.first?.attributes.first?.text == "穗\u{20000}")
    }

    @Test("a mark wins over a wrong declaration")
    func mark() throws {
        let text = "\u{FEFF}<?xml version=\"1.0\" encoding=\"gb2312\"?><RESULT><ROW N=\"穗\"/></RESULT>"
        #expect(try Reading(text).rows.first?.attributes.first?.text == "穗")
    }

    @Test("row names are found in GB18030 too")
    func chineseNames() throws {
        let text = "<数据文件><包头><记录数>2</记录数></包头><包体><记录 记录号=\"1\"><名称>甲</名称></记录><记录 记录号=\"2\"/></包体></数据文件>"
        let bytes = Array("<?xml version=\"1.0\" encoding=\"GB18030\"?>".utf8) + Decoder.encode(text, into: .gb18030)
        let reading = try Reading(bytes, shape: FeedShape(root: "数据文件", row: "记录"), piece: 3)
        #expect(reading.rows.map { $0.attributes.first?.text } == ["1", "2"])
        #expect(reading.rows.first?.fields == [XMLField(name: "名称", text: "甲")])
        #expect(reading.whole.elements.map(\.path) == ["包头", "包头/记录数", "包体"])
    }

    @Test("undecodable bytes cost their own row only", arguments: ["UTF-8", "GBK"])
    func undecodable(encoding: String) throws {
        let bytes =
            Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?><RESULT><ROW><K>1</K><N>".utf8) + [0xFF, 0xFF]
            + Array("</N></ROW><ROW><K>2</K></ROW></RESULT>".utf8)
        let reading = try Reading(bytes)
        #expect(reading.rows.map { $0.fields.first?.text } == ["2"])
        let row = try #require(reading.broken.first)
        #expect(row.rule == .encoding)
        #expect(RowScan(row.original, encoding: row.encoding).element("K") == "1")
        #expect(RowScan(row.original, encoding: row.encoding).element("N") == nil)
    }

    @Test("rows over a bound are broken, each by its own rule, and their neighbours are not")
    func bounds() throws {
        let levels = 10_000
        let deep = String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels)
        let attributes = (0..<1000).map { " a\($0)=\"1\"" }.joined()
        let large = String(repeating: "x", count: 20 << 20)
        let text = String(repeating: "x", count: 300 << 10)
        let page =
            "<RESULT><ROW><K>0</K>\(deep)</ROW><ROW\(attributes)/><ROW><K>1</K><T>\(large)</T></ROW>"
            + "<ROW><T>\(text)</T></ROW><ROW><K>2</K></ROW><ROW><K>3</K><T>\(large)</T></ROW></RESULT>"
        let reading = try Reading(page)
        #expect(
            reading.broken.map(\.rule) == [.tooDeep, .tooManyAttributes, .rowTooLarge, .textTooLong, .rowTooLarge]
        )
        #expect(reading.rows.map { $0.fields.first?.text } == ["2"])
        #expect(reading.broken.allSatisfy { $0.original.count <= 64 << 10 })
        #expect(RowScan(reading.broken[2].original, encoding: .utf8).element("K") == "1")
    }

    @Test("an undeclared entity breaks its row")
    func entity() throws {
        let reading = try Reading("<RESULT><ROW><K>&nbsp;</K></ROW><ROW/></RESULT>")
        #expect(reading.broken.map(\.rule) == [.malformed])
        #expect(reading.rows.count == 1)
    }

    @Test(
        "an HTML page is told by its title",
        arguments: [
            "<!DOCTYPE html><html><head><title>系统 维护中</title></head><body><p>x<br></body></html>",
            "  <HTML><TITLE>\n系统 维护中 </TITLE></HTML>",
        ]
    )
    func html(page: String) { #expect(error(Array(page.utf8)) == .html(title: "系统 维护中")) }

    @Test(
        "an HTML page's title is decoded as the page or HTTP says, or by what fits",
        arguments: [
            ("<html><head><meta charset=\"gb2312\"><title>¹</title>", "text/html; charset=utf-8"),
            ("<html><meta http-equiv='Content-Type' content='text/html;charset=GBK'/><title>¹</title>", nil),
            ("<html><title>¹</title>", "text/html; charset=gb2312"), ("<html><title>¹²</title>", "text/html"),
            ("<html><title>¹²</title>", "text/html;charset=utf-8"),
            ("<html><title>¹²</title>", "text/html;charset=latin1"),
        ] as [(String, String?)]
    )
    func htmlInGBK(page: String, contentType: String?) {
        // 系统, which would be good UTF-8, too, and 维护, which would not.
        let chinese: [Character: [UInt8]] = ["¹": [0xCF, 0xB5, 0xCD, 0xB3], "²": [0xCE, 0xAC, 0xBB, 0xA4]]
        let bytes = page.flatMap { chinese[$0] ?? Array(String($0).utf8) }
        let title = page.contains("²") ? "系统维护" : "系统"
        #expect(error(bytes, contentType: contentType) == .html(title: title))
    }

    @Test("an HTML page's title in UTF-8 is right even if HTTP says nothing, or its charset is one no agency uses")
    func htmlInUTF8() {
        for type in [nil, "text/html; charset=utf-8", "text/html; charset=ISO-8859-1"] {
            #expect(error(Array("<html><title>系统维护</title>".utf8), contentType: type) == .html(title: "系统维护"))
        }
    }

    @Test("references in an HTML page's title are resolved, and what a terminal would obey is left out")
    func htmlReferences() {
        let page =
            "<html><title>&#31995;&#x7edf; &amp;amp; &lt;b&gt;&quot;AT&T&nbsp;&#27;[31m&#0;&#xD800;&unknown;\u{202E}</title>"
        #expect(error(Array(page.utf8)) == .html(title: "系统 &amp; <b>\"AT&T [31m &#xD800;&unknown;"))
    }

    @Test("another root is refused")
    func root() {
        guard case .malformed = error(Array("<OTHER><ROW/></OTHER>".utf8)) else {
            Issue.record("taken")
            return
        }
    }
}
