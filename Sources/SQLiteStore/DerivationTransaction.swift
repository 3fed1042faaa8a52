internal import GRDB

/// What the components that are stored in one transaction share.
///
/// A statement with a trigger opens a savepoint of its own, at which an index of texts writes down all that it has gathered:
/// so the index of names is written last of all.
final class DerivationTransaction {
    private enum Change {
        case add(Int64, String)
        case remove(Int64, String)
    }

    private var lastEnterprise: Int64?
    /// Whether there is a tree that must be told.
    private var hasTree: Bool?
    /// To the index of names, in order.
    private var changes: [Change] = []

    /// The number of a new enterprise: nobody else makes any.
    func drawEnterprise(_ db: Database) throws -> Int64 {
        let number = try (lastEnterprise ?? db.integer("SELECT max(id) FROM enterprise")) + 1
        lastEnterprise = number
        return number
    }

    /// Notes for the tree that something else may be there to be said of an id or a code.
    func note(_ name: String, _ db: Database) throws {
        if try hasTree(db) { try db.noteForTree(name) }
    }

    /// Notes for the tree all codes of an enterprise.
    func noteCodes(of enterprise: Int64, _ db: Database) throws {
        guard try hasTree(db) else { return }
        try db.run("INSERT INTO tree_news(name) SELECT text FROM code WHERE enterprise = ?", enterprise)
    }

    private func hasTree(_ db: Database) throws -> Bool {
        if let hasTree { return hasTree }
        let found = try db.exists("SELECT 1 FROM tree")
        hasTree = found
        return found
    }

    /// Has a name found by its number.
    func index(_ name: Int64, _ folded: String) { changes.append(.add(name, folded)) }

    /// Has a name found no more.
    func unindex(_ name: Int64, _ folded: String) { changes.append(.remove(name, folded)) }

    /// Writes what was left for the end.
    func finish(_ db: Database) throws {
        for change in changes {
            switch change {
            case .add(let name, let folded):
                try db.run("INSERT INTO name_index(rowid, grams) VALUES(?, ?)", name, NameIndex.grams(folded))
            case .remove(let name, let folded):
                try db.run(
                    "INSERT INTO name_index(name_index, rowid, grams) VALUES('delete', ?, ?)",
                    name,
                    NameIndex.grams(folded)
                )
            }
        }
        changes = []
    }
}
