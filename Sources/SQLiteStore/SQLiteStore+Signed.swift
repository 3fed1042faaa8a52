public import CreditModel
public import CreditStore
internal import GRDB
internal import Signing

/// Signed documents.
extension SQLiteStore {
    /// A page of profiles whose present version has no signature.
    public func unsigned(limit: Int) throws -> [StoredProfile] {
        try look { db in
            try db.all(
                """
                SELECT e.text, p.version, d.bytes FROM profile p JOIN enterprise e ON e.id = p.enterprise
                JOIN document d ON d.id = p.document WHERE p.served IS NOT p.document LIMIT ?
                """,
                limit
            ) { row in
                EnterpriseID(row.text(0)).map { StoredProfile(id: $0, version: row.text(1), bytes: row.bytes(2) ?? []) }
            }.compactMap { $0 }
        }
    }

    /// One transaction; a signature that is there already stays.
    public func storeSigned(_ seals: [ProfileSeal], at moment: Int64) throws {
        try write { db in
            for seal in seals {
                let known = try db.read("SELECT id FROM enterprise WHERE text = ?", seal.id.text) { $0.integer(0) }
                guard let number = known else {
                    throw StoreError(.conflict, "a signed profile belongs to no enterprise of the store: \(seal.id)")
                }
                let document = try db.read(
                    "SELECT id FROM document WHERE enterprise = ? AND version = ?",
                    number,
                    seal.version
                ) { $0.integer(0) }
                if let document { try db.store(seal, on: document, of: number, at: moment) }
            }
        }
    }

    /// The document of the present version, or the one before it until that is signed.
    public func signed(_ id: EnterpriseID) throws -> SignedProfile? {
        try look { db in
            try db.read(
                """
                SELECT \(Self.columns) FROM enterprise e JOIN profile p ON p.enterprise = e.id
                JOIN document d ON d.id = p.served JOIN seal s ON \(SealSchema.isFirst)
                WHERE e.text = ?
                """,
                id.text,
                with: Self.signed
            ) ?? nil
        }
    }

    /// The first signature that the version got.
    public func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? {
        try look { db in try db.signed(id, version: version) }
    }

    /// A page of signed profiles in the order of ids.
    public func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile] {
        try look { db in
            try db.all(
                """
                SELECT \(Self.columns) FROM enterprise e CROSS JOIN profile p ON p.enterprise = e.id
                CROSS JOIN document d ON d.id = p.served CROSS JOIN seal s ON \(SealSchema.isFirst)
                WHERE e.text > ? ORDER BY e.text LIMIT ?
                """,
                id?.text ?? "",
                limit,
                with: Self.signed
            ).compactMap { $0 }
        }
    }

    static let columns = "e.text, d.version, \(sealed)"
    static let sealed = "s.key, s.issued_at, s.opening, d.bytes, s.closing, s.protected, s.signature"

    static func signed(_ row: SQLRow) -> SignedProfile? { EnterpriseID(row.text(0)).map { signed(row, of: $0) } }

    static func signed(_ row: SQLRow, of id: EnterpriseID) -> SignedProfile {
        var payload: [UInt8] = []
        payload.reserveCapacity((4...6).reduce(0) { $0 + row.size($1) })
        for column in 4...6 { row.append(column, to: &payload) }
        let document = SignedDocument.flattened(
            of: payload,
            protected: row.bytes(7) ?? [],
            signature: row.bytes(8) ?? []
        )
        return SignedProfile(
            id: id,
            version: row.text(1),
            key: row.text(2),
            issuedAt: row.integer(3),
            document: document,
            profile: row.bytes(5) ?? []
        )
    }

    /// The status that was stored last; nil before the first.
    public func latestStatus() throws -> SignedStatus? {
        try look { db in
            try db.read(
                "SELECT position, issued_at, expires_at, digest, previous, document FROM status ORDER BY id DESC LIMIT 1",
                with: Self.status
            )
        }
    }

    static func status(_ row: SQLRow) -> SignedStatus {
        SignedStatus(
            position: row.integer(0),
            issuedAt: row.integer(1),
            expiresAt: row.integer(2),
            digest: row.text(3),
            previous: row.optionalText(4),
            document: row.bytes(5) ?? []
        )
    }
}

extension Database {
    /// The document of a version, with the first signature that it got.
    func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? {
        let document = try read(
            """
            SELECT d.id FROM enterprise e CROSS JOIN document d ON d.enterprise = e.id
            WHERE e.text = ? AND d.version = ? LIMIT 1
            """,
            id.text,
            version
        ) { $0.integer(0) }
        return try document.flatMap { try signed(id, version: version, in: $0) }
    }

    /// The document of that number; nil where that is another version's by now.
    func signed(_ id: EnterpriseID, version: String, in document: Int64) throws -> SignedProfile? {
        let found = try read(Self.signedDocument, document) { SQLiteStore.signed($0, of: id) }
        return found?.version == version ? found : nil
    }

    /// A document with its first seal, which is found by its number: nothing is sorted, documents least of all.
    static let signedDocument = """
        SELECT NULL, d.version, \(SQLiteStore.sealed) FROM document d CROSS JOIN seal s ON s.id = ?1 << \(SealSchema.bits)
        WHERE d.id = ?1
        """

    /// Keeps a seal, unless its key has sealed the document before, and serves the document if it is the present one.
    func store(_ seal: ProfileSeal, on document: Int64, of enterprise: Int64, at moment: Int64) throws {
        try insert(seal, on: document)
        let isPresent = try exists(
            "SELECT 1 FROM profile WHERE enterprise = ? AND document = ? AND served IS NOT document",
            enterprise,
            document
        )
        guard isPresent else { return }
        try keepServed(of: enterprise, unless: document, until: moment)
        try run("UPDATE profile SET served = document, served_at = ? WHERE enterprise = ?", moment, enterprise)
    }

    /// Keeps a seal, unless its key has sealed the document before.
    ///
    /// - Parameters:
    ///   - seal: what makes a document of the bytes.
    ///   - document: its number.
    ///   - isFirst: whether it is known to have none.
    /// - Throws: what SQLite throws.
    func insert(_ seal: ProfileSeal, on document: Int64, isFirst: Bool = false) throws {
        var number: Int64 = 0
        if !isFirst {
            let isThere = try exists("SELECT 1 FROM seal WHERE document = ? AND key = ?", document, seal.key)
            guard !isThere else { return }
            number = try integer("SELECT count(*) FROM seal WHERE document = ?", document)
            guard number < 1 << SealSchema.bits else {
                throw StoreError(.conflict, "a document has \(number) signatures, and takes no more: \(seal.id)")
            }
        }
        try run(
            """
            INSERT INTO seal(id, document, number, key, issued_at, opening, closing, protected, signature)
            VALUES(?1 << \(SealSchema.bits) | ?2, ?1, ?2, ?, ?, ?, ?, ?, ?)
            """,
            document,
            number,
            seal.key,
            seal.issuedAt,
            seal.opening,
            seal.closing,
            seal.protected,
            seal.signature
        )
    }
}
