internal import Foundation
internal import GRDB

extension Database {
    /// Runs a statement that is prepared once per connection.
    func run(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    /// The first row of a query.
    func first(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// All rows of a query whose size is bounded.
    func all(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// What the first row of a query gives, read in place: for queries that are asked many times a second.
    func read<T>(
        _ sql: String,
        _ arguments: (any DatabaseValueConvertible)?...,
        with body: (Row) throws -> T
    ) throws -> T? {
        let rows = try Row.fetchCursor(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
        // The row is gone with its cursor.
        return try withExtendedLifetime(rows) { try rows.next().map(body) }
    }

    /// Hands over each row of a query in place; the body must not keep it, nor ask the same query.
    func each(
        _ sql: String,
        _ arguments: (any DatabaseValueConvertible)?...,
        with body: (Row) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
        while let row = try rows.next() { try body(row) }
    }

    /// All integers of a one-column query.
    func integers(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> [Int64] {
        try Int64.fetchAll(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// The integer of a query that gives one; 0 where it gives none.
    func integer(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> Int64 {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: StatementArguments(arguments)) ?? 0
    }
}

extension Row {
    func bytes(_ column: Int) -> [UInt8]? { (self[column] as Data?).map { Array($0) } }
    func integer(_ column: Int) -> Int64 { self[column] as Int64? ?? 0 }
    func text(_ column: Int) -> String { self[column] as String? ?? "" }
}

extension [UInt8] {
    /// The same bytes in the form that the database takes.
    var blob: Data { Data(self) }
}
