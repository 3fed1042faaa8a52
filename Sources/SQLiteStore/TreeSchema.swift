internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree

/// The tables of the hash tree whose root each status names, and of what changed from one status to the next.
///
/// The tree is cut into parts by the first bits of its keys (``TreePages``). `tree_part` has the leaves of a part; `tree_page`
/// the hashes of parts that lie side by side, and of all of them together, and so on for pages that lie side by side.
/// What is empty has no row.
/// All of it is as the latest status says, and changes with that, in one transaction.
enum TreeSchema {
    static func makeTen(_ db: Database) throws {
        for part in [tree, news, changes] { try db.execute(sql: part) }
        for tally in Tally.all where [22, 23, 24].contains(tally.number) { try TallySchema.make(tally, db) }
    }

    /// Puts the pages of the upper levels above those that there are.
    static func makeTwelve(_ db: Database) throws {
        guard let tree = try db.tree() else { return }
        var found: [(TreePage, Subtree)] = []
        try db.each("SELECT number, root FROM tree_page ORDER BY number") { row in
            guard let root = row.bytes(1).flatMap({ Subtree(reading: $0.span, at: 0) }) else {
                throw BinaryReader.damaged
            }
            found.append((TreePage(row: row.integer(0)), root))
        }
        try db.raise(found, tree.pages)
    }

    /// Puts the hash of each leaf beside it, and beside each version where its document lies.
    static func makeThirteen(_ db: Database) throws {
        guard let tree = try db.tree() else { return }
        var (part, leaves) = (-1, TreeLeaves())
        func put() throws {
            if !leaves.leaves.isEmpty { try db.put(leaves, at: part) }
        }
        var parts: [Int64] = []
        try db.each("SELECT number FROM tree_part ORDER BY number") { parts.append($0.integer(0)) }
        for number in parts {
            let bytes = try db.treePartBytes(Int(number)) ?? []
            try db.put(TreeLeaves(earlier: bytes), at: Int(number))
        }
        try db.eachLeaf { key, said in
            let place = key.prefix(tree.pages.bits)
            if place != part {
                try put()
                (part, leaves) = (place, try db.treePart(place))
            }
            leaves.noteDocument(of: said, at: key)
        }
        try put()
    }

    /// How the tree is cut.
    ///
    /// `bits`: how many first bits the keys of a part share. `leaves`: how many there are. `since`: the change after which
    /// all changes are kept.
    private static let tree = """
        CREATE TABLE tree(
            id INTEGER PRIMARY KEY CHECK(id = 1), bits INTEGER NOT NULL, leaves INTEGER NOT NULL, since INTEGER NOT NULL);
        CREATE TABLE tree_page(number INTEGER PRIMARY KEY, root BLOB NOT NULL, nodes BLOB NOT NULL);
        CREATE TABLE tree_part(number INTEGER PRIMARY KEY, leaves BLOB NOT NULL);
        """

    /// Ids and codes of which the tree may have to say something else: in the order in which it was found out.
    ///
    /// Nothing is noted before there is a tree: the first one is made of everything.
    private static let news = """
        CREATE TABLE tree_news(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        """

    /// What was said of an enterprise's id before and after, by the status that came to say so.
    private static let changes = """
        CREATE TABLE change(
            id INTEGER PRIMARY KEY AUTOINCREMENT, status INTEGER NOT NULL, enterprise TEXT NOT NULL, before TEXT, after TEXT);
        CREATE INDEX change_enterprise ON change(enterprise);
        CREATE INDEX status_digest ON status(digest);
        """
}
