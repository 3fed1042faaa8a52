public import CreditModel
public import CreditStore
internal import Foundation
internal import GRDB
internal import Synchronization

/// What was derived: storing and reading it.
extension SQLiteStore {
    /// Checks every token before it writes; all or nothing.
    public func store(_ derivations: [Derivation], at moment: Int64) throws {
        let components = handedOut.withLock { $0.components }
        let tokens = Set(derivations.map(\.token))
        try write { db in
            var changed = false
            let hasMarks = try db.exists("SELECT 1 FROM dirty LIMIT 1")
            let shared = DerivationTransaction()
            for derivation in derivations {
                guard let component = components[derivation.token] else {
                    throw StoreError(.staleToken, "a component was handed out again since: derive it anew")
                }
                var writer = DerivationWriter(db, component, shared, hasMarks: hasMarks, moment: moment)
                try writer.store(derivation)
                changed = changed || writer.changed
            }
            try shared.finish(db)
            if changed { _ = try db.advancePosition() }
            if let settled = handedOut.withLock({ $0.settled(after: tokens) }) {
                try db.run("UPDATE meta SET settled = ?1 WHERE settled < ?1", settled)
            }
        }
        handedOut.withLock { $0.remove(tokens) }
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
            ) { EnterpriseID($0.text(0)) }.compactMap { $0 }
        }
    }

    /// A page of the marked codes; an index holds those alone.
    public func contestedCodes(after text: String?, limit: Int) throws -> [ContestedCode] {
        try read { db in
            let texts = try db.all(
                "SELECT DISTINCT text FROM code INDEXED BY code_contested WHERE contested = 1 AND text > ? ORDER BY text LIMIT ?",
                text ?? "",
                limit
            ) { $0.text(0) }
            return try texts.map { text in
                let holders = try db.all(
                    "SELECT e.text FROM code c JOIN enterprise e ON e.id = c.enterprise WHERE c.text = ? ORDER BY e.text",
                    text
                ) { EnterpriseID($0.text(0)) }
                return ContestedCode(text: text, holders: holders.compactMap { $0 })
            }
        }
    }

    /// One row by its key.
    public func profile(of id: EnterpriseID) throws -> StoredProfile? {
        try look { db in
            try db.read(
                """
                SELECT e.text, d.version, d.bytes FROM enterprise e JOIN profile p ON p.enterprise = e.id
                JOIN document d ON d.id = p.document WHERE e.text = ?
                """,
                id.text,
                with: Self.profile
            ) ?? nil
        }
    }

    /// A page in the order of ids; the next begins after its last.
    public func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile] {
        try look { db in
            try db.all(
                """
                SELECT e.text, d.version, d.bytes FROM enterprise e CROSS JOIN profile p ON p.enterprise = e.id
                CROSS JOIN document d ON d.id = p.document WHERE e.text > ? ORDER BY e.text LIMIT ?
                """,
                id?.text ?? "",
                limit,
                with: Self.profile
            ).compactMap { $0 }
        }
    }

    private static func profile(_ row: SQLRow) -> StoredProfile? {
        EnterpriseID(row.text(0)).map { StoredProfile(id: $0, version: row.text(1), bytes: row.bytes(2) ?? []) }
    }

    /// One row by its digest.
    public func annex(_ digest: String) throws -> Annex? {
        try look { db in
            try db.read("SELECT bytes FROM annex WHERE digest = ?", digest) {
                Annex(digest: digest, bytes: $0.bytes(0) ?? [])
            }
        }
    }

    /// Sums of counters that the writers keep; no table of records is counted.
    public func counts() throws -> StoreCounts {
        try read { db in
            var counts = StoreCounts()
            try db.each(
                """
                SELECT coalesce(sum(records), 0), coalesce(sum(versions), 0), coalesce(sum(tests), 0),
                    coalesce(sum(open_quarantine), 0) FROM dataset
                """
            ) { row in
                counts.records = Int(row.integer(0))
                counts.versions = Int(row.integer(1))
                counts.testRows = Int(row.integer(2))
                counts.openQuarantine = Int(row.integer(3))
            }
            counts.enterprises = Int(try db.integer("SELECT count(*) FROM profile"))
            counts.registered = Int(try db.integer("SELECT count(*) FROM profile WHERE registered = 1"))
            counts.contested = Int(
                try db.integer(
                    "SELECT count(DISTINCT text) FROM code INDEXED BY code_contested WHERE contested = 1"
                )
            )
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
        func step(_ row: SQLRow) -> (id: Int64, current: Int64, text: String) {
            (row.integer(0), row.integer(1), row.text(2))
        }
        var row = try read("SELECT id, current, text FROM enterprise WHERE text = ?", id.text, with: step)
        // Ways are short; a bound keeps a damaged store from holding a reader for ever.
        for _ in 0..<1000 {
            guard let here = row, here.current != here.id else { break }
            row = try read("SELECT id, current, text FROM enterprise WHERE id = ?", here.current, with: step)
            if row == nil { throw BinaryReader.damaged }
        }
        return row.flatMap { EnterpriseID($0.text) }
    }
}
