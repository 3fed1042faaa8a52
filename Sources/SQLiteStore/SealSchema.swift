internal import GRDB

/// Where the seals of documents lie.
///
/// A seal's id is its document's number and its own place among the document's seals, so that whoever answers comes from the
/// document to its first seal in one search. Rows without an id of their own lay in the inner pages of their tree as well, ten
/// to a page: among a million that were six pages on the way to each.
enum SealSchema {
    /// How many last bits of an id are the place.
    static let bits = 8

    /// The first seal (`s`) of a document (`d`).
    static let isFirst = "s.id = d.id << \(bits)"

    static func makeThirteen(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE numbered_seal(
                    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL,
                    issued_at INTEGER NOT NULL, opening BLOB NOT NULL, closing BLOB NOT NULL, protected BLOB NOT NULL,
                    signature BLOB NOT NULL, CHECK(id = document << \(bits) | number));
                INSERT INTO numbered_seal
                SELECT document << \(bits) | number, document, number, key, issued_at, opening, closing, protected, signature
                FROM seal ORDER BY document, number;
                DROP TABLE seal;
                ALTER TABLE numbered_seal RENAME TO seal;
                CREATE INDEX seal_document ON seal(document);
                """
        )
        // The rows are the same, and so is their tally.
        for tally in Tally.all where tally.table == "seal" { try TallySchema.makeTriggers(of: tally, db) }
    }
}
