internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing

/// Compares the stored tree with what the other tables say, leaf by leaf, and its hashes with its leaves; in one view.
struct TreeAudit {
    private let db: Database
    private let report: (_ table: String, _ problem: String) -> Void
    /// Of these something else may be said by now, and the tree need not say it yet.
    private let news: Set<TreeHash>

    /// - Parameters:
    ///   - db: a view of the store, or a transaction.
    ///   - report: told of what is wrong, at most once a table.
    /// - Throws: what SQLite throws.
    init(_ db: Database, report: @escaping (_ table: String, _ problem: String) -> Void) throws {
        self.db = db
        self.report = report
        var news: Set<TreeHash> = []
        try db.each("SELECT name FROM tree_news") { news.insert(HashTree.sha256.key(of: $0.text(0))) }
        self.news = news
    }

    /// Whether all is as it should be.
    static func isRight(_ db: Database) throws -> Bool {
        var isRight = true
        try TreeAudit(db) { _, _ in isRight = false }.run()
        return isRight
    }

    func run() throws {
        guard let tree = try db.tree() else {
            for table in ["tree_part", "tree_page"] where try db.exists("SELECT 1 FROM \(table) LIMIT 1") {
                report(table, "it belongs to a tree that is not there")
            }
            return
        }
        do {
            var walk = Walk(db, tree.pages)
            let wrong = try compare(&walk)
            if wrong > 0 {
                report("tree_part", "of \(wrong) ids and codes it says something else than is stored of them")
            }
            if walk.leaves != tree.leaves { report("tree", "it says \(tree.leaves) leaves, there are \(walk.leaves)") }
            if !walk.areRight { report("tree_page", "its hashes are not those of the leaves") }
        } catch let error as StoreError where error.code == .damaged {
            report("tree_part", "it cannot be read back")
        }
    }

    /// How many names are said otherwise than they should be.
    private func compare(_ walk: inout Walk) throws -> Int {
        var wrong = 0
        var stored = try walk.next()
        func note(_ key: TreeHash) { wrong += news.contains(key) ? 0 : 1 }
        try db.eachLeaf { key, said in
            while let extra = stored, extra.key < key {
                note(extra.key)
                stored = try walk.next()
            }
            guard let same = stored, same.key == key else { return note(key) }
            if same.statement != said.statement { note(key) }
            stored = try walk.next()
        }
        while let extra = stored {
            note(extra.key)
            stored = try walk.next()
        }
        return wrong
    }

    /// Goes through the stored leaves in order, and checks the hashes on the way.
    private struct Walk {
        let db: Database
        let pages: TreePages
        private(set) var leaves: Int64 = 0
        private(set) var areRight = true
        private var part = -1
        private var rest: ArraySlice<TreeLeaves.Leaf> = []
        private var page: (number: Int, parts: [Subtree])?
        private var seen: Int64 = 0
        /// The pages of the level that was gone through last.
        private var roots: [(TreePage, Subtree)] = []

        init(_ db: Database, _ pages: TreePages) {
            self.db = db
            self.pages = pages
        }

        mutating func next() throws -> TreeLeaves.Leaf? {
            while rest.isEmpty {
                let row = try db.read(
                    "SELECT number, leaves FROM tree_part WHERE number > ? ORDER BY number LIMIT 1",
                    part,
                    with: { (number: Int($0.integer(0)), bytes: $0.bytes(1)) }
                )
                guard let row else {
                    try endPage()
                    try checkUpper()
                    return nil
                }
                let found = try TreeLeaves(row.bytes)
                part = row.number
                rest = found.leaves[...]
                leaves += Int64(rest.count)
                try add(found)
            }
            return rest.popFirst()
        }

        private mutating func add(_ found: TreeLeaves) throws {
            let number = part / pages.children(0)
            if page?.number != number {
                try endPage()
                page = (number, [Subtree](repeating: .empty, count: pages.children(0)))
            }
            let isHere = found.leaves.allSatisfy { $0.key.prefix(pages.bits) == part }
            let isOrdered = zip(found.leaves, found.leaves.dropFirst()).allSatisfy { $0.key < $1.key }
            guard part < 1 << pages.bits, !found.leaves.isEmpty, isHere, isOrdered else {
                areRight = false
                return
            }
            page?.parts[part % pages.children(0)] = HashTree.sha256.subtree(of: found.hashed[...], at: pages.bits)
        }

        private mutating func endPage() throws {
            guard let page else { return }
            self.page = nil
            try check(TreePage(level: 0, number: page.number), page.parts)
        }

        /// The pages of the upper levels, each of what is right below it; and that there are no others.
        private mutating func checkUpper() throws {
            while let level = roots.first?.0.level, level < pages.top {
                let below = roots
                roots = []
                var next = 0
                while next < below.count {
                    let place = below[next].0.parent(in: pages).page
                    var parts = [Subtree](repeating: .empty, count: pages.children(place.level))
                    while next < below.count, case let (parent, child) = below[next].0.parent(in: pages),
                        parent == place
                    {
                        parts[child] = below[next].1
                        next += 1
                    }
                    try check(place, parts)
                }
            }
            if try db.integer("SELECT count(*) FROM tree_page") != seen { areRight = false }
        }

        private mutating func check(_ place: TreePage, _ parts: [Subtree]) throws {
            seen += 1
            let top = TreeTop(of: parts, in: .sha256)
            roots.append((place, top.root))
            let stored = try db.read("SELECT nodes, root FROM tree_page WHERE number = ?", place.row) {
                (nodes: $0.bytes(0), root: $0.bytes(1) ?? [])
            }
            var root: [UInt8] = []
            top.root.append(to: &root)
            guard let stored, stored.root == root, let nodes = try? pages.page(stored.nodes, place.level),
                nodes.parts == top.parts
            else {
                areRight = false
                return
            }
        }
    }
}
