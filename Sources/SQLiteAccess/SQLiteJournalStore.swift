public import Access
internal import Compression
internal import CreditModel
internal import Foundation
internal import GRDB

/// The journal of queries in one SQLite file: rows that are only ever appended, each chained to the one before.
///
/// What a row says is its `record`, canonical JSON; the other columns are there to find it by. A value of the chain is
/// SHA-256 over the one before, the row's number and its record, so that a row that was changed, replaced or taken out from
/// among the others shows; `head` says where it ends, so that missing last rows show, too.
public final class SQLiteJournalStore: JournalStore {
    let file: AccessFile

    /// Opens a file, and makes it where there is none.
    /// - Throws: ``AccessError`` `unusable` where it cannot be opened, or is none of this version.
    public init(path: String, isReadOnly: Bool = false) throws {
        file = try AccessFile(path: path, isReadOnly: isReadOnly, migrator: Self.migrator)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: tables)
            let start = Data(JournalChain.start.bytes)
            try db.execute(sql: "INSERT INTO head VALUES(1, 0, ?, 0, ?)", arguments: [start, start])
        }
        return migrator
    }

    /// What is kept.
    ///
    /// `head`: the last row's number and chain value, and those of the last row that was pruned.
    /// `asked` goes by days of UTC, so that its newest rows lie close together however many enterprises there are.
    /// `body.entry` is the last row that names the body.
    private static let tables = """
        CREATE TABLE head(
            id INTEGER PRIMARY KEY CHECK(id = 1), number INTEGER NOT NULL, chain BLOB NOT NULL,
            pruned INTEGER NOT NULL, pruned_chain BLOB NOT NULL);
        CREATE TABLE entry(
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL, moment INTEGER NOT NULL,
            record BLOB NOT NULL, chain BLOB NOT NULL);
        CREATE INDEX entry_client ON entry(client, moment);
        CREATE INDEX entry_moment ON entry(moment);
        CREATE TABLE asked(
            day INTEGER NOT NULL, enterprise TEXT NOT NULL, entry INTEGER NOT NULL,
            PRIMARY KEY(day, enterprise, entry)) WITHOUT ROWID;
        CREATE TABLE body(
            id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, entry INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE INDEX body_entry ON body(entry);
        """

    /// Milliseconds of a day, as `asked` counts them.
    static let day: Int64 = 86_400_000

    /// See ``JournalStore``.
    public func append(_ records: [JournalRecord]) throws {
        try file.write { db in
            guard var (number, chain) = try db.first("SELECT number, chain FROM head", [], Self.place) else {
                throw ClientRow.damage("journal's head")
            }
            for record in records {
                let bytes = record.entry.record
                number += 1
                chain = JournalChain.next(chain, number: number, record: bytes)
                try Self.insert(record, bytes, number, chain, db)
            }
            try db.run("UPDATE head SET number = ?, chain = ?", [number, .blob(chain)])
        }
    }

    private static func place(_ row: Row) throws -> (Int64, Digest256) {
        guard let chain = try Digest256(row.bytes(1)) else { throw ClientRow.damage("journal's head") }
        return (row[0], chain)
    }

    private static func insert(
        _ record: JournalRecord,
        _ bytes: [UInt8],
        _ number: Int64,
        _ chain: Digest256,
        _ db: Database
    ) throws {
        let entry = record.entry
        try db.run(
            "INSERT INTO entry(number, id, client, moment, record, chain) VALUES(?, ?, ?, ?, ?, ?)",
            [number, entry.id.text, entry.client.text, entry.moment, Data(bytes), .blob(chain)]
        )
        for enterprise in entry.enterprises {
            try db.run(
                "INSERT OR IGNORE INTO asked(day, enterprise, entry) VALUES(?, ?, ?)",
                [entry.moment / day, enterprise.text, number]
            )
        }
        guard let body = record.body, let digest = entry.digest else { return }
        try db.run("UPDATE body SET entry = ? WHERE digest = ?", [number, .blob(digest)])
        // Equal answers lie once.
        guard db.changesCount == 0 else { return }
        try db.run(
            "INSERT INTO body(digest, entry, bytes) VALUES(?, ?, ?)",
            [.blob(digest), number, Data(try Gzip.compress(body))]
        )
    }

    /// See ``JournalStore``.
    public func entry(_ id: QueryID) throws -> QueryEntry? {
        try file.read { db in
            try db.first("SELECT record FROM entry WHERE id = ?", [id.text]) { try QueryEntry(record: $0.bytes(0)) }
        }
    }

    /// See ``JournalStore``.
    public func body(_ digest: Digest256) throws -> [UInt8]? {
        try file.read { db in
            try db.first("SELECT bytes FROM body WHERE digest = ?", [.blob(digest)], Self.inflated)
        }
    }

    static func inflated(_ row: Row) throws -> [UInt8] {
        // What lies here we compressed ourselves, whatever its ratio.
        do { return try Gzip.decompress(row.bytes(0), ratio: .max, limit: 1 << 30) } catch {
            throw ClientRow.damage("kept answer")
        }
    }

    /// See ``JournalStore``.
    public func entries(_ filter: JournalFilter) throws -> [QueryEntry] {
        try file.read { db in
            // Newer than any.
            var end: (moment: Int64, number: Int64) = (.max, .max)
            if let before = filter.before {
                let sql = "SELECT moment, number FROM entry WHERE id = ?"
                guard let place = try db.first(sql, [before.text], { ($0[0] as Int64, $0[1] as Int64) }) else {
                    throw AccessError(.unknown, "there is no query \(before)")
                }
                end = place
            }
            if let until = filter.until, until <= end.moment { end = (until, .min) }
            if let enterprise = filter.enterprise { return try Self.entries(about: enterprise, filter, end, db) }
            // Each with an index of its own.
            let whose = filter.client == nil ? "?4 IS NULL" : "client = ?4"
            return try db.all(
                """
                SELECT record FROM entry WHERE (moment, number) < (?1, ?2) AND moment >= ?3 AND \(whose)
                ORDER BY moment DESC, number DESC LIMIT ?5
                """,
                [end.moment, end.number, filter.since ?? .min, filter.client?.text, max(0, filter.limit)]
            ) { try QueryEntry(record: $0.bytes(0)) }
        }
    }

    /// What was asked about one enterprise: looks into each day that has entries, the newest first, until there are enough.
    private static func entries(
        about enterprise: EnterpriseID,
        _ filter: JournalFilter,
        _ end: (moment: Int64, number: Int64),
        _ db: Database
    ) throws -> [QueryEntry] {
        var found: [QueryEntry] = []
        var day = end.moment / Self.day + 1
        let first = (filter.since ?? 0) / Self.day
        while found.count < filter.limit {
            let next = try db.first("SELECT max(day) FROM asked WHERE day < ?", [day]) { $0[0] as Int64? } ?? nil
            guard let next, next >= first else { return found }
            day = next
            found += try db.all(
                """
                SELECT e.record FROM asked a CROSS JOIN entry e ON e.number = a.entry
                WHERE a.day = ?1 AND a.enterprise = ?2 AND (e.moment, e.number) < (?3, ?4) AND e.moment >= ?5
                AND (?6 IS NULL OR e.client = ?6) ORDER BY e.moment DESC, e.number DESC LIMIT ?7
                """,
                [
                    day, enterprise.text, end.moment, end.number, filter.since ?? .min, filter.client?.text,
                    filter.limit - found.count,
                ]
            ) { try QueryEntry(record: $0.bytes(0)) }
        }
        return found
    }
}
