import AdapterContract
import AdapterKit
import AdapterRegistry
import CreditModel
import Testing

/// What the agencies' interfaces say to the letter, row by row.
@Suite("By the letter of the interfaces")
struct LetterTests {
    private func adapter(_ agency: AgencyID, base: String = "http://x") throws -> any SourceAdapter {
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

    private func normalise(_ dataset: DatasetID, _ key: [String], _ fields: [(String, String)]) throws -> NormalisedRow
    {
        try adapter(dataset.agency).normalise(
            SourceRecord(
                dataset: dataset,
                key: RecordKey(key),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: fields.map { RawField($0.0, $0.1) },
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
    }

    // MARK: 红盾

    @Test("the key of a broken row counts as shown in 红盾's complete re-read")
    func brokenRowInReRead() async throws {
        let dataset = DatasetID(.hongdun, "registration")
        let agency = try await ScriptedAgency { question in
            switch question.number {
            case 0: HongDunTests.page([(1, "A", "01"), (2, "B", "02"), (3, "C", "03")], next: "x", more: false)
            case 1: HongDunTests.code(1002)
            default:
                HongDunTests.page(
                    [(4, "A", "04"), (5, "B</PRIPID><ENTNAME>甲 & 乙</ENTNAME><PRIPID>", "05")],
                    next: "y",
                    more: false
                )
            }
        }
        let sink = MemorySink()
        let hongdun = try adapter(.hongdun, base: agency.base)
        try await pull(hongdun, dataset, into: sink)
        try await pull(hongdun, dataset, into: sink)
        #expect(sink.faults.map(\.key) == [RecordKey(["B"])])
        #expect(sink.faults.map(\.rule) == ["malformed"])
        #expect(sink.keys == ["A", "B"])
        // The broken row's time counts too: what is absent was gone by then.
        #expect(
            sink.events.last
                == .completeReadEnded(
                    time: try #require(LocalTime("2016-01-01 00:00:05")),
                    sequence: -1,
                    hadUnreadableKeys: false
                )
        )
    }

    @Test(
        "红盾's codes: 2001 and 9999 are asked again, 3001 never",
        arguments: [(2001, true), (9999, true), (3001, false)]
    )
    func hongDunCodes(_ code: Int, _ goesOn: Bool) async throws {
        let counter = Counter()
        let agency = try await ScriptedAgency { question in
            _ = counter.next()
            return question.number == 0
                ? HongDunTests.code(code) : HongDunTests.page([(1, "A", "01")], next: "x", more: false)
        }
        try await expect(goesOn, .rejected, adapter(.hongdun, base: agency.base), DatasetID(.hongdun, "registration"))
        #expect(counter.next() == (goesOn ? 2 : 1))
    }

    private func expect(
        _ goesOn: Bool,
        _ code: AdapterError.Code,
        _ adapter: any SourceAdapter,
        _ dataset: DatasetID
    ) async throws {
        let sink = MemorySink()
        if goesOn {
            try await pull(adapter, dataset, into: sink)
            #expect(sink.keys == ["A"])
        } else {
            let error = await #expect(throws: AdapterError.self) { try await pull(adapter, dataset, into: sink) }
            #expect(error?.code == code)
        }
    }

    // MARK: 国税

    @Test(
        "国税's codes: 3001 and 9999 are asked again, 1001 and 2001 never",
        arguments: [
            (1001, false, AdapterError.Code.unauthorised), (2001, false, .rejected), (3001, true, .busy),
            (9999, true, .busy),
        ]
    )
    func stateTaxCodes(_ code: Int, _ goesOn: Bool, _ error: AdapterError.Code) async throws {
        let counter = Counter()
        let rows = MovingRows([("A", "2016-01-02 00:00:01")])
        let agency = try await ScriptedAgency { question in
            _ = counter.next()
            guard question.number == 0 else { return StateTaxTests.answer(question, rows, now: "2016-01-05 00:00:00") }
            let sequence = question.element("tran_seq") ?? ""
            return Array(
                """
                <service><head><tran_id>NSRXX</tran_id><tran_seq>\(sequence)</tran_seq><xtsj>2016-01-05 00:00:00</xtsj>\
                <rtn_code>\(code)</rtn_code><rtn_msg>x</rtn_msg></head><body/></service>
                """.utf8
            )
        }
        try await expect(goesOn, error, adapter(.statetax, base: agency.base), DatasetID(.statetax, "NSRXX"))
        #expect(counter.next() == (goesOn ? 2 : 1))
    }

    @Test("国税 is never asked for more than 31 days, and its clock decides where reading ends")
    func windows() async throws {
        let rows = MovingRows([("A", "2016-03-20 00:00:00")])
        let agency = try await ScriptedAgency { question in
            guard let from = question.element("QSSJ").flatMap({ LocalTime($0) }),
                let to = question.element("ZZSJ").flatMap({ LocalTime($0) }), to.seconds - from.seconds <= 31 * 86_400
            else { return nil }
            return StateTaxTests.answer(question, rows, now: "2016-03-21 00:00:00")
        }
        let sink = MemorySink()
        try await pull(adapter(.statetax, base: agency.base), DatasetID(.statetax, "NSRXX"), into: sink)
        #expect(sink.keys == ["A"])
    }

    // MARK: Tax numbers

    static let taxDatasets: [(DatasetID, String, [String])] = [
        (DatasetID(.statetax, "NSRXX"), "NSRSBH", []), (DatasetID(.statetax, "NSRXYDJ"), "NSRSBH", ["2016"]),
        (DatasetID(.statetax, "QSGG"), "NSRSBH", ["增值税", "2016-01-01"]), (DatasetID(.localtax, "nsr"), "nsrsbh", []),
        (DatasetID(.localtax, "fzc"), "nsrsbh", ["20160101"]),
        (DatasetID(.localtax, "qs"), "nsrsbh", ["营业税", "20160101"]),
    ]

    @Test(
        "a tax number that reads as an identity card is restricted, with the key that holds it",
        arguments: taxDatasets,
        ["11010519491231002X", "110105491231002", "11010519491231002X01", "11010519491231002x", "１１０１０５４９１２３１００２"]
    )
    func identityCards(_ place: (DatasetID, String, [String]), _ number: String) throws {
        let row = try normalise(place.0, [number] + place.2, [(place.1, number)])
        #expect(row.hasRestrictedKey)
        let record = try #require(row.record)
        #expect(record.subjects.flatMap(\.codes).allSatisfy { $0.isRestricted })
        #expect(record.facts.isEmpty && record.unknown.isEmpty)
    }

    @Test("the address of a taxpayer known by a card is evidence of who it is, and told to nobody")
    func personsAddresses() throws {
        let address = "广州市越秀区环市东路368号1203房"
        let columns = [
            (DatasetID(.statetax, "NSRXX"), "NSRSBH", ["ZCDZ", "SCJYDZ"]),
            (DatasetID(.localtax, "nsr"), "nsrsbh", ["dz"]),
        ]
        for (dataset, code, addresses) in columns {
            for (number, isTold) in [("11010519491231002X", false), ("914401017000000870", true)] {
                let fields = addresses.map { ($0, address) } + [(code, number)]
                let record = try #require(try normalise(dataset, [number], fields).record)
                #expect(record.subjects.map(\.address) == [address])
                #expect("\(record.facts)".contains("环市东路") == isTold, "\(dataset) \(number)")
            }
        }
    }

    @Test("an ordinary tax number restricts nothing", arguments: taxDatasets)
    func ordinaryNumbers(_ place: (DatasetID, String, [String])) throws {
        for number in ["914401017000000870", "440106712345672", "L0123456789"] {
            let row = try normalise(place.0, [number] + place.2, [(place.1, number)])
            #expect(!row.hasRestrictedKey)
            #expect(row.record?.subjects.flatMap(\.codes).contains { $0.isRestricted } == false)
        }
    }

    @Test("a number with L is accepted and leads to nobody", arguments: taxDatasets)
    func looseNumbers(_ place: (DatasetID, String, [String])) throws {
        let row = try normalise(place.0, ["L0123456789"] + place.2, [(place.1, "L0123456789")])
        let codes = try #require(row.record).subjects.flatMap(\.codes)
        #expect(codes.allSatisfy { $0.standing != .valid && $0.standing != .unchecked })
    }

    // MARK: Withdrawals

    private static func hongdun(_ changes: [(String, String)]) -> [UInt8] {
        let rows = changes.enumerated().map { index, change in
            "<ROW SEQ=\"\(index + 1)\" OP=\"\(change.1)\" TS=\"2016-01-02 00:00:0\(index)\"><PRIPID>\(change.0)</PRIPID></ROW>"
        }.joined()
        return Array("<RESULT CODE=\"0\"><PAGE NEXT=\"n\" MORE=\"0\"/>\(rows)</RESULT>".utf8)
    }

    private static func localtax(_ changes: [(String, String)]) -> [UInt8] {
        let rows = changes.enumerated().map { index, change in
            "<r nsrsbh=\"\(change.0)\" gxsj=\"2016010200000\(index)\" sjzt=\"\(change.1)\"/>"
        }.joined()
        return Array("<rs total=\"\(changes.count)\" start=\"0\" rows=\"1000\">\(rows)</rs>".utf8)
    }

    private static func statetax(_ changes: [(String, String)], _ question: ScriptedAgency.Question) -> [UInt8] {
        let rows = changes.enumerated().map { index, change in
            "<ROW><NSRSBH>\(change.0)</NSRSBH><XGSJ>2016-01-02 00:00:0\(index)</XGSJ><YXBZ>\(change.1)</YXBZ></ROW>"
        }.joined()
        return Array(
            """
            <service><head><tran_id>NSRXX</tran_id><tran_seq>\(question.element("tran_seq") ?? "")</tran_seq>\
            <xtsj>2016-01-03 00:00:00</xtsj><rtn_code>0000</rtn_code></head><body><TOTAL>\(changes.count)</TOTAL>\
            <PAGES>1</PAGES><PAGE>1</PAGE>\(rows)</body></service>
            """.utf8
        )
    }

    @Test(
        "a withdrawal may come first, twice, or for an unknown key, and its record may come back",
        arguments: [AgencyID.hongdun, .statetax, .localtax]
    )
    func withdrawals(_ agency: AgencyID) async throws {
        let (put, gone) = agency == .hongdun ? ("U", "D") : agency == .statetax ? ("Y", "N") : ("1", "2")
        let steps = [
            [("A", gone), ("B", put)],  // A was never seen
            [("A", gone), ("A", gone), ("B", put), ("B", gone)],
            [("X", gone), ("A", gone), ("B", put), ("B", gone), ("A", put), ("B", put)],  // both come back
        ]
        let pulls = Counter()
        let server = try await ScriptedAgency { question in
            let changes = steps[min(pulls.next(), steps.count - 1)]
            switch agency {
            case .hongdun: return Self.hongdun(changes)
            case .statetax: return Self.statetax(changes, question)
            default: return Self.localtax(changes)
            }
        }
        let dataset = DatasetID(agency, agency == .hongdun ? "registration" : agency == .statetax ? "NSRXX" : "nsr")
        let sink = MemorySink()
        let adapter = try adapter(agency, base: server.base)
        var shown: [[String]] = []
        for _ in steps {
            try await pull(adapter, dataset, into: sink)
            shown.append(sink.keys)
        }
        #expect(shown == [["B"], [], ["A", "B"]])
        #expect(sink.faults.isEmpty)
    }

    // MARK: Values

    @Test("null markers say nothing, the two characters \\n among them, and in a key they quarantine the row")
    func nullMarkers() async throws {
        let dataset = DatasetID(.hongdun, "registration")
        for marker in ["\\n", "null", "NULL", "暂无", "", "  "] {
            let row = try normalise(
                dataset,
                ["P"],
                [("PRIPID", "P"), ("LEREP", marker), ("REGCAP", marker), ("ESTDATE", marker), ("UNISCID", marker)]
            )
            let record = try #require(row.record)
            #expect(record.facts.isEmpty, "\(marker)")
            #expect(record.subjects == [Subject(role: .subject, pripid: "P")])
        }
        let agency = try await ScriptedAgency { _ in HongDunTests.page([(1, "\\n", "01")], next: "x", more: false) }
        let sink = MemorySink()
        try await pull(adapter(.hongdun, base: agency.base), dataset, into: sink)
        #expect(sink.faults.map(\.rule) == ["key-missing"])
    }

    @Test("sentinel dates are no days, but where something ends they say that it does not")
    func sentinelDates() throws {
        func facts(_ dataset: DatasetID, _ fields: [(String, String)]) throws -> (CreditRecord, [String: Value]) {
            let record = try #require(try normalise(dataset, ["K"], fields).record)
            return (record, Dictionary(record.facts.map { ($0.field, $0.value) }) { first, _ in first })
        }
        let (company, values) = try facts(
            DatasetID(.hongdun, "registration"),
            [("APPRDATE", "9999-9-9"), ("ESTDATE", "1900-1-1"), ("OPFROM", "9999-12-31"), ("OPTO", "9999-9-9")]
        )
        #expect(values == ["registration.operatingTo": .date(.open)])
        #expect(company.from == nil)
        let (taxpayer, none) = try facts(DatasetID(.localtax, "nsr"), [("djrq", "99991231")])
        #expect(none.isEmpty && taxpayer.from == nil)
        let (missing, _) = try facts(DatasetID(.localtax, "fzc"), [("rdrq", "20160101"), ("jcrq", "00000000")])
        #expect(missing.from == CreditDate("2016-01-01") && missing.to == nil)
    }
}
