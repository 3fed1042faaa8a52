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
    /// To the index of names, in order.
    private var changes: [Change] = []

    /// The number of a new enterprise: nobody else makes any.
    func drawEnterprise(_ db: Database) throws -> Int64 {
        let number = try (lastEnterprise ?? db.integer("SELECT max(id) FROM enterprise")) + 1
        lastEnterprise = number
        return number
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
