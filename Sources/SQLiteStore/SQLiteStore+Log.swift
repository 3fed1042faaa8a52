internal import GRDB
internal import Glibc

/// The log that SQLite writes ahead of the store's file.
extension SQLiteStore {
    /// Lets a log that has grown too long come to its end: the next to write begins it anew.
    ///
    /// SQLite begins a log anew only when nobody needs it any more, and whoever derives reads on while it writes: on a slow
    /// disk somebody would be reading at every commit. The log would grow with the store, each look into the store
    /// search all of it, and each commit write back the same pages once more. So the next view waits, for once, until what
    /// is being stored is, and all of the log has been written back.
    func endLog() throws {
        guard logSize > options.log << 20 else { return }
        try Self.translating(path) {
            // Whoever else reads, in another process, keeps what it needs; whoever writes back already is not waited for.
            // Then this comes again.
            try pool.writeWithoutTransaction { db in
                do { try db.checkpoint(.passive) } catch DatabaseError.SQLITE_BUSY {}
            }
        }
    }

    /// Bytes of the log as it lies; 0 where there is none.
    private var logSize: Int {
        var status = stat()
        guard unsafe stat(path + "-wal", &status) == 0 else { return 0 }
        return Int(status.st_size)
    }
}
