internal import AdapterKit
internal import CreditModel
internal import Foundation

/// What a record is.
extension AdapterContract {
    func expectedRecords() async throws -> [String] {
        let sink = try await undisturbed()
        let adapter = try adapter("http://x")
        var lines = try sink.records.map { try Self.line($0, adapter.normalise($0)) }
        let announcements = sink.progress?.announcements ?? [:]
        if !announcements.isEmpty { lines.append(["announcements": announcements.mapValues(\.description)]) }
        let expected = try JSONSerialization.jsonObject(with: Data(feed.expected)) as? NSArray
        guard expected != lines as NSArray else { return [] }
        let found = try JSONSerialization.data(withJSONObject: lines, options: [.prettyPrinted, .sortedKeys])
        return ["found \(String(decoding: found, as: UTF8.self))"]
    }

    private static func line(_ record: SourceRecord, _ row: NormalisedRow) -> [String: Any] {
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

    private static func text(_ value: Value) -> String {
        switch value {
        case .text(let text): text
        case .code(let code, let label): label.map { "\(code) \($0)" } ?? code
        case .date(let date): date.description
        case .money(let money): "\(money.amount) \(money.currency)"
        case .number(let number): String(number)
        case .list(let items): items.joined(separator: ";")
        }
    }

    func cuts() async throws -> [String] {
        let whole = try await undisturbed()
        var complaints: [String] = []
        for size in [1, 7, 4096] {
            let sink = MemorySink()
            let error = try await pulling(agency(feed, pieces: size), into: sink)
            complaints += unless(error == nil, "pieces of \(size): \(String(describing: error))")
            complaints += unless(
                Self.texts(sink.records) == Self.texts(whole.records)
                    && sink.records.map(\.place) == whole.records.map(\.place)
                    && sink.records.map(\.original) == whole.records.map(\.original),
                "pieces of \(size) give \(Self.texts(sink.records))"
            )
        }
        return complaints
    }

    func provenance() async throws -> [String] {
        let sink = try await undisturbed()
        let adapter = try adapter("http://x")
        let rows = try feed.rows(of: sink.records)
        var complaints: [String] = []
        for record in sink.records {
            let place = record.place
            complaints += unless(record.dataset == feed.dataset, "\(record.key) is of \(record.dataset)")
            complaints += unless(
                place.document.contains(feed.dataset.name),
                "\(record.key) stood in “\(place.document)”"
            )
            complaints += unless(place.row > 0 && place.line > 0, "\(record.key) stood at \(place)")
            complaints += unless(!record.original.isEmpty, "\(record.key) has no bytes")
            let found = rows.filter { $0.record.place == record.place && $0.record.original == record.original }
            let lines = try found.map { row in
                try feed.plain(row.document)[..<row.row.lowerBound].count { $0 == 0x0A } + 1
            }
            complaints += unless(lines.contains(place.line), "\(record.key) stood on line \(place.line), not \(lines)")
            if let again = try adapter.decode(record.original, of: feed.dataset, place: place) {
                complaints += unless(
                    Self.text(again) == Self.text(record) && again.original == record.original && again.place == place,
                    "\(record.key) reads otherwise alone"
                )
            }
            let normalised = try (adapter.normalise(record), adapter.normalise(record))
            complaints += unless(normalised.0 == normalised.1, "\(record.key) is normalised in two ways")
        }
        return complaints
    }
}
