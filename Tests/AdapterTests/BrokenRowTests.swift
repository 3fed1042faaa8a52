import AdapterKit
import AdapterRegistry
import CreditModel
import Testing
import XMLFeed

@testable import QualityAdapter

/// A row that no parser takes, amid two that are well: what of it is handed over, and that nothing else is lost.
@Suite("A broken row")
struct BrokenRowTests {
    /// One document of an agency with its middle row broken, in the agency's encoding.
    struct Case: Sendable, CustomTestStringConvertible {
        var dataset: DatasetID
        var encoding: String
        var before: String
        /// A, then the broken B, then C; each on a line of its own.
        var rows: [String]
        var after: String
        var document: String
        /// The line of the broken row.
        var line = 3

        var testDescription: String { "\(dataset)" }

        /// 甲 and 乙 as `¹` and `²`, so that any encoding may be written here.
        func bytes(_ text: String, _ question: ScriptedAgency.Question? = nil) -> [UInt8] {
            let text = text.replacing("SEQ?", with: question?.element("tran_seq") ?? "")
            let (one, two): ([UInt8], [UInt8]) =
                encoding == "UTF-8" ? (Array("甲".utf8), Array("乙".utf8)) : ([0xBC, 0xD7], [0xD2, 0xD2])
            return text.flatMap { character -> [UInt8] in
                character == "¹" ? one : character == "²" ? two : Array(String(character).utf8)
            }
        }

        func whole(_ question: ScriptedAgency.Question) -> [UInt8] {
            bytes("<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n" + before + rows.joined() + after, question)
        }
    }

    static let pages = [
        Case(
            dataset: DatasetID(.hongdun, "registration"),
            encoding: "GB18030",
            before: "<RESULT CODE=\"0\"><PAGE NEXT=\"n\" MORE=\"0\"/>",
            rows: ["A", "B", "C"].enumerated().map { index, key in
                let name = key == "B" ? "¹ & ²" : "¹"
                return "<ROW SEQ=\"\(index)\" OP=\"U\" TS=\"2016-01-01 00:00:00\"><PRIPID>\(key)</PRIPID>"
                    + "<ENTNAME>\(name)</ENTNAME></ROW>\n"
            },
            after: "</RESULT>",
            document: "hongdun/registration after="
        ),
        Case(
            dataset: DatasetID(.statetax, "NSRXX"),
            encoding: "UTF-8",
            before: "<service><head><tran_id>NSRXX</tran_id><tran_seq>SEQ?</tran_seq><xtsj>2016-01-03 00:00:00</xtsj>"
                + "<rtn_code>0000</rtn_code></head><body><TOTAL>3</TOTAL><PAGES>1</PAGES><PAGE>1</PAGE>",
            rows: ["A", "B", "C"].map { key in
                "<ROW><NSRSBH>\(key)</NSRSBH><NSRMC>\(key == "B" ? "¹ < ²" : "¹")</NSRMC>"
                    + "<XGSJ>2016-01-02 00:00:00</XGSJ><YXBZ>Y</YXBZ></ROW>\n"
            },
            after: "</body></service>",
            document: "statetax/NSRXX 2016-01-01 00:00:00–2016-02-01 00:00:00 page 1"
        ),
        Case(
            dataset: DatasetID(.localtax, "nsr"),
            encoding: "gb2312",
            before: "<rs total=\"3\" start=\"0\" rows=\"1000\">",
            rows: ["A", "B", "C"].map { key in
                "<r nsrsbh=\"\(key)\" nsrmc=\"\(key == "B" ? "¹ & ²" : "¹")\" gxsj=\"20160102000000\" sjzt=\"1\"/>\n"
            },
            after: "</rs>",
            document: "localtax/nsr 20160101000000 start 0"
        ),
    ]

    private func adapter(_ agency: AgencyID, _ base: String) throws -> any SourceAdapter {
        let type = try #require(AdapterRegistry.adapter(agency))
        return try type.init(
            SourceConfiguration(
                agency: agency,
                baseURL: base,
                token: Secret("t"),
                user: "u",
                password: Secret("p"),
                since: Day("2016-01-01")
            )
        )
    }

    private func expect(_ fault: FaultyRow?, _ broken: Case) throws {
        let fault = try #require(fault)
        #expect(fault.place == RowPlace(document: broken.document, row: 2, line: broken.line))
        #expect(fault.key == RecordKey(["B"]))
        #expect(fault.rule == "malformed")
        #expect(!fault.message.contains("甲"))
        #expect(fault.original == broken.bytes(broken.rows[1]))
    }

    @Test("is asked for again once; then it goes to quarantine with its bytes, and reading goes on", arguments: pages)
    func page(_ broken: Case) async throws {
        let asked = Counter()
        let agency = try await ScriptedAgency { question in
            _ = asked.next()
            return broken.whole(question)
        }
        let sink = MemorySink()
        try await pull(adapter(broken.dataset.agency, agency.base), broken.dataset, into: sink)
        #expect(asked.next() == 2)
        #expect(sink.keys == ["A", "C"])
        #expect(sink.faults.count == 1)
        try expect(sink.faults.first, broken)
    }

    @Test("that comes well the second time is no broken row", arguments: pages)
    func healed(_ broken: Case) async throws {
        var well = broken
        well.rows[1] = broken.rows[1].replacing("&", with: "&amp;").replacing("¹ < ²", with: "¹")
        let agency = try await ScriptedAgency { [well] question in
            question.number == 0 ? broken.whole(question) : well.whole(question)
        }
        let sink = MemorySink()
        try await pull(adapter(broken.dataset.agency, agency.base), broken.dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.faults.isEmpty)
    }

    @Test("whose key has several columns to be read from tells none where the one that counts cannot be read")
    func unreadableColumn() throws {
        let type = try #require(QualityTables.types["XZCF"])
        func key(_ elements: [UInt8], limits: FeedLimits = FeedLimits()) throws -> RecordKey? {
            let row =
                Array("<记录 记录号=\"1\">".utf8) + elements
                + Array("<CF_WSH>1号</CF_WSH><CF_XDR_MC>甲 & 乙</CF_XDR_MC></记录>".utf8)
            let document = Array("<数据文件><包体>".utf8) + row + Array("</包体></数据文件>".utf8)
            let page = try FeedDocument.read(document, shape: FeedShape(root: "数据文件", row: "记录"), limits: limits)
            guard case .broken(let broken) = page.items.first else { return RecordKey(["no broken row"]) }
            return type.key(of: broken)
        }
        let name = Array("<CF_CFJG>某局</CF_CFJG>".utf8)
        #expect(try key(name) == RecordKey(["某局", "1号", "甲 & 乙"]))
        #expect(try key(Array("<CF_CFJGDM/>".utf8) + name) == RecordKey(["某局", "1号", "甲 & 乙"]))
        #expect(try key(Array("<CF_CFJGDM>11440</CF_CFJGDM>".utf8) + name)?.parts.first == "11440")
        #expect(try key(Array("<CF_CFJGDM>114".utf8) + [0xFF] + Array("40</CF_CFJGDM>".utf8) + name) == nil)
        #expect(try key(Array("<CF_CFJGDM>11440".utf8) + name) == nil)
        #expect(try key(Array("CF_CFJGDM>11440</CF_CFJGDM>".utf8) + name) == nil)
        var limits = FeedLimits()
        limits.kept = 150
        let long = Array("<CF_SY>\(String(repeating: "x", count: 200))</CF_SY>".utf8)
        #expect(try key(name + long, limits: limits) == nil)
    }

    @Test("of a file names the file")
    func file() async throws {
        let text = FileShelf.bytes(
            1,
            full: false,
            rows: [("A", "新增"), ("B</证书编号><企业名称>甲 & 乙</企业名称><证书编号>", "新增"), ("C", "新增")]
        )
        let quality = QualityTests()
        quality.shelf.put(1, count: 3, name: "a_1.xml", text)
        try await quality.run()
        let fault = try #require(quality.sink.faults.first)
        #expect(fault.place == RowPlace(document: "quality/SCXKZ a_1.xml 序号 1", row: 2, line: 1))
        #expect(fault.key == RecordKey(["B"]) && fault.rule == "malformed")
        let row = String(decoding: fault.original, as: UTF8.self)
        #expect(row.hasPrefix("<记录 记录号=\"1\"") && row.hasSuffix("</记录>") && row.contains("甲 & 乙"))
        #expect(quality.sink.keys == ["A", "C"])
    }
}
