internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import Signing

/// Writes the records that are in no profile, and why, so that "nothing is lost" can be checked against the agencies' truth.
///
/// For the operator only, as the truth is: keys are shown as the agencies sent them. One line a record:
/// `{"agency":…,"dataset":…,"key":…,"state":"held"}`, with `role` where one role alone is meant. A record may have several
/// lines; the last one counts, and none counts for a role that is in a profile.
package struct UnsettledExporter: Sendable {
    private let store: any CreditStore
    private static let page = 500

    package init(store: any CreditStore) { self.store = store }

    /// Streams quarantined, then test rows and undecided records, then held ones.
    ///
    /// Blocking.
    /// - Parameter path: nil writes to the standard output; a file is readable by its owner only.
    /// - Returns: the number of lines.
    /// - Throws: ``SigningError`` where the file cannot be written, and what the store throws.
    package func export(to path: String?) throws -> Int {
        let file =
            try path.map { path throws(SigningError) in try DurableFile(path: path, mode: 0o600) } ?? DurableFile()
        var count = try quarantined(file)
        let heldRoles = try heldRoles()
        for dataset in try store.sourceStates().map(\.dataset).sorted() {
            count += try undecided(dataset, heldRoles, file)
        }
        count += try held(file)
        try file.commit()
        return count
    }

    private func quarantined(_ file: DurableFile) throws -> Int {
        var count = 0
        var last: Int64 = 0
        while true {
            let entries = try store.quarantine(QuarantineFilter(after: last, limit: Self.page))
            guard let end = entries.last else { return count }
            for entry in entries {
                guard let key = entry.key else { continue }
                try write(entry.dataset, key, role: nil, state: "quarantined", to: file)
                count += 1
            }
            last = end.id
        }
    }

    /// In how many roles a record is held: those are no longer undecided.
    ///
    /// Few records are held, so they fit in memory.
    private func heldRoles() throws -> [DatasetID: [RecordKey: Int]] {
        var roles: [DatasetID: [RecordKey: Int]] = [:]
        var last: RecordReference?
        while true {
            let records = try store.held(after: last, limit: Self.page)
            guard let end = records.last else { return roles }
            for held in records { roles[held.record.dataset, default: [:]][held.record.key, default: 0] += 1 }
            last = end.record
        }
    }

    private func undecided(
        _ dataset: DatasetID,
        _ held: [DatasetID: [RecordKey: Int]],
        _ file: DurableFile
    ) throws -> Int {
        // An inspection speaks of two enterprises: where one is known, the other may still be undecided.
        let roles = dataset == DatasetID(.quality, "JDCC") ? 2 : 1
        var count = 0
        var last: RecordKey?
        while true {
            let records = try store.shownRecords(of: dataset, after: last, limit: Self.page)
            guard let end = records.last else { return count }
            for record in records {
                let settled = try store.enterprises(of: dataset, key: record.key).count
                guard settled + (held[dataset]?[record.key] ?? 0) < roles else { continue }
                let isTest = try store.history(of: dataset, key: record.key)?.current?.content?.isTest ?? false
                try write(dataset, record.key, role: nil, state: isTest ? "test" : "undecided", to: file)
                count += 1
            }
            last = end.key
        }
    }

    private func held(_ file: DurableFile) throws -> Int {
        var count = 0
        var last: RecordReference?
        while true {
            let records = try store.held(after: last, limit: Self.page)
            guard let end = records.last else { return count }
            for held in records {
                try write(held.record.dataset, held.record.key, role: held.record.role, state: "held", to: file)
            }
            count += records.count
            last = end.record
        }
    }

    private func write(_ dataset: DatasetID, _ key: RecordKey, role: Role?, state: String, to file: DurableFile) throws
    {
        var members: [String: JSONValue] = [
            "agency": .string(dataset.agency.rawValue), "dataset": .string(dataset.name), "key": .string(key.text),
            "state": .string(state),
        ]
        if let role { members["role"] = .string(role.description) }
        try file.write(JSONValue.object(members).canonical + [0x0A])
    }
}
