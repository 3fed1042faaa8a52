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
                SELECT d.agency, d.name, r.key, m.role, m.reason FROM enterprise e JOIN membership m ON m.enterprise = e.id
                JOIN record r ON r.id = m.record JOIN dataset d ON d.id = r.dataset
                WHERE e.text = ? ORDER BY d.agency, d.name, r.key, m.role
                """,
                id.text
            ).map { row in
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
                SELECT e.text, m.role, m.reason FROM dataset d JOIN record r ON r.dataset = d.id
                JOIN membership m ON m.record = r.id JOIN enterprise e ON e.id = m.enterprise
                WHERE d.agency = ? AND d.name = ? AND r.key = ? ORDER BY m.role
                """,
                dataset.agency.rawValue,
                dataset.name,
                StoredKey.text(key)
            ).map { row in
                guard let id = EnterpriseID(row.text(0)),
                    let role = Role(rawValue: UInt8(truncatingIfNeeded: row.integer(1)))
                else { throw BinaryReader.damaged }
                return (id: id, role: role, reason: try ReasonCodec.identity(row.bytes(2) ?? []))
            }
        }
    }

    /// A page of the records held apart, in the order of their references.
    public func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord] {
        try look { db in
            try db.all(
                """
                SELECT d.agency, d.name, r.key, h.role, h.reason FROM held h JOIN record r ON r.id = h.record
                JOIN dataset d ON d.id = r.dataset WHERE (d.agency, d.name, r.key, h.role) > (?, ?, ?, ?)
                ORDER BY d.agency, d.name, r.key, h.role LIMIT ?
                """,
                reference?.dataset.agency.rawValue ?? "",
                reference?.dataset.name ?? "",
                reference.map { StoredKey.text($0.key) } ?? "",
                Int64(reference?.role.rawValue ?? 0),
                limit
            ).map { row in
                HeldRecord(record: try Self.reference(row), reason: try ReasonCodec.contradiction(row.bytes(4) ?? []))
            }
        }
    }

    private static func reference(_ row: Row) throws -> RecordReference {
        guard let role = Role(rawValue: UInt8(truncatingIfNeeded: row.integer(3))) else { throw BinaryReader.damaged }
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
                let row = try db.first(
                    "SELECT id, restricted FROM record WHERE dataset = ? AND key = ?",
                    number,
                    StoredKey.text(key)
                )
            else { return nil }
            return RecordHistory(
                dataset: dataset,
                key: key,
                hasRestrictedKey: row.integer(1) != 0,
                versions: try db.contents(of: row.integer(0))
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
            ).map { (key: StoredKey.key($0.text(0)), digest: VersionDigest(text: $0.text(1))) }
        }
    }
}
