internal import GRDB

/// The tables as earlier versions made them: where a store of theirs begins to become one of today.
///
/// Never changed: stores out there were made by it.
enum EarlierSchema {
    /// As of version 3.
    static func makeThree(_ db: Database) throws {
        for part in [sources, records, identities, profiles, documents] { try db.execute(sql: part) }
    }

    /// As of version 4.
    static func makeFour(_ db: Database) throws { try db.execute(sql: days) }

    /// Datasets and what came of reading them.
    ///
    /// `reading`: the generation of the complete read in progress, 0 outside of one. Counters are kept, not counted.
    private static let sources = """
        CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), position INTEGER NOT NULL);
        INSERT INTO meta VALUES(1, 0);
        CREATE TABLE dataset(
            id INTEGER PRIMARY KEY, agency TEXT NOT NULL, name TEXT NOT NULL, position BLOB, progress BLOB,
            last_success INTEGER, last_attempt INTEGER, last_error TEXT NOT NULL DEFAULT '',
            records INTEGER NOT NULL DEFAULT 0, tests INTEGER NOT NULL DEFAULT 0, versions INTEGER NOT NULL DEFAULT 0,
            open_quarantine INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
            generation INTEGER NOT NULL DEFAULT 0, reading INTEGER NOT NULL DEFAULT 0,
            unreadable INTEGER NOT NULL DEFAULT 0, UNIQUE(agency, name));
        CREATE TABLE file(
            dataset INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
            epoch INTEGER NOT NULL, PRIMARY KEY(dataset, number)) WITHOUT ROWID;
        CREATE TABLE run(
            id INTEGER PRIMARY KEY, run TEXT NOT NULL, dataset INTEGER NOT NULL, started INTEGER NOT NULL,
            ended INTEGER NOT NULL, taken INTEGER NOT NULL, unchanged INTEGER NOT NULL, quarantined INTEGER NOT NULL,
            withdrawn INTEGER NOT NULL, held INTEGER NOT NULL, error TEXT NOT NULL);
        CREATE TABLE drift(
            dataset INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, sample TEXT NOT NULL,
            first_seen INTEGER NOT NULL, PRIMARY KEY(dataset, kind, name)) WITHOUT ROWID;
        CREATE TABLE refusal(
            id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, what TEXT NOT NULL, why TEXT NOT NULL,
            seen_at INTEGER NOT NULL, UNIQUE(dataset, what, why));
        CREATE TABLE quarantine(
            id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, digest TEXT NOT NULL, document TEXT NOT NULL,
            row INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT, modified INTEGER, sequence INTEGER NOT NULL,
            rule TEXT NOT NULL, message TEXT NOT NULL, original BLOB NOT NULL, first_seen INTEGER NOT NULL, resolution TEXT NOT NULL DEFAULT '',
            UNIQUE(dataset, digest));
        CREATE INDEX quarantine_open ON quarantine(dataset, key) WHERE resolution = '' AND key IS NOT NULL;
        """

    /// Records, their versions and parts: a part is a record in one of its roles.
    ///
    /// `links` holds what `link` holds of the record's parts.
    private static let records = """
        CREATE TABLE record(
            id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, key TEXT NOT NULL, restricted INTEGER NOT NULL,
            shown INTEGER NOT NULL, test INTEGER NOT NULL, seen INTEGER NOT NULL, current INTEGER NOT NULL,
            modified INTEGER NOT NULL, sequence INTEGER NOT NULL, source INTEGER NOT NULL, roles INTEGER NOT NULL,
            links BLOB NOT NULL,
            UNIQUE(dataset, key));
        CREATE TABLE version(
            id INTEGER PRIMARY KEY, record INTEGER NOT NULL, digest TEXT NOT NULL, operation INTEGER NOT NULL,
            modified INTEGER NOT NULL, sequence INTEGER NOT NULL, retracted INTEGER NOT NULL DEFAULT 0, content BLOB,
            UNIQUE(record, digest));
        CREATE TABLE original(
            version INTEGER PRIMARY KEY, bytes BLOB NOT NULL, document TEXT NOT NULL, row INTEGER NOT NULL,
            line INTEGER NOT NULL, received_at INTEGER NOT NULL, run TEXT NOT NULL);
        CREATE TABLE sighting(
            version INTEGER NOT NULL, dataset INTEGER NOT NULL, file INTEGER NOT NULL, epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL, PRIMARY KEY(version, file)) WITHOUT ROWID;
        CREATE INDEX sighting_file ON sighting(dataset, file, epoch);
        CREATE TABLE waiting(
            dataset INTEGER NOT NULL, record INTEGER NOT NULL, modified INTEGER NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY(dataset, record)) WITHOUT ROWID;
        CREATE TABLE link(hash INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY(hash, part)) WITHOUT ROWID;
        CREATE TABLE dirty(part INTEGER PRIMARY KEY, change INTEGER NOT NULL);
        """

    /// Where a part belongs: to an enterprise for a reason, or to none, held for a reason or undecided.
    ///
    /// `held` lists those that are held in the order in which people see them.
    private static let identities = """
        CREATE TABLE enterprise(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, current INTEGER NOT NULL, served TEXT);
        CREATE TABLE placement(part INTEGER PRIMARY KEY, enterprise INTEGER, reason BLOB);
        CREATE INDEX placement_enterprise ON placement(enterprise);
        CREATE TABLE held(
            dataset INTEGER NOT NULL, key TEXT NOT NULL, part INTEGER NOT NULL, PRIMARY KEY(dataset, key, part))
            WITHOUT ROWID;
        CREATE TABLE code(
            text TEXT NOT NULL, enterprise INTEGER NOT NULL, PRIMARY KEY(text, enterprise)) WITHOUT ROWID;
        CREATE INDEX code_enterprise ON code(enterprise);
        CREATE TABLE name(id INTEGER PRIMARY KEY, enterprise INTEGER NOT NULL, text TEXT NOT NULL, folded TEXT NOT NULL);
        CREATE INDEX name_enterprise ON name(enterprise);
        CREATE INDEX name_folded ON name(folded);
        CREATE VIRTUAL TABLE name_index USING fts5(grams, content='', columnsize=0, tokenize='ascii');
        """

    private static let profiles = """
        CREATE TABLE profile(
            enterprise INTEGER PRIMARY KEY, version TEXT NOT NULL, bytes BLOB NOT NULL, next_day INTEGER,
            registered INTEGER NOT NULL, signed INTEGER NOT NULL);
        CREATE INDEX profile_due ON profile(next_day) WHERE next_day IS NOT NULL;
        CREATE INDEX profile_registered ON profile(registered);
        CREATE INDEX profile_unsigned ON profile(enterprise) WHERE signed = 0;
        CREATE TABLE annex(digest TEXT PRIMARY KEY, bytes BLOB NOT NULL);
        """

    /// From which day a profile is as it is; unknown of what an older version derived, until it is derived again.
    private static let days = """
        ALTER TABLE profile ADD COLUMN since INTEGER;
        CREATE INDEX profile_ahead ON profile(since) WHERE since IS NOT NULL;
        """

    private static let documents = """
        CREATE TABLE signed(
            id INTEGER PRIMARY KEY, enterprise INTEGER NOT NULL, version TEXT NOT NULL, key TEXT NOT NULL,
            issued_at INTEGER NOT NULL, document BLOB NOT NULL, UNIQUE(enterprise, version, key));
        CREATE TABLE status(
            id INTEGER PRIMARY KEY, position INTEGER NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            digest TEXT NOT NULL, previous TEXT, document BLOB NOT NULL);
        """
}
