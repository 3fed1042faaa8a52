internal import Access
internal import Foundation
internal import GRDB

/// The tables of a journal, and how older ones become these.
enum JournalTables {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: first)
            let start = Data(JournalChain.start.bytes)
            try db.execute(sql: "INSERT INTO head VALUES(1, 0, ?, 0, ?, 0)", arguments: [start, start])
        }
        migrator.registerMigration("2") { db in try db.execute(sql: unfiledEnterprises) }
        migrator.registerMigration("3") { db in
            try db.execute(sql: blocks)
            try pack(db)
            try db.execute(sql: "DROP TABLE entry")
        }
        return migrator
    }

    /// A row for each entry; what is left of it is `head` and `body`.
    ///
    /// `head`: the last entry's number and chain value, and those of the last entry that was pruned.
    /// `probes` counts writes of nothing: SQLite leaves the disk alone where a row stays as it is.
    /// `body.entry` is the last entry that names the body.
    private static let first = """
        CREATE TABLE head(
            id INTEGER PRIMARY KEY CHECK(id = 1), number INTEGER NOT NULL, chain BLOB NOT NULL,
            pruned INTEGER NOT NULL, pruned_chain BLOB NOT NULL, probes INTEGER NOT NULL);
        CREATE TABLE entry(
            number INTEGER PRIMARY KEY, id TEXT NOT NULL, client TEXT NOT NULL, moment INTEGER NOT NULL,
            record BLOB NOT NULL, chain BLOB NOT NULL);
        CREATE INDEX entry_id ON entry(id);
        CREATE INDEX entry_client ON entry(client, moment);
        CREATE INDEX entry_moment ON entry(moment);
        CREATE TABLE asked(
            day INTEGER NOT NULL, enterprise TEXT NOT NULL, entry INTEGER NOT NULL,
            PRIMARY KEY(day, enterprise, entry)) WITHOUT ROWID;
        CREATE TABLE body(
            id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, entry INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE INDEX body_entry ON body(entry);
        """

    private static let unfiledEnterprises = """
        CREATE TABLE asked_new(
            entry INTEGER NOT NULL, enterprise TEXT NOT NULL, day INTEGER NOT NULL,
            PRIMARY KEY(entry, enterprise)) WITHOUT ROWID;
        """

    /// Entries in blocks.
    ///
    /// `block`: entries of consecutive numbers of one commit, whose moments lie at most a second apart: their least and greatest
    /// moment, the chain's value after each, and their records, one a line. No block is ever changed.
    /// `unfiled`: the keys of blocks that are in no lot yet; `head` says how many blocks and keys.
    /// `lot`, `filed`: see ``JournalLots``.
    private static let blocks = """
        CREATE TABLE block(
            first INTEGER PRIMARY KEY, last INTEGER NOT NULL, least INTEGER NOT NULL, greatest INTEGER NOT NULL,
            chain BLOB NOT NULL, lines BLOB NOT NULL);
        CREATE INDEX block_moment ON block(greatest, least);
        CREATE TABLE unfiled(first INTEGER PRIMARY KEY, keys BLOB NOT NULL);
        CREATE TABLE lot(
            first INTEGER PRIMARY KEY, last INTEGER NOT NULL, least INTEGER NOT NULL, greatest INTEGER NOT NULL,
            level INTEGER NOT NULL, keys INTEGER NOT NULL);
        CREATE TABLE filed(
            lot INTEGER NOT NULL, start INTEGER NOT NULL, postings BLOB NOT NULL,
            PRIMARY KEY(lot, start)) WITHOUT ROWID;
        ALTER TABLE head ADD COLUMN unfiled_blocks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE head ADD COLUMN unfiled_keys INTEGER NOT NULL DEFAULT 0;
        DROP INDEX entry_id;
        DROP INDEX entry_client;
        DROP INDEX entry_moment;
        DROP TABLE asked;
        DROP TABLE asked_new;
        """

    /// Rows that are packed in one step; what they took is used again by the next step's blocks.
    private static let step = 5_000

    /// Packs rows with the chain's values that they have: whatever was not as it was written still is not.
    private static func pack(_ db: Database) throws {
        var writer = BlockWriter(db, JournalLayout(), unfiled: JournalHead.Unfiled())
        while true {
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT number, moment, record, chain FROM entry ORDER BY number LIMIT ?"),
                arguments: [step]
            )
            guard let last = rows.last else { break }
            for row in rows {
                let record = oneLine(try row.bytes(2))
                let text = RecordText(record)
                try writer.add(
                    row[0],
                    at: text.moment(0) ?? row[1],
                    record,
                    chain: whole(row.bytes(3)),
                    keys: text.keys(0)
                )
            }
            try db.run("DELETE FROM entry WHERE number <= ?", [last[0] as Int64])
        }
        try writer.finish()
        try db.run(
            "UPDATE head SET unfiled_blocks = ?, unfiled_keys = ?",
            [writer.unfiled.blocks, writer.unfiled.keys]
        )
    }

    /// No record holds a line feed but one that was changed, and that one shall not look like two.
    private static func oneLine(_ record: [UInt8]) -> [UInt8] {
        record.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
    }

    /// Only what was changed has another length than a digest; it fits nothing then, and keeps nothing else from fitting.
    private static func whole(_ chain: [UInt8]) -> [UInt8] {
        chain.count == 32 ? chain : [UInt8](repeating: 0, count: 32)
    }
}
