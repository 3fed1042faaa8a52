internal import GRDBSQLite

/// What a parameter of a statement takes.
///
/// Bound by SQLite's own functions: a sync binds a hundred million values, and GRDB's boxes around each cost more than
/// what SQLite does with them.
protocol SQLValue {
    /// Binds the value, copying what lies in memory; SQLite's result code.
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

/// SQLite copies the bytes before the call returns.
///
/// A mark that is compared and never called, and a constant: so no thread can see it change.
nonisolated(unsafe) let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement, index, self)
    }
}

extension Int: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement, index, Int64(self))
    }
}

extension Bool: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement, index, self ? 1 : 0)
    }
}

extension String: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        // SQLite takes an address of nothing for NULL.
        if isEmpty { return unsafe sqlite3_bind_text(statement, index, "", 0, transient) }
        var text = self
        return text.withUTF8 { bytes in
            unsafe sqlite3_bind_text64(
                statement,
                index,
                UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count),
                transient,
                UInt8(SQLITE_UTF8)
            )
        }
    }
}

extension [UInt8]: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        if isEmpty { return unsafe sqlite3_bind_zeroblob(statement, index, 0) }
        return unsafe withUnsafeBytes { bytes in
            unsafe sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), transient)
        }
    }
}

extension Optional: SQLValue where Wrapped: SQLValue {
    @unsafe func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        guard let self else { return unsafe sqlite3_bind_null(statement, index) }
        return unsafe self.bind(to: statement, at: index)
    }
}

/// The row at which a statement stands: valid only while it stands there.
@safe struct SQLRow {
    private let statement: OpaquePointer

    @unsafe init(_ statement: OpaquePointer) { unsafe self.statement = statement }

    /// 0 where it is NULL.
    func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(statement, Int32(column)) }

    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    /// Empty where it is NULL.
    func text(_ column: Int) -> String { optionalText(column) ?? "" }

    func optionalText(_ column: Int) -> String? {
        guard let start = unsafe sqlite3_column_text(statement, Int32(column)) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(statement, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8]? {
        if isNull(column) { return nil }
        guard let start = unsafe sqlite3_column_blob(statement, Int32(column)) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(statement, Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Bytes of a blob; 0 where it is NULL.
    func size(_ column: Int) -> Int { unsafe Int(sqlite3_column_bytes(statement, Int32(column))) }

    /// Appends what ``bytes(_:)`` gives, without a copy in between.
    func append(_ column: Int, to bytes: inout [UInt8]) {
        guard let start = unsafe sqlite3_column_blob(statement, Int32(column)) else { return }
        let count = unsafe Int(sqlite3_column_bytes(statement, Int32(column)))
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
    }

    private func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }
}
