internal import CanonicalJSON

/// How a profile's sections speak of records: by their place in the document's own list.
enum RecordPlaces {
    /// Members that are no section of their own.
    static let frame: Set<String> = [
        "id", "identifiers", "records", "registered", "sources", "section", "cut", "contested",
    ]

    /// The sections that name each place, of a profile or of an annex.
    static func sections(
        of bytes: [UInt8],
        _ members: [String: Range<Int>]
    ) throws(ProfileChangeError) -> [Int: Set<String>] {
        var uses: [Int: Set<String>] = [:]
        // An annex of a list calls its entries `items`, and says of which section they are.
        let list = try members["section"].map { range throws(ProfileChangeError) in
            try ProfileDocument.value(bytes, range).string
        }
        for (name, range) in members where !frame.contains(name) {
            let section = name == "items" ? (list ?? nil) ?? name : name
            for place in places(in: try ProfileDocument.value(bytes, range)) {
                uses[place, default: []].insert(section)
            }
        }
        return uses
    }

    private static func places(in value: JSONValue) -> Set<Int> {
        var found: Set<Int> = []
        func walk(_ value: JSONValue) {
            switch value {
            case .array(let values): for value in values { walk(value) }
            case .object(let members):
                for (name, member) in members {
                    if name == "records", let places = member.array {
                        found.formUnion(places.compactMap { $0.integer.map(Int.init) })
                    } else {
                        walk(member)
                    }
                }
            default: return
            }
        }
        walk(value)
        return found
    }

    /// A section with records named by themselves in place of their places, so that two documents can be compared whose
    /// lists differ.
    static func resolved(_ value: JSONValue, _ records: ArraySlice<ProfileRecord>) -> JSONValue {
        func name(_ place: Int) -> JSONValue {
            guard records.indices.contains(place) else { return .integer(Int64(place)) }
            let record = records[place]
            return .array([
                .string(record.agency), .string(record.dataset), .string(record.key), .string(record.role),
            ])
        }
        switch value {
        case .array(let values): return .array(values.map { resolved($0, records) })
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members {
                if key == "records", let places = member.array {
                    // A list of places follows the document's order, which is not what is compared.
                    let names = places.map { $0.integer.map { name(Int($0)) } ?? $0 }
                    result[key] = .array(names.sorted { $0.canonical.lexicographicallyPrecedes($1.canonical) })
                } else if key == "originals", let texts = member.object, texts.keys.allSatisfy({ Int($0) != nil }) {
                    let pairs = texts.map { JSONValue.array([name(Int($0.key) ?? 0), $0.value]) }
                    result[key] = .array(pairs.sorted { $0.canonical.lexicographicallyPrecedes($1.canonical) })
                } else {
                    result[key] = resolved(member, records)
                }
            }
            return .object(result)
        default: return value
        }
    }
}
