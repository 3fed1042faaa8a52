import AdapterKit
import AdapterRegistry
import CreditModel
import Foundation
import Testing

/// The feeds under Samples/Feeds, in the agencies' own encodings, and beside each the records expected of it.
@Suite("Sample feeds")
struct SampleFeedTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Samples/Feeds")

    @Test(
        "each sample feed gives the records that lie beside it",
        arguments: [("hongdun", "registration"), ("statetax", "QSGG"), ("localtax", "qs"), ("quality", "SCXKZ")]
    )
    func sample(_ agency: String, _ dataset: String) async throws {
        let path = Self.folder.appending(path: "\(agency)/\(dataset)")
        let folder = Self.folder.appending(path: agency)
        let answer = agency == "quality" ? "manifest.xml" : "\(dataset).xml"
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: answer)))
        let server = try await ScriptedAgency { question in
            if let name = question.path.split(separator: "/").last, question.path.contains("/files/") {
                return (try? Data(contentsOf: folder.appending(path: String(name)))).map { [UInt8]($0) }
            }
            guard let sequence = question.element("tran_seq") else { return bytes }
            return Array(String(decoding: bytes, as: UTF8.self).replacing("SEQ<", with: "\(sequence)<").utf8)
        }
        let id = AgencyID(rawValue: agency)
        let type = try #require(AdapterRegistry.adapter(id))
        let adapter = try type.init(
            SourceConfiguration(agency: id, baseURL: server.base, token: Secret("t"), user: "u", password: Secret("p"))
        )
        let sink = MemorySink()
        try await pull(adapter, DatasetID(id, dataset), into: sink)
        if dataset == "qs" {
            #expect(sink.progress?.announcements == ["天河区地税局": try #require(Day("2014-09-30"))])
        }
        let lines = try sink.records.map { try Self.line($0, adapter.normalise($0)) }
        let expected = try JSONSerialization.jsonObject(with: Data(contentsOf: path.appendingPathExtension("json")))
        let found = lines as NSArray
        let text = String(
            decoding: try JSONSerialization.data(withJSONObject: lines, options: [.prettyPrinted, .sortedKeys]),
            as: UTF8.self
        )
        #expect(found == expected as? NSArray, "found \(text)")
    }

    static func line(_ record: SourceRecord, _ row: NormalisedRow) -> [String: Any] {
        var line: [String: Any] = [
            "key": record.key.text, "operation": "\(record.operation)", "modified": record.modified.description,
            "drift": row.drift.map { "\($0.kind) \($0.name)" },
        ]
        guard let content = row.record else { return line }
        if content.isTest { line["test"] = true }
        line["from"] = content.from?.description
        line["to"] = content.to?.description
        line["codes"] = content.subjects.flatMap(\.codes).map { "\($0.code) \($0.standing)" }
        var facts: [String: String] = [:]
        for fact in content.facts { facts[fact.field] = text(fact.value) }
        line["facts"] = facts
        return line
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .text(let text): text
        case .code(let code, let label): label.map { "\(code) \($0)" } ?? code
        case .date(let date): date.description
        case .money(let money): "\(money.amount) \(money.currency)"
        case .number(let number): String(number)
        case .list(let items): items.joined(separator: ";")
        }
    }
}
