internal import CreditModel
internal import GRDB
internal import GRDBSQLite
internal import HashTree
internal import Signing

/// A function of SQL that tells where the tree speaks of an id or a code, so that SQLite can sort by it.
///
/// `tree_key(name)` is 32 bytes, or NULL for the number of a person's card, of which the tree does not speak.
enum TreeKey {
    /// Makes the function known to a connection.
    static func register(in db: Database) throws {
        guard let connection = unsafe db.sqliteConnection else { return }
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        let code = unsafe sqlite3_create_function_v2(connection, "tree_key", 1, flags, nil, key, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private static let key: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = {
        context,
        _,
        values in
        guard let value = unsafe values?[0], let start = unsafe sqlite3_value_text(value) else {
            return unsafe sqlite3_result_null(context)
        }
        let count = unsafe Int(sqlite3_value_bytes(value))
        let name = unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        guard !IdentityCard.isCode(name) else { return unsafe sqlite3_result_null(context) }
        let bytes = HashTree.sha256.key(of: name).bytes
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe sqlite3_result_blob64(context, bytes.baseAddress, UInt64(bytes.count), transient)
        }
    }
}
