import AdapterContract
import AdapterKit
import CreditModel
import Testing
import XMLFeed

@testable import QualityAdapter

/// What of a row that no parser takes is handed over, besides what the contract says of every adapter.
@Suite("A broken row")
struct BrokenRowTests {
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
