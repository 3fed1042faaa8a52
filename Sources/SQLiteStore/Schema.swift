internal import GRDB

/// The tables of a store, and how an older store becomes a newer one.
///
/// What is not here is as ``EarlierSchema`` made it.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("3", migrate: EarlierSchema.makeThree)
        migrator.registerMigration("4", migrate: EarlierSchema.makeFour)
        migrator.registerMigration("5") { db in try StoreMove(db).run() }
        migrator.registerMigration("6", migrate: PastSchema.makeSix)
        migrator.registerMigration("7") { db in try db.execute(sql: contested) }
        migrator.registerMigration("8", migrate: TallySchema.makeEight)
        migrator.registerMigration("9", migrate: TallySchema.makeNine)
        migrator.registerMigration("10", migrate: TreeSchema.makeTen)
        migrator.registerMigration("11", migrate: SearchSchema.makeEleven)
        migrator.registerMigration("12", migrate: TreeSchema.makeTwelve)
        migrator.registerMigration("13") { db in
            try SealSchema.makeThirteen(db)
            try TreeSchema.makeThirteen(db)
        }
        return migrator
    }

    /// Versions, and rows as they came.
    ///
    /// A version's number is its record's and its own place among the record's versions (``VersionNumber``), so that they
    /// lie together. `segment` holds the rows of a batch, `place` says which of them a version is.
    static let versions = """
        CREATE TABLE version(
            id INTEGER PRIMARY KEY, digest TEXT NOT NULL, operation INTEGER NOT NULL, modified INTEGER NOT NULL,
            sequence INTEGER NOT NULL, retracted INTEGER NOT NULL DEFAULT 0, received_at INTEGER NOT NULL,
            segment INTEGER NOT NULL, place INTEGER NOT NULL, content BLOB);
        CREATE TABLE segment(
            id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, run TEXT NOT NULL, rows INTEGER NOT NULL,
            bytes BLOB NOT NULL);
        """

    /// What waits to be derived without a mark.
    ///
    /// All records up to `settled` have places for their parts, or need none, or are marked in `dirty`; those beyond that
    /// have no place wait.
    static let settled = """
        ALTER TABLE meta ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET settled = (SELECT coalesce(max(id), 0) FROM record);
        """

    /// Which records' keys are in `link`: all up to `linked`, and none beyond it.
    ///
    /// Whoever derives brings the rest in, in the table's own order: as they come, each would go to a page of its own.
    static let linked = """
        ALTER TABLE meta ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET linked = (SELECT coalesce(max(id), 0) FROM record);
        """

    /// Which codes the registry gives to several enterprises, and which quarantined rows a source still shows.
    ///
    /// `quarantine.seen` is the generation of the complete read, `quarantine.epoch` the content of the file in which the row
    /// stood last; of rows that an older version noted neither is known.
    static let contested = """
        ALTER TABLE code ADD COLUMN contested INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX code_contested ON code(text) WHERE contested = 1;
        ALTER TABLE quarantine ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE quarantine ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
        """

    /// Profiles, and what was signed of them.
    ///
    /// `document` keeps the bytes of every version that was ever signed, and of the present one; `profile` names that, and
    /// the one that is served: the last that was signed.
    /// A seal is what makes a JWS of a document's bytes: the envelope's bytes before and after them, the protected
    /// header and the signature, all as they were signed.
    static let profiles = """
        CREATE TABLE document(
            id INTEGER PRIMARY KEY, enterprise INTEGER NOT NULL, version TEXT NOT NULL, bytes BLOB NOT NULL);
        CREATE INDEX document_enterprise ON document(enterprise);
        CREATE TABLE seal(
            document INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, issued_at INTEGER NOT NULL,
            opening BLOB NOT NULL, closing BLOB NOT NULL, protected BLOB NOT NULL, signature BLOB NOT NULL,
            PRIMARY KEY(document, number)) WITHOUT ROWID;
        CREATE TABLE profile(
            enterprise INTEGER PRIMARY KEY, version TEXT NOT NULL, document INTEGER NOT NULL, served INTEGER,
            next_day INTEGER, since INTEGER, registered INTEGER NOT NULL);
        CREATE INDEX profile_due ON profile(next_day) WHERE next_day IS NOT NULL;
        CREATE INDEX profile_ahead ON profile(since) WHERE since IS NOT NULL;
        CREATE INDEX profile_registered ON profile(registered);
        CREATE INDEX profile_unsigned ON profile(enterprise) WHERE served IS NOT document;
        """
}
