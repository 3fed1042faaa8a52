import CanonicalJSON
import CreditModel

/// Cuts a profile that is too long: of each long list the newest stay, the rest becomes a document of its own.
///
/// The profile then names, under `cut`, how many entries each cut list has, how many the rest document holds, and its
/// digest. Very long texts are shown by their beginning; whatever is not shown whole is whole in the rest document.
struct ProfileCut {
    let profile: Profile
    let writer: ProfileWriter
    let digest: DigestFunction

    /// An item longer than this shows its texts by their beginning.
    private static let longItem = 12_000
    private static let longItemText = TextLimit(bytes: 1000)
    /// Bytes that attribute sections may take before they are cut, with the records that they name.
    private static let attributesShare = 40_000
    private static let shownIdentifiers = 50
    /// What a profile holds besides attributes, items and records, at most.
    private static let frame = 8_000

    private typealias SizedItem = (item: Item, limit: TextLimit, size: Int)

    /// The cut profile and the documents that hold what it lacks.
    func made() -> (bytes: [UInt8], annexes: [(digest: String, bytes: [UInt8])]) {
        var budget = writer.policy.sizeLimit
        while true {
            let result = made(within: budget)
            // The sizes below are upper bounds, so the first try fits; a smaller budget is the answer if one ever is not.
            if result.bytes.count <= writer.policy.sizeLimit || budget < ProfileCut.frame { return result }
            budget -= budget / 5
        }
    }

    private func made(within budget: Int) -> (bytes: [UInt8], annexes: [(digest: String, bytes: [UInt8])]) {
        var selection = attributeSelection(within: min(ProfileCut.attributesShare, budget / 2))
        var annexes: [(digest: String, bytes: [UInt8])] = []
        if selection.identifiers != nil { add(attributesAnnex(), as: "attributes", to: &selection, &annexes) }
        let used = size(of: selection)
        let sections = profile.items.map { $0.map(sized) }
        let kept = distribute(max(0, budget - ProfileCut.frame - used), among: sections)
        for (section, count) in kept.enumerated() {
            let items = sections[section]
            selection.items.append(items.prefix(count).map { ($0.item, $0.limit) })
            let rest = items.prefix(count).filter { $0.limit.bytes != nil } + items.dropFirst(count)
            guard !rest.isEmpty else { continue }
            let name = writer.policy.items[section].section
            add((itemsAnnex(rest.map(\.item), of: name), items.count, rest.count), as: name, to: &selection, &annexes)
        }
        selection.records = usedRecords(selection)
        selection.places = RecordPlaces(of: selection.records)
        return (writer.document(profile, showing: selection), annexes)
    }

    private func add(
        _ annex: (bytes: [UInt8], count: Int, restCount: Int),
        as name: String,
        to selection: inout ProfileSelection,
        _ annexes: inout [(digest: String, bytes: [UInt8])]
    ) {
        let digest = ShortDigest.text(of: digest(annex.bytes))
        annexes.append((digest, annex.bytes))
        selection.rests.append((name, annex.count, RestOfList(count: annex.restCount, digest: digest)))
    }

    // MARK: Attributes

    /// All attributes if they are short enough, else with fewer entries and shorter texts.
    private func attributeSelection(within share: Int) -> ProfileSelection {
        var selection = ProfileSelection(
            records: [],
            places: .all,
            identifiers: nil,
            attributes: profile.attributes,
            attributeLimit: .none,
            items: [],
            rests: []
        )
        let hasFewIdentifiers = profile.identifiers.allSatisfy { $0.texts.count <= ProfileCut.shownIdentifiers }
        if hasFewIdentifiers, unreferencedRecords.isEmpty, size(of: selection) <= share { return selection }
        selection.identifiers = ProfileCut.shownIdentifiers
        for limit in AttributeLimit.steps {
            selection.attributes = profile.attributes.map { $0.limited(to: limit) }
            selection.attributeLimit = limit.text
            if size(of: selection) <= share { break }
        }
        return selection
    }

    /// Bytes of the attribute sections and of the records that they name.
    private func size(of selection: ProfileSelection) -> Int {
        var text = CanonicalJSONWriter()
        for section in writer.policy.attributes.indices { writer.write(selection, attributes: section, to: &text) }
        for record in Set(selection.attributes.flatMap(\.allRecords)) {
            writer.write(profile.records[record], to: &text)
        }
        return text.bytes.count
    }

    /// Records that no list and no attribute names: registrations that say nothing.
    private var unreferencedRecords: [Int] {
        var isNamed = Array(repeating: false, count: profile.records.count)
        for attribute in profile.attributes { for record in attribute.allRecords { isNamed[record] = true } }
        for item in profile.items.joined() { isNamed[item.record] = true }
        return isNamed.indices.filter { !isNamed[$0] }
    }

    /// The attribute sections and identifiers whole, with every record that they name and those that nothing names.
    private func attributesAnnex() -> (bytes: [UInt8], count: Int, restCount: Int) {
        let records = Set(profile.attributes.flatMap(\.allRecords) + unreferencedRecords).sorted()
        let selection = ProfileSelection(
            records: records,
            places: RecordPlaces(of: records),
            identifiers: nil,
            attributes: profile.attributes,
            attributeLimit: .none,
            items: [],
            rests: []
        )
        var members: [(name: String, write: (inout CanonicalJSONWriter) -> Void)] = [
            ("id", { $0.string(profile.id.text) }),
            ("identifiers", { writer.write(profile.identifiers, limit: nil, to: &$0) }),
            ("records", { writer.write(records, of: profile, to: &$0) }),
            ("section", { $0.string("attributes") }),
        ]
        for (index, attributes) in writer.policy.attributes.enumerated() {
            members.append((attributes.section, { writer.write(selection, attributes: index, to: &$0) }))
        }
        return (document(members), profile.attributes.count, profile.attributes.count)
    }

    // MARK: Lists

    private func sized(_ item: Item) -> SizedItem {
        var text = CanonicalJSONWriter()
        ItemText(item: item, record: item.record, limit: .none).write(to: &text)
        var limit = TextLimit.none
        if text.bytes.count > ProfileCut.longItem {
            let short = ItemText(item: item, record: item.record, limit: ProfileCut.longItemText)
            text = CanonicalJSONWriter()
            short.write(to: &text)
            if !short.truncated.isEmpty { limit = ProfileCut.longItemText }
        }
        writer.write(profile.records[item.record], to: &text)
        return (item, limit, text.bytes.count)
    }

    /// How many items of each section stay: short lists whole, and what they leave is the long ones'.
    private func distribute(_ budget: Int, among sections: [[SizedItem]]) -> [Int] {
        var kept = Array(repeating: 0, count: sections.count)
        var left = budget
        let totals = sections.map { $0.reduce(0) { $0 + $1.size } }
        let order = sections.indices.sorted { totals[$0] == totals[$1] ? $0 < $1 : totals[$0] < totals[$1] }
        for (rank, section) in order.enumerated() {
            let share = left / (order.count - rank)
            var taken = 0
            for item in sections[section] {
                guard taken + item.size <= share else { break }
                taken += item.size
                kept[section] += 1
            }
            left -= taken
        }
        return kept
    }

    /// Items, with a `records` of their own.
    private func itemsAnnex(_ items: [Item], of section: String) -> [UInt8] {
        let records = Set(items.map(\.record)).sorted()
        let places = RecordPlaces(of: records)
        return document([
            ("id", { $0.string(profile.id.text) }),
            (
                "items",
                { text in
                    text.beginArray()
                    for item in items {
                        ItemText(item: item, record: places[item.record], limit: .none).write(to: &text)
                    }
                    text.endArray()
                }
            ), ("records", { writer.write(records, of: profile, to: &$0) }), ("section", { $0.string(section) }),
        ])
    }

    // MARK: Documents

    private func usedRecords(_ selection: ProfileSelection) -> [Int] {
        var used = Set(selection.attributes.flatMap(\.allRecords))
        for (item, _) in selection.items.joined() { used.insert(item.record) }
        if selection.identifiers == nil { used.formUnion(unreferencedRecords) }
        return used.sorted()
    }

    private func document(_ members: [(name: String, write: (inout CanonicalJSONWriter) -> Void)]) -> [UInt8] {
        var text = CanonicalJSONWriter()
        text.beginObject()
        for (name, write) in members.sorted(by: { $0.name < $1.name }) {
            text.key(name)
            write(&text)
        }
        text.endObject()
        return text.bytes
    }
}
