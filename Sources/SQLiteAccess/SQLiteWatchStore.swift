public import Access
public import CreditModel
internal import GRDB
public import Watches

/// Lists, webhooks, deliveries and retractions in one SQLite file.
public final class SQLiteWatchStore: WatchStore {
    let file: AccessFile

    /// Opens a file, and makes it where there is none.
    /// - Throws: ``AccessError`` `unusable` where it cannot be opened, or is none of this version.
    public init(path: String, isReadOnly: Bool = false) throws {
        file = try AccessFile(path: path, isReadOnly: isReadOnly, migrator: Self.migrator)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: tables) }
        migrator.registerMigration("2") { try $0.execute(sql: callTable) }
        return migrator
    }

    /// `list` and `webhook` have numbers of their own, so that their millions of rows stay small.
    ///
    /// Of the deliveries of one enterprise to one webhook at most one has the state 0 (`due`); later ones have 4 (`waiting`)
    /// until it is settled. So what is due is found by an index, and nothing overtakes.
    private static let tables = """
        CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), position INTEGER);
        INSERT INTO meta VALUES(1, NULL);
        CREATE TABLE list(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL, name TEXT NOT NULL,
            created INTEGER NOT NULL, size INTEGER NOT NULL, UNIQUE(client, name));
        CREATE TABLE entry(
            list INTEGER NOT NULL REFERENCES list(number), enterprise TEXT NOT NULL, asked TEXT, followed TEXT,
            added INTEGER NOT NULL, PRIMARY KEY(list, enterprise)) WITHOUT ROWID;
        CREATE INDEX entry_enterprise ON entry(enterprise);
        CREATE TABLE webhook(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL, url TEXT NOT NULL,
            types TEXT NOT NULL, sections TEXT NOT NULL, target TEXT NOT NULL, created INTEGER NOT NULL, disabled TEXT,
            disabled_at INTEGER, failing_since INTEGER, generation INTEGER NOT NULL, previous_until INTEGER);
        CREATE INDEX webhook_client ON webhook(client);
        CREATE TABLE event(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, queued INTEGER NOT NULL,
            record BLOB NOT NULL);
        CREATE INDEX event_queued ON event(queued);
        CREATE TABLE delivery(
            webhook INTEGER NOT NULL REFERENCES webhook(number), event INTEGER NOT NULL REFERENCES event(number),
            enterprise TEXT NOT NULL, state INTEGER NOT NULL, failures INTEGER NOT NULL, due INTEGER NOT NULL,
            status INTEGER, error TEXT, attempted INTEGER, PRIMARY KEY(webhook, event)) WITHOUT ROWID;
        CREATE INDEX delivery_due ON delivery(webhook, due) WHERE state = 0;
        CREATE INDEX delivery_lane ON delivery(webhook, enterprise, event) WHERE state IN (0, 4);
        CREATE INDEX delivery_event ON delivery(event);
        CREATE TABLE retraction(
            client TEXT NOT NULL, id TEXT NOT NULL, enterprise TEXT NOT NULL, records BLOB NOT NULL,
            reason TEXT NOT NULL, opened INTEGER NOT NULL, delivered INTEGER, acknowledged INTEGER,
            PRIMARY KEY(client, id)) WITHOUT ROWID;
        """

    // MARK: Lists

    private static let listColumns = "id, client, name, created, size"

    private static func list(_ row: Row) throws -> WatchList {
        guard let id = WatchListID(row[0] as String), let client = ClientID(row[1] as String) else {
            throw ClientRow.damage("watch list")
        }
        return WatchList(id: id, client: client, name: row[2], created: row[3], count: row[4])
    }

    /// See ``WatchStore``.
    public func lists(of client: ClientID) throws -> [WatchList] {
        try file.read { db in
            let sql = "SELECT \(Self.listColumns) FROM list WHERE client = ? ORDER BY number"
            return try db.all(sql, [client.text], Self.list)
        }
    }

    /// See ``WatchStore``.
    public func list(_ id: WatchListID, of client: ClientID) throws -> WatchList? {
        try file.read { db in
            let sql = "SELECT \(Self.listColumns) FROM list WHERE id = ? AND client = ?"
            return try db.first(sql, [id.text, client.text], Self.list)
        }
    }

    /// See ``WatchStore``.
    public func add(_ list: WatchList) throws {
        try file.change { db in
            let names = try db.all("SELECT name FROM list WHERE client = ?", [list.client.text]) { $0[0] as String }
            guard !names.contains(list.name) else {
                throw AccessError(.conflict, "another watch list has this name already: choose another")
            }
            guard names.count < WatchList.listLimit else {
                throw AccessError(.limit, "a client has at most \(WatchList.listLimit) watch lists: remove one")
            }
            try db.run(
                "INSERT INTO list(\(Self.listColumns)) VALUES(?, ?, ?, ?, 0)",
                [list.id.text, list.client.text, list.name, list.created]
            )
        }
    }

    /// See ``WatchStore``.
    public func removeList(_ id: WatchListID, of client: ClientID, at moment: Int64) throws -> Bool {
        try file.change { db in
            guard let number = try Self.number(of: id, client, db) else { return false }
            try db.run(
                """
                UPDATE webhook SET disabled = coalesce(disabled, ?), disabled_at = coalesce(disabled_at, ?)
                WHERE target = ?
                """,
                [Webhook.Disabling.wanted.rawValue, moment, id.text]
            )
            try db.run("DELETE FROM entry WHERE list = ?", [number])
            try db.run("DELETE FROM list WHERE number = ?", [number])
            return true
        }
    }

    static func number(of id: WatchListID, _ client: ClientID, _ db: Database) throws -> Int64? {
        try db.first("SELECT number FROM list WHERE id = ? AND client = ?", [id.text, client.text]) { $0[0] }
    }

    private static func number(toChange id: WatchListID, _ client: ClientID, _ db: Database) throws -> Int64 {
        guard let number = try number(of: id, client, db) else {
            throw AccessError(.unknown, "there is no watch list \(id)")
        }
        return number
    }

    // MARK: Entries

    /// See ``WatchStore``.
    public func add(_ entries: [WatchEntry], to list: WatchListID, of client: ClientID) throws -> Int {
        try file.change { db in
            let number = try Self.number(toChange: list, client, db)
            var count = 0
            for entry in entries {
                try db.run(
                    "INSERT OR IGNORE INTO entry(list, enterprise, asked, followed, added) VALUES(?, ?, ?, ?, ?)",
                    [number, entry.enterprise.text, entry.asked, entry.followed?.text, entry.added]
                )
                count += db.changesCount
            }
            try db.run("UPDATE list SET size = size + ? WHERE number = ?", [count, number])
            let size = try db.first("SELECT size FROM list WHERE number = ?", [number]) { $0[0] as Int } ?? 0
            guard size <= WatchList.entryLimit else {
                throw AccessError(
                    .limit,
                    "the list would have \(size) entries, at most \(WatchList.entryLimit) are taken: use another list"
                )
            }
            return count
        }
    }

    /// See ``WatchStore``.
    public func remove(_ enterprises: [EnterpriseID], from list: WatchListID, of client: ClientID) throws -> Int {
        try file.change { db in
            let number = try Self.number(toChange: list, client, db)
            var count = 0
            for enterprise in enterprises {
                try db.run("DELETE FROM entry WHERE list = ? AND enterprise = ?", [number, enterprise.text])
                count += db.changesCount
            }
            try db.run("UPDATE list SET size = size - ? WHERE number = ?", [count, number])
            return count
        }
    }

    /// See ``WatchStore``.
    public func entries(
        of list: WatchListID,
        of client: ClientID,
        after enterprise: EnterpriseID?,
        limit: Int
    ) throws -> [WatchEntry] {
        try file.read { db in
            guard let number = try Self.number(of: list, client, db) else { return [] }
            return try db.all(
                """
                SELECT enterprise, asked, followed, added FROM entry WHERE list = ? AND enterprise > ?
                ORDER BY enterprise LIMIT ?
                """,
                [number, enterprise?.text ?? "", max(0, limit)]
            ) { row in
                guard let id = EnterpriseID(row[0] as String) else { throw ClientRow.damage("watched enterprise") }
                let followed = (row[2] as String?).flatMap { EnterpriseID($0) }
                return WatchEntry(enterprise: id, asked: row[1], followed: followed, added: row[3])
            }
        }
    }
}
