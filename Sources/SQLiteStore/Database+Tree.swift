internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing

/// The rows of the hash tree, and what they follow from.
extension Database {
    // MARK: What there is to say

    /// Notes that something else may be there to be said of an id or a code.
    func noteForTree(_ name: String) throws { try run("INSERT INTO tree_news(name) VALUES(?)", name) }

    /// What the other tables say of an id or a code.
    func said(of name: String) throws -> StoredStatement? {
        guard EnterpriseID(name) != nil else {
            guard !IdentityCard.isCode(name) else { return nil }
            let holders = try all(
                """
                SELECT e.text FROM code c JOIN enterprise e ON e.id = c.enterprise WHERE c.text = ?
                ORDER BY e.text LIMIT \(TreeStatement.mostHolders)
                """,
                name
            ) { EnterpriseID($0.text(0)) }.compactMap(\.self)
            return holders.isEmpty ? nil : StoredStatement(.holders(holders))
        }
        let stored = try read(
            """
            SELECT iif(e.current = e.id, 'd' || p.document || ':' || p.version, 'm' || t.text) FROM enterprise e
            LEFT JOIN enterprise t ON t.id = e.current LEFT JOIN profile p ON p.enterprise = e.id WHERE e.text = ?
            """,
            name
        ) { $0.optionalText(0) }
        return (stored ?? nil).flatMap { StoredStatement($0) }
    }

    /// Hands over all that there is to say, in the order of the tree; sorted by SQLite, on the disk where it is much.
    func eachLeaf(_ body: (_ key: TreeHash, _ said: StoredStatement) throws -> Void) throws {
        try each(
            """
            SELECT tree_key(e.text) AS key, iif(e.current = e.id, 'd' || p.document || ':' || p.version, 'm' || t.text) AS said
            FROM enterprise e LEFT JOIN enterprise t ON t.id = e.current LEFT JOIN profile p ON p.enterprise = e.id
            WHERE said IS NOT NULL
            UNION ALL
            SELECT tree_key(c.text) AS key, 'h' || group_concat(e.text, '') AS said
            FROM code c JOIN enterprise e ON e.id = c.enterprise GROUP BY c.text HAVING key IS NOT NULL
            ORDER BY key
            """
        ) { row in
            guard let key = row.bytes(0).map({ TreeHash(reading: $0.span) }),
                var said = StoredStatement(row.text(1))
            else { throw BinaryReader.damaged }
            if case .holders(let ids) = said.statement {
                said.statement = .holders(Array(ids.sorted().prefix(TreeStatement.mostHolders)))
            }
            try body(key, said)
        }
    }

    // MARK: What is said

    func tree() throws -> (pages: TreePages, leaves: Int64, since: Int64)? {
        try read("SELECT bits, leaves, since FROM tree") {
            (pages: TreePages(bits: Int(min(max($0.integer(0), 0), 24))), leaves: $0.integer(1), since: $0.integer(2))
        }
    }

    func treePage(_ page: TreePage) throws -> [UInt8]? {
        (try read(Self.treePage, page.row) { $0.bytes(0) }) ?? nil
    }

    func treePartBytes(_ number: Int) throws -> [UInt8]? {
        (try read(Self.treePart, number) { $0.bytes(0) }) ?? nil
    }

    static let treePage = "SELECT nodes FROM tree_page WHERE number = ?"
    static let treePart = "SELECT leaves FROM tree_part WHERE number = ?"

    /// The whole, as the uppermost page has it.
    func treeRoot(_ pages: TreePages) throws -> Subtree {
        let row = TreePage(level: pages.top, number: 0).row
        let bytes = (try read("SELECT root FROM tree_page WHERE number = ?", row) { $0.bytes(0) }) ?? nil
        guard let bytes else { return .empty }
        guard let root = Subtree(reading: bytes.span, at: 0) else { throw BinaryReader.damaged }
        return root
    }

    /// Tells the pages above, up to the whole, that pages of a level are other ones.
    ///
    /// - Parameters:
    ///   - changed: The pages and what they are now, in their order; all of one level.
    ///   - pages: How the tree is cut.
    /// - Throws: what SQLite throws.
    func raise(_ changed: [(TreePage, Subtree)], _ pages: TreePages) throws {
        var changed = changed
        while let level = changed.first?.0.level, level < pages.top {
            var above: [(TreePage, Subtree)] = []
            var next = 0
            while next < changed.count {
                let place = changed[next].0.parent(in: pages).page
                var page = try pages.page(treePage(place), place.level)
                while next < changed.count, case let (parent, child) = changed[next].0.parent(in: pages),
                    parent == place
                {
                    page.replace(child, by: changed[next].1, in: .sha256)
                    next += 1
                }
                try put(page, at: place)
                above.append((place, page.root))
            }
            changed = above
        }
    }

    func treePart(_ number: Int) throws -> TreeLeaves {
        try TreeLeaves(treePartBytes(number))
    }

    /// Takes the tree away, with what was noted for it.
    func giveUpTree() throws {
        for table in ["tree", "tree_page", "tree_part", "tree_news"] { try run("DELETE FROM \(table)") }
    }

    func put(_ leaves: TreeLeaves, at part: Int) throws {
        guard !leaves.leaves.isEmpty else { return try run("DELETE FROM tree_part WHERE number = ?", part) }
        try run("INSERT OR REPLACE INTO tree_part(number, leaves) VALUES(?, ?)", part, leaves.bytes)
    }

    func put(_ page: TreeTop, at place: TreePage) throws {
        guard page.root.size != .none else { return try run("DELETE FROM tree_page WHERE number = ?", place.row) }
        var (root, nodes) = ([UInt8](), [UInt8]())
        page.root.append(to: &root)
        for part in page.parts { part.append(to: &nodes) }
        try run("INSERT OR REPLACE INTO tree_page(number, root, nodes) VALUES(?, ?, ?)", place.row, root, nodes)
    }
}
