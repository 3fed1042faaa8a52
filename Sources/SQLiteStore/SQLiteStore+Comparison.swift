public import CreditModel
public import CreditStore
internal import GRDB

/// What a comparison with another store reads: everything, in an order that is the same wherever it came first.
extension SQLiteStore {
    /// A page over the index of keys; the versions of each record by theirs.
    public func records(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [RecordHistory] {
        try read { db in
            guard let number = try db.datasetNumber(dataset) else { return [] }
            return try db.all(
                "SELECT id, key, restricted FROM record WHERE dataset = ? AND key > ? ORDER BY key LIMIT ?",
                number,
                key.map(StoredKey.text) ?? "",
                limit
            ) { row in
                RecordHistory(
                    dataset: dataset,
                    key: StoredKey.key(row.text(1)),
                    hasRestrictedKey: row.integer(2) != 0,
                    versions: try db.contents(of: row.integer(0))
                )
            }
        }
    }

    /// A page over the index of keys, each key's roles beside it.
    public func placements(
        of dataset: DatasetID,
        after reference: RecordReference?,
        limit: Int
    ) throws -> [PlacedRecord] {
        try read { db in
            guard let number = try db.datasetNumber(dataset) else { return [] }
            let key = reference.map { StoredKey.text($0.key) } ?? ""
            return try db.all(
                """
                SELECT r.key, p.part, e.text, p.enterprise, p.reason FROM record r
                CROSS JOIN placement p ON p.part BETWEEN r.id << 3 AND r.id << 3 | 7
                LEFT JOIN enterprise e ON e.id = p.enterprise
                WHERE p.enterprise IS NOT 0 AND r.dataset = ?1 AND r.key >= ?2 AND (r.key > ?2 OR p.part & 7 > ?3) ORDER BY r.key, p.part LIMIT ?4
                """,
                number,
                key,
                Int64(reference?.role.rawValue ?? 0),
                limit
            ) { row in
                guard let role = Part.role(row.integer(1)) else { throw BinaryReader.damaged }
                return PlacedRecord(
                    record: RecordReference(dataset: dataset, key: StoredKey.key(row.text(0)), role: role),
                    place: try Self.place(row)
                )
            }
        }
    }

    private static func place(_ row: SQLRow) throws -> PlacedRecord.Place {
        let reason = row.bytes(4)
        if row.optionalInteger(3) != nil {
            guard let id = EnterpriseID(row.text(2)) else { throw BinaryReader.damaged }
            return .enterprise(id, try ReasonCodec.identity(reason ?? []))
        }
        return try reason.map { .held(try ReasonCodec.contradiction($0)) } ?? .undecided
    }

    /// A page of ids; the way of each is followed to its end.
    public func identities(after id: EnterpriseID?, limit: Int) throws -> [StoredIdentity] {
        try read { db in
            try db.all(
                "SELECT id, text FROM enterprise WHERE text > ? ORDER BY text LIMIT ?",
                id?.text ?? "",
                limit
            ) { row in
                guard let id = EnterpriseID(row.text(1)), let current = try db.currentID(of: id) else {
                    throw BinaryReader.damaged
                }
                let codes = try db.all("SELECT text FROM code WHERE enterprise = ? ORDER BY text", row.integer(0)) {
                    $0.text(0)
                }
                return StoredIdentity(id: id, current: current, codes: codes)
            }
        }
    }
}
