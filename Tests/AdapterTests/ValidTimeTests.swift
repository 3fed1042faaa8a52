import AdapterKit
import AdapterRegistry
import CreditModel
import Testing

/// From when to when a row is true, dataset by dataset.
@Suite("Valid time")
struct ValidTimeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var dataset: DatasetID
        var fields: [String: String]
        var from: String?
        var to: String?

        init(_ agency: AgencyID, _ dataset: String, _ fields: [String: String], _ from: String?, _ to: String? = nil) {
            self.dataset = DatasetID(agency, dataset)
            (self.fields, self.from, self.to) = (fields, from, to)
        }

        var testDescription: String { "\(dataset)" }
    }

    static let cases = [
        Case(.hongdun, "registration", ["APPRDATE": "2016-02-03", "ESTDATE": "2001-01-01"], "2016-02-03"),
        Case(.hongdun, "alteration", ["ALTDATE": "2016-02-03"], "2016-02-03"),
        Case(.hongdun, "abnormal", ["ABNTIME": "2016-02-03", "REMDATE": "2017-01-02"], "2016-02-03", "2017-01-02"),
        Case(.hongdun, "illegal", ["ABNTIME": "2016-02-03", "REMDATE": "2017-01-02"], "2016-02-03", "2017-01-02"),
        Case(.hongdun, "penalty", ["PENDECISSDATE": "2016-02-03", "PUBLICDATE": "2016-03-01"], "2016-02-03"),
        Case(.hongdun, "online-shop", ["ANCHEYEAR": "2016"], "2016", "2016"),
        Case(.statetax, "NSRXX", ["DJRQ": "2016-02-03"], "2016-02-03"),
        Case(.statetax, "NSRXYDJ", ["PDND": "2016", "PDRQ": "2017-04-01"], "2016", "2016"),
        Case(.statetax, "QSGG", ["GGRQ": "2016-02-03"], "2016-02-03", "2016-02-03"),
        Case(.statetax, "ZDSSWF", ["GBRQ": "2016-02-03", "YCRQ": "2019-02-03"], "2016-02-03", "2019-02-03"),
        Case(.localtax, "nsr", ["djrq": "20160203"], "2016-02-03"),
        Case(.localtax, "fzc", ["rdrq": "20160203", "jcrq": "20170102"], "2016-02-03", "2017-01-02"),
        Case(.localtax, "qs", ["ggrq": "20160203"], "2016-02-03", "2016-02-03"),
        Case(.localtax, "cf", ["cfrq": "20160203"], "2016-02-03"),
        Case(.quality, "ZZJGDM", ["颁证日期": "2016-02-03", "有效期至": "2020-02-02"], "2016-02-03", "2020-02-02"),
        Case(.quality, "SCXKZ", ["发证日期": "2016-02-03", "有效期至": "2020-02-02"], "2016-02-03", "2020-02-02"),
        Case(.quality, "CCC", ["发证日期": "2016-02-03", "有效期至": "2020-02-02"], "2016-02-03", "2020-02-02"),
        Case(.quality, "JDCC", ["公布日期": "2016-02-03"], "2016-02-03"),
        Case(.quality, "XZCF", ["CF_JDRQ": "2016-02-03", "CF_CFJG": "某局", "CF_YXQ": "2020-02-02"], "2016-02-03"),
        Case(.quality, "XZCF", ["CF_JDRQ": "2016-02-03", "CF_XZJG": "某局", "CF_JZRQ": "2020-02-02"], "2016-02-03"),
    ]

    @Test("keeps the agency's text where it is another than the date's", arguments: cases)
    func originals(_ wanted: Case) throws {
        let plain = try Self.row(wanted)
        #expect(plain.fromOriginal == nil && plain.toOriginal == nil)
        guard wanted.from?.count == 10 else { return }
        var written = wanted
        for (name, text) in wanted.fields {
            guard
                let date = CreditDate(
                    text.count == 8 ? "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))" : text
                )
            else { continue }
            written.fields[name] = " " + date.description.replacing("-0", with: "/").replacing("-", with: "/")
        }
        let record = try Self.row(written)
        #expect(record.from == plain.from && record.to == plain.to)
        #expect(record.fromOriginal.map { written.fields.values.contains($0) } == true)
        #expect((record.toOriginal != nil) == (plain.to != nil))
        #expect(record.toOriginal.map { written.fields.values.contains($0) } ?? true)
    }

    @Test("keeps the whole of an end that is none, and of a day that nobody can read")
    func oddOriginals() throws {
        let open = try Self.row(Case(.statetax, "ZDSSWF", ["GBRQ": "2016-02-03", "YCRQ": "9999-9-9"], nil))
        #expect(open.to == .open && open.toOriginal == "9999-9-9")
        let long = "某日" + String(repeating: "，", count: 100)
        let unreadable = try Self.row(Case(.hongdun, "abnormal", ["ABNTIME": long, "REMDATE": " 明天"], nil))
        #expect(unreadable.from == nil && unreadable.fromOriginal == long)
        #expect(unreadable.toOriginal == " 明天")
    }

    @Test("is what the interfaces say", arguments: cases)
    func validTime(_ wanted: Case) throws {
        let record = try Self.row(wanted)
        #expect(record.from?.description == wanted.from)
        #expect(record.to?.description == wanted.to)
    }

    private static func row(_ wanted: Case) throws -> CreditRecord {
        let type = try #require(AdapterRegistry.adapter(wanted.dataset.agency))
        let adapter = try type.init(
            SourceConfiguration(
                agency: wanted.dataset.agency,
                baseURL: "http://x",
                token: Secret("t"),
                user: "u",
                password: Secret("p")
            )
        )
        let row = try adapter.normalise(
            SourceRecord(
                dataset: wanted.dataset,
                key: RecordKey(["K"]),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: wanted.fields.map { RawField($0.key, $0.value) },
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
        #expect(row.drift.isEmpty)
        return try #require(row.record)
    }

    @Test("a day that cannot be read is kept as sent, and is no day")
    func unreadable() throws {
        let type = try #require(AdapterRegistry.adapter(.hongdun))
        let adapter = try type.init(SourceConfiguration(agency: .hongdun, baseURL: "http://x", token: Secret("t")))
        let row = try adapter.normalise(
            SourceRecord(
                dataset: DatasetID(.hongdun, "abnormal"),
                key: RecordKey(["K"]),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: [RawField("ABNTIME", "昨天"), RawField("REMDATE", "2017-02-30")],
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
        let record = try #require(row.record)
        #expect(record.from == nil && record.to == nil)
        #expect(record.facts == [Fact("from", .text("昨天")), Fact("to", .text("2017-02-30"))])
    }

    @Test("every dataset is among the cases")
    func all() {
        let datasets = AdapterRegistry.all.flatMap { $0.descriptor.datasets.map(\.id) }
        #expect(Set(datasets) == Set(Self.cases.map(\.dataset)))
    }
}
