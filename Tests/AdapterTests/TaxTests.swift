import AdapterContract
import AdapterKit
import CreditModel
import LocalTaxAdapter
import StateTaxAdapter
import Synchronization
import Testing

/// Rows of a tax office that change while they are read.
final class MovingRows: Sendable {
    struct Row: Sendable {
        var key: String
        var time: LocalTime
    }
    private let rows: Mutex<[Row]>
    init(_ rows: [(String, String)]) {
        self.rows = Mutex(rows.map { Row(key: $0.0, time: LocalTime($0.1) ?? LocalTime(seconds: 0)) })
    }
    func move(_ key: String, to time: String) {
        rows.withLock { rows in
            for index in rows.indices where rows[index].key == key {
                rows[index].time = LocalTime(time) ?? rows[index].time
            }
        }
    }
    /// The row comes twice from now on.
    func double(_ key: String) {
        rows.withLock { rows in
            if let row = rows.first(where: { $0.key == key }) { rows.append(row) }
        }
    }
    func between(_ from: LocalTime, _ to: LocalTime) -> [Row] {
        rows.withLock { rows in
            rows.filter { $0.time >= from && $0.time < to }.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
        }
    }
}

@Suite("国税")
struct StateTaxTests {
    let dataset = DatasetID(.statetax, "NSRXX")

    func adapter(_ agency: ScriptedAgency, pageSize: Int? = nil, password: String = "p") throws -> StateTaxAdapter {
        try StateTaxAdapter(
            SourceConfiguration(
                agency: .statetax,
                baseURL: agency.base,
                user: "u",
                password: Secret(password),
                since: Day("2016-01-01"),
                pageSize: pageSize
            )
        )
    }

    static func answer(
        _ question: ScriptedAgency.Question,
        _ rows: MovingRows,
        now: String,
        sequence: String? = nil,
        widest: Int = .max
    ) -> [UInt8] {
        let from = question.element("QSSJ").flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
        let to = question.element("ZZSJ").flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
        let page = question.element("PAGE").flatMap { Int($0) } ?? 1
        let size = min(widest, question.element("PAGESIZE").flatMap { Int($0) } ?? 1)
        let all = rows.between(from, to)
        let body = all.dropFirst((page - 1) * size).prefix(size).map {
            "<ROW><NSRSBH>\($0.key)</NSRSBH><XGSJ>\($0.time.spaced)</XGSJ><YXBZ>Y</YXBZ></ROW>"
        }.joined()
        let seq = sequence ?? question.element("tran_seq") ?? ""
        return Array(
            """
            <service><head><tran_id>NSRXX</tran_id><tran_seq>\(seq)</tran_seq><xtsj>\(now)</xtsj><rtn_code>0000</rtn_code>\
            <rtn_msg/></head><body><TOTAL>\(all.count)</TOTAL><PAGES>\((all.count + size - 1) / size)</PAGES>\
            <PAGE>\(page)</PAGE>\(body)</body></service>
            """.utf8
        )
    }

    @Test("misses no row that slides while pages are read, and reads on past empty windows to the agency's own time")
    func slidingRows() async throws {
        let rows = MovingRows([
            ("A", "2016-01-02 00:00:01"), ("B", "2016-01-02 00:00:02"), ("C", "2016-01-02 00:00:03"),
            ("D", "2016-01-02 00:00:04"), ("E", "2016-06-01 00:00:00"),
        ])
        let agency = try await ScriptedAgency { question in
            // After the first page A is modified: B, C and D slide up.
            if question.number == 1 { rows.move("A", to: "2016-06-02 00:00:00") }
            return Self.answer(question, rows, now: "2016-06-03 00:00:00")
        }
        let sink = MemorySink()
        try await pull(adapter(agency, pageSize: 2), dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E"])
        #expect(sink.progress?.completeUpTo == LocalTime("2016-06-03 00:00:00"))
        #expect(sink.progress?.incomplete == [])
    }

    @Test(
        "a second that fills more than the widest page is read whole, though a row leaves it meanwhile",
        arguments: [false, true]
    )
    func crowdedSecond(anotherIsDoubled: Bool) async throws {
        let rows = MovingRows(
            ["A", "B", "C", "D", "E"].map { ($0, "2016-01-02 00:00:01") } + [("F", "2016-01-02 00:00:02")]
        )
        let hasMoved = Mutex(false)
        let agency = try await ScriptedAgency { question in
            // C slides from the second page to the first, which was read; with a row doubled the total tells nothing.
            if question.element("PAGE") == "2",
                hasMoved.withLock({ moved in
                    defer { moved = true }; return !moved
                })
            {
                rows.move("A", to: "2016-01-03 00:00:00")
                if anotherIsDoubled { rows.double("E") }
            }
            return Self.answer(question, rows, now: "2016-01-04 00:00:00", widest: 2)
        }
        let sink = MemorySink()
        try await pull(adapter(agency, pageSize: 2), dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E", "F"])
    }

    @Test("a second that fills more than a page is asked for in the widest one, which nothing can slide out of")
    func widestPage() async throws {
        let rows = MovingRows(["A", "B", "C"].map { ($0, "2016-01-02 00:00:01") })
        let sizes = Mutex<[String?]>([])
        let agency = try await ScriptedAgency { question in
            sizes.withLock { $0.append(question.element("PAGESIZE")) }
            return Self.answer(question, rows, now: "2016-01-04 00:00:00")
        }
        let sink = MemorySink()
        try await pull(adapter(agency, pageSize: 2), dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C"])
        #expect(sizes.withLock { $0 } == ["2", "2", "1000", "2"])
    }

    @Test("drops an answer that belongs to another question and asks again")
    func foreignAnswer() async throws {
        let mine = MovingRows([("A", "2016-01-02 00:00:01")])
        let foreign = MovingRows([("X", "2016-01-02 00:00:01")])
        let agency = try await ScriptedAgency { question in
            question.number == 0
                ? Self.answer(question, foreign, now: "2016-01-04 00:00:00", sequence: "somebody-else")
                : Self.answer(question, mine, now: "2016-01-04 00:00:00")
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        #expect(sink.keys == ["A"])
    }

    @Test("begins the next pull at the greatest time received, inclusively")
    func inclusivePosition() async throws {
        let rows = MovingRows([("A", "2016-01-02 00:00:01")])
        let asked = Mutex<[String]>([])
        let agency = try await ScriptedAgency { question in
            asked.withLock { $0.append(question.element("QSSJ") ?? "") }
            guard question.element("user") == "u" else { return nil }
            let password = question.element("password")
            guard password == (question.number == 0 ? "a&lt;b&amp;c" : "p") else { return nil }
            return Self.answer(question, rows, now: "2016-01-04 00:00:00")
        }
        let sink = MemorySink()
        try await pull(adapter(agency, password: "a<b&c"), dataset, into: sink)
        try await pull(adapter(agency), dataset, into: sink)
        #expect(asked.withLock { $0 } == ["2016-01-01 00:00:00", "2016-01-02 00:00:01"])
        #expect(sink.keys == ["A"])
    }
}

@Suite("What tax offices are asked")
struct TaxQuestionTests {
    private func configuration(_ agency: AgencyID, _ base: String) -> SourceConfiguration {
        SourceConfiguration(agency: agency, baseURL: base, user: "u", password: Secret("p"), pageSize: 5000)
    }

    @Test("reading starts in 2000 unless it is told otherwise, and no page has more than 1000 rows")
    func defaults() async throws {
        let asked = Mutex<[[String?]]>([])
        let rows = MovingRows([])
        let agency = try await ScriptedAgency { question in
            guard question.body.isEmpty else {
                asked.withLock { $0.append([question.element("QSSJ"), question.element("PAGESIZE")]) }
                return StateTaxTests.answer(question, rows, now: "2000-01-20 00:00:00")
            }
            asked.withLock { $0.append([question.query["lastTime"], question.query["rows"]]) }
            return LocalTaxTests.answer(question, rows)
        }
        try await pull(
            StateTaxAdapter(configuration(.statetax, agency.base)),
            DatasetID(.statetax, "NSRXX"),
            into: MemorySink()
        )
        try await pull(
            LocalTaxAdapter(configuration(.localtax, agency.base)),
            DatasetID(.localtax, "nsr"),
            into: MemorySink()
        )
        #expect(asked.withLock { $0 } == [["2000-01-01 00:00:00", "1000"], ["20000101000000", "1000"]])
    }

    @Test(
        "国税's clock may be years off: reading ends where it says, and goes on from the last row",
        arguments: ["2003-05-01", "2029-05-01"]
    )
    func clock(_ day: String) async throws {
        let rows = MovingRows([("A", "\(day) 00:00:00")])
        let froms = Mutex<[String]>([])
        let agency = try await ScriptedAgency { question in
            froms.withLock { $0.append(question.element("QSSJ") ?? "") }
            return StateTaxTests.answer(question, rows, now: "\(day) 00:00:00")
        }
        let sink = MemorySink()
        let adapter = try StateTaxAdapter(configuration(.statetax, agency.base))
        let dataset = DatasetID(.statetax, "NSRXX")
        try await pull(adapter, dataset, into: sink)
        #expect(sink.keys == ["A"])
        #expect(sink.progress?.completeUpTo == LocalTime("\(day) 00:00:00"))
        froms.withLock { $0 = [] }
        try await pull(adapter, dataset, into: sink)
        #expect(froms.withLock { $0 } == ["\(day) 00:00:00"])
    }
}

@Suite("地税")
struct LocalTaxTests {
    let dataset = DatasetID(.localtax, "nsr")

    func adapter(_ agency: ScriptedAgency, pageSize: Int? = nil) throws -> LocalTaxAdapter {
        try LocalTaxAdapter(
            SourceConfiguration(
                agency: .localtax,
                baseURL: agency.base,
                user: "u",
                password: Secret("p"),
                since: Day("2016-01-01"),
                pageSize: pageSize
            )
        )
    }

    static func answer(_ question: ScriptedAgency.Question, _ rows: MovingRows, turned: Bool = false) -> [UInt8] {
        let from = question.query["lastTime"].flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
        let start = question.query["start"].flatMap { Int($0) } ?? 0
        let size = question.query["rows"].flatMap { Int($0) } ?? 1
        var all = rows.between(from, LocalTime(seconds: 1 << 40))
        if turned { all.sort { ($0.time, $1.key) < ($1.time, $0.key) } }
        let body = all.dropFirst(start).prefix(size).map {
            "<r nsrsbh=\"\($0.key)\" gxsj=\"\($0.time.compact)\" sjzt=\"1\"/>"
        }.joined()
        return Array("<rs total=\"\(all.count)\" start=\"\(start)\" rows=\"\(size)\">\(body)</rs>".utf8)
    }

    @Test("begins the next pull at the second of the last row, inclusively")
    func inclusivePosition() async throws {
        let rows = MovingRows([("A", "2016-01-02 00:00:01")])
        let asked = Mutex<[String]>([])
        let agency = try await ScriptedAgency { question in
            asked.withLock { $0.append(question.query["lastTime"] ?? "") }
            return Self.answer(question, rows)
        }
        let sink = MemorySink()
        try await pull(adapter(agency), dataset, into: sink)
        try await pull(adapter(agency), dataset, into: sink)
        #expect(asked.withLock { $0 } == ["20160101000000", "20160102000001"])
        #expect(sink.keys == ["A"])
    }

    @Test("misses no row that slides, though the order within a second changes from page to page")
    func slidingRows() async throws {
        let rows = MovingRows([
            ("A", "2016-01-02 00:00:01"), ("B", "2016-01-02 00:00:02"), ("C", "2016-01-02 00:00:02"),
            ("D", "2016-01-02 00:00:03"), ("E", "2016-01-02 00:00:04"),
        ])
        let agency = try await ScriptedAgency { question in
            if question.number == 1 { rows.move("A", to: "2016-01-05 00:00:00") }
            return Self.answer(question, rows, turned: question.number % 2 == 1)
        }
        let sink = MemorySink()
        try await pull(adapter(agency, pageSize: 3), dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E"])
        #expect(sink.progress?.completeUpTo == LocalTime("2016-01-05 00:00:00"))
    }

    @Test("a second that fills more than a page is read until nothing new comes")
    func crowdedSecond() async throws {
        let rows = MovingRows(
            ["A", "B", "C", "D", "E"].map { ($0, "2016-01-02 00:00:01") } + [("F", "2016-01-03 00:00:00")]
        )
        let agency = try await ScriptedAgency { question in
            Self.answer(question, rows, turned: question.number % 3 == 1)
        }
        let sink = MemorySink()
        try await pull(adapter(agency, pageSize: 2), dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E", "F"])
    }

    @Test("an HTML page in place of an answer fails the run with its title")
    func htmlPage() async throws {
        let agency = try await ScriptedAgency { _ in
            Array("<html><head><title>系统维护</title></head><body>x</body></html>".utf8)
        }
        let error = await #expect(throws: AdapterError.self) {
            try await pull(adapter(agency), dataset, into: MemorySink())
        }
        #expect(error?.message.contains("系统维护") == true)
    }
}
