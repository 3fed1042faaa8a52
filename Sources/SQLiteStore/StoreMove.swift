internal import CreditModel
internal import CreditStore
internal import Crypto
internal import GRDB
internal import Signing

/// Moves what a store of version 4 holds into the tables of version 5, inside the migration's transaction.
struct StoreMove {
    private let db: Database
    /// Rows that are packed into one segment.
    private static let rowsAtOnce = 1000

    init(_ db: Database) { self.db = db }

    func run() throws {
        for index in ["profile_due", "profile_ahead", "profile_registered", "profile_unsigned", "sighting_file"] {
            try db.execute(sql: "DROP INDEX \(index)")
        }
        for table in ["version", "profile", "sighting"] {
            try db.execute(sql: "ALTER TABLE \(table) RENAME TO old_\(table)")
        }
        for part in [Schema.versions, Schema.profiles, Schema.settled] { try db.execute(sql: part) }
        try moveVersions()
        try moveRows()
        try moveDocuments()
        for table in ["old_version", "original", "old_sighting", "old_profile", "signed", "renumbered"] {
            try db.execute(sql: "DROP TABLE \(table)")
        }
        try db.execute(sql: "ALTER TABLE enterprise DROP COLUMN served")
    }

    /// Numbers the versions of each record in the order in which they came.
    private func moveVersions() throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE renumbered(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
                INSERT INTO renumbered(old, new)
                    SELECT id, record << 20 | (row_number() OVER (PARTITION BY record ORDER BY id) - 1) FROM old_version;
                INSERT INTO version(id, digest, operation, modified, sequence, retracted, received_at, segment, place, content)
                    SELECT n.new, v.digest, v.operation, v.modified, v.sequence, v.retracted, coalesce(o.received_at, 0),
                        0, 0, v.content
                    FROM old_version v JOIN renumbered n ON n.old = v.id LEFT JOIN original o ON o.version = v.id
                    ORDER BY n.new;
                UPDATE record SET current = (SELECT new FROM renumbered WHERE old = current) WHERE current <> 0;
                UPDATE record SET source = (SELECT new FROM renumbered WHERE old = source) WHERE source <> 0;
                CREATE TABLE sighting(
                    version INTEGER NOT NULL, dataset INTEGER NOT NULL, file INTEGER NOT NULL, epoch INTEGER NOT NULL,
                    sequence INTEGER NOT NULL, PRIMARY KEY(version, file)) WITHOUT ROWID;
                INSERT INTO sighting SELECT n.new, s.dataset, s.file, s.epoch, s.sequence
                    FROM old_sighting s JOIN renumbered n ON n.old = s.version;
                CREATE INDEX sighting_file ON sighting(dataset, file, epoch);
                """
        )
    }

    /// Packs the rows of each run together.
    private func moveRows() throws {
        var last: Int64 = 0
        while true {
            let rows = try db.all(
                """
                SELECT o.version, n.new, r.dataset, o.run, o.bytes, o.document, o.row, o.line FROM original o
                JOIN renumbered n ON n.old = o.version JOIN record r ON r.id = n.new >> 20
                WHERE o.version > ? ORDER BY o.version LIMIT \(Self.rowsAtOnce)
                """,
                last
            ) { row in
                (
                    old: row.integer(0), new: row.integer(1), dataset: row.integer(2), run: row.text(3),
                    bytes: row.bytes(4) ?? [],
                    place: RowPlace(document: row.text(5), row: Int(row.integer(6)), line: Int(row.integer(7)))
                )
            }
            guard let first = rows.first else { return }
            var writer = SegmentWriter(db, dataset: first.dataset, run: first.run)
            for row in rows {
                guard row.dataset == first.dataset, row.run == first.run else { break }
                let place = try writer.add(row.bytes, row.place)
                try db.run(
                    "UPDATE version SET segment = ?, place = ? WHERE id = ?",
                    place.segment,
                    place.place,
                    row.new
                )
                last = row.old
            }
            try writer.finish()
        }
    }

    /// Takes the signed documents apart: a profile's bytes lie once, whoever signed them.
    private func moveDocuments() throws {
        var last: Int64 = 0
        while true {
            let page = try db.all(
                "SELECT id, enterprise, version, key, issued_at, document FROM signed WHERE id > ? ORDER BY id LIMIT 100",
                last
            ) { row in
                (
                    id: row.integer(0), enterprise: row.integer(1), version: row.text(2), key: row.text(3),
                    issuedAt: row.integer(4), document: row.bytes(5) ?? []
                )
            }
            guard let end = page.last else { break }
            last = end.id
            for signed in page {
                let (seal, profile) = try Self.parts(of: signed.document, version: signed.version)
                let document = try document(of: signed.enterprise, signed.version, profile)
                // Nothing that writes today's tables: these have changed since.
                try db.run(
                    """
                    INSERT INTO seal(document, number, key, issued_at, opening, closing, protected, signature)
                    SELECT ?1, (SELECT count(*) FROM seal WHERE document = ?1), ?2, ?3, ?4, ?5, ?6, ?7
                    WHERE NOT EXISTS (SELECT 1 FROM seal WHERE document = ?1 AND key = ?2)
                    """,
                    document,
                    signed.key,
                    signed.issuedAt,
                    seal.opening,
                    seal.closing,
                    seal.protected,
                    seal.signature
                )
            }
        }
        try db.execute(
            sql: """
                INSERT INTO document(enterprise, version, bytes) SELECT enterprise, version, bytes FROM old_profile p
                    WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.enterprise = p.enterprise AND d.version = p.version);
                INSERT INTO profile(enterprise, version, document, served, next_day, since, registered)
                    SELECT p.enterprise, p.version, d.id,
                        (SELECT id FROM document s WHERE s.enterprise = p.enterprise AND s.version = e.served),
                        p.next_day, p.since, p.registered
                    FROM old_profile p JOIN enterprise e ON e.id = p.enterprise
                    JOIN document d ON d.enterprise = p.enterprise AND d.version = p.version;
                """
        )
    }

    private func document(of enterprise: Int64, _ version: String, _ bytes: [UInt8]) throws -> Int64 {
        let known = try db.read(
            "SELECT id FROM document WHERE enterprise = ? AND version = ?",
            enterprise,
            version
        ) { $0.integer(0) }
        if let known { return known }
        try db.run("INSERT INTO document(enterprise, version, bytes) VALUES(?, ?, ?)", enterprise, version, bytes)
        return db.lastInsertedRowID
    }

    private typealias Frame = (
        id: EnterpriseID, opening: [UInt8], closing: [UInt8], protected: [UInt8], signature: [UInt8]
    )

    /// The envelope's members stand in the order of RFC 8785: the profile behind `iat` and `iss`, before `sub` and `version`.
    private static func parts(of document: [UInt8], version: String) throws -> (Frame, profile: [UInt8]) {
        let signed = try SignedDocument(parsing: document)
        let payload = try signed.unverifiedPayload
        let (start, end) = (Array(#","profile":"#.utf8), Array(#","sub":""#.utf8))
        guard let opening = payload.firstRange(of: start), let closing = payload.ranges(of: end).last,
            opening.upperBound <= closing.lowerBound,
            let id = EnterpriseID(
                String(decoding: payload[closing.upperBound...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            )
        else { throw BinaryReader.damaged }
        let profile = Array(payload[opening.upperBound..<closing.lowerBound])
        guard ShortDigest.text(of: Array(SHA256.hash(data: profile))) == version else { throw BinaryReader.damaged }
        return (
            (
                id, Array(payload[..<opening.upperBound]), Array(payload[closing.lowerBound...]), signed.protected,
                signed.signature
            ), profile
        )
    }
}
