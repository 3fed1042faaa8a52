internal import CreditModel
public import CreditStore
internal import GRDB

/// Everything that was ever published, with its seals.
extension SQLiteStore {
    /// A page in one view, in the order of the documents' numbers.
    public func auditedDocuments(after number: Int64, limit: Int) throws -> [AuditedDocument] {
        try read { db in
            try db.all(
                """
                SELECT d.id, e.text, d.version, d.bytes, EXISTS (SELECT 1 FROM profile p
                    WHERE p.enterprise = d.enterprise AND p.document = d.id)
                FROM document d LEFT JOIN enterprise e ON e.id = d.enterprise WHERE d.id > ? ORDER BY d.id LIMIT ?
                """,
                number,
                limit
            ) { row in
                let id = EnterpriseID(row.text(1))
                let version = row.text(2)
                return AuditedDocument(
                    number: row.integer(0),
                    enterprise: id,
                    version: version,
                    bytes: row.bytes(3) ?? [],
                    seals: try Self.seals(db, on: row.integer(0), of: id, version),
                    isPresent: row.integer(4) != 0
                )
            }
        }
    }

    private static func seals(
        _ db: Database,
        on document: Int64,
        of id: EnterpriseID?,
        _ version: String
    ) throws -> [(number: Int64, seal: ProfileSeal)] {
        guard let id else { return [] }
        return try db.all(
            """
            SELECT number, key, issued_at, opening, closing, protected, signature FROM seal WHERE document = ? ORDER BY number
            """,
            document
        ) { row in
            let seal = ProfileSeal(
                id: id,
                version: version,
                key: row.text(1),
                issuedAt: row.integer(2),
                opening: row.bytes(3) ?? [],
                closing: row.bytes(4) ?? [],
                protected: row.bytes(5) ?? [],
                signature: row.bytes(6) ?? []
            )
            return (row.integer(0), seal)
        }
    }

    /// A page of the chain.
    public func auditedStatuses(after number: Int64, limit: Int) throws -> [(number: Int64, status: SignedStatus)] {
        try look { db in
            try db.all(
                """
                SELECT position, issued_at, expires_at, digest, previous, document, id FROM status WHERE id > ? ORDER BY id
                LIMIT ?
                """,
                number,
                limit
            ) { ($0.integer(6), Self.status($0)) }
        }
    }
}
