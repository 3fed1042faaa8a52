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
    func statement(of name: String) throws -> TreeStatement? {
        guard EnterpriseID(name) != nil else {
            guard !IdentityCard.isCode(name) else { return nil }
            let holders = try all(
                """
                SELECT e.text FROM code c JOIN enterprise e ON e.id = c.enterprise WHERE c.text = ?
                ORDER BY e.text LIMIT \(TreeStatement.mostHolders)
                """,
                name
            ) { EnterpriseID($0.text(0)) }.compactMap(\.self)
            return holders.isEmpty ? nil : .holders(holders)
        }
        let stored = try read(
            """
            SELECT iif(e.current = e.id, 'v' || p.version, 'm' || t.text) FROM enterprise e
            LEFT JOIN enterprise t ON t.id = e.current LEFT JOIN profile p ON p.enterprise = e.id WHERE e.text = ?
            """,
            name
        ) { $0.optionalText(0) }
        return (stored ?? nil).flatMap { TreeStatement(stored: $0) }
    }

    /// Hands over all that there is to say, in the order of the tree; sorted by SQLite, on the disk where it is much.
    func eachLeaf(_ body: (TreeLeaves.Leaf) throws -> Void) throws {
        try each(
            """
            SELECT tree_key(e.text) AS key, iif(e.current = e.id, 'v' || p.version, 'm' || t.text) AS said
            FROM enterprise e LEFT JOIN enterprise t ON t.id = e.current LEFT JOIN profile p ON p.enterprise = e.id
            WHERE said IS NOT NULL
            UNION ALL
            SELECT tree_key(c.text) AS key, 'h' || group_concat(e.text, '') AS said
            FROM code c JOIN enterprise e ON e.id = c.enterprise GROUP BY c.text HAVING key IS NOT NULL
            ORDER BY key
            """
        ) { row in
            guard let key = row.bytes(0).map({ TreeHash(reading: $0.span) }),
                var statement = TreeStatement(stored: row.text(1))
            else { throw BinaryReader.damaged }
            if case .holders(let ids) = statement {
                statement = .holders(Array(ids.sorted().prefix(TreeStatement.mostHolders)))
            }
            try body(TreeLeaves.Leaf(key: key, statement: statement))
        }
    }

    // MARK: What is said

    func tree() throws -> (pages: TreePages, leaves: Int64, since: Int64)? {
        try read("SELECT bits, leaves, since FROM tree") {
            (pages: TreePages(bits: Int(min(max($0.integer(0), 0), 24))), leaves: $0.integer(1), since: $0.integer(2))
        }
    }

    func treePage(_ number: Int) throws -> [UInt8]? {
        (try read("SELECT nodes FROM tree_page WHERE number = ?", number) { $0.bytes(0) }) ?? nil
    }

    func treePart(_ number: Int) throws -> TreeLeaves {
        try TreeLeaves((try read("SELECT leaves FROM tree_part WHERE number = ?", number) { $0.bytes(0) }) ?? nil)
    }

    /// Takes the tree away, with what was noted for it.
    func giveUpTree() throws {
        for table in ["tree", "tree_page", "tree_part", "tree_news"] { try run("DELETE FROM \(table)") }
    }

    /// The hashes of all pages, and what is made of them.
    func treeTop(_ pages: TreePages) throws -> TreeTop {
        var parts = [Subtree](repeating: .empty, count: pages.pages)
        try each("SELECT number, root FROM tree_page") { row in
            guard let bytes = row.bytes(1), let root = Subtree(reading: bytes.span, at: 0),
                parts.indices.contains(Int(row.integer(0)))
            else { throw BinaryReader.damaged }
            parts[Int(row.integer(0))] = root
        }
        return TreeTop(of: parts, in: .sha256)
    }

    func put(_ leaves: TreeLeaves, at part: Int) throws {
        guard !leaves.leaves.isEmpty else { return try run("DELETE FROM tree_part WHERE number = ?", part) }
        try run("INSERT OR REPLACE INTO tree_part(number, leaves) VALUES(?, ?)", part, leaves.bytes)
    }

    func put(_ page: TreeTop, at number: Int) throws {
        guard page.root.size != .none else { return try run("DELETE FROM tree_page WHERE number = ?", number) }
        var (root, nodes) = ([UInt8](), [UInt8]())
        page.root.append(to: &root)
        for part in page.parts { part.append(to: &nodes) }
        try run("INSERT OR REPLACE INTO tree_page(number, root, nodes) VALUES(?, ?, ?)", number, root, nodes)
    }
}
