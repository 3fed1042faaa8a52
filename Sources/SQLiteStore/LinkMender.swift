internal import CreditModel
internal import CreditStore
internal import GRDB

/// Makes the links what the records carry; whom a link concerns waits to be derived.
struct LinkMender {
    let store: SQLiteStore
    let audit: Audit

    func run(upTo last: Int64, sparing damaged: DamagedStatements) throws {
        try store.linkNewRecords(sparing: damaged.records)
        for first in stride(from: Int64(0), through: last, by: Int(SQLiteStore.auditStep)) {
            try audit.note("mending links", Int(first), of: Int(last))
            let range = first..<first + SQLiteStore.auditStep
            let missing = try store.read { db in try Self.missing(db, range, damaged) }
            guard !missing.isEmpty else { continue }
            try store.write { db in
                for (hash, part) in missing {
                    try db.run("INSERT OR IGNORE INTO link(hash, part) VALUES(?, ?)", hash, part)
                    try Self.mark(hash, db)
                }
                _ = try db.advancePosition()
            }
        }
        // A page at a time, however many there are.
        while case let strange = try store.strangeLinks(audit), !strange.isEmpty {
            let removable = strange.filter { !damaged.records.contains(Part.record($0.part)) }
            guard !removable.isEmpty else { return }
            try store.write { db in
                for link in removable {
                    try Self.mark(link.hash, db)
                    try db.run("DELETE FROM link WHERE hash = ? AND part = ?", link.hash, link.part)
                    try db.run(
                        "DELETE FROM dirty WHERE part = ? AND NOT EXISTS (SELECT 1 FROM record WHERE id = part >> 3)",
                        link.part
                    )
                }
                _ = try db.advancePosition()
            }
        }
    }

    /// Whoever has the key may meet others now, or have to part from them.
    private static func mark(_ hash: Int64, _ db: Database) throws {
        for part in try db.integers("SELECT part FROM link WHERE hash = ?", hash) where Part.role(part) != nil {
            try db.mark(part)
        }
    }

    private static func missing(
        _ db: Database,
        _ range: Range<Int64>,
        _ damaged: DamagedStatements
    ) throws -> [(hash: Int64, part: Int64)] {
        var found: [(hash: Int64, part: Int64)] = []
        try db.each(
            "SELECT id, links FROM record WHERE id >= ? AND id < ?",
            range.lowerBound,
            range.upperBound
        ) { row in
            let record = row.integer(0)
            guard !damaged.records.contains(record) else { return }
            for link in try Link.links(row.bytes(1) ?? []) {
                let part = Part.number(record, link.role)
                if try !db.exists("SELECT 1 FROM link WHERE hash = ? AND part = ?", link.hash, part) {
                    found.append((link.hash, part))
                }
            }
        }
        return found
    }
}
