internal import CanonicalJSON

/// A profile laid out for a person at a terminal.
struct ProfilePage {
    private let profile: [String: JSONValue]
    private let records: [JSONValue]

    init(_ profile: JSONValue) {
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
    private static let titles = [
        "registration": "登记 registration", "tax": "税务 tax", "quality": "质量 quality", "penalties": "行政处罚 penalties",
        "listings": "名录 listings", "arrears": "欠税公告 arrears", "inspections": "监督抽查 inspections",
        "assessments": "信用等级 assessments", "licences": "许可 licences", "certifications": "认证 certifications",
        "shops": "网站网店 shops", "alterations": "变更 alterations",
    ]

    private var heading: String {
        let name = profile["registration"]?.object?["name"]?.object?["value"]?.string ?? "(no name known)"
        let note = profile["registered"]?.bool == false ? "   not known to the registry 未登记" : ""
        return Terminal.plain(name) + note + "\n" + (profile["id"]?.string ?? "")
    }

    private var codes: [String] {
        let identifiers = profile["identifiers"]?.object ?? [:]
        return ["uscc", "org", "regno", "tax"].compactMap { kind in
            let codes = identifiers[kind]?.array?.compactMap(\.string) ?? []
            return codes.isEmpty ? nil : "  \(kind.padding(6)) \(codes.joined(separator: ", "))"
        }
    }

    private func attributes(_ section: String) -> [String] {
        guard let fields = profile[section]?.object, !fields.isEmpty else { return [] }
        var rows: [[String]] = []
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            guard let members = field.object, let value = members["value"] else { continue }
            let label = members["label"]?.string.map { " \($0)" } ?? ""
            rows.append(["  \(name)", short(value) + label, origin(members)])
            for conflict in members["conflicts"]?.array ?? [] {
                guard let other = conflict.object, let value = other["value"] else { continue }
                rows.append(["    but", short(value) + (other["label"]?.string.map { " \($0)" } ?? ""), origin(other)])
            }
            for past in members["history"]?.array ?? [] {
                guard let past = past.object, let value = past["value"] else { continue }
                rows.append(["    before", short(value) + (past["label"]?.string.map { " \($0)" } ?? ""), period(past)])
            }
        }
        return rows.isEmpty ? [] : ["", Self.titles[section] ?? section, Terminal.table(rows)]
    }

    private func list(_ section: String) -> [String] {
        let value = profile[section]
        let items = value?.array ?? []
        guard !items.isEmpty else { return [] }
        var lines = [
            "",
            "\(Self.titles[section] ?? section) (\(profile["cut"]?.object?[section]?.object?["count"]?.integer.map(String.init) ?? "\(items.count)"))",
        ]
        for item in items.prefix(12) {
            guard let members = item.object else { continue }
            let told = members.filter {
                !["records", "originals", "labels", "from", "to", "year", "history", "conflicts", "truncated"].contains(
                    $0.key
                )
            }
            .sorted { $0.key < $1.key }
            .map {
                "\($0.key) \(short($0.value))" + (members["labels"]?.object?[$0.key]?.string.map { " \($0)" } ?? "")
            }
            lines.append("  \(period(members))  \(told.joined(separator: " · "))")
            lines.append("      \(origin(members))")
        }
        if items.count > 12 { lines.append("  … \(items.count - 12) more; --json shows all") }
        return lines
    }

    private var sources: [String] {
        guard let agencies = profile["sources"]?.object else { return [] }
        var lines = ["", "来源 sources"]
        for (agency, datasets) in agencies.sorted(by: { $0.key < $1.key }) {
            let counts = (datasets.object ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.integer.map { $0 == 0 ? "none" : "\($0)" } ?? "?")" }
            lines.append("  \(agency.padding(9)) \(counts.joined(separator: ", "))")
        }
        return lines
    }

    /// The agencies behind a value, and its text where that differs.
    private func origin(_ members: [String: JSONValue]) -> String {
        let names = (members["records"]?.array ?? []).compactMap { index -> String? in
            guard let index = index.integer, records.indices.contains(Int(index)),
                let record = records[Int(index)].object
            else { return nil }
            return "\(record["agency"]?.string ?? "?")/\(record["dataset"]?.string ?? "?")"
        }
        var seen: Set<String> = []
        let unique = names.filter { seen.insert($0).inserted }
        let texts =
            [members["original"]?.string].compactMap(\.self)
            + (members["originals"]?.object?.values.compactMap(\.string) ?? [])
        let original =
            texts.isEmpty || texts.count > 3
            ? "" : " as " + texts.sorted().map { "“\(Terminal.plain($0))”" }.joined(separator: ", ")
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
        case .bool(let flag): flag ? "yes" : "no"
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

extension String {
    /// Blanks added up to a width.
    func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
