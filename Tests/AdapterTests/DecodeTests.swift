import AdapterContract
import AdapterKit
import AdapterRegistry
import AgencySimulator
import CreditModel
import Testing

@Suite("Rows read outside of their documents")
struct DecodeTests {
    @Test("every row of every dataset reads alone as it read in its document")
    func everyRow() async throws {
        let server = try await AgencyServer.start(
            AgencyServer.Options(
                population: try SimulatedPopulation(seed: 11, enterprises: 120),
                seed: 11,
                at: try #require(Day("2018-06-01"))
            )
        )
        var filled = 0
        for type in AdapterRegistry.all {
            let agency = type.descriptor.id
            let adapter = try type.init(
                SourceConfiguration(
                    agency: agency,
                    baseURL: server.baseURL(agency),
                    token: Secret("suixin-token"),
                    user: "suixin",
                    password: Secret("suixin-password"),
                    since: Day("2017-06-01")
                )
            )
            for dataset in type.descriptor.datasets.map(\.id) {
                let sink = MemorySink()
                try await pull(adapter, dataset, into: sink)
                if !sink.records.isEmpty { filled += 1 }
                for record in sink.records {
                    let again = try #require(
                        try adapter.decode(record.original, of: dataset, place: record.place)
                    )
                    #expect(again.key == record.key && again.operation == record.operation)
                    #expect(again.modified == record.modified && again.sequence == record.sequence)
                    #expect(again.fields == record.fields)
                }
            }
        }
        #expect(filled > 12)
        await server.stop()
    }

    private func hongdun() throws -> any SourceAdapter {
        let type = try #require(AdapterRegistry.adapter(.hongdun))
        return try type.init(SourceConfiguration(agency: .hongdun, baseURL: "http://x", token: Secret("t")))
    }

    private func decode(_ text: String) throws -> SourceRecord? {
        try hongdun().decode(
            Array(text.utf8),
            of: DatasetID(.hongdun, "registration"),
            place: RowPlace(document: "page", row: 7, line: 9)
        )
    }

    @Test(
        "a row that is still bad says why",
        arguments: [
            (
                "<ROW SEQ=\"1\" OP=\"U\" TS=\"2016-01-01 00:00:00\"><PRIPID>A</PRIPID><ENTNAME>甲 & 乙</ENTNAME></ROW>",
                "malformed"
            ),
            ("<ROW SEQ=\"1\" OP=\"U\" TS=\"2016-01-01 00:00:00\"><PRIPID> </PRIPID></ROW>", "key-missing"),
            ("<ROW SEQ=\"1\" OP=\"U\"><PRIPID>A</PRIPID></ROW>", "time-missing"),
            ("<ROW OP=\"U\" TS=\"2016-01-01 00:00:00\"><PRIPID>A</PRIPID></ROW>", "sequence-missing"),
            ("<ROW SEQ=\"1\" OP=\"X\" TS=\"2016-01-01 00:00:00\"><PRIPID>A</PRIPID></ROW>", "operation-unknown"),
            ("<ROW SEQ=\"1\" OP=\"U\" TS=\"2016-01-01 00:00:00\"><PRIPID>A", "malformed"), ("", "malformed"),
        ]
    )
    func stillBad(_ text: String, _ rule: String) throws {
        let rejection = #expect(throws: RowRejection.self) { try decode(text) }
        #expect(rejection?.rule == rule)
    }

    @Test("attributes and elements that nobody knows are kept, and reported as drift")
    func strangers() throws {
        let record = try #require(
            try decode(
                "<ROW SEQ=\"1\" OP=\"U\" TS=\"2016-01-01 00:00:00\" NEW=\"n\"><PRIPID>A</PRIPID><NEU>x</NEU></ROW>"
            )
        )
        #expect(record.place == RowPlace(document: "page", row: 7, line: 9))
        let row = try hongdun().normalise(record)
        #expect(row.record?.unknown == [RawField("NEU", "x"), RawField("@NEW", "n")])
        #expect(row.drift == [Drift(kind: "field", name: "NEU"), Drift(kind: "field", name: "@NEW")])
    }

    @Test("质监's row tells its file's number by its place; without one it is not read")
    func filePlace() throws {
        let type = try #require(AdapterRegistry.adapter(.quality))
        let adapter = try type.init(SourceConfiguration(agency: .quality, baseURL: "http://x", token: Secret("t")))
        let row = "<记录 记录号=\"1\" 操作=\"新增\" 时间戳=\"2016-01-01T00:00:00+08:00\" 新=\"n\"><证书编号>A</证书编号></记录>"
        func decode(_ document: String) throws -> SourceRecord? {
            try adapter.decode(
                Array(row.utf8),
                of: DatasetID(.quality, "SCXKZ"),
                place: RowPlace(document: document, row: 3, line: 1)
            )
        }
        let record = try #require(try decode("quality/SCXKZ a.xml 序号 42"))
        #expect(record.sequence == 42 << 32 | 3)
        #expect(try adapter.normalise(record).drift == [Drift(kind: "field", name: "@新")])
        let rejection = #expect(throws: RowRejection.self) { try decode("quality/SCXKZ a.xml") }
        #expect(rejection?.rule == "file-unknown")
    }
}
