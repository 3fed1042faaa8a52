import AdapterKit
import AdapterRegistry
import CreditModel
import Testing

/// Values of lists that the interfaces do not give: as sent, with a label where the handbook knows one, else reported.
@Suite("Open code lists")
struct CodeListTests {
    private func row(_ dataset: DatasetID, _ column: String, _ text: String) throws -> NormalisedRow {
        let type = try #require(AdapterRegistry.adapter(dataset.agency))
        let adapter = try type.init(
            SourceConfiguration(
                agency: dataset.agency,
                baseURL: "http://x",
                token: Secret("t"),
                user: "u",
                password: Secret("p")
            )
        )
        return try adapter.normalise(
            SourceRecord(
                dataset: dataset,
                key: RecordKey(["K"]),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: [RawField(column, text)],
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
    }

    @Test(
        "a label is the handbook's word, letter by letter",
        arguments: [
            ("ENTTYPE", "1110", "国有独资"), ("ENTTYPE", "1122", "外商投资企业投资类"), ("ENTTYPE", "1130", "自然人投资或控股"),
            ("ENTTYPE", "1153", "法人独资"), ("ENTTYPE", "1219", "上市"), ("ENTTYPE", "2150", "分公司"),
            ("ENTTYPE", "3500", "联营"),
            ("ENTTYPE", "4532", "特殊普通合伙"), ("ENTTYPE", "4999", "非法人"), ("ENTTYPE", "5190", "有限责任公司各类"),
            ("ENTTYPE", "5830", "分支"), ("ENTTYPE", "9500", "个体"), ("REGSTATE", "D", "吊销未注销"),
            ("REGSTATE", "DA", "已吊销企业备案中"),
            ("REGSTATE", "ZX", "注销"),
        ]
    )
    func labels(_ column: String, _ code: String, _ label: String) throws {
        let row = try row(DatasetID(.hongdun, "registration"), column, code)
        #expect(row.record?.facts.map(\.value) == [.code(code, label: label)])
        #expect(row.drift.isEmpty)
    }

    @Test("a code in lower case or full width is the list's own, and its text is kept")
    func forms() throws {
        for (dataset, column, text, value) in [
            (DatasetID(.hongdun, "registration"), "REGSTATE", "zx", Value.code("ZX", label: "注销")),
            (DatasetID(.statetax, "NSRXYDJ"), "XYDJ", "ａ", .code("A", label: nil)),
            (DatasetID(.statetax, "NSRXX"), "YBNSR", "y", .code("Y", label: nil)),
            (DatasetID(.hongdun, "registration"), "ENTTYPE", "１１３０", .code("1130", label: "自然人投资或控股")),
        ] {
            let row = try row(dataset, column, text)
            #expect(row.record?.facts.map(\.value) == [value])
            #expect(row.record?.facts.map(\.original) == [text])
            #expect(row.drift.isEmpty)
        }
    }

    @Test("the handbook's kinds of penalties are known, alone and as 其他-警告")
    func kinds() throws {
        for (dataset, column) in [
            (DatasetID(.hongdun, "penalty"), "PENTYPE"), (DatasetID(.localtax, "cf"), "cflb"),
            (DatasetID(.quality, "XZCF"), "CF_CFLB"),
        ] {
            for text in ["罚款", "没收违法所得;责令停产停业", "警告；", "其他-警告"] {
                #expect(try row(dataset, column, text).drift == [], "\(column)=\(text)")
            }
            let unknown = try row(dataset, column, "罚款;游街")
            #expect(unknown.drift == [Drift(kind: "code", name: "\(column)=游街")])
        }
    }

    @Test(
        "what the handbook does not know is kept as sent and reported",
        arguments: [
            (DatasetID(.hongdun, "registration"), "ENTTYPE", "8888"),
            (DatasetID(.hongdun, "registration"), "REGSTATE", "XX"),
            (DatasetID(.statetax, "QSGG"), "SZ", "增值税"), (DatasetID(.localtax, "qs"), "sz", "营业税"),
            (DatasetID(.statetax, "ZDSSWF"), "AJXZ", "偷税"), (DatasetID(.quality, "ZZJGDM"), "机构类型", "企业法人"),
            (DatasetID(.quality, "SCXKZ"), "状态", "失踪"), (DatasetID(.statetax, "NSRXX"), "NSRZT_DM", "99"),
            (DatasetID(.hongdun, "abnormal"), "SPECAUSE", "9"), (DatasetID(.hongdun, "online-shop"), "WEBTYPE", "7"),
        ]
    )
    func drift(_ dataset: DatasetID, _ column: String, _ text: String) throws {
        let row = try row(dataset, column, text)
        #expect(row.record?.facts.map(\.value) == [.code(text, label: nil)])
        #expect(row.drift == [Drift(kind: "code", name: "\(column)=\(text)")])
    }

    @Test(
        "a row of a hundred thousand unknown elements is kept whole, and costs no more than its length",
        .timeLimit(.minutes(20))
    )
    func manyElements() throws {
        let type = try #require(AdapterRegistry.adapter(.hongdun))
        let adapter = try type.init(SourceConfiguration(agency: .hongdun, baseURL: "http://x", token: Secret("t")))
        let fields = (0..<100_000).map { RawField("F\($0)", "x") }
        let row = try adapter.normalise(
            SourceRecord(
                dataset: DatasetID(.hongdun, "registration"),
                key: RecordKey(["K"]),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: fields,
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
        #expect(row.record?.unknown == fields)
        #expect(row.drift.count == 64)
    }

    @Test("an old identity card of 15 digits leaves no text of the double publicity, and a registration number stays")
    func oldCards() throws {
        let dataset = DatasetID(.quality, "XZCF")
        let text = try row(dataset, "CF_SY", "张某（440106600123001）无照经营")
        #expect(text.record?.facts.map(\.value) == [.text("张某（***************）无照经营")])
        let code = try row(dataset, "CF_SY", "代码114401600123001A2B")
        #expect(code.record?.facts.map(\.value) == [.text("代码114401600123001A2B")])
        let number = try row(dataset, "CF_XDR_GSZC", "440106600123001")
        #expect(number.record?.subjects.flatMap(\.codes).map(\.code.text) == ["440106600123001"])
    }
}
