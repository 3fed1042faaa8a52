public import CreditModel
public import CreditStore
internal import GRDB

/// Time travel: what was answered, and what was known.
extension SQLiteStore {
    /// The row of the present if it was there then, else the row that was kept when it was replaced.
    public func answer(about id: EnterpriseID, at moment: Int64) throws -> PastAnswer {
        try read { db in
            guard let number = try db.integers("SELECT id FROM enterprise WHERE text = ?", id.text).first,
                let place = try db.answer(of: number, at: moment)
            else { return .nothing }
            switch place {
            case .document(let document):
                let signed = try db.read(
                    """
                    SELECT \(Self.columns) FROM document d JOIN enterprise e ON e.id = d.enterprise
                    JOIN seal s ON s.document = d.id WHERE d.id = ? ORDER BY s.number LIMIT 1
                    """,
                    document,
                    with: Self.signed
                )
                guard case let signed?? = signed else { throw BinaryReader.damaged }
                return .served(signed)
            case .target(var target):
                // Ways are short; a bound keeps a damaged store from holding a reader for ever.
                for _ in 0..<1000 {
                    guard case .target(let next)? = try db.answer(of: target, at: moment) else { break }
                    target = next
                }
                let text = try db.read("SELECT text FROM enterprise WHERE id = ?", target) { $0.text(0) }
                guard let id = text.flatMap({ EnterpriseID($0) }) else { throw BinaryReader.damaged }
                return .moved(id)
            }
        }
    }

    /// Walks from every part that ever belonged to the id, in one view of the store.
    public func components(around id: EnterpriseID, at moment: Int64?) throws -> [[RecordHistory]] {
        try read { db in
            var walk = PastWalk(db, datasets: try db.datasets(), moment: moment)
            var components: [[RecordHistory]] = []
            for enterprise in try db.enterprises(everNamedBy: id) {
                let parts = try db.integers(
                    """
                    SELECT part FROM placement WHERE enterprise = ?1
                    UNION SELECT part FROM former_member WHERE enterprise = ?1 ORDER BY part
                    """,
                    enterprise
                )
                for part in parts {
                    if let component = try walk.component(of: part) { components.append(component) }
                }
            }
            return components
        }
    }
}

extension Database {
    fileprivate enum Place {
        case document(Int64)
        case target(Int64)
    }

    /// What stood for an enterprise at a moment; nil where nothing was known of it.
    fileprivate func answer(of enterprise: Int64, at moment: Int64) throws -> Place? {
        func place(_ row: SQLRow) -> Place? {
            row.optionalInteger(0).map { .target($0) } ?? row.optionalInteger(1).map { .document($0) }
        }
        let present = try read(
            """
            SELECT nullif(e.current, e.id), p.served FROM enterprise e LEFT JOIN profile p ON p.enterprise = e.id
            WHERE e.id = ?1 AND iif(e.current <> e.id, e.since, p.served_at) <= ?2
            """,
            enterprise,
            moment,
            with: place
        )
        if case let present?? = present { return present }
        return try read(
            """
            SELECT target, document FROM answer WHERE enterprise = ?1 AND since <= ?2 AND until > ?2
            ORDER BY since DESC LIMIT 1
            """,
            enterprise,
            moment,
            with: place
        ) ?? nil
    }

    /// The numbers of all enterprises for which an id stands or ever stood.
    fileprivate func enterprises(everNamedBy id: EnterpriseID) throws -> [Int64] {
        var found = try integers("SELECT id FROM enterprise WHERE text = ?", id.text)
        var next = 0
        while next < found.count, next < 1000 {
            let targets = try integers(
                """
                SELECT current FROM enterprise WHERE id = ?1
                UNION SELECT target FROM answer WHERE enterprise = ?1 AND target IS NOT NULL
                """,
                found[next]
            )
            found += targets.filter { !found.contains($0) }
            next += 1
        }
        return found
    }
}
