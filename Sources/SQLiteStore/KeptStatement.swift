internal import GRDB
internal import GRDBSQLite

/// A statement that is prepared once and stepped by whoever holds it, without the queue and the look into a cache around each
/// of GRDB's.
///
/// The connection must be open as long as it lives, and be used by nobody else meanwhile.
@safe final class KeptStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String

    /// Prepares it.
    /// - Throws: what SQLite throws.
    init(_ sql: String, _ db: Database) throws {
        guard let connection = unsafe db.sqliteConnection else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed", sql: sql)
        }
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made = unsafe made else {
            throw unsafe Self.failure(code, connection, sql)
        }
        unsafe statement = made
        unsafe self.connection = connection
        self.sql = sql
    }

    deinit { unsafe _ = sqlite3_finalize(statement) }

    /// Runs it where it gives no rows.
    func run() throws { _ = try first() { _ in } }

    /// What its first row gives for one number, read in place; nil without a row.
    func first<T>(_ number: Int64? = nil, with body: (SQLRow) throws -> T) throws -> T? {
        // Whatever happens, no cursor stays open.
        defer { unsafe _ = sqlite3_reset(statement) }
        if let number {
            let code = unsafe sqlite3_bind_int64(statement, 1, number)
            guard code == SQLITE_OK else { throw unsafe Self.failure(code, connection, sql) }
        }
        switch unsafe sqlite3_step(statement) {
        case SQLITE_ROW: return try body(unsafe SQLRow(statement))
        case SQLITE_DONE: return nil
        case let code: throw unsafe Self.failure(code, connection, sql)
        }
    }

    @unsafe private static func failure(_ code: Int32, _ connection: OpaquePointer, _ sql: String) -> DatabaseError {
        let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
    }
}
