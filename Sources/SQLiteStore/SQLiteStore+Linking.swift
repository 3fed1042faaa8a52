internal import GRDB

/// Bringing the keys of new records into the table by which records meet.
extension SQLiteStore {
    /// Links that are sorted and written at once, about.
    private static let linksAtOnce = 500_000

    /// Links all records that there are; a piece at a time, each in a transaction of its own.
    ///
    /// - Parameter damaged: records that are left out, since what they carry cannot be read.
    /// - Throws: ``StoreError`` `damaged` where another one's cannot, and what SQLite throws.
    func linkNewRecords(sparing damaged: Set<Int64> = []) throws {
        while try read({ try !$0.isLinked() }) {
            try write { db in
                var links: [(hash: Int64, part: Int64)] = []
                // All at once: while an array grows, it lies in memory twice.
                links.reserveCapacity(Self.linksAtOnce + Self.linksAtOnce / 16)
                var reached = try db.integer("SELECT linked FROM meta")
                while links.count < Self.linksAtOnce {
                    let page = try db.all("SELECT id, links FROM record WHERE id > ? ORDER BY id LIMIT 5000", reached) {
                        (id: $0.integer(0), links: $0.bytes(1) ?? [])
                    }
                    guard let end = page.last else { break }
                    reached = end.id
                    for record in page where !damaged.contains(record.id) {
                        for link in try Link.links(record.links) {
                            links.append((link.hash, Part.number(record.id, link.role)))
                        }
                    }
                }
                links.sort { ($0.hash, $0.part) < ($1.hash, $1.part) }
                for link in links {
                    try db.run("INSERT OR IGNORE INTO link(hash, part) VALUES(?, ?)", link.hash, link.part)
                }
                try db.run("UPDATE meta SET linked = ?", reached)
            }
        }
    }
}

extension Database {
    /// Whether every record's keys lead to it.
    func isLinked() throws -> Bool {
        try !exists("SELECT 1 FROM record WHERE id > (SELECT linked FROM meta) LIMIT 1")
    }
}
