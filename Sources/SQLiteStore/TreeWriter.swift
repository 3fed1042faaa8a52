internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing

/// Brings the tree up to what the other tables say, inside the transaction that stores a status.
struct TreeWriter {
    let db: Database
    /// The number that the status will have.
    let status: Int64

    /// The root as it is then, and how many leaves are under it.
    func bringUp() throws -> (root: TreeHash, leaves: Int64) {
        // A tree that was given up does not tell what it said before: changes are kept from here on.
        guard let tree = try db.tree() else { return try build(since: db.integer("SELECT max(id) FROM change")) }
        var leaves = tree.leaves
        while let names = try nextNews() { leaves += try apply(names, tree.pages) }
        try db.run("UPDATE tree SET leaves = ? WHERE leaves <> ?1", leaves)
        // The same leaves cut otherwise have the same root.
        if tree.pages.isTooSmall(for: leaves) { return try build(since: tree.since) }
        return (try db.treeRoot(tree.pages).hash, leaves)
    }

    // MARK: What changed

    private static let newsAtOnce = 200_000

    /// Takes the next of what may be said otherwise; nil where that is all.
    private func nextNews() throws -> Set<String>? {
        var names: Set<String> = []
        var last: Int64 = 0
        try db.each("SELECT id, name FROM tree_news ORDER BY id LIMIT \(Self.newsAtOnce)") { row in
            last = row.integer(0)
            names.insert(row.text(1))
        }
        guard last > 0 else { return nil }
        try db.run("DELETE FROM tree_news WHERE id <= ?", last)
        return names
    }

    /// Says of each name what the other tables say; returns how many leaves came.
    private func apply(_ names: Set<String>, _ pages: TreePages) throws -> Int64 {
        let tree = HashTree.sha256
        let places = names.map { (key: tree.key(of: $0), name: $0) }.sorted { $0.key < $1.key }
        var came: Int64 = 0
        var next = 0
        var changed: [(TreePage, Subtree)] = []
        while next < places.count {
            let place = pages.page(0, to: places[next].key)
            var page = try pages.page(db.treePage(place), 0)
            var isChanged = false
            while next < places.count, pages.page(0, to: places[next].key) == place {
                let part = places[next].key.prefix(pages.bits)
                var leaves = try db.treePart(part)
                var isPartChanged = false
                while next < places.count, places[next].key.prefix(pages.bits) == part {
                    let (key, name) = places[next]
                    let said = try db.said(of: name)
                    let before = leaves.replace(key, by: said)
                    next += 1
                    guard before != said else { continue }
                    isPartChanged = true
                    // Where a document lies is nobody's news.
                    guard before?.statement != said?.statement else { continue }
                    came += (said == nil ? 0 : 1) - (before == nil ? 0 : 1)
                    try note(name, before?.statement, said?.statement)
                }
                guard isPartChanged else { continue }
                isChanged = true
                try db.put(leaves, at: part)
                let subtree = tree.subtree(of: leaves.hashed[...], at: pages.bits)
                page.replace(part % pages.children(0), by: subtree, in: tree)
            }
            guard isChanged else { continue }
            try db.put(page, at: place)
            changed.append((place, page.root))
        }
        try db.raise(changed, pages)
        return came
    }

    /// Codes too: whoever keeps a copy of everything must hear of each leaf.
    private func note(_ name: String, _ before: TreeStatement?, _ after: TreeStatement?) throws {
        try db.run(
            "INSERT INTO change(status, enterprise, before, after) VALUES(?, ?, ?, ?)",
            status,
            name,
            before?.stored,
            after?.stored
        )
    }

    // MARK: The whole

    /// Makes the tree of all that the other tables say; what was said otherwise before is not noted.
    private func build(since: Int64) throws -> (root: TreeHash, leaves: Int64) {
        try db.giveUpTree()
        let about = try db.integer("SELECT (SELECT count(*) FROM enterprise) + (SELECT count(*) FROM code)")
        let pages = TreePages(leaves: about)
        var builder = TreeBuilder(db: db, pages: pages)
        try db.eachLeaf { try builder.add(TreeLeaves.Leaf(key: $0, said: $1)) }
        let leaves = try builder.finish()
        try db.run("INSERT INTO tree(id, bits, leaves, since) VALUES(1, ?, ?, ?)", pages.bits, leaves, since)
        return (try db.treeRoot(pages).hash, leaves)
    }
}

/// Writes a tree whose leaves come in their order.
struct TreeBuilder {
    let db: Database
    let pages: TreePages
    private var leaves = TreeLeaves()
    private var part = 0
    private var parts: [Subtree] = []
    private var count: Int64 = 0
    /// The pages of the lowest level, of which the upper ones are made at the end.
    private var made: [(TreePage, Subtree)] = []

    init(db: Database, pages: TreePages) {
        self.db = db
        self.pages = pages
    }

    mutating func add(_ leaf: TreeLeaves.Leaf) throws {
        let place = leaf.key.prefix(pages.bits)
        if place != part { try moveOn(to: place) }
        leaves.append(leaf)
        count += 1
    }

    mutating func finish() throws -> Int64 {
        try moveOn(to: 1 << pages.bits)
        try db.raise(made, pages)
        return count
    }

    private mutating func moveOn(to place: Int) throws {
        if !leaves.leaves.isEmpty { try db.put(leaves, at: part) }
        parts.append(HashTree.sha256.subtree(of: leaves.hashed[...], at: pages.bits))
        leaves = TreeLeaves()
        while part < place {
            if parts.count == pages.children(0) {
                let page = TreeTop(of: parts, in: .sha256)
                let number = TreePage(level: 0, number: part / pages.children(0))
                if page.root.size != .none {
                    try db.put(page, at: number)
                    made.append((number, page.root))
                }
                parts = []
            }
            part += 1
            if part < place { parts.append(.empty) }
        }
    }
}
