internal import CreditModel
internal import GRDB
internal import NameSearch

/// What the components that are stored in one transaction share.
///
/// A statement with a trigger opens a savepoint of its own, at which an index of texts writes down all that it has gathered:
/// so the index of names is written last of all.
final class DerivationTransaction {
    private struct Change {
        var place: NamePlace
        var words: String
        var isAdded: Bool
    }

    /// The table into which names go.
    private let names: String
    private var lastEnterprise: Int64?
    /// Whether there is a tree that must be told.
    private var hasTree: Bool?
    /// To the index of names, in order.
    private var changes: [Change] = []

    init(index names: String = "name_index") { self.names = names }

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

    /// Has an enterprise found by the names on its card.
    func index(_ card: SearchCard, of enterprise: Int64) { add(card, enterprise, isAdded: true) }

    /// Has it found by them no more.
    func unindex(_ card: SearchCard, of enterprise: Int64) { add(card, enterprise, isAdded: false) }

    private func add(_ card: SearchCard, _ enterprise: Int64, isAdded: Bool) {
        let words = IndexWords(of: card)
        for name in card.names.indices {
            changes.append(
                Change(
                    place: NamePlace(enterprise: enterprise, name: name, on: card),
                    words: words.words(ofName: name),
                    isAdded: isAdded
                )
            )
        }
    }

    /// Writes what was left for the end.
    func finish(_ db: Database) throws {
        // The index gathers what comes in the order of its rows, and writes down what it has at every step back.
        let order = changes.indices.sorted { a, b in
            let (left, right) = (changes[a].place.number, changes[b].place.number)
            return left == right ? a < b : left < right
        }
        for index in order {
            let change = changes[index]
            try db.run(
                change.isAdded
                    ? "INSERT INTO \(names)(rowid, words) VALUES(?, ?)"
                    : "INSERT INTO \(names)(\(names), rowid, words) VALUES('delete', ?, ?)",
                change.place.number,
                change.words
            )
        }
        changes = []
    }
}
