internal import CreditModel
public import CreditStore
internal import GRDB
internal import HashTree

/// Statuses, and the hash tree that goes with each.
extension SQLiteStore {
    /// Keeps a status beside all earlier ones, unless it would turn the position back.
    @discardableResult
    public func storeStatus(_ sign: (TreeState) throws -> SignedStatus) throws -> SignedStatus {
        try write { db in
            let latest = try db.read("SELECT id, digest, position, issued_at FROM status ORDER BY id DESC LIMIT 1") {
                (number: $0.integer(0), digest: $0.text(1), position: $0.integer(2), issuedAt: $0.integer(3))
            }
            let number = (latest?.number ?? 0) + 1
            let tree = try TreeWriter(db: db, status: number).bringUp()
            let status = try sign(
                TreeState(
                    root: tree.root,
                    leaves: tree.leaves,
                    change: db.integer("SELECT max(id) FROM change"),
                    position: db.storePosition()
                )
            )
            guard status.previous == latest?.digest, status.position >= latest?.position ?? .min,
                status.issuedAt >= latest?.issuedAt ?? .min
            else {
                throw StoreError(
                    .conflict,
                    "a status of position \(status.position) does not follow the latest one: read that and sign anew"
                )
            }
            try db.run(
                """
                INSERT INTO status(id, position, issued_at, expires_at, digest, previous, document)
                VALUES(?, ?, ?, ?, ?, ?, ?)
                """,
                number,
                status.position,
                status.issuedAt,
                status.expiresAt,
                status.digest,
                status.previous,
                status.document
            )
            return status
        }
    }

    /// Whether anything was noted since the latest status, or there is no tree yet.
    public func hasNewsForTree() throws -> Bool {
        try look { db in
            try db.exists("SELECT 1 FROM tree_news LIMIT 1") || !db.exists("SELECT 1 FROM tree")
        }
    }
}

/// Answers with what proves them, and what changed.
extension SQLiteStore {
    /// All of it in one view of the store: the status, the tree as it says, and the document.
    public func provenAnswer(about names: [String]) throws -> ProvenAnswer? {
        try read { db in try db.provenAnswer(about: names, treeCache) }
    }

    /// A connection of its own to the same file.
    public func answerReader(
        whenViewBegins: @escaping @Sendable (any AnswerReader) -> Void
    ) throws -> any AnswerReader {
        try SQLiteAnswerReader(path: path, treeCache, whenViewBegins: whenViewBegins)
    }

    /// In one view of the store.
    public func changes(after number: Int64, limit: Int, withCodes: Bool) throws -> ChangePage? {
        try read { db in
            guard let tree = try db.tree(), number >= tree.since else { return nil }
            let last = try db.integer("SELECT max(id) FROM change")
            var changes: [ProfileChange] = []
            var codes: [CodeChange] = []
            var statuses: [Int64] = []
            try db.each(
                """
                SELECT c.id, s.digest, c.enterprise, c.before, c.after, c.status FROM change c
                JOIN status s ON s.id = c.status
                WHERE c.id > ? AND (? OR substr(coalesce(c.after, c.before), 1, 1) <> 'h') ORDER BY c.id LIMIT ?
                """,
                number,
                withCodes,
                limit
            ) { row in
                let before = row.optionalText(3).flatMap { TreeStatement(stored: $0) }
                let after = row.optionalText(4).flatMap { TreeStatement(stored: $0) }
                if let id = EnterpriseID(row.text(2)) {
                    changes.append(
                        ProfileChange(
                            number: row.integer(0),
                            status: row.text(1),
                            enterprise: id,
                            before: before,
                            after: after
                        )
                    )
                } else {
                    guard case .holders? = after ?? before else { throw BinaryReader.damaged }
                    codes.append(
                        CodeChange(
                            number: row.integer(0),
                            status: row.text(1),
                            code: row.text(2),
                            holders: after?.leadsTo ?? []
                        )
                    )
                }
                if statuses.last != row.integer(5) { statuses.append(row.integer(5)) }
            }
            let latest = try db.integer("SELECT max(id) FROM status")
            if statuses.last != latest { statuses.append(latest) }
            let found = try statuses.compactMap { number in
                try db.read(
                    """
                    SELECT position, issued_at, expires_at, digest, previous, document FROM status WHERE id = ?
                    """,
                    number,
                    with: Self.status
                )
            }
            return ChangePage(changes: changes, codes: codes, statuses: found, last: last)
        }
    }

    /// One row by its digest; a few thousand a year.
    public func status(of digest: String) throws -> SignedStatus? {
        try look { db in
            try db.read(
                """
                SELECT position, issued_at, expires_at, digest, previous, document FROM status WHERE digest = ?
                """,
                digest,
                with: Self.status
            )
        }
    }
}
