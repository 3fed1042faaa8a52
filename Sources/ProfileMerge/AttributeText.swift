import CanonicalJSON
import CreditModel

/// How much of an attribute is shown where a profile would otherwise grow too long.
struct AttributeLimit {
    var text: TextLimit
    /// How many records, conflicts and past values a field shows at most; nil shows all.
    var entries: Int?

    static let none = AttributeLimit(text: .none, entries: nil)
    /// From the mildest to the strictest.
    static let steps = [
        AttributeLimit(text: TextLimit(bytes: 4000), entries: 20),
        AttributeLimit(text: TextLimit(bytes: 1000), entries: 5),
        AttributeLimit(text: TextLimit(bytes: 300), entries: 2), AttributeLimit(text: TextLimit(bytes: 60), entries: 1),
    ]

    func applied<Element>(to entries: [Element]) -> ArraySlice<Element> {
        self.entries.map { entries.prefix($0) } ?? entries[...]
    }
}

extension Attribute {
    /// The attribute with no more entries than the limit allows.
    func limited(to limit: AttributeLimit) -> Attribute {
        var copy = self
        copy.statement = statement.limited(to: limit)
        copy.conflicts = limit.applied(to: conflicts).map { $0.limited(to: limit) }
        copy.history = limit.applied(to: history).map {
            var past = $0
            past.records = Array(limit.applied(to: past.records))
            return past
        }
        return copy
    }
}

extension Statement {
    fileprivate func limited(to limit: AttributeLimit) -> Statement {
        var copy = self
        copy.records = Array(limit.applied(to: records))
        copy.originals = originals.filter { copy.records.contains($0.record) }
        return copy
    }
}

/// Writes an attribute: its value, the records that say so, and what differs.
struct AttributeText {
    let attribute: Attribute
    /// Where each record stands in the `records` of the document that it is written into.
    let places: RecordPlaces
    let limit: TextLimit

    func write(to text: inout CanonicalJSONWriter) {
        text.key(attribute.field)
        text.beginObject()
        if !attribute.conflicts.isEmpty {
            text.key("conflicts")
            text.beginArray()
            for conflict in attribute.conflicts {
                text.beginObject()
                write(conflict, from: nil, history: [], to: &text)
                text.endObject()
            }
            text.endArray()
        }
        write(
            attribute.statement,
            from: attribute.history.isEmpty ? nil : attribute.from,
            history: attribute.history,
            to: &text
        )
        text.endObject()
    }

    /// The members of a statement, in the order of their names.
    private func write(_ statement: Statement, from: CreditDate?, history: [Past], to text: inout CanonicalJSONWriter) {
        if let from {
            text.key("from")
            text.date(from)
        }
        if !history.isEmpty {
            text.key("history")
            text.beginArray()
            for past in history { write(past, to: &text) }
            text.endArray()
        }
        if case .code(_, let label?) = statement.value {
            text.key("label")
            text.string(label)
        }
        if !statement.originals.isEmpty { writeOriginals(of: statement, to: &text) }
        write(statement.records, statement.value, to: &text)
    }

    private func writeOriginals(of statement: Statement, to text: inout CanonicalJSONWriter) {
        let originals = statement.originals.map { (String(places[$0.record]), $0.text) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        text.key("originals")
        text.beginObject()
        var previous = ""
        for (place, original) in originals where place != previous {
            previous = place
            text.key(place)
            text.string(limit.beginning(of: original) ?? original)
        }
        text.endObject()
    }

    private func write(_ past: Past, to text: inout CanonicalJSONWriter) {
        text.beginObject()
        if let from = past.from {
            text.key("from")
            text.date(from)
        }
        if case .code(_, let label?) = past.value {
            text.key("label")
            text.string(label)
        }
        if let original = past.original {
            text.key("original")
            text.string(limit.beginning(of: original) ?? original)
        }
        text.key("records")
        text.integers(past.records.lazy.map { places[$0] })
        if let to = past.to {
            text.key("to")
            text.date(to)
        }
        write(past.value, to: &text)
        if let version = past.version {
            text.key("version")
            text.string(version.text)
        }
        text.endObject()
    }

    private func write(_ records: [Int], _ value: Value, to text: inout CanonicalJSONWriter) {
        text.key("records")
        text.integers(records.lazy.map { places[$0] })
        write(value, to: &text)
    }

    private func write(_ value: Value, to text: inout CanonicalJSONWriter) {
        let beginning = limit.beginning(of: value)
        if beginning != nil {
            text.key("truncated")
            text.bool(true)
        }
        text.key("value")
        text.value(beginning ?? value)
    }
}

/// Where the records of the enterprise stand in one document's `records`.
struct RecordPlaces {
    /// nil: the document holds all.
    private var places: [Int: Int]?

    static let all = RecordPlaces(places: nil)

    private init(places: [Int: Int]?) { self.places = places }

    /// The places of some records, in the order given.
    init(of records: [Int]) {
        places = Dictionary(uniqueKeysWithValues: records.enumerated().map { ($1, $0) })
    }

    subscript(record: Int) -> Int { places.map { $0[record] ?? 0 } ?? record }
}
