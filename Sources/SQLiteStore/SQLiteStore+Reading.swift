public import CreditModel
public import CreditStore
internal import Foundation
internal import GRDB
internal import Synchronization

/// What was derived: storing and reading it.
extension SQLiteStore {
    /// Checks every token before it writes; all or nothing.
    public func store(_ derivations: [Derivation]) throws {
        let components = handedOut.withLock { $0.components }
        try write { db in
            var changed = false
            for derivation in derivations {
                guard let component = components[derivation.token] else {
                    throw StoreError(.staleToken, "a component was handed out again since: derive it anew")
                }
                var writer = DerivationWriter(db, component)
                try writer.store(derivation)
                changed = changed || writer.changed
            }
            if changed { _ = try db.advancePosition() }
        }
        handedOut.withLock { $0.remove(derivations.map(\.token)) }
    }

    /// Follows the aliases to the id of the present; nil for an id that never was.
    public func currentID(of id: EnterpriseID) throws -> EnterpriseID? {
        try look { db in try db.currentID(of: id) }
    }

    /// By the table of codes that every derivation writes anew; sorted.
    public func enterprises(holding codeText: String) throws -> [EnterpriseID] {
        try look { db in
            try db.all(
                "SELECT e.text FROM code c JOIN enterprise e ON e.id = c.enterprise WHERE c.text = ? ORDER BY e.text",
                codeText
            ).compactMap { EnterpriseID($0.text(0)) }
        }
    }

    /// One row by its key.
    public func profile(of id: EnterpriseID) throws -> StoredProfile? {
        try look { db in
            try db.first(
                """
                SELECT e.text, p.version, p.bytes FROM enterprise e JOIN profile p ON p.enterprise = e.id WHERE e.text = ?
                """,
                id.text
            ).flatMap(Self.profile)
        }
    }

    /// A page in the order of ids; the next begins after its last.
    public func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile] {
        try look { db in
            try db.all(
                """
                SELECT e.text, p.version, p.bytes FROM enterprise e CROSS JOIN profile p ON p.enterprise = e.id
                WHERE e.text > ? ORDER BY e.text LIMIT ?
                """,
                id?.text ?? "",
                limit
            ).compactMap(Self.profile)
        }
    }

    private static func profile(_ row: Row) -> StoredProfile? {
        EnterpriseID(row.text(0)).map { StoredProfile(id: $0, version: row.text(1), bytes: row.bytes(2) ?? []) }
    }

    /// Names that contain the text, best first.
    public func search(name: String, limit: Int) throws -> [(id: EnterpriseID, name: String)] {
        let folded = NameIndex.fold(name)
        guard let query = NameIndex.query(folded), limit > 0 else { return [] }
        return try read { db in
            // Equal names and beginnings first, whatever else matches; of the rest a bounded number is ranked.
            let rows =
                try db.all(
                    """
                    SELECT n.id, e.text, n.text, n.folded FROM name n JOIN enterprise e ON e.id = n.enterprise
                    WHERE n.folded >= ? AND n.folded < ? ORDER BY n.folded LIMIT ?
                    """,
                    folded,
                    folded + "\u{10FFFF}",
                    limit
                )
                + db.all(
                    """
                    SELECT n.id, e.text, n.text, n.folded
                    FROM (SELECT rowid FROM name_index WHERE name_index MATCH ? LIMIT ?) f
                    CROSS JOIN name n ON n.id = f.rowid JOIN enterprise e ON e.id = n.enterprise
                    """,
                    query,
                    max(1000, limit)
                )
            var seen: Set<Int64> = []
            let found = rows.filter { seen.insert($0.integer(0)).inserted }.map { row in
                let text = row.text(3)
                let rank = text == folded ? 0 : text.hasPrefix(folded) ? 1 : 2
                return (rank: rank, length: text.utf8.count, id: row.text(1), name: row.text(2))
            }.sorted { ($0.rank, $0.length, $0.name, $0.id) < ($1.rank, $1.length, $1.name, $1.id) }
            return found.prefix(limit).compactMap { hit in EnterpriseID(hit.id).map { (id: $0, name: hit.name) } }
        }
    }

    /// One row by its digest.
    public func annex(_ digest: String) throws -> Annex? {
        try look { db in
            try db.first("SELECT bytes FROM annex WHERE digest = ?", digest).map {
                Annex(digest: digest, bytes: $0.bytes(0) ?? [])
            }
        }
    }

    /// Sums of counters that the writers keep; no table of records is counted.
    public func counts() throws -> StoreCounts {
        try read { db in
            var counts = StoreCounts()
            if let row = try db.first(
                """
                SELECT coalesce(sum(records), 0), coalesce(sum(versions), 0), coalesce(sum(tests), 0),
                    coalesce(sum(open_quarantine), 0) FROM dataset
                """
            ) {
                counts.records = Int(row.integer(0))
                counts.versions = Int(row.integer(1))
                counts.testRows = Int(row.integer(2))
                counts.openQuarantine = Int(row.integer(3))
            }
            counts.enterprises = Int(try db.integer("SELECT count(*) FROM profile"))
            counts.registered = Int(try db.integer("SELECT count(*) FROM profile WHERE registered = 1"))
            counts.held = Int(try db.integer("SELECT count(*) FROM held"))
            counts.undecided =
                Int(try db.integer("SELECT count(*) FROM placement WHERE enterprise IS NULL")) - counts.held
            return counts
        }
    }

    /// The number that every commit with an effect advances.
    public func storePosition() throws -> Int64 { try look { try $0.storePosition() } }
}

extension Database {
    func currentID(of id: EnterpriseID) throws -> EnterpriseID? {
        guard var row = try first("SELECT id, current, text FROM enterprise WHERE text = ?", id.text) else {
            return nil
        }
        // Ways are short; a bound keeps a damaged store from holding a reader for ever.
        for _ in 0..<1000 where row.integer(1) != row.integer(0) {
            guard let next = try first("SELECT id, current, text FROM enterprise WHERE id = ?", row.integer(1)) else {
                throw BinaryReader.damaged
            }
            row = next
        }
        return EnterpriseID(row.text(2))
    }
}
