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

    /// Entries after which what is new is filed in the order of `asked`.
    private let filedAtOnce: Int64

    /// Opens a file, and makes it where there is none.
    ///
    /// - Parameters:
    ///   - path: the file's name.
    ///   - isReadOnly: whether nothing will be written.
    ///   - filedAtOnce: after how many entries their enterprises are filed.
    /// - Throws: ``AccessError`` `unusable` where it cannot be opened, or is none of this version.
    public init(path: String, isReadOnly: Bool = false, filedAtOnce: Int64 = 20_000) throws {
        self.filedAtOnce = filedAtOnce
        file = try AccessFile(path: path, isReadOnly: isReadOnly, migrator: Self.migrator)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: tables)
            let start = Data(JournalChain.start.bytes)
            try db.execute(sql: "INSERT INTO head VALUES(1, 0, ?, 0, ?, 0)", arguments: [start, start])
        }
        migrator.registerMigration("2") { db in try db.execute(sql: unfiled) }
        return migrator
    }

    /// What is kept.
    ///
    /// `head`: the last row's number and chain value, and those of the last row that was pruned.
    /// `probes` counts writes of nothing: SQLite leaves the disk alone where a row stays as it is.
    /// An id twice in `entry` is nobody's harm; a journal that could not go on because of one would be everybody's.
    /// `asked` goes by days of UTC, so that its newest rows lie close together however many enterprises there are.
    /// `body.entry` is the last row that names the body.
    private static let tables = """
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

    /// What was not filed into `asked` yet, in the order in which it came: one page takes a hundred entries, while each lies
    /// on a page of its own there once a day's enterprises are many.
    private static let unfiled = """
        CREATE TABLE asked_new(
            entry INTEGER NOT NULL, enterprise TEXT NOT NULL, day INTEGER NOT NULL,
            PRIMARY KEY(entry, enterprise)) WITHOUT ROWID;
        """

    /// How many enterprises of one entry wait to be filed.
    private static let fewEnterprises = 10

    /// Milliseconds of a day, as `asked` counts them.
    static let day: Int64 = 86_400_000

    /// See ``JournalStore``.
    public func append(_ records: [JournalRecord]) throws {
        try file.write { db in
            guard !records.isEmpty else { return try db.run("UPDATE head SET probes = probes + 1") }
            guard var (number, chain) = try db.first("SELECT number, chain FROM head", [], Self.place) else {
                throw ClientRow.damage("journal's head")
            }
            let before = number
            for record in records {
                let bytes = record.entry.record
                number += 1
                chain = JournalChain.next(chain, number: number, record: bytes)
                try Self.insert(record, bytes, number, chain, db)
            }
            try db.run("UPDATE head SET number = ?, chain = ?", [number, .blob(chain)])
            if before / filedAtOnce != number / filedAtOnce { try Self.fileNew(db) }
        }
    }

    private static func fileNew(_ db: Database) throws {
        try db.run(
            """
            INSERT OR IGNORE INTO asked(day, enterprise, entry)
            SELECT day, enterprise, entry FROM asked_new ORDER BY day, enterprise, entry
            """
        )
        try db.run("DELETE FROM asked_new")
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
        let enterprises = entry.enterprises
        let table = enterprises.count > fewEnterprises ? "asked" : "asked_new"
        for enterprise in enterprises {
            try db.run(
                "INSERT OR IGNORE INTO \(table)(day, enterprise, entry) VALUES(?, ?, ?)",
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
            try db.first("SELECT record FROM entry WHERE id = ? ORDER BY number LIMIT 1", [id.text]) {
                try QueryEntry(record: $0.bytes(0))
            }
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
                let sql = "SELECT moment, number FROM entry WHERE id = ? ORDER BY number LIMIT 1"
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

    /// The entries of a day (`?1`) about an enterprise (`?2`), filed or not.
    static let about = """
        SELECT entry FROM asked WHERE day = ?1 AND enterprise = ?2
        UNION SELECT entry FROM asked_new WHERE day = ?1 AND enterprise = ?2
        """

    /// The next day before or after one of which there are entries about anybody.
    static func day(_ function: String, _ side: String, _ day: Int64, _ db: Database) throws -> Int64? {
        try db.first(
            """
            SELECT \(function)(day) FROM (SELECT \(function)(day) AS day FROM asked WHERE day \(side) ?1
            UNION ALL SELECT \(function)(day) FROM asked_new WHERE day \(side) ?1)
            """,
            [day]
        ) { $0[0] as Int64? } ?? nil
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
            guard let next = try Self.day("max", "<", day, db), next >= first else { return found }
            day = next
            found += try db.all(
                """
                SELECT e.record FROM (\(Self.about)) a CROSS JOIN entry e ON e.number = a.entry
                WHERE (e.moment, e.number) < (?3, ?4) AND e.moment >= ?5
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
