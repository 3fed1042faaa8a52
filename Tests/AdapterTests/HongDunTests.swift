import AdapterContract
import AdapterKit
import CreditModel
import Testing

@testable import HongDunAdapter

@Suite("红盾")
struct HongDunTests {
    let dataset = DatasetID(.hongdun, "registration")

    func adapter(_ agency: ScriptedAgency) throws -> HongDunAdapter {
        try HongDunAdapter(SourceConfiguration(agency: .hongdun, baseURL: agency.base, token: Secret("t")))
    }

    static func page(_ rows: [(Int, String, String)], next: String, more: Bool) -> [UInt8] {
        let body = rows.map { seq, key, time in
            "<ROW SEQ=\"\(seq)\" OP=\"U\" TS=\"2016-01-01 00:00:\(time)\"><PRIPID>\(key)</PRIPID></ROW>"
        }.joined()
        return Array(
            "<RESULT CODE=\"0\" MSG=\"\"><PAGE NEXT=\"\(next)\" MORE=\"\(more ? 1 : 0)\"/>\(body)</RESULT>".utf8
        )
    }
    static func code(_ code: Int) -> [UInt8] { Array("<RESULT CODE=\"\(code)\" MSG=\"\"/>".utf8) }

    @Test("reads on through an empty page that promises more, and stops where there is none")
    func emptyPage() async throws {
        let agency = try await ScriptedAgency { question in
            switch question.query["after"] {
            case "": Self.page([(1, "A", "01")], next: "c1", more: true)
            case "c1": Self.page([], next: "c2", more: true)
            default: Self.page([(2, "B", "02")], next: "c3", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        #expect(sink.keys == ["A", "B"])
        #expect(sink.progress?.incomplete == [])
        #expect(sink.progress?.completeUpTo == LocalTime("2016-01-01 00:00:02"))
    }

    @Test("withdraws after an expired cursor what the complete re-read no longer shows, even when it was killed within")
    func expiredCursor() async throws {
        let agency = try await ScriptedAgency { question in
            switch (question.query["after"], question.number) {
            case ("", 0): Self.page([(1, "A", "01"), (2, "B", "02"), (3, "C", "03")], next: "old", more: false)
            case ("old", _): Self.code(1002)
            case ("", 2): Self.page([(4, "A", "04")], next: "n1", more: true)
            case ("n1", 3): Self.code(1002)  // expires again, within the re-read
            case ("", _): Self.page([(5, "A", "05")], next: "n2", more: true)
            default: Self.page([(6, "C", "06")], next: "n3", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        sink.batchesLeft = 4  // began, a page, began afresh, a page; then killed
        await #expect(throws: AdapterError.self) { try await pull(adapter(agency), dataset, into: sink) }
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sink.progress?.incomplete == ["re-read"])
        sink.batchesLeft = .max
        try await pull(adapter(agency), dataset, into: sink)
        #expect(sink.keys == ["A", "C"])
        #expect(sink.events.filter { $0 == .completeReadBegan }.count == 2)
        #expect(
            sink.events.last
                == .completeReadEnded(
                    time: try #require(LocalTime("2016-01-01 00:00:06")),
                    sequence: -1,
                    hadUnreadableKeys: false
                )
        )
    }

    @Test("does not turn in a circle where the cursor stands still though there is more")
    func circle() async throws {
        let agency = try await ScriptedAgency { _ in Self.page([], next: "same", more: true) }
        let sink = MemorySink()
        await #expect(throws: AdapterError.self) { try await pull(adapter(agency), dataset, into: sink) }
    }

    @Test("does not turn in a circle of several cursors either")
    func wideCircle() async throws {
        let agency = try await ScriptedAgency { question in
            // A circle that never ended would take the test with it.
            guard question.number < 40 else { return Self.page([], next: "end", more: false) }
            return Self.page([], next: question.query["after"] == "a" ? "b" : "a", more: true)
        }
        let error = await #expect(throws: AdapterError.self) {
            try await pull(adapter(agency), dataset, into: MemorySink())
        }
        #expect(error?.code == .malformed)
    }

    @Test("a refused token ends the run at once, naming the key to set")
    func token() async throws {
        let agency = try await ScriptedAgency { question in question.number == 0 ? Self.code(1001) : nil }
        let error = await #expect(throws: AdapterError.self) {
            try await pull(adapter(agency), dataset, into: MemorySink())
        }
        #expect(error?.code == .unauthorised)
        #expect(error?.message.contains("sources.hongdun.token") == true)
    }

    @Test("a key is what was sent without white space around it, and is never repaired")
    func keys() async throws {
        let sent = ["\u{3000}\u{A0}ａ-1\u{2003}", "p|1\\", " 914401017000000871\n"]
        let agency = try await ScriptedAgency { _ in
            Self.page(sent.enumerated().map { ($0, $1, "0\($0)") }, next: "x", more: false)
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        #expect(
            sink.records.map(\.key) == [RecordKey(["ａ-1"]), RecordKey(["p|1\\"]), RecordKey(["914401017000000871"])]
        )
        #expect(sink.records.map(\.key.text) == ["ａ-1", "p\\|1\\\\", "914401017000000871"])
    }

    @Test("busy says how long in RETRY")
    func retryAttribute() throws {
        func wait(_ text: String?) throws -> Int? {
            let attributes = [RawField("CODE", "2001")] + (text.map { [RawField("RETRY", $0)] } ?? [])
            let error = #expect(throws: AdapterError.self) {
                try HongDunPull.checkCode(FeedHead(root: "RESULT", attributes: attributes, elements: []))
            }
            #expect(error?.code == .busy && error?.isTransient == true)
            return error?.retryAfter
        }
        #expect(try wait("7") == 7000)
        #expect(try wait(nil) == nil)
        #expect(try wait("bald") == nil)
    }

    @Test("a row without a key is quarantined, and with it in a re-read nothing is withdrawn")
    func unreadableKey() async throws {
        let agency = try await ScriptedAgency { question in
            switch question.number {
            case 0: Self.page([(1, "A", "01"), (2, "B", "02")], next: "x", more: false)
            case 1: Self.code(1002)
            default: Self.page([(1, "A", "01"), (3, "暂无", "03")], next: "y", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        try await pull(adapter(agency), dataset, into: sink)
        #expect(sink.keys == ["A", "B"])
        #expect(sink.faults.map(\.rule) == ["key-missing"])
        #expect(sink.progress?.incomplete == ["unreadable-keys"])
    }

    @Test("reads a registration by its table: codes, facts, restricted telephone, unknown element")
    func normalises() throws {
        let adapter = try HongDunAdapter(SourceConfiguration(agency: .hongdun, baseURL: "http://x", token: Secret("t")))
        let fields = [
            RawField("PRIPID", "P1"), RawField("UNISCID", "914401017000000870"), RawField("ENTNAME", " 广州甲(集团)有限公司 "),
            RawField("REGCAP", "500"), RawField("REGCAPCUR", "156"), RawField("OPTO", "9999-9-9"),
            RawField("TEL", "02081234567"),
            RawField("REGSTATE", "Ｋ"), RawField("APPRDATE", "2016-2-3"), RawField("NEU", "x"),
            RawField("ENTTYPE", "8888"),
        ]
        let row = try adapter.normalise(
            SourceRecord(
                dataset: dataset,
                key: RecordKey(["P1"]),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: fields,
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
        let record = try #require(row.record)
        func fact(_ name: String) -> Fact? { record.facts.first { $0.field == "registration.\(name)" } }
        #expect(record.subjects.first?.pripid == "P1")
        #expect(record.subjects.first?.codes.contains { $0.code == Code(.uscc, "914401017000000870") } == true)
        #expect(fact("name")?.value == .text("广州甲（集团）有限公司"))
        #expect(fact("name")?.original == " 广州甲(集团)有限公司 ")
        #expect(fact("capital")?.value == .money(Money(amount: "5000000", currency: "CNY")))
        #expect(fact("operatingTo")?.value == .date(.open))
        #expect(fact("state")?.value == .code("K", label: "开业"))
        #expect(record.from == CreditDate("2016-02-03"))
        #expect(record.unknown == [RawField("NEU", "x")])
        #expect(Set(row.drift) == [Drift(kind: "field", name: "NEU"), Drift(kind: "code", name: "ENTTYPE=8888")])
        #expect(!"\(record)".contains("02081234567"))
    }
}
