internal import CreditModel
internal import CreditStore
internal import Crypto
internal import GRDB
internal import NameSearch

/// Checks what neither the statements nor the derivation tell of; each question in one view of the store.
struct TableAudit {
    let store: SQLiteStore
    let audit: Audit

    func run() throws {
        let questions = Orphan.all
        let steps = Tally.all.count + questions.count + 3
        for (index, tally) in Tally.all.enumerated() {
            try audit.note("checking tables", index, of: steps)
            _ = store.attempt(tally.table, audit) { try store.read { db in try check(tally, db) } }
        }
        for (index, question) in questions.enumerated() {
            try audit.note("checking tables", Tally.all.count + index, of: steps)
            _ = store.attempt(question.table, audit) { try store.read { db in try ask(question, db) } }
        }
        try audit.note("checking tables", steps - 3, of: steps)
        _ = store.attempt("tree_part", audit) { try tree() }
        try audit.note("checking tables", steps - 2, of: steps)
        _ = store.attempt("annex", audit) { try annexes() }
        try audit.note("checking tables", steps - 1, of: steps)
        _ = store.attempt("name_index", audit) { try names() }
    }

    private func check(_ tally: Tally, _ db: Database) throws {
        let kept = try db.read("SELECT rows, sum FROM tally WHERE id = ? AND name = ?", tally.number, tally.table) {
            (rows: $0.integer(0), sum: $0.integer(1))
        }
        let found = try tally.count(db)
        guard kept?.rows != found.rows || kept?.sum != found.sum else { return }
        let problem = kept.map { Self.difference(of: found.rows, from: $0.rows) } ?? "its tally is gone"
        audit.report(Finding(.table, in: tally.table, problem, isRepairable: tally.isDerived || kept == nil))
    }

    private static func difference(of found: Int64, from kept: Int64) -> String {
        if found < kept { return "\(kept - found) of its \(kept) rows are gone" }
        if found > kept { return "it has \(found - kept) rows that the store did not write" }
        return "one or more of its \(found) rows were changed"
    }

    private func ask(_ question: Orphan, _ db: Database) throws {
        try db.each(question.sql) { row in
            audit.report(
                Finding(
                    question.kind,
                    in: question.table,
                    enterprise: EnterpriseID(row.text(1)),
                    row: row.text(0),
                    question.problem,
                    isRepairable: question.isRepairable
                )
            )
        }
    }

    /// An annex is named by the digest of its bytes.
    private func annexes() throws {
        try store.read { db in
            try db.each("SELECT digest, bytes FROM annex") { row in
                let digest = ShortDigest.text(of: Array(SHA256.hash(data: row.bytes(1) ?? [])))
                guard digest != row.text(0) else { return }
                audit.report(
                    Finding(
                        .document,
                        in: "annex",
                        row: row.text(0),
                        "its bytes are not those of its digest",
                        isRepairable: true
                    )
                )
            }
        }
    }

    private func tree() throws {
        try store.read { db in
            try TreeAudit(db) { table, problem in
                audit.report(Finding(.tree, in: table, problem, isRepairable: true))
            }.run()
        }
    }

    private func names() throws {
        let isRight =
            store.options.access == .readOnly
            ? try store.read { db in try NameIndexAudit.isRight(db) }
            : try store.write { db in try NameIndexAudit.isRight(db) }
        guard !isRight else { return }
        audit.report(
            Finding(.nameIndex, in: "name_index", "it does not find all names, or finds others", isRepairable: true)
        )
    }
}

/// Compares the index of names with the cards, word for word, in two scans.
enum NameIndexAudit {
    /// To be called where temporary tables may be made: not in a reader of a store that is open for writing.
    static func isRight(_ db: Database) throws -> Bool {
        try db.execute(
            sql: "CREATE VIRTUAL TABLE IF NOT EXISTS temp.name_words USING fts5vocab(main, name_index, instance)"
        )
        var expected: Int64 = 0
        var found: Int64 = 0
        try db.each("SELECT enterprise, content FROM card") { row in
            // What cannot be read is told with its component.
            guard let card = try? SearchCardCodec.decode(row.bytes(1) ?? []) else { return }
            let words = IndexWords(of: card)
            for name in card.names.indices {
                let place = NamePlace(enterprise: row.integer(0), name: name, on: card)
                for word in Set(words.words(ofName: name).split(separator: " ").map(indexed)) {
                    var sum = RowHash()
                    sum.add(word)
                    sum.add(1, place.number)
                    expected ^= Int64(bitPattern: sum.value)
                }
            }
        }
        do {
            try db.each("SELECT row_sum(term, doc) FROM name_words") { found ^= $0.integer(0) }
            // That the words are there does not yet mean that a search comes upon them.
            try db.execute(
                sql: "CREATE VIRTUAL TABLE IF NOT EXISTS temp.name_terms USING fts5vocab(main, name_index, row)"
            )
            let isLost = try db.exists(
                """
                SELECT 1 FROM name_terms t
                WHERE (SELECT count(*) FROM name_index WHERE name_index MATCH '"' || t.term || '"') <> t.doc LIMIT 1
                """
            )
            if isLost { return false }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return false
        }
        return found == expected
    }

    /// A word as the index has it: it knows no capitals but those beyond ASCII.
    private static func indexed(_ word: Substring) -> String {
        String(decoding: word.utf8.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}

/// A question whose answers are rows that should not be.
struct Orphan {
    var kind: Finding.Kind
    var table: String
    var problem: String
    var isRepairable = true
    /// Which row, and the enterprise's id or NULL.
    var sql: String
    /// Takes the rows away, where they are worth nothing; `damaged` is a table of records that are to be spared.
    var remedy: String?

    private static let roles = Role.allCases.map { "\($0.rawValue)" }.joined(separator: ", ")

    static let all: [Orphan] = [
        Orphan(
            kind: .orphan,
            table: "placement",
            problem: "it places a record that is not there",
            sql: """
                SELECT 'part ' || part, NULL FROM placement p WHERE NOT EXISTS (SELECT 1 FROM record WHERE id = p.part >> 3)
                """,
            remedy: """
                DELETE FROM placement WHERE part >> 3 NOT IN (SELECT id FROM temp.damaged)
                    AND (NOT EXISTS (SELECT 1 FROM record WHERE id = part >> 3) OR part & 7 NOT IN (\(roles)))
                """
        ),
        Orphan(
            kind: .placement,
            table: "placement",
            problem: "it places a record in a role that the record does not have",
            sql: """
                SELECT 'part ' || p.part, NULL FROM placement p JOIN record r ON r.id = p.part >> 3
                WHERE p.enterprise IS NOT 0 AND r.roles >> (p.part & 7) & 1 = 0
                    AND NOT EXISTS (SELECT 1 FROM dirty WHERE part = p.part)
                """,
            remedy: """
                INSERT OR REPLACE INTO dirty(part, change)
                SELECT p.part, (SELECT position + 1 FROM meta) FROM placement p JOIN record r ON r.id = p.part >> 3
                WHERE p.enterprise IS NOT 0 AND r.roles >> (p.part & 7) & 1 = 0
                """
        ),
        Orphan(
            kind: .identity,
            table: "enterprise",
            problem: "records are placed with it, and it is gone",
            sql: """
                SELECT 'enterprise ' || enterprise, NULL FROM (SELECT DISTINCT enterprise FROM placement WHERE enterprise > 0)
                WHERE enterprise NOT IN (SELECT id FROM enterprise)
                """
        ),
        Orphan(
            kind: .identity,
            table: "enterprise",
            problem: "it leads to an id that is not there",
            sql: """
                SELECT 'enterprise ' || e.id, e.text FROM enterprise e
                WHERE NOT EXISTS (SELECT 1 FROM enterprise WHERE id = e.current)
                """
        ),
        Orphan(
            kind: .placement,
            table: "held",
            problem: "the list of what is held has a record that is not held, or not under its own key",
            sql: """
                SELECT 'part ' || h.part, NULL FROM held h LEFT JOIN placement p ON p.part = h.part
                LEFT JOIN record r ON r.id = h.part >> 3
                WHERE p.part IS NULL OR p.enterprise IS NOT NULL OR p.reason IS NULL OR r.dataset IS NOT h.dataset
                    OR r.key IS NOT h.key
                """,
            remedy: """
                DELETE FROM held WHERE NOT EXISTS (
                    SELECT 1 FROM placement p JOIN record r ON r.id = p.part >> 3 WHERE p.part = held.part
                        AND p.enterprise IS NULL AND p.reason IS NOT NULL AND r.dataset = held.dataset AND r.key = held.key)
                    AND part >> 3 NOT IN (SELECT id FROM temp.damaged)
                """
        ),
        Orphan(
            kind: .placement,
            table: "held",
            problem: "a record is held that the list of what is held does not have",
            sql: """
                SELECT 'part ' || p.part, NULL FROM placement p JOIN record r ON r.id = p.part >> 3
                WHERE p.enterprise IS NULL AND p.reason IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM held WHERE dataset = r.dataset AND key = r.key AND part = p.part)
                """,
            remedy: """
                INSERT OR IGNORE INTO held(dataset, key, part) SELECT r.dataset, r.key, p.part FROM placement p
                JOIN record r ON r.id = p.part >> 3 WHERE p.enterprise IS NULL AND p.reason IS NOT NULL
                """
        ),
        leftOver(in: "code", called: "'enterprise ' || x.enterprise"),
        leftOver(in: "card", called: "'enterprise ' || x.enterprise"),
        leftOver(in: "profile", called: "'enterprise ' || x.enterprise"),
        Orphan(
            kind: .document,
            table: "document",
            problem: "it belongs to an enterprise that is not there",
            sql: """
                SELECT 'document ' || id, NULL FROM document d
                WHERE NOT EXISTS (SELECT 1 FROM enterprise WHERE id = d.enterprise)
                """
        ),
        Orphan(
            kind: .seal,
            table: "seal",
            problem: "what it was published with is gone: the document was shown once",
            isRepairable: false,
            sql: """
                SELECT 'document ' || id, (SELECT text FROM enterprise WHERE id = d.enterprise) FROM document d
                WHERE NOT EXISTS (SELECT 1 FROM seal WHERE document = d.id)
                    AND NOT EXISTS (SELECT 1 FROM profile WHERE enterprise = d.enterprise AND document = d.id)
                """
        ),
        Orphan(
            kind: .document,
            table: "document",
            problem: "it is gone, but its seal is there",
            isRepairable: false,
            sql: """
                SELECT 'document ' || s.document, (SELECT e.text FROM profile p JOIN enterprise e ON e.id = p.enterprise
                    WHERE p.document = s.document) FROM seal s
                WHERE NOT EXISTS (SELECT 1 FROM document WHERE id = s.document)
                """
        ),
        Orphan(
            kind: .document,
            table: "document",
            problem: "what was answered once is gone",
            isRepairable: false,
            sql: """
                SELECT 'document ' || a.document, (SELECT text FROM enterprise WHERE id = a.enterprise) FROM answer a
                WHERE a.document IS NOT NULL AND NOT EXISTS (SELECT 1 FROM document WHERE id = a.document)
                """
        ),
    ]

    /// What was derived for an enterprise that no record speaks of any more.
    private static func leftOver(in table: String, called place: String) -> Orphan {
        Orphan(
            kind: .orphan,
            table: table,
            problem: "it belongs to an enterprise that has no records",
            sql: """
                SELECT \(place), (SELECT text FROM enterprise WHERE id = x.enterprise) FROM \(table) x
                WHERE NOT EXISTS (SELECT 1 FROM placement WHERE enterprise = x.enterprise)
                """,
            remedy: """
                DELETE FROM \(table) WHERE NOT EXISTS (SELECT 1 FROM placement p WHERE p.enterprise = \(table).enterprise)
                """
        )
    }
}

extension RowHash {
    /// As `row_sum` takes a text.
    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            add(3, Int64(bytes.count))
            unsafe add(UnsafeRawBufferPointer(bytes))
        }
    }
}
