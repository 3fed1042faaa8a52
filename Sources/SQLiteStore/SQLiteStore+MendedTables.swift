internal import CreditModel
public import CreditStore
internal import GRDB

/// The end of a rebuild: what belongs to the store as a whole.
extension SQLiteStore {
    /// The index of names where it is wrong, the store's own row, and the tallies of what was made anew.
    public func mendTables(_ audit: Audit, sparing damaged: DamagedStatements) throws {
        try NameIndexMender(store: self, audit: audit).run()
        try mendTree(audit)
        try write { db in
            try db.run(
                """
                UPDATE meta SET position = max(position, coalesce((SELECT max(position) FROM status), 0),
                    coalesce((SELECT max(change) FROM dirty), 0))
                """
            )
            // Nobody waits without a mark, unless it rests on what is damaged.
            if damaged.isEmpty {
                try db.run("UPDATE meta SET settled = (SELECT coalesce(max(id), 0) FROM record)")
            }
            for tally in Tally.all where tally.isDerived || tally.table == "seal" {
                try tally.take(tally.count(db), db)
            }
            // Of a tally that is gone nothing can be told; a row that is none is in the way.
            for tally in Tally.all {
                let isThere = try db.exists("SELECT 1 FROM tally WHERE id = ? AND name = ?", tally.number, tally.table)
                if !isThere { try tally.take(tally.count(db), db) }
            }
            let last = Tally.all.map(\.number).max() ?? 0
            try db.run("DELETE FROM tally WHERE id < 1 OR id > ?", last)
        }
    }
}

extension SQLiteStore {
    /// Gives up a tree that is wrong: the next status makes another.
    private func mendTree(_ audit: Audit) throws {
        try audit.note("comparing the hash tree", 0, of: 1)
        try write { db in
            let areTallied = try Tally.all.filter { ["tree", "tree_news"].contains($0.table) }.allSatisfy { tally in
                let kept = try db.read("SELECT rows, sum FROM tally WHERE id = ?", tally.number) {
                    [$0.integer(0), $0.integer(1)]
                }
                let found = try tally.count(db)
                return kept == [found.rows, found.sum]
            }
            guard try !areTallied || !TreeAudit.isRight(db) else { return }
            try db.giveUpTree()
        }
    }
}

/// Makes the index of names anew beside the one that is searched, and puts it in its place.
struct NameIndexMender {
    let store: SQLiteStore
    let audit: Audit
    static let shadow = "name_index_anew"
    private static let step = 2000

    func run() throws {
        try audit.note("comparing the index of names", 0, of: 1)
        let isRight = store.attempt("name_index", Audit { _ in }) { try store.write { try NameIndexAudit.isRight($0) } }
        guard isRight != true else { return }
        // An index that does not know its own form cannot even be taken away.
        try store.write { db in try db.run("INSERT OR REPLACE INTO name_index_config(k, v) VALUES('version', 4)") }
        try store.write { db in
            for view in ["name_words", "name_terms"] { try db.run("DROP TABLE IF EXISTS temp.\(view)") }
            try db.run("DROP TABLE IF EXISTS \(Self.shadow)")
            try db.run("CREATE VIRTUAL TABLE \(Self.shadow) USING \(SearchSchema.index)")
        }
        let all = try store.look { db in Int(try db.integer("SELECT count(*) FROM card")) }
        // A damaged number may be any.
        var last = Int64.min
        var done = 0
        while true {
            try audit.note("indexing names", done, of: all)
            let page = try store.look { db in
                try db.all(
                    "SELECT enterprise, content FROM card WHERE enterprise > ? ORDER BY enterprise LIMIT \(Self.step)",
                    last
                ) { (enterprise: $0.integer(0), card: try? SearchCardCodec.decode($0.bytes(1) ?? [])) }
            }
            guard let end = page.last else { break }
            last = end.enterprise
            done += page.count
            try store.write { db in
                let shared = DerivationTransaction(index: Self.shadow)
                for (enterprise, card) in page { if let card { shared.index(card, of: enterprise) } }
                try shared.finish(db)
            }
        }
        try store.write { db in
            try db.run("DROP TABLE name_index")
            try db.run("ALTER TABLE \(Self.shadow) RENAME TO name_index")
        }
    }
}
