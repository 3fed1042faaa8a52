internal import GRDB
internal import GRDBSQLite

/// Two functions of SQL that tell whether a row is still what was written.
///
/// `row_sum(a, b, …)` is a checksum of its arguments. `row_xor(sum, a, b, …)` is `sum` with that of the rest put in, or, where
/// it is in already, taken out; so a change of one column never vouches for the others as they stand. NULL stays NULL.
///
/// Called once a row written: by SQLite's own interface, since GRDB's boxes around each value would cost more than the row.
enum RowSum {
    /// Makes the functions known to a connection; triggers of the schema call them.
    static func register(in db: Database) throws {
        try unsafe register("row_sum", sum, in: db)
        try unsafe register("row_xor", xor, in: db)
    }

    private static func register(_ name: String, _ function: Function, in db: Database) throws {
        guard let connection = unsafe db.sqliteConnection else { return }
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        let code = unsafe sqlite3_create_function_v2(connection, name, -1, flags, nil, function, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private typealias Function =
        @convention(c) (
            OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?
        ) -> Void

    private static let sum: Function = { context, count, values in
        unsafe sqlite3_result_int64(context, Int64(bitPattern: hash(values, from: 0, to: Int(count))))
    }

    private static let xor: Function = { context, count, values in
        guard let first = unsafe values?[0], unsafe sqlite3_value_type(first) != SQLITE_NULL else {
            return unsafe sqlite3_result_null(context)
        }
        let sum = unsafe UInt64(bitPattern: sqlite3_value_int64(first))
        unsafe sqlite3_result_int64(context, Int64(bitPattern: sum ^ hash(values, from: 1, to: Int(count))))
    }

    private static func hash(_ values: UnsafeMutablePointer<OpaquePointer?>?, from first: Int, to end: Int) -> UInt64 {
        var hash = RowHash()
        guard let values = unsafe values else { return hash.value }
        for index in first..<max(first, end) {
            let value = unsafe values[index]
            switch unsafe sqlite3_value_type(value) {
            case SQLITE_INTEGER: unsafe hash.add(1, sqlite3_value_int64(value))
            case SQLITE_NULL: hash.add(0, 0)
            // Type and length first, so that no two rows run together to the same bytes.
            case let type:
                let start =
                    unsafe type == SQLITE_TEXT
                    ? UnsafeRawPointer(sqlite3_value_text(value)) : sqlite3_value_blob(value)
                let count = unsafe Int(sqlite3_value_bytes(value))
                hash.add(UInt64(type), Int64(count))
                unsafe hash.add(UnsafeRawBufferPointer(start: start, count: count))
            }
        }
        return hash.value
    }
}

/// A checksum of 64 bits: not against people, but no flipped bit and no changed word goes through unseen.
struct RowHash {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Any difference in one word changes the state: the steps are reversible.
    private mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0xBF58_476D_1CE4_E5B9
        state ^= state >> 29
    }

    mutating func add(_ type: UInt64, _ number: Int64) {
        mix(type)
        mix(UInt64(bitPattern: number))
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while place + 8 <= bytes.count {
            unsafe mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        while place < bytes.count {
            unsafe rest = rest << 8 | UInt64(bytes[place])
            place += 1
        }
        mix(rest)
    }

    /// Spread over all bits, so that sums of many rows do not cancel each other.
    var value: UInt64 {
        var value = state
        value = (value ^ value >> 30) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
