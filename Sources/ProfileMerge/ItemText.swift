import CanonicalJSON
import CreditModel

/// Writes an item: its values in their plain form, and beside them what belongs to them.
struct ItemText {
    let item: Item
    /// Its place in the `records` of the document that it is written into.
    let record: Int
    let limit: TextLimit
    /// By field, each field once.
    private let facts: [Fact]

    private enum Member {
        case fact(Fact)
        case date(CreditDate), history, inForce, labels, originals, records, role, truncated
    }

    /// Names that a fact may not take.
    private static let reserved: Set<String> = [
        "from", "to", "history", "inForce", "labels", "originals", "records", "role", "truncated",
    ]
    /// How much history a shortened item keeps.
    private static let shortHistory = 3

    init(item: Item, record: Int, limit: TextLimit) {
        self.item = item
        self.record = record
        self.limit = limit
        facts = ItemText.sorted(item.content.facts)
    }

    private static func sorted(_ facts: [Fact]) -> [Fact] {
        var sorted: [Fact] = []
        sorted.reserveCapacity(facts.count)
        for fact in facts where !reserved.contains(fact.field) && !sorted.contains(where: { $0.field == fact.field }) {
            sorted.append(fact)
        }
        sorted.sort { $0.field.utf8.lexicographicallyPrecedes($1.field.utf8) }
        return sorted
    }

    /// What is not shown whole, sorted.
    var truncated: [String] {
        guard limit != .none else { return [] }
        var names = facts.filter { limit.beginning(of: $0.value) != nil }.map(\.field)
        if item.history.count > ItemText.shortHistory || item.history.contains(where: isLong) {
            names.append("history")
        }
        if originals.contains(where: { limit.beginning(of: $0.text) != nil }) { names.append("originals") }
        return names.sorted()
    }

    /// Whether its period is the year that it names anyway.
    private var saysItsYear: Bool {
        guard case .year(let year)? = item.content.from, item.content.to ?? .year(year) == .year(year) else {
            return false
        }
        return facts.contains {
            $0.field == "year" && ($0.value == .date(.year(year)) || $0.value == .number(Int64(year)))
        }
    }

    /// An end of its period, as sent where it cannot be read.
    private func time(_ date: CreditDate?, orTextOf name: String) -> Member? {
        if let date { return saysItsYear ? nil : .date(date) }
        return item.content.facts.first { $0.field == name }.map { .fact($0) }
    }

    private func isLong(_ stretch: Stretch) -> Bool {
        stretch.content.facts.contains {
            limit.beginning(of: $0.value) != nil || $0.original.flatMap(limit.beginning) != nil
        } || [stretch.content.fromOriginal, stretch.content.toOriginal].contains { $0.flatMap(limit.beginning) != nil }
    }

    /// The agency's texts where they differ from what is shown, by the name of the value.
    private var originals: [(name: String, text: String)] {
        var texts = facts.compactMap { fact in fact.original.map { (fact.field, $0) } }
        if !saysItsYear { texts += originals(of: item.content, from: item.content.from) }
        return texts
    }

    /// The texts of a stretch's own time; one that took its beginning from another has none for it.
    private func originals(of content: CreditRecord, from: CreditDate?) -> [(name: String, text: String)] {
        var texts: [(name: String, text: String)] = []
        if let text = content.fromOriginal, content.from == from { texts.append(("from", text)) }
        if let text = content.toOriginal { texts.append(("to", text)) }
        return texts
    }

    func write(to text: inout CanonicalJSONWriter) {
        let truncated = self.truncated
        var members: [(name: String, member: Member)] = []
        members.reserveCapacity(facts.count + 9)
        for fact in facts { members.append((fact.field, .fact(fact))) }
        if let from = time(item.content.from, orTextOf: "from") { members.append(("from", from)) }
        if let to = time(item.content.to, orTextOf: "to") { members.append(("to", to)) }
        if !item.history.isEmpty { members.append(("history", .history)) }
        if item.isInForce != nil { members.append(("inForce", .inForce)) }
        if facts.contains(where: { $0.value.label != nil }) { members.append(("labels", .labels)) }
        if !originals.isEmpty { members.append(("originals", .originals)) }
        members.append(("records", .records))
        if item.role != .subject { members.append(("role", .role)) }
        if !truncated.isEmpty { members.append(("truncated", .truncated)) }
        members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        text.beginObject()
        for (name, member) in members {
            text.key(name)
            write(member, truncated, to: &text)
        }
        text.endObject()
    }

    private func write(_ member: Member, _ truncated: [String], to text: inout CanonicalJSONWriter) {
        switch member {
        case .fact(let fact): text.value(limit.beginning(of: fact.value) ?? fact.value)
        case .date(let date): text.date(date)
        case .history: writeHistory(to: &text)
        case .inForce: text.bool(item.isInForce ?? false)
        case .labels: writeTexts(to: &text) { $0.value.label }
        case .originals: write(originals, to: &text)
        case .records: text.integers(CollectionOfOne(record))
        case .role: text.string(item.role.description)
        case .truncated:
            text.beginArray()
            for name in truncated { text.string(name) }
            text.endArray()
        }
    }

    private func writeTexts(to text: inout CanonicalJSONWriter, of facts: (Fact) -> String?) {
        text.beginObject()
        for fact in self.facts {
            guard let value = facts(fact) else { continue }
            text.key(fact.field)
            text.string(value)
        }
        text.endObject()
    }

    /// Of each earlier stretch: its version and the values that differ from the present ones.
    private func writeHistory(to text: inout CanonicalJSONWriter) {
        text.beginArray()
        for stretch in limit == .none ? item.history[...] : item.history.prefix(ItemText.shortHistory) {
            text.beginObject()
            if let from = stretch.from {
                text.key("from")
                text.date(from)
            }
            write(ItemText.sorted(stretch.content.facts).filter(differsFromPresent), of: stretch, to: &text)
            text.key("version")
            text.string(stretch.version.digest.text)
            text.endObject()
        }
        text.endArray()
    }

    private func differsFromPresent(_ fact: Fact) -> Bool {
        facts.first { $0.field == fact.field }?.value != fact.value
    }

    private func write(_ texts: [(name: String, text: String)], to text: inout CanonicalJSONWriter) {
        text.beginObject()
        for (name, original) in texts.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            text.key(name)
            text.string(limit.beginning(of: original) ?? original)
        }
        text.endObject()
    }

    private func write(_ facts: [Fact], of stretch: Stretch, to text: inout CanonicalJSONWriter) {
        let originals =
            facts.compactMap { fact in fact.original.map { (name: fact.field, text: $0) } }
            + originals(of: stretch.content, from: stretch.from).filter {
                $0.name == "from" ? stretch.from != nil : stretch.content.to != nil
            }
        if !originals.isEmpty {
            text.key("originals")
            write(originals, to: &text)
        }
        if let to = stretch.content.to {
            text.key("to")
            text.date(to)
        }
        text.key("values")
        text.beginObject()
        for fact in facts {
            text.key(fact.field)
            text.value(limit.beginning(of: fact.value) ?? fact.value)
        }
        text.endObject()
    }
}
