public import Access
public import CreditModel
internal import GRDB
internal import Signing

/// Clients, their keys and their use in one SQLite file.
public final class SQLiteAccessStore: AccessStore {
    private let file: AccessFile

    /// Opens a file, and makes it where there is none.
    /// - Throws: ``AccessError`` `unusable` where it cannot be opened, or is none of this version.
    public init(path: String, isReadOnly: Bool = false) throws {
        file = try AccessFile(path: path, isReadOnly: isReadOnly, migrator: Self.migrator)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: tables) }
        return migrator
    }

    /// `meta.generation` is what running exchanges look at: every change that decides who may ask moves it on.
    private static let tables = """
        CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), generation INTEGER NOT NULL);
        INSERT INTO meta VALUES(1, 0);
        CREATE TABLE client(
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, purposes TEXT,
            burst INTEGER NOT NULL, window INTEGER NOT NULL, daily INTEGER, disabled TEXT, created INTEGER NOT NULL,
            revoked_before INTEGER NOT NULL, keys BLOB NOT NULL, certificates BLOB NOT NULL);
        CREATE TABLE credential(
            id TEXT PRIMARY KEY, client TEXT NOT NULL REFERENCES client(id), kind TEXT NOT NULL, label TEXT NOT NULL,
            digest BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER, revoked INTEGER, last_used INTEGER);
        CREATE INDEX credential_client ON credential(client);
        CREATE TABLE usage(
            client TEXT NOT NULL, day INTEGER NOT NULL, requests INTEGER NOT NULL, PRIMARY KEY(day, client))
            WITHOUT ROWID;
        CREATE TABLE assertion(digest BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX assertion_expires ON assertion(expires);
        """

    /// See ``AccessStore``.
    public func generation() throws -> Int64 {
        try file.read { db in try db.first("SELECT generation FROM meta") { $0[0] } ?? 0 }
    }

    /// See ``AccessStore``.
    public func contents() throws -> AccessContents {
        try file.read { db in
            AccessContents(
                generation: try db.first("SELECT generation FROM meta") { $0[0] } ?? 0,
                clients: try db.all(
                    "SELECT \(ClientRow.columns) FROM client ORDER BY created, id",
                    [],
                    ClientRow.client
                ),
                credentials: try db.all("SELECT \(CredentialRow.columns) FROM credential", [], CredentialRow.credential)
            )
        }
    }

    /// See ``AccessStore``.
    public func add(_ client: Client) throws {
        try client.check()
        try change { db in
            guard try db.first("SELECT 1 FROM client WHERE name = ?", [client.name], { _ in true }) == nil else {
                throw Self.isTaken
            }
            try db.run(
                "INSERT INTO client(\(ClientRow.columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ClientRow.arguments(client)
            )
        }
    }

    private static let isTaken = AccessError(.conflict, "another client has this name already: choose another")

    /// See ``AccessStore``.
    @discardableResult
    public func change(_ id: ClientID, _ change: (inout Client) throws -> Void) throws -> Client {
        try self.change { db in
            let sql = "SELECT \(ClientRow.columns) FROM client WHERE id = ?"
            guard var client = try db.first(sql, [id.text], ClientRow.client) else {
                throw AccessError(.unknown, "there is no client \(id): `suixin clients list` shows them")
            }
            try change(&client)
            try client.check()
            let isTaken = try db.first("SELECT 1 FROM client WHERE name = ? AND id <> ?", [client.name, id.text]) { _ in
                true
            }
            guard isTaken == nil else { throw Self.isTaken }
            try db.run(
                """
                UPDATE client SET (\(ClientRow.columns)) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?
                """,
                ClientRow.arguments(client) + [id.text]
            )
            return client
        }
    }

    /// See ``AccessStore``.
    public func add(_ credential: Credential) throws {
        try change { db in
            let client = try db.first("SELECT 1 FROM client WHERE id = ?", [credential.client.text]) { _ in true }
            guard client != nil else {
                throw AccessError(.unknown, "there is no client \(credential.client): `suixin clients list` shows them")
            }
            try db.run(
                "INSERT INTO credential(\(CredentialRow.columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                CredentialRow.arguments(credential)
            )
        }
    }

    /// See ``AccessStore``.
    public func revoke(_ credential: CredentialID, of client: ClientID, at moment: Int64) throws {
        try change { db in
            try db.run(
                "UPDATE credential SET revoked = coalesce(revoked, ?) WHERE id = ? AND client = ?",
                [moment, credential.text, client.text]
            )
            guard db.changesCount == 1 else {
                throw AccessError(
                    .unknown,
                    "the client \(client) has no key \(credential): `suixin clients keys list` shows them"
                )
            }
        }
    }

    /// See ``AccessStore``.
    public func credentials(of client: ClientID) throws -> [Credential] {
        try file.read { db in
            try db.all(
                "SELECT \(CredentialRow.columns) FROM credential WHERE client = ? ORDER BY created, id",
                [client.text],
                CredentialRow.credential
            )
        }
    }

    /// One transaction that moves the generation on.
    private func change<T>(_ body: (Database) throws -> T) throws -> T {
        try file.write { db in
            let result = try body(db)
            try db.run("UPDATE meta SET generation = generation + 1")
            return result
        }
    }

    /// See ``AccessStore``.
    public func settle(_ use: AccessUse, on day: Day) throws -> [ClientID: Int64] {
        // Where nothing was used nothing is written: an idle exchange must leave the disk alone.
        guard !use.isEmpty else { return try file.read { try Self.totals($0, day) } }
        return try file.write { db in
            for (client, deltas) in use.requests {
                for delta in deltas {
                    try db.run(
                        """
                        INSERT INTO usage(client, day, requests) VALUES(?, ?, ?)
                        ON CONFLICT(day, client) DO UPDATE SET requests = requests + excluded.requests
                        """,
                        [client.text, delta.day.number, delta.amount]
                    )
                }
            }
            for (credential, day) in use.credentials {
                try db.run(
                    "UPDATE credential SET last_used = max(coalesce(last_used, ?), ?) WHERE id = ?",
                    [day.number, day.number, credential.text]
                )
            }
            return try Self.totals(db, day)
        }
    }

    private static func totals(_ db: Database, _ day: Day) throws -> [ClientID: Int64] {
        let rows = try db.all("SELECT client, requests FROM usage WHERE day = ?", [day.number]) { row in
            ClientID(row[0] as String).map { ($0, row[1] as Int64) }
        }
        return Dictionary(uniqueKeysWithValues: rows.compactMap { $0 })
    }

    /// See ``AccessStore``.
    public func claim(_ assertion: Digest256, until expiry: Int64, at now: Int64) throws -> Bool {
        try file.write { db in
            try db.run("DELETE FROM assertion WHERE expires < ?", [now])
            try db.run("INSERT OR IGNORE INTO assertion(digest, expires) VALUES(?, ?)", [.blob(assertion), expiry])
            return db.changesCount == 1
        }
    }
    /// Forgets assertions that nobody can use again, and what was used on days long ago.
    ///
    /// - Parameters:
    ///   - now: POSIX milliseconds.
    ///   - days: for which the use of each client is kept.
    /// - Throws: ``AccessError``.
    public func prune(at now: Int64, keepingUseFor days: Int32) throws {
        try file.write { db in
            try db.run("DELETE FROM assertion WHERE expires < ?", [now / 1000])
            let today = Int32(truncatingIfNeeded: max(0, now) / 86_400_000)
            try db.run("DELETE FROM usage WHERE day < ?", [today - days])
        }
    }
}
