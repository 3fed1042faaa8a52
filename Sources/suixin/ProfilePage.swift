internal import CanonicalJSON

/// A profile laid out for a person at a terminal.
struct ProfilePage {
    private let profile: [String: JSONValue]
    private let records: [JSONValue]
    private let language: Language

    init(_ profile: JSONValue, in language: Language) {
        self.language = language
        self.profile = profile.object ?? [:]
        records = self.profile["records"]?.array ?? []
    }

    /// Every section that holds anything, in the order in which people ask.
    var text: String {
        var lines = [heading]
        lines += codes
        for section in ["registration", "tax", "quality"] { lines += attributes(section) }
        for section in Self.lists { lines += list(section) }
        lines += sources
        return lines.joined(separator: "\n")
    }

    private static let lists = [
        "penalties", "listings", "arrears", "inspections", "assessments", "licences", "certifications", "shops",
        "alterations",
    ]
    private var heading: String {
        let name =
            profile["registration"]?.object?["name"]?.object?["value"]?.string
            ?? language.word("（名称不详）", "(no name known)")
        let note =
            profile["registered"]?.bool == false
            ? "   " + language.word("登记机关无此企业", "not known to the registry") : ""
        return Terminal.plain(name) + note + "\n" + (profile["id"]?.string ?? "")
    }

    private var codes: [String] {
        let identifiers = profile["identifiers"]?.object ?? [:]
        let rows = ["uscc", "org", "regno", "tax"].compactMap { kind -> [String]? in
            let codes = identifiers[kind]?.array?.compactMap(\.string) ?? []
            return codes.isEmpty
                ? nil : ["  " + language.field(kind, of: "identifiers"), codes.joined(separator: ", ")]
        }
        let contested = (profile["contested"]?.array ?? []).compactMap(\.object).map { members in
            [
                "  " + language.field(members["kind"]?.string ?? "", of: "identifiers"),
                (members["code"]?.string ?? "") + "  "
                    + language.word("登记机关也给了另一企业，不作识别", "given to another enterprise, too: certain for neither"),
            ]
        }
        return rows.isEmpty && contested.isEmpty ? [] : [Terminal.table(rows + contested)]
    }

    private func attributes(_ section: String) -> [String] {
        guard let fields = profile[section]?.object, !fields.isEmpty else { return [] }
        var rows: [[String]] = []
        for (name, field) in fields.sorted(by: { Self.place($0.key) < Self.place($1.key) }) {
            guard let members = field.object, let value = members["value"] else { continue }
            let label = members["label"]?.string.map { " \($0)" } ?? ""
            rows.append(["  " + language.field(name, of: section), short(value) + label, origin(members)])
            for conflict in members["conflicts"]?.array ?? [] {
                guard let other = conflict.object, let value = other["value"] else { continue }
                rows.append([
                    "    " + language.word("另作", "but"), short(value) + (other["label"]?.string.map { " \($0)" } ?? ""),
                    origin(other),
                ])
            }
            for past in members["history"]?.array ?? [] {
                guard let past = past.object, let value = past["value"] else { continue }
                rows.append([
                    "    " + language.word("曾为", "before"),
                    short(value) + (past["label"]?.string.map { " \($0)" } ?? ""), period(past),
                ])
            }
        }
        return rows.isEmpty ? [] : ["", language.section(section), Terminal.table(rows)]
    }

    private static func place(_ field: String) -> (Int, String) {
        (Language.order.firstIndex(of: field) ?? Language.order.count, field)
    }

    private func list(_ section: String) -> [String] {
        let value = profile[section]
        let items = value?.array ?? []
        guard !items.isEmpty else { return [] }
        let count = profile["cut"]?.object?[section]?.object?["count"]?.integer ?? Int64(items.count)
        var lines = ["", "\(language.section(section)) (\(count))"]
        for item in items.prefix(12) {
            guard let members = item.object else { continue }
            let told = members.filter { !Self.untold.contains($0.key) }.sorted { $0.key < $1.key }.map { name, value in
                let label = members["labels"]?.object?[name]?.string.map { " \($0)" } ?? ""
                return "\(language.field(name, of: section)) \(language.value(short(value), of: name))\(label)"
            }
            lines.append("  \(period(members))  \(told.joined(separator: " · "))")
            lines.append("      \(origin(members))")
        }
        if items.count > 12 {
            let more = items.count - 12
            lines.append("  … " + language.word("另有 \(more) 条，--json 可见", "\(more) more; --json shows them"))
        }
        return lines
    }

    /// Members of an item that stand elsewhere on its lines.
    private static let untold: Set<String> = [
        "records", "originals", "labels", "from", "to", "year", "history", "conflicts", "truncated",
    ]

    private var sources: [String] {
        guard let agencies = profile["sources"]?.object else { return [] }
        let rows = agencies.sorted { $0.key < $1.key }.map { agency, datasets in
            let counts = (datasets.object ?? [:]).sorted { $0.key < $1.key }.map { dataset, count in
                let number = count.integer.map { $0 == 0 ? language.word("无", "none") : "\($0)" } ?? "?"
                return "\(language.dataset(dataset, of: agency)) \(number)"
            }
            return ["  " + language.agency(agency), counts.joined(separator: language.word("，", ", "))]
        }
        return ["", language.section("sources"), Terminal.table(rows)]
    }

    /// The agencies behind a value, and its text where that differs.
    private func origin(_ members: [String: JSONValue]) -> String {
        let names = (members["records"]?.array ?? []).compactMap { index -> String? in
            guard let index = index.integer, records.indices.contains(Int(index)),
                let record = records[Int(index)].object
            else { return nil }
            return language.source(record["agency"]?.string ?? "?", record["dataset"]?.string ?? "?")
        }
        var seen: Set<String> = []
        let unique = names.filter { seen.insert($0).inserted }
        let texts =
            [members["original"]?.string].compactMap(\.self)
            + (members["originals"]?.object?.values.compactMap(\.string) ?? [])
        let original =
            texts.isEmpty || texts.count > 3
            ? ""
            : " " + language.word("原文", "as ")
                + texts.sorted().map { "“\(Terminal.plain($0))”" }.joined(separator: ", ")
        return "[\(unique.joined(separator: ", "))]\(original)"
    }

    private func period(_ members: [String: JSONValue]) -> String {
        let from = members["from"]?.string ?? members["year"].map(short) ?? "…"
        guard let to = members["to"]?.string else { return from }
        return from == to ? from : "\(from) – \(to)"
    }

    private func short(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): Terminal.plain(text.count > 120 ? text.prefix(117) + "…" : text)
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): flag ? language.word("是", "yes") : language.word("否", "no")
        case .null: "–"
        case .array(let values): values.map(short).joined(separator: "; ")
        case .object(let members):
            if let amount = members["amount"]?.string {
                "\(amount) \(members["currency"]?.string ?? "")"
            } else if let value = members["value"] {
                short(value) + (members["label"]?.string.map { " \($0)" } ?? "")
            } else {
                members.sorted { $0.key < $1.key }.map { "\($0.key) \(short($0.value))" }.joined(separator: ", ")
            }
        }
    }
}
