internal import GRDB

extension AccessFile {
    /// Changes the file in one transaction; within another change it is a part of that one, and is undone alone or with it.
    ///
    /// Reads that are no part of the change see what was there before the outermost one began.
    func change<T>(_ body: (Database) throws -> T) throws -> T {
        try Self.translating(path) {
            try pool.unsafeReentrantWrite { db in
                var result: T?
                try db.inSavepoint {
                    result = try body(db)
                    return .commit
                }
                // A savepoint that did not throw has run its body.
                guard let result else { throw ClientRow.damage("change") }
                return result
            }
        }
    }
}
