import AdapterContract
import AdapterKit
import Compression
import CreditModel
import Testing

@Suite("质监's files")
struct QualityFileTests {
    let quality = QualityTests()
    var shelf: FileShelf { quality.shelf }
    var sink: MemorySink { quality.sink }

    private func rows(_ number: Int, _ keys: [String], full: Bool = false) -> [UInt8] {
        FileShelf.bytes(number, full: full, rows: keys.map { ($0, "新增") })
    }

    @Test("a compressed file is read, be it of one member or of several")
    func compressed() async throws {
        let first = rows(1, ["A", "B"])
        shelf.put(1, count: 2, name: "a_1_I.xml.gz", try Gzip.compress(first))
        let second = rows(2, ["C", "D"])
        let members = try Gzip.compress(Array(second[..<100])) + Gzip.compress(Array(second[100...]))
        shelf.put(2, count: 2, name: "a_2_I.xml.gz", members)
        try await quality.run()
        #expect(sink.keys == ["A", "B", "C", "D"])
        #expect(sink.refusals.isEmpty)
    }

    @Test("a compressed file that is none, that is cut, or that swells is refused whole, and costs no other file")
    func badCompression() async throws {
        shelf.put(1, count: 1, name: "a_1_I.xml.gz", rows(1, ["A"]))
        shelf.put(2, count: 1, name: "a_2_I.xml.gz", Array(try Gzip.compress(rows(2, ["B"])).dropLast(9)))
        let bomb = rows(3, ["C"]) + [UInt8](repeating: 0x20, count: 40 << 20)
        shelf.put(3, count: 1, name: "a_3_I.xml.gz", try Gzip.compress(bomb))
        shelf.put(4, [("D", "新增")])
        try await quality.run()
        #expect(sink.keys == ["D"])
        #expect(sink.refusals == ["a_1_I.xml.gz", "a_2_I.xml.gz", "a_3_I.xml.gz"])
        #expect(sink.progress?.incomplete == ["gap:1", "gap:2", "gap:3"])
    }

    @Test("a file whose rows, number, mode or dataset are not what it says is refused whole")
    func disagreement() async throws {
        let good = String(decoding: rows(1, ["A"]), as: UTF8.self)
        let spoilt = [
            ("记录数>1", "记录数>2"), ("序号=\"1\"", "序号=\"7\""), ("增量", "全量"), ("SCXKZ", "CCC"), ("</记录>", "</记录><记录/>"),
        ]
        for (index, change) in spoilt.enumerated() {
            let text = good.replacing(index == 1 ? "" : "序号=\"1\"", with: "序号=\"\(index + 1)\"")
                .replacing(index == 1 ? "序号=\"1\"" : change.0, with: change.1)
            shelf.put(index + 1, count: 1, name: "a_\(index + 1).xml", Array(text.utf8))
        }
        // Manifest and head agree, and the body holds fewer.
        shelf.put(6, [("B", "新增")], stated: 2)
        let short = FileShelf.bytes(7, full: false, rows: [("C", "新增")], stated: 2)
        shelf.put(7, count: 2, name: "a_7.xml", short)
        try await quality.run()
        #expect(sink.keys == [])
        #expect(sink.progress?.incomplete == (1...7).map { "gap:\($0)" })
    }

    @Test(
        "a file whose name is more than one plain path segment is refused and never asked for",
        arguments: ["../../etc/passwd", "a/b.xml", "..", ".", "", "a b.xml", "一.xml", "a%2Fb.xml", "a?b.xml"]
    )
    func badName(_ name: String) async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, count: 1, name: name, rows(2, ["B"]))
        try await quality.run()
        #expect(sink.keys == ["A"])
        #expect(sink.refusals == ["清单, entry 2"])
        #expect(sink.progress?.incomplete == ["manifest"])
        #expect(sink.progress?.completeUpTo == nil)
    }

    @Test(
        "a file that is larger than the limit is refused before it is fetched, and one larger than stated while it is"
    )
    func tooLarge() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, (0..<50).map { ("B\($0)", "新增") })
        var limits = patientLimits
        limits.file = 2000
        try await quality.run(limits)
        #expect(sink.keys == ["A"])
        #expect(sink.refusals.count == 1)
        #expect(sink.progress?.incomplete == ["gap:2"])
    }

    @Test("a broken row of a full file counts as shown if its key can be read; if not, nothing is withdrawn")
    func brokenRowOfFullFile() async throws {
        shelf.put(1, full: true, [("A", "新增"), ("B", "新增"), ("C", "新增")])
        try await quality.run()
        shelf.put(2, full: true, [("A", "新增"), ("B</证书编号><企业名称>甲 & 乙</企业名称><证书编号>", "新增")])
        try await quality.run()
        #expect(sink.faults.map(\.key) == [RecordKey(["B"])])
        #expect(sink.keys == ["A", "B"])
        shelf.put(3, full: true, [("A", "新增"), ("", "新增")])
        try await quality.run()
        #expect(sink.keys == ["A", "B"])
        #expect(
            sink.events.last { if case .completeReadEnded = $0 { true } else { false } }.map(Self.hadUnreadable) == true
        )
    }

    private static func hadUnreadable(_ event: PullEvent) -> Bool {
        if case .completeReadEnded(_, _, let unreadable) = event { unreadable } else { false }
    }

    @Test("the time of a full file's withdrawals is the greatest that it showed, and its number decides between files")
    func fullFileTime() async throws {
        shelf.put(1, full: true, [("A", "新增")])
        try await quality.run()
        #expect(
            sink.events.contains(
                .completeReadEnded(
                    time: try #require(LocalTime("2016-01-01 00:00:00")),
                    sequence: 1 << 32,
                    hadUnreadableKeys: false
                )
            )
        )
    }

    @Test("a replaced file that cannot be taken leaves the source incomplete, and what was known stays")
    func replacedAndRefused() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, [("B", "新增")])
        try await quality.run()
        let before = sink.progress?.completeUpTo
        shelf.put(1, [("A2", "新增")], digest: String(repeating: "0", count: 64))
        try await quality.run()
        #expect(sink.keys == ["A", "B"])
        #expect(sink.progress == SourceProgress(completeUpTo: before, incomplete: ["replaced:1"]))
        shelf.put(1, [("A2", "新增")])
        try await quality.run()
        #expect(sink.keys.contains("A2"))
        #expect(sink.progress?.incomplete == [])
    }

    @Test("a replaced file that was read in part and put back is read again: what was taken of it must not stay")
    func putBack() async throws {
        shelf.put(1, [("A", "新增")])
        try await quality.run()
        shelf.put(1, [("A2", "新增")])
        sink.batchesLeft = 1  // the file began; then killed
        await #expect(throws: AdapterError.self) { try await quality.run() }
        #expect(sink.progress?.incomplete == ["gap:1"])
        sink.batchesLeft = .max
        shelf.put(1, [("A", "新增")])
        try await quality.run()
        let digests = sink.events.compactMap { event in
            if case .fileBegan(1, _, let digest) = event { digest } else { nil }
        }
        #expect(digests.count == 3 && digests[0] == digests[2] && digests[0] != digests[1])
        #expect(sink.progress?.incomplete == [])
    }

    @Test("a compressed file is read through more than one buffer")
    func largeCompressed() async throws {
        var seed: UInt64 = 1
        let keys = (0..<12_000).map { _ in
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(seed, radix: 36) + String(seed &* 31, radix: 36)
        }
        let bytes = try Gzip.compress(rows(1, keys))
        #expect(bytes.count > 1 << 18)
        shelf.put(1, count: keys.count, name: "a_1_I.xml.gz", bytes)
        try await quality.run()
        #expect(sink.keys == Set(keys).sorted())
    }

    @Test("no file in the manifest is an answer; files that were taken may leave it")
    func fewFiles() async throws {
        try await quality.run()
        #expect(sink.progress == SourceProgress(completeUpTo: LocalTime("2016-02-01 02:00:00"), incomplete: []))
        shelf.put(1, [("A", "新增")])
        shelf.put(2, [("B", "新增")])
        try await quality.run()
        shelf.unlist(1)
        shelf.put(3, [("C", "新增")])
        try await quality.run()
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.progress?.incomplete == [])
    }

    @Test("a 全量 that comes late does not withdraw what a later file showed")
    func lateFullFile() async throws {
        shelf.put(1, full: true, [("A", "新增"), ("B", "新增")])
        shelf.put(3, [("C", "新增")])
        try await quality.run()
        shelf.put(2, full: true, [("A", "变更")])
        try await quality.run()
        #expect(sink.keys == ["A", "C"])
        #expect(sink.progress?.incomplete == [])
    }
}
