import AdapterContract
import AdapterKit
import CreditModel
import Crypto
import QualityAdapter
import Synchronization
import Testing

/// The files that a scripted 质监 shows; they may change between pulls.
final class FileShelf: Sendable {
    struct File: Sendable {
        var number: Int
        var isFull: Bool
        var bytes: [UInt8]
        var count: Int
        var digest: String
        var name: String
    }
    private let files = Mutex<[File]>([])

    static func bytes(_ number: Int, full: Bool, rows: [(String, String)], stated: Int? = nil) -> [UInt8] {
        let mode = full ? "全量" : "增量"
        let body = rows.enumerated().map { place, row in
            let key = row.0.isEmpty ? "" : "<证书编号>\(row.0)</证书编号>"
            return "<记录 记录号=\"\(place)\" 操作=\"\(row.1)\" 时间戳=\"2016-01-0\(number)T00:00:00+08:00\">\(key)</记录>"
        }.joined()
        return Array(
            """
            <数据文件 数据集="SCXKZ" 序号="\(number)" 模式="\(mode)"><包头><提供方>x</提供方><生成时间>y</生成时间>\
            <记录数>\(stated ?? rows.count)</记录数></包头><包体>\(body)</包体></数据文件>
            """.utf8
        )
    }

    func put(_ number: Int, full: Bool = false, _ rows: [(String, String)], stated: Int? = nil, digest: String? = nil) {
        let bytes = Self.bytes(number, full: full, rows: rows, stated: stated)
        put(number, full: full, count: rows.count, digest: digest, name: "4401ZJ_SCXKZ_\(number).xml", bytes)
    }

    /// Any bytes under any name.
    func put(_ number: Int, full: Bool = false, count: Int, digest: String? = nil, name: String, _ bytes: [UInt8]) {
        let hex = SHA256.hash(data: bytes).map { byte in
            let text = String(byte, radix: 16, uppercase: true)
            return text.count == 1 ? "0" + text : text
        }.joined()
        let file = File(number: number, isFull: full, bytes: bytes, count: count, digest: digest ?? hex, name: name)
        files.withLock { files in
            files.removeAll { $0.number == number }
            files.append(file)
            files.sort { $0.number < $1.number }
        }
    }

    func unlist(_ number: Int) { files.withLock { $0.removeAll { $0.number == number } } }

    func answer(_ question: ScriptedAgency.Question) -> [UInt8]? {
        files.withLock { files in
            if question.path == "/exchange/manifest.xml" {
                let entries = files.map { file in
                    """
                    <数据包 文件名="\(file.name)" 数据集="SCXKZ" 序号="\(file.number)" 模式="\(file.isFull ? "全量" : "增量")" \
                    记录数="\(file.count)" 字节数="\(file.bytes.count)" SHA256="\(file.digest)"/>
                    """
                }.joined()
                let other = "<数据包 文件名=\"../x\" 数据集=\"CCC\" 序号=\"1\"/>"
                return Array("<清单 提供方=\"x\" 生成时间=\"2016-02-01T02:00:00+08:00\">\(entries)\(other)</清单>".utf8)
            }
            return files.first { question.path == "/exchange/files/\($0.name)" }?.bytes
        }
    }
}

@Suite("质监")
struct QualityTests {
    let dataset = DatasetID(.quality, "SCXKZ")
    let shelf = FileShelf()
    let sink = MemorySink()

    func run(_ limits: FeedLimits = patientLimits) async throws {
        let shelf = shelf
        let agency = try await ScriptedAgency { shelf.answer($0) }
        let adapter = try QualityAdapter(
            SourceConfiguration(agency: .quality, baseURL: agency.base, token: Secret("t"))
        )
        try await pull(adapter, dataset, into: sink, limits: limits)
    }

    @Test("begins at the last full file listed, and withdraws what a later full file lacks")
    func fullFiles() async throws {
        shelf.put(1, [("OLD", "新增")])
        shelf.put(2, full: true, [("A", "新增"), ("B", "新增")])
        shelf.put(3, [("C", "新增")])
        try await run()
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.progress == SourceProgress(completeUpTo: LocalTime("2016-02-01 02:00:00"), incomplete: []))
        shelf.put(4, full: true, [("A", "变更"), ("C", "变更")])
        try await run()
        #expect(sink.keys == ["A", "C"])
    }

    @Test("takes the files after a gap, counts as incomplete, and goes back when the file arrives")
    func gap() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(3, [("C", "新增")])
        try await run()
        #expect(sink.keys == ["A", "C"])
        #expect(sink.progress == SourceProgress(completeUpTo: nil, incomplete: ["gap:2"]))
        shelf.put(2, [("B", "新增")])
        try await run()
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.progress?.incomplete == [])
    }

    @Test("a later full file closes a gap")
    func fullClosesGap() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(3, [("C", "新增")])
        try await run()
        shelf.put(4, full: true, [("A", "变更"), ("C", "变更")])
        try await run()
        #expect(sink.progress?.incomplete == [])
        // Files below it are no longer read.
        shelf.put(2, [("B", "新增")])
        try await run()
        #expect(sink.keys == ["A", "C"])
    }

    @Test("refuses a file whole that disagrees with the manifest, and asks for it again at the next run")
    func refusal() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, [("B", "新增")], stated: 7)
        shelf.put(3, [("C", "新增")], digest: String(repeating: "0", count: 64))
        try await run()
        #expect(sink.keys == ["A"])
        #expect(sink.refusals == ["4401ZJ_SCXKZ_2.xml", "4401ZJ_SCXKZ_3.xml"])
        #expect(sink.progress?.incomplete == ["gap:2", "gap:3"])
        shelf.put(2, [("B", "新增")])
        shelf.put(3, [("C", "新增")])
        try await run()
        #expect(sink.keys == ["A", "B", "C"])
    }

    @Test("reads a replaced file again and says that it replaces the old one; files taken before are not read twice")
    func replacedFile() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, [("B", "新增")])
        try await run()
        let before = sink.batches.count
        shelf.put(1, [("A2", "新增")])
        try await run()
        let began = sink.batches.dropFirst(before).flatMap(\.events).compactMap { event in
            if case .fileBegan(let number, _, _) = event { number } else { nil }
        }
        #expect(began == [1])
        let digests = Set(
            sink.events.compactMap { event in
                if case .fileBegan(1, _, let digest) = event { digest } else { nil }
            }
        )
        #expect(digests.count == 2)
        #expect(sink.keys.contains("A2"))
    }

    @Test("withdrawals may come first, twice, and the record may come back")
    func withdrawals() async throws {
        shelf.put(1, [("A", "删除")])
        shelf.put(2, [("A", "删除"), ("B", "新增"), ("B", "新增")])
        try await run()
        #expect(sink.keys == ["B"])
        shelf.put(3, [("A", "新增"), ("", "新增")])
        try await run()
        #expect(sink.keys == ["A", "B"])
        #expect(sink.faults.map(\.rule) == ["key-missing"])
    }

    @Test("moves its position only with a file's last row, so a kill within costs the file")
    func kill() async throws {
        shelf.put(1, [("A", "新增")])
        shelf.put(2, [("B", "新增"), ("C", "新增")])
        sink.batchesLeft = 3  // file 1 began, file 1 ended, file 2 began
        await #expect(throws: AdapterError.self) { try await run() }
        #expect(sink.keys == ["A"])
        sink.batchesLeft = .max
        try await run()
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.records.filter { $0.key.text == "A" }.count == 1)
    }

    func normalise(_ dataset: String, _ fields: [RawField], key: [String]) throws -> NormalisedRow {
        let adapter = try QualityAdapter(SourceConfiguration(agency: .quality, baseURL: "http://x", token: Secret("t")))
        return try adapter.normalise(
            SourceRecord(
                dataset: DatasetID(.quality, dataset),
                key: RecordKey(key),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: fields,
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
    }

    @Test("the nominal producer of a forged product is its victim")
    func victim() throws {
        func roles(_ result: String) throws -> [Role] {
            let fields = [
                RawField("标称生产企业", "甲公司"), RawField("生产企业代码", "914401017000000870"), RawField("被抽样单位", "乙商店"),
                RawField("结果", result),
            ]
            return try normalise("JDCC", fields, key: ["R1"]).record?.subjects.map(\.role) ?? []
        }
        #expect(try roles("不合格") == [.producer, .seller])
        #expect(try roles("假冒") == [.seller, .victim])
    }

    @Test("both editions of the double publicity keep their named fields' meaning, and no identity card leaves the row")
    func editions() throws {
        let card = "11010519491231002X"
        let later = try normalise(
            "XZCF",
            [
                RawField("CF_CFJG", "某局"), RawField("CF_XDR_GSZC", "440100000000012"),
                RawField("CF_XDR_ZZJG", "60003734-1"),
                RawField("CF_NR_FK", "0.2"), RawField("CF_FR_ZJHM", card), RawField("CF_SY", "身份证\(card)无照"),
                RawField("CF_XDR_SHXYM", card),
            ],
            key: ["某局", "1", "甲"]
        )
        let earlier = try normalise(
            "XZCF",
            [
                RawField("CF_XZJG", "某局"), RawField("CF_XDR_GSDJ", "440100000000012"),
                RawField("CF_XDR_ZDM", "60003734-1"),
                RawField("CF_XDR_SFZ", card), RawField("CF_JG", "罚款"),
            ],
            key: ["某局", "1", "甲"]
        )
        for row in [later, earlier] {
            let record = try #require(row.record)
            let codes = record.subjects.flatMap(\.codes)
            #expect(codes.contains { $0.code == Code(.regno, "440100000000012") && $0.standing == .valid })
            #expect(codes.contains { $0.code == Code(.org, "600037341") && $0.standing == .valid })
            #expect(!"\(record.facts)".contains(card))
            #expect(codes.allSatisfy { $0.code.text != card || $0.isRestricted })
            #expect(row.drift.isEmpty)
        }
        #expect(later.record?.facts.contains { $0.value == .money(Money(amount: "2000", currency: "CNY")) } == true)
    }

    @Test("a dataset of the manifest that nobody reads is told as drift, by one of the datasets")
    func unknownDataset() async throws {
        let agency = try await ScriptedAgency { _ in
            let entries = ["TZSB", "SCXKZ", "TZSB"].map { "<数据包 文件名=\"\($0)\" 数据集=\"\($0)\" 序号=\"1\"/>" }.joined()
            return Array("<清单 提供方=\"x\">\(entries)</清单>".utf8)
        }
        let adapter = try QualityAdapter(
            SourceConfiguration(agency: .quality, baseURL: agency.base, token: Secret("t"))
        )
        for dataset in QualityAdapter.descriptor.datasets { try await pull(adapter, dataset.id, into: sink) }
        let drift = sink.events.filter { if case .drift = $0 { true } else { false } }
        #expect(drift == [.drift(kind: "dataset", name: "TZSB", sample: "")])
    }
}
