import CanonicalJSON
import CreditModel
import CreditStore
import Foundation

/// Goes from every single value of a profile back to the row that says so, as a reader who doubts it would.
///
/// A value stands in its row as it is, or its original does; nothing is read again here, so a value whose original was
/// lost on the way is lost.
struct ProfileTracer {
    private let rows: AgencyRows
    private let store: any CreditStore
    /// How many values of each kind were found.
    private(set) var traced: [String: Int] = [:]
    /// What could not be found.
    private(set) var lost: [String] = []

    private var id = ""
    private var records: [JSONValue] = []

    init(_ rows: AgencyRows, _ store: any CreditStore) {
        self.rows = rows
        self.store = store
    }

    private static let lists = [
        "alterations", "arrears", "assessments", "certifications", "inspections", "licences", "listings", "penalties",
        "shops",
    ]
    /// Members of an item that say something about it, not something that an agency said.
    private static let about: Set<String> = [
        "history", "inForce", "labels", "originals", "records", "role", "truncated",
    ]

    mutating func trace(_ profile: JSONValue, of id: EnterpriseID) throws {
        self.id = id.text
        records = profile["records"]?.array ?? []
        for section in ["registration", "tax", "quality"] {
            for (field, attribute) in profile[section]?.members ?? [:] {
                try trace(attribute: attribute, "\(section).\(field)")
                for conflict in attribute["conflicts"]?.array ?? [] {
                    try trace(attribute: conflict, "\(section).\(field)")
                    count("conflict")
                }
            }
        }
        for section in Self.lists { for item in profile[section]?.array ?? [] { try trace(item: item, section) } }
        try trace(identifiers: profile["identifiers"]?.members ?? [:])
    }

    private mutating func count(_ kind: String) { traced[kind, default: 0] += 1 }

    /// The texts of a record's row; nil where its key is hidden, so that no row is found.
    private func texts(_ place: Int) throws -> [String]? {
        guard records.indices.contains(place), records[place]["key"]?.string?.hasPrefix("hmac:") == false else {
            return nil
        }
        return try rows.texts(of: RecordReference(truth: records[place]))
    }

    // MARK: Attributes

    private mutating func trace(attribute: JSONValue, _ name: String) throws {
        guard let value = attribute["value"] else { return }
        for place in (attribute["records"]?.array ?? []).compactMap(\.integer).map(Int.init) {
            guard let texts = try texts(place) else { continue }
            let original = attribute["originals"]?["\(place)"]?.string
            // A name that only records of other things give, and names of the past, have no original of their own.
            if name == "registration.name", original == nil {
                expect(Self.isSaid(value, in: texts, loosely: true), "text", name, value, place)
            } else {
                expect(value, original, in: texts, name, place)
            }
        }
        for past in attribute["history"]?.array ?? [] { try trace(past: past, name) }
    }

    /// A register's own version may say it, or an alteration, or both: then the version is the register's.
    private mutating func trace(past: JSONValue, _ name: String) throws {
        guard let value = past["value"] else { return }
        let original = past["original"]?.string
        let places = (past["records"]?.array ?? []).compactMap(\.integer).map(Int.init)
        let texts = try places.map { try self.texts($0) }
        // Under a hidden key no row is found.
        guard texts.contains(where: { $0 != nil }) else { return }
        count("history")
        if let version = past["version"]?.string {
            let facts = try zip(places, texts).filter { $0.1 != nil }.flatMap {
                try content(of: version, $0.0)?.facts.filter { $0.field == name } ?? []
            }
            let fact = facts.first { Self.plain($0.value) == Self.plain(value) }
            expect(fact != nil && fact?.original == original, "history", name, value, places[0])
        } else {
            let isSaid = texts.compactMap { $0 }.contains {
                original.map($0.contains) ?? Self.isSaid(value, in: $0, loosely: true)
            }
            expect(isSaid, "history", name, value, places[0])
        }
    }

    /// What the store says that a version said.
    private func content(of version: String, _ place: Int) throws -> CreditRecord? {
        let record = try RecordReference(truth: records[place])
        return try store.history(of: record.dataset, key: record.key)?.versions.first { $0.digest.text == version }?
            .content
    }

    // MARK: Items

    private mutating func trace(item: JSONValue, _ section: String) throws {
        guard let place = item["records"]?.array?.first?.integer.map(Int.init), let texts = try texts(place) else {
            return
        }
        for (name, value) in item.members where !Self.about.contains(name) {
            if name == "from" || name == "to" { count(name) }
            expect(value, item["originals"]?[name]?.string, in: texts, "\(section).\(name)", place)
        }
        // No original without its value.
        for (name, original) in item["originals"]?.members ?? [:] {
            expect(
                item[name] != nil && texts.contains(original.string ?? ""),
                "original",
                "\(section).\(name)",
                original,
                place
            )
        }
        for past in item["history"]?.array ?? [] {
            guard let version = past["version"]?.string, let content = try content(of: version, place) else {
                expect(false, "history", section, past, place)
                continue
            }
            for (name, value) in past["values"]?.members ?? [:] {
                let fact = content.facts.first { $0.field == name }
                let isSaid = fact.map { Self.plain($0.value) == Self.plain(value) } ?? false
                expect(
                    isSaid && fact?.original == past["originals"]?[name]?.string,
                    "history",
                    "\(section).\(name)",
                    value,
                    place
                )
            }
            if past["to"] != nil {
                expect(content.toOriginal == past["originals"]?["to"]?.string, "history", "\(section).to", past, place)
            }
        }
    }

    // MARK: Identifiers

    /// A code stands in some row of the enterprise, alone or as a part of another.
    private mutating func trace(identifiers: [String: JSONValue]) throws {
        var said: [String] = []
        var isHidden = false
        for place in records.indices {
            guard let texts = try texts(place) else {
                isHidden = true
                continue
            }
            said += texts.map(Self.code)
        }
        for (kind, codes) in identifiers {
            for code in (codes.array ?? []).compactMap(\.string) {
                let isSaid = said.contains { $0.contains(code) }
                // It may stand in a row whose key is hidden.
                if isSaid || !isHidden { expect(isSaid, "identifier", kind, .string(code), 0) }
            }
        }
    }

    // MARK: Values

    private mutating func expect(
        _ value: JSONValue,
        _ original: String?,
        in texts: [String],
        _ name: String,
        _ place: Int
    ) {
        let isSaid = original.map(texts.contains) ?? Self.isSaid(value, in: texts, loosely: false)
        expect(isSaid, Self.kind(of: value), name, original.map { .string($0) } ?? value, place)
        if original != nil, isSaid { count("original") }
    }

    private mutating func expect(_ isFound: Bool, _ kind: String, _ name: String, _ value: JSONValue, _ place: Int) {
        if isFound {
            count(kind)
        } else {
            lost.append("\(id) \(name): \(String(decoding: value.canonical, as: UTF8.self)) of record \(place)")
        }
    }

    private static func kind(of value: JSONValue) -> String {
        if value["amount"] != nil { return "money" }
        guard let text = value.string else { return "text" }
        if text.wholeMatch(of: /[0-9]{4}-[0-9]{2}(-[0-9]{2})?/) != nil { return "date" }
        return text.utf8.count <= 4 ? "code" : "text"
    }

    private static func isSaid(_ value: JSONValue, in texts: [String], loosely: Bool) -> Bool {
        let text = plain(value)
        if loosely { return texts.contains { folded($0).contains(folded(text)) } }
        // 地税 writes days without hyphens; that is no other text.
        let compact = text.wholeMatch(of: /[0-9]{4}-[0-9]{2}(-[0-9]{2})?/) == nil ? nil : text.replacing("-", with: "")
        return texts.contains { $0 == text || $0 == compact }
    }

    private static func plain(_ value: JSONValue) -> String {
        if let amount = value["amount"]?.string { return amount }
        if let items = value.array { return items.compactMap(\.string).joined(separator: ";") }
        return value.string ?? value.integer.map(String.init) ?? ""
    }

    private static func plain(_ value: Value) -> String {
        switch value {
        case .text(let text), .code(let text, _): text
        case .date(let date): date.description
        case .money(let money): money.amount
        case .number(let number): String(number)
        case .list(let texts): texts.joined(separator: ";")
        }
    }

    private static func folded(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.filter { !$0.isWhitespace && !"()（）[]【】〔〕".contains($0) }
    }

    private static func code(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.uppercased().filter { !$0.isWhitespace && $0 != "-" }
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
}
