internal import CreditModel
internal import CreditStore
internal import GRDB

/// What is made right before a derivation is written over what is damaged.
///
/// What was answered stays answered: ids, documents and seals that can be told to belong to an enterprise are given back to it.
extension DerivationWriter {
    /// Gives ids back the numbers under which their documents lie, and takes away what cannot have been served.
    func restore(_ outcome: IdentityOutcome) throws {
        for decision in outcome.enterprises {
            let numbers = Set(decision.members.compactMap { component.pieces[$0.record]?.placement?.enterprise })
            guard numbers.count == 1, let number = numbers.first, number > 0 else { continue }
            let text = try db.read("SELECT text FROM enterprise WHERE id = ?", number) { $0.text(0) }
            let known = try find(decision.id)?.number
            if let known {
                guard known != number, text == nil else { continue }
                try db.run(
                    """
                    UPDATE enterprise SET id = ?1, current = ?1
                    WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM document WHERE enterprise = ?2)
                    """,
                    number,
                    known
                )
            } else if text == nil {
                try db.run(
                    "INSERT INTO enterprise(id, text, current, since) VALUES(?1, ?2, ?1, ?3)",
                    number,
                    decision.id.text,
                    moment
                )
            } else if try db.subject(of: number) == decision.id {
                try db.run("UPDATE enterprise SET text = ? WHERE id = ?", decision.id.text, number)
            }
        }
        for number in Set(component.pieces.values.compactMap(\.placement?.enterprise)) {
            try db.run(
                """
                UPDATE profile SET served = NULL WHERE enterprise = ?1 AND served IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM document d JOIN seal s ON s.document = d.id WHERE d.id = served AND d.enterprise = ?1)
                """,
                number
            )
        }
    }

    /// Makes the document of a profile's version what it was, under the number by which its seal knows it.
    func restore(_ profile: DerivedProfile, of number: Int64, isKnown: Bool) throws {
        try db.restoring("document") {
            try db.run(
                """
                UPDATE document SET enterprise = ?1, version = ?2
                WHERE id = (SELECT document FROM profile WHERE enterprise = ?1) AND bytes = ?3
                    AND (enterprise <> ?1 OR version <> ?2)
                """,
                number,
                profile.version,
                profile.bytes
            )
            try db.run(
                """
                INSERT INTO document(id, enterprise, version, bytes) SELECT document, ?1, ?2, ?3 FROM profile p
                WHERE p.enterprise = ?1 AND p.version = ?2
                    AND NOT EXISTS (SELECT 1 FROM document d WHERE d.id = p.document OR d.enterprise = ?1 AND d.version = ?2)
                """,
                number,
                profile.version,
                profile.bytes
            )
        }
        try db.run(
            "UPDATE document SET bytes = ?3 WHERE enterprise = ?1 AND version = ?2 AND bytes <> ?3",
            number,
            profile.version,
            profile.bytes
        )
        guard isKnown else { return }
        try db.restoring("annex") {
            for annex in profile.annexes {
                try db.run(
                    """
                    INSERT INTO annex(digest, bytes) VALUES(?1, ?2)
                    ON CONFLICT(digest) DO UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes
                    """,
                    annex.digest,
                    annex.bytes
                )
            }
        }
    }

    /// A document that is served again was served since it was signed, or since another one was not any more.
    func restoreTime(of number: Int64) throws {
        try db.run(
            """
            UPDATE profile SET served_at = max(
                (SELECT min(issued_at) FROM seal WHERE document = profile.document),
                coalesce((SELECT max(until) FROM answer WHERE enterprise = ?1), 0))
            WHERE enterprise = ?1 AND served_at = ?2 AND served IS document
            """,
            number,
            moment
        )
    }
}

extension Database {
    /// Runs what brings rows back that the tally of their table still counts: so it stays as it is.
    func restoring(_ table: String, _ body: () throws -> Void) throws {
        let kept = try read("SELECT rows, sum FROM tally WHERE name = ?", table) {
            (rows: $0.integer(0), sum: $0.integer(1))
        }
        try body()
        guard let kept else { return }
        try run(
            "UPDATE tally SET rows = ?1, sum = ?2 WHERE name = ?3 AND (rows <> ?1 OR sum <> ?2)",
            kept.rows,
            kept.sum,
            table
        )
    }

    /// Of whom the seals of an enterprise's documents speak: the envelope's members are in order, `sub` behind the profile.
    func subject(of enterprise: Int64) throws -> EnterpriseID? {
        let closing = try read(
            """
            SELECT s.closing FROM document d JOIN seal s ON s.document = d.id WHERE d.enterprise = ? ORDER BY d.id DESC LIMIT 1
            """,
            enterprise
        ) { $0.bytes(0) ?? [] }
        guard let start = closing?.firstRange(of: Array(#","sub":""#.utf8))?.upperBound else { return nil }
        return EnterpriseID(String(decoding: closing?[start...].prefix { $0 != 0x22 } ?? [], as: UTF8.self))
    }
}
