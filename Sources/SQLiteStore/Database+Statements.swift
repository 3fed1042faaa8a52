internal import GRDB
internal import GRDBSQLite

/// The store's way of asking: statements that GRDB prepares once a connection and keeps, bound and stepped directly.
///
/// Transactions, connections and errors stay GRDB's.
extension Database {
    /// Runs a statement that gives no rows.
    func run(_ sql: String, _ arguments: (any SQLValue)?...) throws {
        try step(sql, arguments) { _ in }
    }

    /// What the first row of a query gives, read in place.
    func read<T>(_ sql: String, _ arguments: (any SQLValue)?..., with body: (SQLRow) throws -> T) throws -> T? {
        var found: T?
        try step(sql, arguments, limit: 1) { found = try body($0) }
        return found
    }

    /// Whether a query gives a row.
    func exists(_ sql: String, _ arguments: (any SQLValue)?...) throws -> Bool {
        var found = false
        try step(sql, arguments, limit: 1) { _ in found = true }
        return found
    }

    /// What each row of a query gives; for queries whose size is bounded.
    func all<T>(_ sql: String, _ arguments: (any SQLValue)?..., with body: (SQLRow) throws -> T) throws -> [T] {
        var found: [T] = []
        try step(sql, arguments) { found.append(try body($0)) }
        return found
    }

    /// Hands over each row of a query in place; the body must not ask the same query.
    func each(_ sql: String, _ arguments: (any SQLValue)?..., with body: (SQLRow) throws -> Void) throws {
        try step(sql, arguments, body)
    }

    /// All integers of a one-column query.
    func integers(_ sql: String, _ arguments: (any SQLValue)?...) throws -> [Int64] {
        var found: [Int64] = []
        try step(sql, arguments) { found.append($0.integer(0)) }
        return found
    }

    /// The integer of a query that gives one; 0 where it gives none.
    func integer(_ sql: String, _ arguments: (any SQLValue)?...) throws -> Int64 {
        var found: Int64 = 0
        try step(sql, arguments, limit: 1) { found = $0.integer(0) }
        return found
    }

    private func step(
        _ sql: String,
        _ arguments: [(any SQLValue)?],
        limit: Int = .max,
        _ body: (SQLRow) throws -> Void
    ) throws {
        let prepared = try cachedStatement(sql: sql)
        let statement = unsafe prepared.sqliteStatement
        // Whatever happens, no cursor stays open; and what a kept statement was last given is never taken for new.
        defer { unsafe _ = sqlite3_reset(statement) }
        for (index, argument) in arguments.enumerated() {
            let place = Int32(index + 1)
            let code =
                unsafe argument.map { unsafe $0.bind(to: statement, at: place) }
                ?? sqlite3_bind_null(statement, place)
            guard code == SQLITE_OK else { throw failure(code, sql) }
        }
        var left = limit
        while left > 0 {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: try body(unsafe SQLRow(statement))
            case SQLITE_DONE: return
            case let code: throw failure(code, sql)
            }
            left -= 1
        }
    }

    private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        let message = unsafe sqliteConnection.flatMap { unsafe sqlite3_errmsg($0) }.map { unsafe String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
    }
}
