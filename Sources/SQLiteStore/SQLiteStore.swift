internal import CreditModel
public import CreditStore
internal import Glibc
internal import GRDB
internal import Synchronization

/// A store in one SQLite file: WAL, flushed to the disk at every commit, one writer at a time.
public final class SQLiteStore: AuditableStore {
    /// How a store is opened.
    public struct Options: Sendable {
        /// Who may write.
        public enum Access: Sendable {
            /// Writes, and keeps every other process from writing while it is open.
            case exclusive
            /// Writes now and then, each time only while nobody else does.
            case shared
            /// Reads only.
            case readOnly
        }
        /// Who may write.
        public var access = Access.exclusive
        /// Megabytes of pages that the writing connection keeps in memory.
        public var cache = 64
        /// Connections that read at the same time.
        public var readers = 3
        /// Records in the components that are handed out at once, about.
        public var recordsAtOnce = 5_000
        /// Megabytes of the log that SQLite writes ahead, beyond which whoever derives lets it come to an end first.
        public var log = 192
        /// The defaults.
        public init() {}
    }

    let pool: DatabasePool
    let options: Options
    let path: String
    /// Held while the store is open, where the access is exclusive.
    private let lock: WriterLock?
    let handedOut = Mutex(HandedOut())
    /// The datasets of which all was new that was taken last: what follows will be, too.
    let news = Mutex<Set<DatasetID>>([])
    let treeCache = TreeCache()

    /// Milliseconds: who shares a store holds it for one small transaction, which must not fail a whole sync.
    private static let patience = 2000

    /// Opens a store, and makes it where there is none.
    /// - Throws: ``StoreError`` `locked` where another process writes to it, `unusable` where the file is no store.
    public init(path: String, options: Options = Options()) throws {
        self.path = path
        self.options = options
        lock = options.access == .exclusive ? try WriterLock(path: path + ".lock", patience: Self.patience) : nil
        if options.access != .readOnly { WriterLock.makePrivateFile(path) }
        var configuration = Configuration()
        configuration.readonly = options.access == .readOnly
        configuration.maximumReaderCount = max(1, options.readers)
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -16384")
            // Else what REPLACE deletes would stay in the tallies.
            try db.execute(sql: "PRAGMA recursive_triggers = ON")
            try RowSum.register(in: db)
            try TreeKey.register(in: db)
        }
        let cache = options.cache
        let access = options.access
        pool = try Self.translating(path) {
            let pool = try DatabasePool(path: path, configuration: configuration)
            if access == .readOnly {
                guard try pool.read(Schema.migrator.hasCompletedMigrations) else {
                    throw StoreError(.unusable, "\(path) is no store of this version: open it for writing once")
                }
            } else {
                try Self.prepare(pool, path: path, cache: cache, migrates: access == .exclusive)
            }
            return pool
        }
    }

    private static func prepare(_ pool: DatabasePool, path: String, cache: Int, migrates: Bool) throws {
        guard try !pool.read(Schema.migrator.hasBeenSuperseded) else {
            throw StoreError(
                .unusable,
                "\(path) was written by another version: install that version, or read the sources into a new store"
            )
        }
        // Only now: opening a pool sets NORMAL, which loses acknowledged commits in a power cut.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA cache_size = -\(max(1, cache) * 1024)")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 32000")
            try db.execute(sql: "PRAGMA journal_size_limit = 134217728")
        }
        guard try !pool.read(Schema.migrator.hasCompletedMigrations) else { return }
        let lock = migrates ? nil : try WriterLock(path: path + ".lock")
        try migrate(pool, path: path)
        withExtendedLifetime(lock) {}
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        do {
            try Schema.migrator.migrate(pool)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            // No disk and no lock was in the way: the tables are others than the list of what was done to them says.
            throw StoreError(
                .damaged,
                "the store \(path) is damaged: its tables are not those of the version that it names "
                    + "(\(error.message ?? "no reason given")); restore the store from a back-up"
            )
        }
    }

    /// One transaction of the writer.
    func write<T>(_ body: (Database) throws -> T) throws -> T {
        if options.access == .readOnly {
            throw StoreError(.readOnly, "the store was opened for reading only: open it for writing")
        }
        let passing = options.access == .shared ? try WriterLock(path: path + ".lock") : nil
        defer { withExtendedLifetime(passing) {} }
        return try Self.translating(path) { try pool.write(body) }
    }

    /// A consistent view for several queries.
    func read<T>(_ body: (Database) throws -> T) throws -> T { try Self.translating(path) { try pool.read(body) } }

    /// One query, without the cost of a transaction around it.
    func look<T>(_ body: (Database) throws -> T) throws -> T {
        try Self.translating(path) { try pool.unsafeRead(body) }
    }

    /// SQLite's errors in the words of the store.
    static func translating<T>(_ path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            let message = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                throw StoreError(.locked, "another process writes to the store: wait until it has ended")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                // SQLite says the same where the disk cannot be read.
                throw StoreError(
                    .damaged,
                    "the store \(path) is damaged, or its disk cannot be read (\(message)): check the disk, then restore "
                        + "the store from a back-up"
                )
            case .SQLITE_CONSTRAINT:
                throw StoreError(.conflict, "the store refused what contradicts it: \(message)")
            case .SQLITE_FULL:
                throw StoreError(
                    .unusable,
                    "the disk that holds the store \(path) is full: make room, then try again; what was committed is kept"
                )
            case .SQLITE_IOERR:
                throw StoreError(
                    .unusable,
                    "the disk that holds the store \(path) failed or is full (\(message)): check it, then try again; "
                        + "what was committed is kept"
                )
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
                throw StoreError(
                    .unusable,
                    "the store \(path) cannot be opened or written (\(message)): check its folder, permissions and mount"
                )
            default:
                throw StoreError(.unusable, "the store \(path) cannot be used: \(message); check its disk and folder")
            }
        }
    }
}

extension Database {
    func storePosition() throws -> Int64 { try integer("SELECT position FROM meta") }

    /// Moves the position on; what is committed with it carries the new one.
    func advancePosition() throws -> Int64 {
        try run("UPDATE meta SET position = position + 1")
        return try storePosition()
    }

    func datasetNumber(_ dataset: DatasetID) throws -> Int64? {
        try read("SELECT id FROM dataset WHERE agency = ? AND name = ?", dataset.agency.rawValue, dataset.name) {
            $0.integer(0)
        }
    }

    func makeDatasetNumber(_ dataset: DatasetID) throws -> Int64 {
        if let number = try datasetNumber(dataset) { return number }
        try run("INSERT INTO dataset(agency, name) VALUES(?, ?)", dataset.agency.rawValue, dataset.name)
        return lastInsertedRowID
    }

    /// All datasets by their numbers: a few dozen.
    func datasets() throws -> [Int64: DatasetID] {
        var datasets: [Int64: DatasetID] = [:]
        try each("SELECT id, agency, name FROM dataset") { row in
            datasets[row.integer(0)] = DatasetID(AgencyID(rawValue: row.text(1)), row.text(2))
        }
        return datasets
    }
}
