import CreditModel

/// Writes an item: its values in their plain form, and beside them what belongs to them.
struct ItemText {
    let item: Item
    /// Its place in the `records` of the document that it is written into.
    let record: Int
    let limit: TextLimit

    private enum Member {
        case fact(Fact)
        case from, to, history, inForce, labels, originals, records, role, truncated
    }

    /// Names that a fact may not take.
    private static let reserved: Set<String> = [
        "from", "to", "history", "inForce", "labels", "originals", "records", "role", "truncated",
    ]

    /// Appends the item; whether any of its texts was cut.
    func write(to text: inout ProfileText) -> Bool {
        var members: [(name: String, member: Member)] = []
        members.reserveCapacity(item.content.facts.count + 6)
        for fact in item.content.facts where !ItemText.reserved.contains(fact.field) {
            members.append((fact.field, .fact(fact)))
        }
        if item.content.from != nil { members.append(("from", .from)) }
        if item.content.to != nil { members.append(("to", .to)) }
        if !item.history.isEmpty { members.append(("history", .history)) }
        if item.isInForce != nil { members.append(("inForce", .inForce)) }
        if item.content.facts.contains(where: { $0.value.hasLabel }) { members.append(("labels", .labels)) }
        if item.content.facts.contains(where: { $0.original != nil }) { members.append(("originals", .originals)) }
        members.append(("records", .records))
        if item.role != .subject { members.append(("role", .role)) }
        members.append(("truncated", .truncated))
        members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return write(members, to: &text)
    }

    private func write(_ members: [(name: String, member: Member)], to text: inout ProfileText) -> Bool {
        var truncated: [String] = []
        var isCut = false
        var previous = ""
        text.beginObject()
        for (name, member) in members where name != previous {
            previous = name
            if case .truncated = member {
                guard !truncated.isEmpty else { continue }
                text.name("truncated")
                text.beginArray()
                for name in truncated.sorted() { text.string(name) }
                text.endArray()
                continue
            }
            text.name(name)
            switch member {
            case .fact(let fact): if text.value(fact.value, limit: limit) { truncated.append(name) }
            case .from: if let from = item.content.from { text.date(from) }
            case .to: if let to = item.content.to { text.date(to) }
            case .history: isCut = writeHistory(to: &text) || isCut
            case .inForce: text.bool(item.isInForce ?? false)
            case .labels: writeLabels(to: &text)
            case .originals: isCut = writeOriginals(to: &text) || isCut
            case .records: text.integers(CollectionOfOne(record))
            case .role: text.plain(item.role.description)
            case .truncated: break
            }
        }
        text.endObject()
        return isCut || !truncated.isEmpty
    }

    private var sortedFacts: [Fact] {
        item.content.facts.sorted { $0.field.utf8.lexicographicallyPrecedes($1.field.utf8) }
    }

    private func writeLabels(to text: inout ProfileText) {
        text.beginObject()
        var previous = ""
        for fact in sortedFacts where fact.field != previous {
            guard case .code(_, let label?) = fact.value else { continue }
            previous = fact.field
            text.name(fact.field)
            text.string(label)
        }
        text.endObject()
    }

    private func writeOriginals(to text: inout ProfileText) -> Bool {
        var isCut = false
        var previous = ""
        text.beginObject()
        for fact in sortedFacts where fact.field != previous {
            guard let original = fact.original else { continue }
            previous = fact.field
            text.name(fact.field)
            isCut = text.cut(original, limit) || isCut
        }
        text.endObject()
        return isCut
    }

    /// Of each earlier stretch: its version and the values that differ from the present ones.
    private func writeHistory(to text: inout ProfileText) -> Bool {
        var isCut = false
        let shown = limit.bytes == nil ? item.history[...] : item.history.prefix(3)
        text.beginArray()
        for stretch in shown {
            text.beginObject()
            if let from = stretch.from {
                text.name("from")
                text.date(from)
            }
            if let to = stretch.content.to {
                text.name("to")
                text.date(to)
            }
            text.name("values")
            isCut = writeChanges(of: stretch, to: &text) || isCut
            text.name("version")
            text.string(stretch.version.digest.text)
            text.endObject()
        }
        text.endArray()
        return isCut || shown.count < item.history.count
    }

    private func writeChanges(of stretch: Stretch, to text: inout ProfileText) -> Bool {
        var isCut = false
        var previous = ""
        text.beginObject()
        for fact in stretch.content.facts.sorted(by: { $0.field.utf8.lexicographicallyPrecedes($1.field.utf8) })
        where fact.field != previous {
            guard item.content.facts.first(where: { $0.field == fact.field })?.value != fact.value else { continue }
            previous = fact.field
            text.name(fact.field)
            isCut = text.value(fact.value, limit: limit) || isCut
        }
        text.endObject()
        return isCut
    }
}

extension Value {
    fileprivate var hasLabel: Bool {
        if case .code(_, _?) = self { true } else { false }
    }
}
