internal import CreditModel
internal import GRDB

/// Keeps what was, before it is replaced.
extension Database {
    // MARK: What was answered

    /// Keeps what an id led to, unless it was its own; to be called before it leads elsewhere.
    func keepTarget(of enterprise: Int64, until moment: Int64) throws {
        try run(
            """
            INSERT OR REPLACE INTO answer(enterprise, since, until, target)
            SELECT id, since, ?2, current FROM enterprise WHERE id = ?1 AND current <> id AND since < ?2
            """,
            enterprise,
            moment
        )
    }

    /// Keeps which document was given of an enterprise; to be called before another one is, or none.
    func keepServed(of enterprise: Int64, unless document: Int64?, until moment: Int64) throws {
        try run(
            """
            INSERT OR REPLACE INTO answer(enterprise, since, until, document)
            SELECT enterprise, served_at, ?2, served FROM profile
            WHERE enterprise = ?1 AND served IS NOT NULL AND served IS NOT ?3 AND served_at < ?2
            """,
            enterprise,
            moment,
            document
        )
    }

    // MARK: What was known

    /// Keeps how a version stood before its sequence changes; of a record's only version nothing can depend on that.
    func keepSequence(of version: Int64, until moment: Int64) throws {
        let others = VersionNumber.all(of: VersionNumber.record(version))
        try run(
            """
            INSERT OR IGNORE INTO standing(version, until, sequence, retracted)
            SELECT id, ?2, sequence, retracted FROM version WHERE id = ?1 AND received_at < ?2
                AND EXISTS (SELECT 1 FROM version WHERE id BETWEEN ?3 AND ?4 AND id <> ?1)
            """,
            version,
            moment,
            others.lowerBound,
            others.upperBound
        )
    }

    /// Keeps how a version stood before it is retracted, or counts again.
    func keepStanding(of version: Int64, until moment: Int64) throws {
        try run(
            """
            INSERT OR IGNORE INTO standing(version, until, sequence, retracted)
            SELECT id, ?2, sequence, retracted FROM version WHERE id = ?1 AND received_at < ?2
            """,
            version,
            moment
        )
    }

    /// Keeps that a part had a key that it gives up.
    func keepLink(_ hash: Int64, of part: Int64) throws {
        try run("INSERT OR IGNORE INTO former_link(hash, part) VALUES(?, ?)", hash, part)
    }

    /// Keeps that a part belonged to an enterprise that it leaves.
    func keepMember(_ part: Int64, of enterprise: Int64) throws {
        try run("INSERT OR IGNORE INTO former_member(enterprise, part) VALUES(?, ?)", enterprise, part)
    }
}
