internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import Signing

/// Writes who holds which records in the form of the simulated agencies' truth, with the agencies' real keys.
///
/// For the operator only: a key may hold the number of an identity card, which no published document shows.
package struct TruthExporter: Sendable {
    private let store: any CreditStore

    package init(store: any CreditStore) { self.store = store }

    /// Streams one line an enterprise, in the order of ids.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - path: nil writes to the standard output; a file is readable by its owner only.
    ///   - progress: called with the number of lines so far.
    /// - Returns: the number of lines.
    /// - Throws: ``SigningError`` where the file cannot be written, and what the store throws.
    package func export(to path: String?, progress: (Int) -> Void = { _ in }) throws -> Int {
        let file =
            try path.map { path throws(SigningError) in try DurableFile(path: path, mode: 0o600) } ?? DurableFile()
        var last: EnterpriseID?
        var count = 0
        while true {
            let page = try store.profiles(after: last, limit: 500)
            guard let end = page.last else { break }
            for profile in page { try file.write(line(profile) + [0x0A]) }
            count += page.count
            last = end.id
            progress(count)
        }
        try file.commit()
        return count
    }

    private func line(_ profile: StoredProfile) throws -> [UInt8] {
        guard case .object(let members) = try JSONValue(parsing: profile.bytes) else {
            throw PublicationError.malformed("profile \(profile.id) in the store is no object")
        }
        var identifiers: [String: JSONValue] = [:]
        if case .object(let found)? = members["identifiers"] { identifiers = found }
        var truth: [String: JSONValue] = [
            "enterprise": .string(profile.id.text), "names": .array(names(members)),
            "records": .array(try store.members(of: profile.id).map(\.record).sorted().map(record)),
        ]
        for kind in CodeKind.allCases { truth[kind.description] = identifiers[kind.description] ?? .array([]) }
        return JSONValue.object(truth).canonical
    }

    private func record(_ reference: RecordReference) -> JSONValue {
        .object([
            "agency": .string(reference.dataset.agency.rawValue), "dataset": .string(reference.dataset.name),
            "key": .string(reference.key.text), "role": .string(reference.role.description),
        ])
    }

    /// The name's history, and the present name where the history does not hold it.
    private func names(_ profile: [String: JSONValue]) -> [JSONValue] {
        guard case .object(let registration)? = profile["registration"], case .object(let name)? = registration["name"]
        else {
            return []
        }
        var names: [JSONValue] = []
        if case .array(let history)? = name["history"] {
            for case .object(let entry) in history {
                names.append(
                    .object([
                        "name": entry["value"] ?? .null, "from": entry["from"] ?? .null, "to": entry["to"] ?? .null,
                    ])
                )
            }
        }
        let isHeld = names.contains {
            if case .object(let entry) = $0 { entry["name"] == name["value"] } else { false }
        }
        if !isHeld, let value = name["value"] { names.append(.object(["name": value, "from": .null, "to": .null])) }
        return names
    }
}
