public import CreditModel
internal import CreditStore
internal import GRDB

/// Records, and where they belong.
extension SQLiteStore {
    /// The records of the enterprise, with role and reason.
    public func members(of id: EnterpriseID) throws -> [Membership] {
        try look { db in
            try db.all(
                """
                SELECT d.agency, d.name, r.key, m.part, m.reason FROM enterprise e
                JOIN placement m ON m.enterprise = e.id
                JOIN record r ON r.id = m.part >> 3 JOIN dataset d ON d.id = r.dataset
                WHERE e.text = ? ORDER BY d.agency, d.name, r.key, m.part
                """,
                id.text
            ) { row in
                Membership(record: try Self.reference(row), reason: try ReasonCodec.identity(row.bytes(4) ?? []))
            }
        }
    }

    /// The enterprises of a record, role by role.
    public func enterprises(
        of dataset: DatasetID,
        key: RecordKey
    ) throws -> [(id: EnterpriseID, role: Role, reason: IdentityReason)] {
        try look { db in
            try db.all(
                """
                SELECT e.text, m.part, m.reason FROM dataset d JOIN record r ON r.dataset = d.id
                JOIN placement m ON m.part BETWEEN r.id << 3 AND r.id << 3 | 7 JOIN enterprise e ON e.id = m.enterprise
                WHERE d.agency = ? AND d.name = ? AND r.key = ? ORDER BY m.part
                """,
                dataset.agency.rawValue,
                dataset.name,
                StoredKey.text(key)
            ) { row in
                guard let id = EnterpriseID(row.text(0)), let role = Part.role(row.integer(1)) else {
                    throw BinaryReader.damaged
                }
                return (id: id, role: role, reason: try ReasonCodec.identity(row.bytes(2) ?? []))
            }
        }
    }

    /// A page of the records held apart, in the order of their references.
    public func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord] {
        try read { db in
            // Dataset by dataset, so that the order is that of an index and a page costs what it shows.
            var records: [HeldRecord] = []
            for (number, dataset) in try db.datasets().sorted(by: { $0.value < $1.value }) {
                guard records.count < limit else { break }
                let isFirst = dataset == reference?.dataset
                if let reference, dataset < reference.dataset { continue }
                try db.each(
                    """
                    SELECT h.key, h.part, p.reason FROM held h JOIN placement p ON p.part = h.part
                    WHERE h.dataset = ? AND (h.key, h.part & 7) > (?, ?) ORDER BY h.key, h.part LIMIT ?
                    """,
                    number,
                    isFirst ? reference.map { StoredKey.text($0.key) } ?? "" : "",
                    isFirst ? Int64(reference?.role.rawValue ?? 0) : 0,
                    limit - records.count
                ) { row in
                    guard let role = Part.role(row.integer(1)) else { throw BinaryReader.damaged }
                    records.append(
                        HeldRecord(
                            record: RecordReference(dataset: dataset, key: StoredKey.key(row.text(0)), role: role),
                            reason: try ReasonCodec.contradiction(row.bytes(2) ?? [])
                        )
                    )
                }
            }
            return records
        }
    }

    private static func reference(_ row: SQLRow) throws -> RecordReference {
        guard let role = Part.role(row.integer(3)) else { throw BinaryReader.damaged }
        return RecordReference(
            dataset: DatasetID(AgencyID(rawValue: row.text(0)), row.text(1)),
            key: StoredKey.key(row.text(2)),
            role: role
        )
    }

    /// All versions of a record, decoded; nil where the store never saw it.
    public func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory? {
        try read { db in
            guard let number = try db.datasetNumber(dataset),
                let row = try db.read(
                    "SELECT id, restricted FROM record WHERE dataset = ? AND key = ?",
                    number,
                    StoredKey.text(key),
                    with: { (id: $0.integer(0), isRestricted: $0.integer(1) != 0) }
                )
            else { return nil }
            return RecordHistory(
                dataset: dataset,
                key: key,
                hasRestrictedKey: row.isRestricted,
                versions: try db.contents(of: row.id)
            )
        }
    }

    /// A page of the records shown, in the order of their keys.
    public func shownRecords(
        of dataset: DatasetID,
        after key: RecordKey?,
        limit: Int
    ) throws -> [(key: RecordKey, digest: VersionDigest)] {
        try look { db in
            guard let number = try db.datasetNumber(dataset) else { return [] }
            return try db.all(
                """
                SELECT r.key, v.digest FROM record r JOIN version v ON v.id = r.current
                WHERE r.dataset = ? AND r.key > ? AND r.shown = 1 ORDER BY r.key LIMIT ?
                """,
                number,
                key.map(StoredKey.text) ?? "",
                limit
            ) { (key: StoredKey.key($0.text(0)), digest: VersionDigest(text: $0.text(1))) }
        }
    }
}
