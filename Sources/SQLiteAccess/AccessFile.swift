internal import Access
internal import GRDB
internal import Signing

/// One of the two files beside the credit store: WAL, flushed to the disk at every commit, written by several processes.
///
/// The credit store's lock for one writer must not be in the way: a sync may run for hours, and queries are journaled all
/// the while. So these are files of their own, whose writers wait for each other's short transactions.
struct AccessFile: Sendable {
    let pool: DatabasePool
    let path: String

    /// Seconds that a writer waits for the others.
    private static let patience = 10.0

    /// Opens the file, and makes it, for its owner's eyes only, where there is none.
    /// - Parameters:
    ///   - path: the file's name; its folder is there.
    ///   - isReadOnly: whether nothing will be written.
    ///   - migrator: the file's tables.
    /// - Throws: ``AccessError``.
    init(path: String, isReadOnly: Bool, migrator: DatabaseMigrator) throws {
        self.path = path
        // Where the file is there already, nothing happens to it.
        if !isReadOnly { try? DurableFile(path: path, mode: 0o600).commit(replacing: false) }
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(Self.patience)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -16384") }
        pool = try Self.translating(path) {
            let pool = try DatabasePool(path: path, configuration: configuration)
            guard try !pool.read(migrator.hasBeenSuperseded) else {
                throw AccessError(.unusable, "\(path) was written by a newer version: install that version")
            }
            if isReadOnly {
                guard try pool.read(migrator.hasCompletedMigrations) else {
                    throw AccessError(.unusable, "\(path) is no such file of this version: open it for writing once")
                }
            } else {
                // Only now: opening a pool sets NORMAL, which loses acknowledged commits in a power cut.
                try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
                try Self.migrate(pool, migrator)
            }
            return pool
        }
    }

    private static func migrate(_ pool: DatabasePool, _ migrator: DatabaseMigrator) throws {
        guard try !pool.read(migrator.hasCompletedMigrations) else { return }
        do {
            try migrator.migrate(pool)
        } catch let error as DatabaseError {
            // Of two processes that begin at once, one comes too late.
            guard try pool.read(migrator.hasCompletedMigrations) else { throw error }
        }
    }

    func write<T>(_ body: (Database) throws -> T) throws -> T { try Self.translating(path) { try pool.write(body) } }

    func read<T>(_ body: (Database) throws -> T) throws -> T { try Self.translating(path) { try pool.read(body) } }

    /// SQLite's errors in the words of the house.
    static func translating<T>(_ path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            let message = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                throw AccessError(.locked, "another process writes to \(path): wait until it has ended")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                throw AccessError(
                    .damaged,
                    "\(path) is damaged, or its disk cannot be read (\(message)): check the disk, then restore it from a "
                        + "back-up"
                )
            case .SQLITE_CONSTRAINT:
                throw AccessError(.conflict, "\(path) refused what contradicts it: \(message)")
            case .SQLITE_FULL, .SQLITE_IOERR:
                throw AccessError(
                    .unusable,
                    "the disk that holds \(path) failed or is full (\(message)): make room or check it; what was committed "
                        + "is kept"
                )
            default:
                throw AccessError(
                    .unusable,
                    "\(path) cannot be opened or written (\(message)): check its folder, permissions and disk"
                )
            }
        }
    }
}

extension Database {
    /// Runs a statement that is prepared once a connection.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// What the first row of a query gives.
    func first<T>(_ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> T) throws -> T? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        return try cursor.next().map(body)
    }

    /// What each row of a query gives.
    func all<T>(_ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> T) throws -> [T] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var found: [T] = []
        while let row = try cursor.next() { found.append(try body(row)) }
        return found
    }
}

extension Row {
    /// A column that holds bytes; none where it is NULL.
    func bytes(_ column: Int) throws -> [UInt8] { try withUnsafeData(atIndex: column) { $0.map { Array($0) } ?? [] } }
}
