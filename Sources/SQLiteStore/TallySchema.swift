internal import GRDB

/// What tells that a row was changed or lost behind the store's back.
///
/// Most tables are told by others: a profile by its records, a record's columns by its versions, a link by its record. The
/// rest is told here: by a checksum in the row, where rows are many, or by a tally of the table.
enum TallySchema {
    static func makeEight(_ db: Database) throws {
        try db.execute(sql: columns)
        try db.execute(sql: tallies)
        for table in Tally.all where table.number <= 21 { try make(table.number == meta.number ? meta : table, db) }
    }

    /// `meta` before version 9.
    private static let meta = Tally(number: 1, table: "meta", columns: ["id", "position", "settled"], isDerived: true)

    static func makeNine(_ db: Database) throws {
        for event in ["insert", "delete", "update"] { try db.execute(sql: "DROP TRIGGER tally_meta_\(event)") }
        try db.execute(sql: Schema.linked)
        try db.run("DELETE FROM tally WHERE id = ?", meta.number)
        if let tally = Tally.all.first(where: { $0.number == meta.number }) { try make(tally, db) }
    }

    /// `record.versions`: how many there are, so that a lost one is missed.
    ///
    /// NULL in rows that were written before: what is not known to be right is not vouched for.
    private static let columns = """
        ALTER TABLE version ADD COLUMN sum INTEGER;
        ALTER TABLE record ADD COLUMN versions INTEGER;
        ALTER TABLE record ADD COLUMN sum INTEGER;
        """

    private static let tallies = """
        CREATE TABLE tally(id INTEGER PRIMARY KEY, name TEXT NOT NULL, rows INTEGER NOT NULL, sum INTEGER NOT NULL);
        """

    static func make(_ tally: Tally, _ db: Database) throws {
        let counted = try tally.count(db)
        try db.run(
            "INSERT INTO tally(id, name, rows, sum) VALUES(?, ?, ?, ?)",
            tally.number,
            tally.table,
            counted.rows,
            counted.sum
        )
        try makeTriggers(of: tally, db)
    }

    static func makeTriggers(of tally: Tally, _ db: Database) throws {
        let (old, new) = (tally.list(of: "OLD."), tally.list(of: "NEW."))
        for (event, change) in [
            ("INSERT", "rows = rows + 1, sum = row_xor(sum, \(new))"),
            ("DELETE", "rows = rows - 1, sum = row_xor(sum, \(old))"),
            ("UPDATE", "sum = row_xor(row_xor(sum, \(old)), \(new))"),
        ] {
            try db.execute(
                sql: """
                    CREATE TRIGGER tally_\(tally.table)_\(event.lowercased()) AFTER \(event) ON \(tally.table) BEGIN
                        UPDATE tally SET \(change) WHERE id = \(tally.number);
                    END
                    """
            )
        }
    }
}

/// A table of which rows are counted and their checksums kept together, by triggers: whoever writes keeps the tally.
///
/// The triggers of REPLACE fire only under `recursive_triggers`, which every connection of the store sets.
struct Tally {
    /// As the triggers call it: never given to another table.
    var number: Int64
    var table: String
    /// All columns, but for those that have a check of their own.
    var columns: [String]
    /// Whether what it holds is derived: then a rebuild makes it right.
    var isDerived = false

    func list(of prefix: String = "") -> String { columns.map { prefix + $0 }.joined(separator: ", ") }

    /// Rows and sum as they are.
    func count(_ db: Database) throws -> (rows: Int64, sum: Int64) {
        var rows: Int64 = 0
        var sum: Int64 = 0
        try db.each("SELECT row_sum(\(list())) FROM \(table)") { row in
            rows += 1
            sum ^= row.integer(0)
        }
        return (rows, sum)
    }

    /// Those that are there; their columns are spelt out, so that the triggers never change by themselves.
    static let all: [Tally] = [
        Tally(number: 1, table: "meta", columns: ["id", "position", "settled", "linked"], isDerived: true),
        Tally(
            number: 2,
            table: "dataset",
            columns: [
                "id", "agency", "name", "position", "progress", "last_success", "last_attempt", "last_error", "records",
                "tests", "versions", "open_quarantine", "held", "generation", "reading", "unreadable",
            ]
        ),
        Tally(number: 3, table: "file", columns: ["dataset", "number", "name", "digest", "epoch"]),
        Tally(
            number: 4,
            table: "run",
            columns: [
                "id", "run", "dataset", "started", "ended", "taken", "unchanged", "quarantined", "withdrawn", "held",
                "error",
            ]
        ),
        Tally(number: 5, table: "drift", columns: ["dataset", "kind", "name", "sample", "first_seen"]),
        Tally(number: 6, table: "refusal", columns: ["id", "dataset", "what", "why", "seen_at"]),
        Tally(
            number: 7,
            table: "quarantine",
            columns: [
                "id", "dataset", "digest", "document", "row", "line", "key", "modified", "sequence", "rule", "message",
                "original", "first_seen", "resolution", "seen", "epoch",
            ]
        ),
        // The bytes of a segment are guarded by gzip's own check sum.
        Tally(number: 8, table: "segment", columns: ["id", "dataset", "run", "rows"]),
        Tally(number: 9, table: "sighting", columns: ["version", "dataset", "file", "epoch", "sequence"]),
        Tally(number: 10, table: "waiting", columns: ["dataset", "record", "modified", "sequence"]),
        Tally(number: 11, table: "standing", columns: ["version", "until", "sequence", "retracted"]),
        Tally(number: 12, table: "former_link", columns: ["hash", "part"]),
        Tally(number: 13, table: "former_member", columns: ["enterprise", "part"]),
        Tally(number: 14, table: "answer", columns: ["enterprise", "since", "until", "target", "document"]),
        Tally(
            number: 15,
            table: "status",
            columns: ["id", "position", "issued_at", "expires_at", "digest", "previous", "document"]
        ),
        Tally(number: 16, table: "annex", columns: ["digest", "bytes"]),
        Tally(number: 17, table: "dirty", columns: ["part", "change"], isDerived: true),
        Tally(number: 18, table: "enterprise", columns: ["id", "text", "current", "since"], isDerived: true),
        Tally(
            number: 19,
            table: "profile",
            columns: [
                "enterprise", "version", "document", "served", "next_day", "since", "registered", "served_at",
            ],
            isDerived: true
        ),
        // Whatever else a seal holds is told by its signature.
        Tally(number: 20, table: "seal", columns: ["document", "number", "key"]),
        Tally(number: 21, table: "document", columns: ["id", "enterprise", "version"]),
        Tally(number: 23, table: "tree", columns: ["id", "bits", "leaves", "since"], isDerived: true),
        Tally(number: 24, table: "tree_news", columns: ["id", "name"], isDerived: true),
        Tally(number: 22, table: "change", columns: ["id", "status", "enterprise", "before", "after"]),
    ]
}

/// The checksums in rows of statements.
enum StatementSum {
    /// Of a version; its content has one of its own.
    static let version = """
        row_xor(row_sum(id, digest, operation, modified, received_at, segment, place), sequence, retracted)
        """
    /// Of what a record has that its versions do not tell.
    static let record = "row_xor(row_sum(id, dataset, key), restricted, seen, versions)"
    /// What a record's checksum becomes with other values of what may change.
    static func record(
        restricted: String = "restricted",
        seen: String = "seen",
        versions: String = "versions"
    ) -> String {
        "row_xor(row_xor(sum, restricted, seen, versions), \(restricted), \(seen), \(versions))"
    }
}
