internal import CreditModel
public import CreditStore
internal import GRDB
internal import HashTree
internal import Signing

/// Everything that the latest status says.
extension SQLiteStore {
    /// One of the connections that read, for as long as the body takes.
    public func viewWhole<Result>(_ body: (any WholeView) throws -> Result) throws -> Result? {
        try read { db in
            let status = try db.read(
                "SELECT position, issued_at, expires_at, digest, previous, document FROM status ORDER BY id DESC LIMIT 1",
                with: Self.status
            )
            guard let status, let tree = try db.tree() else { return nil }
            return try body(StoredWhole(db: db, status: status, pages: tree.pages))
        }
    }
}

/// The tree's leaves with their names, which the tree itself does not hold.
private struct StoredWhole: WholeView {
    let db: Database
    let status: SignedStatus
    let pages: TreePages

    /// The other tables may be ahead of the status, but only in what is noted in `tree_news`: of these names it is the tree that
    /// tells what the status says, of all others both say the same.
    ///
    /// Sorted by SQLite, on the disk where it is much.
    func eachStatement(_ body: (NamedStatement) throws -> Void) throws {
        try db.each(
            """
            WITH news(name) AS MATERIALIZED (SELECT DISTINCT name FROM tree_news)
            SELECT tree_key(e.text) AS key, e.text AS name, n.name IS NOT NULL AS new,
                iif(e.current = e.id, 'v' || p.version, 'm' || t.text) AS said, p.document AS document
            FROM enterprise e LEFT JOIN enterprise t ON t.id = e.current AND e.current <> e.id
                LEFT JOIN profile p ON p.enterprise = e.id LEFT JOIN news n ON n.name = e.text
            WHERE said IS NOT NULL OR new
            UNION ALL
            SELECT tree_key(c.text) AS key, c.text, n.name IS NOT NULL, 'h' || group_concat(e.text, ''), NULL
            FROM code c JOIN enterprise e ON e.id = c.enterprise LEFT JOIN news n ON n.name = c.text
            GROUP BY c.text HAVING key IS NOT NULL
            UNION ALL
            SELECT tree_key(n.name) AS key, n.name, 1, NULL, NULL FROM news n
            WHERE NOT EXISTS (SELECT 1 FROM enterprise WHERE text = n.name)
                AND NOT EXISTS (SELECT 1 FROM code WHERE text = n.name) AND key IS NOT NULL
            ORDER BY key
            """
        ) { row in
            guard let key = row.bytes(0).map({ TreeHash(reading: $0.span) }) else { throw BinaryReader.damaged }
            let name = row.text(1)
            let isNew = row.integer(2) != 0
            // A name that the tree does not know yet.
            guard let statement = try isNew ? inTree(key) : stored(row.text(3)) else { return }
            var profile: SignedProfile?
            if case .version(let version) = statement {
                profile =
                    try isNew
                    ? EnterpriseID(name).flatMap { try db.signed($0, version: version) }
                    : signed(document: row.integer(4))
                // A status is signed after the profiles that it speaks of.
                guard profile?.version == version else { throw BinaryReader.damaged }
            }
            try body(NamedStatement(key: key, name: name, statement: statement, profile: profile))
        }
    }

    func annex(_ digest: String) throws -> Annex? {
        try db.read("SELECT bytes FROM annex WHERE digest = ?", digest) {
            Annex(digest: digest, bytes: $0.bytes(0) ?? [])
        }
    }

    private func stored(_ text: String) throws -> TreeStatement {
        guard let statement = TreeStatement(stored: text) else { throw BinaryReader.damaged }
        guard case .holders(let ids) = statement else { return statement }
        return .holders(Array(ids.sorted().prefix(TreeStatement.mostHolders)))
    }

    private func inTree(_ key: TreeHash) throws -> TreeStatement? {
        try db.treePart(key.prefix(pages.bits)).leaves.first { $0.key == key }?.statement
    }

    private func signed(document: Int64) throws -> SignedProfile? {
        try db.read(
            """
            SELECT \(SQLiteStore.columns) FROM document d JOIN enterprise e ON e.id = d.enterprise
            JOIN seal s ON \(SealSchema.isFirst) WHERE d.id = ?
            """,
            document,
            with: SQLiteStore.signed
        ) ?? nil
    }
}
