public import CreditModel
public import CreditStore
internal import Foundation
internal import GRDB

/// Signed documents.
extension SQLiteStore {
    /// A page of profiles whose present version has no signature.
    public func unsigned(limit: Int) throws -> [StoredProfile] {
        try look { db in
            try db.all(
                """
                SELECT e.text, p.version, p.bytes FROM profile p JOIN enterprise e ON e.id = p.enterprise
                WHERE p.signed = 0 LIMIT ?
                """,
                limit
            ).compactMap { row in
                EnterpriseID(row.text(0)).map { StoredProfile(id: $0, version: row.text(1), bytes: row.bytes(2) ?? []) }
            }
        }
    }

    /// One transaction; a signature that is there already stays.
    public func storeSigned(_ documents: [SignedProfile]) throws {
        try write { db in
            for document in documents {
                guard
                    let number = try db.first("SELECT id FROM enterprise WHERE text = ?", document.id.text)?.integer(0)
                else {
                    throw StoreError(
                        .conflict,
                        "a signed profile belongs to no enterprise of the store: \(document.id)"
                    )
                }
                try db.run(
                    "INSERT OR IGNORE INTO signed(enterprise, version, key, issued_at, document) VALUES(?, ?, ?, ?, ?)",
                    number,
                    document.version,
                    document.key,
                    document.issuedAt,
                    document.document.blob
                )
                try db.run(
                    "UPDATE profile SET signed = 1 WHERE enterprise = ? AND version = ?",
                    number,
                    document.version
                )
                if db.changesCount > 0 {
                    try db.run("UPDATE enterprise SET served = ? WHERE id = ?", document.version, number)
                }
            }
        }
    }

    /// The document of the present version, or the one before it until that is signed.
    public func signed(_ id: EnterpriseID) throws -> SignedProfile? {
        try look { db in
            try db.first(
                """
                SELECT e.text, s.version, s.key, s.issued_at, s.document FROM enterprise e
                JOIN profile p ON p.enterprise = e.id JOIN signed s ON s.enterprise = e.id AND s.version = e.served
                WHERE e.text = ? ORDER BY s.id LIMIT 1
                """,
                id.text
            ).flatMap(Self.signed)
        }
    }

    /// The first signature that the version got.
    public func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? {
        try look { db in
            try db.first(
                """
                SELECT e.text, s.version, s.key, s.issued_at, s.document FROM enterprise e
                JOIN signed s ON s.enterprise = e.id WHERE e.text = ? AND s.version = ? ORDER BY s.id LIMIT 1
                """,
                id.text,
                version
            ).flatMap(Self.signed)
        }
    }

    /// A page of signed profiles in the order of ids.
    public func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile] {
        try look { db in
            try db.all(
                """
                SELECT e.text, s.version, s.key, s.issued_at, s.document FROM enterprise e
                CROSS JOIN profile p ON p.enterprise = e.id
                CROSS JOIN signed s ON s.id =
                    (SELECT min(id) FROM signed WHERE enterprise = e.id AND version = e.served)
                WHERE e.text > ? ORDER BY e.text LIMIT ?
                """,
                id?.text ?? "",
                limit
            ).compactMap(Self.signed)
        }
    }

    private static func signed(_ row: Row) -> SignedProfile? {
        EnterpriseID(row.text(0)).map {
            SignedProfile(
                id: $0,
                version: row.text(1),
                key: row.text(2),
                issuedAt: row.integer(3),
                document: row.bytes(4) ?? []
            )
        }
    }

    /// The status that was stored last; nil before the first.
    public func latestStatus() throws -> SignedStatus? {
        try look { db in
            try db.first(
                "SELECT position, issued_at, expires_at, digest, previous, document FROM status ORDER BY id DESC LIMIT 1"
            ).map { row in
                SignedStatus(
                    position: row.integer(0),
                    issuedAt: row.integer(1),
                    expiresAt: row.integer(2),
                    digest: row.text(3),
                    previous: row[4] as String?,
                    document: row.bytes(5) ?? []
                )
            }
        }
    }

    /// Keeps a status beside all earlier ones, unless it would turn the position back.
    public func storeStatus(_ status: SignedStatus) throws {
        try write { db in
            let latest = try db.first("SELECT digest, position, issued_at FROM status ORDER BY id DESC LIMIT 1")
            guard status.previous == latest?.text(0), status.position >= latest?.integer(1) ?? .min,
                status.issuedAt >= latest?.integer(2) ?? .min
            else {
                throw StoreError(
                    .conflict,
                    "a status of position \(status.position) does not follow the latest one: read that and sign anew"
                )
            }
            try db.run(
                "INSERT INTO status(position, issued_at, expires_at, digest, previous, document) VALUES(?, ?, ?, ?, ?, ?)",
                status.position,
                status.issuedAt,
                status.expiresAt,
                status.digest,
                status.previous,
                status.document.blob
            )
        }
    }
}
