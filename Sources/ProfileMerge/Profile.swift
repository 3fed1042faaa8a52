import CanonicalJSON
import CreditModel

/// A profile before it is written: what was decided, in its order.
struct Profile {
    let id: EnterpriseID
    let isRegistered: Bool
    /// The certain codes that may be shown, by the name of their kind, in the order of these names.
    let identifiers: [(kind: CodeKind, texts: [String])]
    /// Codes that the registry gives to another enterprise, too: by kind, then text.
    let contested: [Code]
    /// By section, then name.
    let attributes: [Attribute]
    /// By section of the policy.
    let items: [[Item]]
    let records: [MergeRecord]
    /// How many records of each dataset, by agency.
    let sources: [(agency: AgencyID, datasets: [(name: String, count: Int)])]
}

/// What of a profile one document shows.
struct ProfileSelection {
    /// The records that the document lists, ascending.
    var records: [Int]
    var places: RecordPlaces
    var identifiers: Int?
    var attributes: [Attribute]
    var attributeLimit: TextLimit
    var items: [[(item: Item, limit: TextLimit)]]
    /// What the document lacks, by the name of its list.
    var rests: [(name: String, count: Int, rest: RestOfList)]
}

/// What is left of a list that was cut.
struct RestOfList {
    var count: Int
    var digest: String
}

/// Writes profiles.
struct ProfileWriter {
    /// A top-level member that the policy names.
    private enum Section {
        case attributes(Int)
        case items(Int)
    }

    let policy: MergePolicy
    /// The policy's sections by the name of their member.
    private let sections: [(name: String, section: Section)]

    init(policy: MergePolicy) {
        self.policy = policy
        var sections: [(name: String, section: Section)] = []
        for (index, attributes) in policy.attributes.enumerated() {
            sections.append((attributes.section, .attributes(index)))
        }
        for (index, items) in policy.items.enumerated() { sections.append((items.section, .items(index))) }
        self.sections = sections
    }

    /// Everything, as it is.
    func whole(_ profile: Profile) -> [UInt8] {
        let selection = ProfileSelection(
            records: Array(profile.records.indices),
            places: .all,
            identifiers: nil,
            attributes: profile.attributes,
            attributeLimit: .none,
            items: profile.items.map { $0.map { ($0, .none) } },
            rests: []
        )
        return document(profile, showing: selection)
    }

    /// The profile with what the selection shows.
    func document(_ profile: Profile, showing selection: ProfileSelection) -> [UInt8] {
        var members: [(name: String, write: (inout CanonicalJSONWriter) -> Void)] = sections.map { name, section in
            switch section {
            case .attributes(let index): (name, { self.write(selection, attributes: index, to: &$0) })
            case .items(let index): (name, { self.write(selection, items: index, to: &$0) })
            }
        }
        if !selection.rests.isEmpty { members.append(("cut", { self.write(selection.rests, to: &$0) })) }
        if !profile.contested.isEmpty { members.append(("contested", { self.write(profile.contested, to: &$0) })) }
        members.append(("id", { $0.string(profile.id.text) }))
        members.append(("identifiers", { self.write(profile.identifiers, limit: selection.identifiers, to: &$0) }))
        members.append(("records", { self.write(selection.records, of: profile, to: &$0) }))
        members.append(("registered", { $0.bool(profile.isRegistered) }))
        members.append(("sources", { self.writeSources(of: profile, to: &$0) }))
        members.sort { $0.name < $1.name }
        var text = CanonicalJSONWriter(reservingCapacity: 4096)
        text.beginObject()
        for (name, write) in members {
            text.key(name)
            write(&text)
        }
        text.endObject()
        return text.bytes
    }

    // MARK: Parts

    func write(_ selection: ProfileSelection, attributes section: Int, to text: inout CanonicalJSONWriter) {
        text.beginObject()
        for attribute in selection.attributes where attribute.section == section {
            AttributeText(attribute: attribute, places: selection.places, limit: selection.attributeLimit)
                .write(to: &text)
        }
        text.endObject()
    }

    private func write(_ selection: ProfileSelection, items section: Int, to text: inout CanonicalJSONWriter) {
        text.beginArray()
        for (item, limit) in selection.items[section] {
            ItemText(item: item, record: selection.places[item.record], limit: limit).write(to: &text)
        }
        text.endArray()
    }

    private func write(_ rests: [(name: String, count: Int, rest: RestOfList)], to text: inout CanonicalJSONWriter) {
        text.beginObject()
        for (name, count, rest) in rests.sorted(by: { $0.name < $1.name }) {
            text.key(name)
            text.beginObject()
            text.key("count")
            text.integer(count)
            text.key("rest")
            text.beginObject()
            text.key("count")
            text.integer(rest.count)
            text.key("digest")
            text.string(rest.digest)
            text.endObject()
            text.endObject()
        }
        text.endObject()
    }

    func write(_ identifiers: [(kind: CodeKind, texts: [String])], limit: Int?, to text: inout CanonicalJSONWriter) {
        text.beginObject()
        for (kind, texts) in identifiers {
            text.key(kind.description)
            text.beginArray()
            for code in limit.map({ texts.prefix($0) }) ?? texts[...] { text.string(code) }
            text.endArray()
        }
        text.endObject()
    }

    private func write(_ contested: [Code], to text: inout CanonicalJSONWriter) {
        text.beginArray()
        for code in contested {
            text.beginObject()
            text.key("code")
            text.string(code.text)
            text.key("kind")
            text.string(code.kind.description)
            text.endObject()
        }
        text.endArray()
    }

    func write(_ records: [Int], of profile: Profile, to text: inout CanonicalJSONWriter) {
        text.beginArray()
        for record in records { write(profile.records[record], to: &text) }
        text.endArray()
    }

    func write(_ record: MergeRecord, to text: inout CanonicalJSONWriter) {
        text.beginObject()
        text.key("agency")
        text.string(record.dataset.agency.rawValue)
        text.key("dataset")
        text.string(record.dataset.name)
        text.key("key")
        text.string(record.shownKey)
        text.key("modified")
        text.time(record.version.modified)
        text.key("role")
        text.string(record.role.description)
        text.key("version")
        text.string(record.version.digest.text)
        text.endObject()
    }

    private func writeSources(of profile: Profile, to text: inout CanonicalJSONWriter) {
        text.beginObject()
        for (agency, datasets) in profile.sources {
            text.key(agency.rawValue)
            text.beginObject()
            for (name, count) in datasets {
                text.key(name)
                text.integer(count)
            }
            text.endObject()
        }
        text.endObject()
    }
}
