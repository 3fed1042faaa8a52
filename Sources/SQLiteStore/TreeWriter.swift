internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing

/// How the tree is cut: the more leaves, the more parts, so that a change writes little and a path is worked out of few.
struct TreePages {
    /// Of how many first bits a part is.
    var bits: Int

    /// How many parts a page has at most.
    static let width = 128
    /// How many leaves a part has, about, when the tree is cut; and how many at most before it is cut anew.
    static let (fewLeaves, manyLeaves) = (6, 48)

    init(bits: Int) { self.bits = bits }

    init(leaves: Int64) {
        bits = 0
        while bits < 24, leaves > Int64(Self.fewLeaves) << Int64(bits) { bits += 1 }
    }

    var partsInPage: Int { 1 << min(bits, Self.width.trailingZeroBitCount) }
    var pages: Int { (1 << bits) / partsInPage }
    var pageBits: Int { pages.trailingZeroBitCount }

    func isTooSmall(for leaves: Int64) -> Bool { bits < 24 && leaves > Int64(Self.manyLeaves) << Int64(bits) }

    /// A page, as it is stored; nil bytes are an empty one.
    func page(_ bytes: [UInt8]?) throws(StoreError) -> TreeTop {
        var parts = [Subtree](repeating: .empty, count: partsInPage)
        if let bytes {
            guard bytes.count == partsInPage * Subtree.width else { throw BinaryReader.damaged }
            for place in parts.indices {
                guard let part = Subtree(reading: bytes.span, at: place * Subtree.width) else {
                    throw BinaryReader.damaged
                }
                parts[place] = part
            }
        }
        return TreeTop(of: parts, in: .sha256)
    }
}

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
        return (try db.treeTop(tree.pages).root.hash, leaves)
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
        while next < places.count {
            let number = places[next].key.prefix(pages.pageBits)
            var page = try pages.page(db.treePage(number))
            var isChanged = false
            while next < places.count, places[next].key.prefix(pages.pageBits) == number {
                let part = places[next].key.prefix(pages.bits)
                var leaves = try db.treePart(part)
                var isPartChanged = false
                while next < places.count, places[next].key.prefix(pages.bits) == part {
                    let (key, name) = places[next]
                    let statement = try db.statement(of: name)
                    let before = leaves.replace(key, by: statement)
                    next += 1
                    guard before != statement else { continue }
                    isPartChanged = true
                    came += (statement == nil ? 0 : 1) - (before == nil ? 0 : 1)
                    try note(name, before, statement)
                }
                guard isPartChanged else { continue }
                isChanged = true
                try db.put(leaves, at: part)
                let subtree = tree.subtree(of: leaves.hashed[...], at: pages.bits)
                page.replace(part % pages.partsInPage, by: subtree, in: tree)
            }
            if isChanged { try db.put(page, at: number) }
        }
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
        try db.eachLeaf { try builder.add($0) }
        let leaves = try builder.finish()
        try db.run("INSERT INTO tree(id, bits, leaves, since) VALUES(1, ?, ?, ?)", pages.bits, leaves, since)
        return (try db.treeTop(pages).root.hash, leaves)
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
        return count
    }

    private mutating func moveOn(to place: Int) throws {
        if !leaves.leaves.isEmpty { try db.put(leaves, at: part) }
        parts.append(HashTree.sha256.subtree(of: leaves.hashed[...], at: pages.bits))
        leaves = TreeLeaves()
        while part < place {
            if parts.count == pages.partsInPage {
                let page = TreeTop(of: parts, in: .sha256)
                if page.root.size != .none { try db.put(page, at: part / pages.partsInPage) }
                parts = []
            }
            part += 1
            if part < place { parts.append(.empty) }
        }
    }
}
