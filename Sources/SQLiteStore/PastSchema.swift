internal import GRDB

/// The tables of what was: what was answered, and what was known.
///
/// The present stands where it always stood; only what it replaces is written here, so that a first load writes nothing.
enum PastSchema {
    static func makeSix(_ db: Database) throws {
        for part in [answers, knowledge, moved] { try db.execute(sql: part) }
    }

    /// What ids led to, and what was given of them.
    ///
    /// `enterprise.since`: from when an id led where it leads now. `profile.served_at`: from when the document was given.
    ///
    /// `answer` has what was answered before: in the seconds from `since` up to, not including, `until` an id led to
    /// another one (`target`) or a document was given. In a second that is in no row nothing was known.
    private static let answers = """
        ALTER TABLE enterprise ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE profile ADD COLUMN served_at INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE answer(
            enterprise INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, target INTEGER, document INTEGER,
            PRIMARY KEY(enterprise, since)) WITHOUT ROWID;
        """

    /// `standing` has how a version stood until a moment, where it stands otherwise now.
    ///
    /// `former_link` and `former_member` have the keys that records gave up and the enterprises that parts left: what was
    /// one component once is found by them.
    private static let knowledge = """
        CREATE TABLE standing(
            version INTEGER NOT NULL, until INTEGER NOT NULL, sequence INTEGER NOT NULL, retracted INTEGER NOT NULL,
            PRIMARY KEY(version, until)) WITHOUT ROWID;
        CREATE TABLE former_link(hash INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY(hash, part)) WITHOUT ROWID;
        CREATE TABLE former_member(
            enterprise INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY(enterprise, part)) WITHOUT ROWID;
        """

    /// Of what an older store answered before, the times of its signatures tell.
    private static let moved = """
        UPDATE profile SET served_at = coalesce(
            (SELECT min(issued_at) FROM seal WHERE document = profile.served), 0);
        INSERT OR IGNORE INTO answer(enterprise, since, until, document)
            SELECT enterprise, at, next, id FROM (
                SELECT d.enterprise, d.id, min(s.issued_at) AS at,
                    lead(min(s.issued_at)) OVER (PARTITION BY d.enterprise ORDER BY min(s.issued_at), d.id) AS next
                FROM document d JOIN seal s ON s.document = d.id GROUP BY d.id)
            WHERE next > at;
        """
}
