internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import GRDB

/// The tables of search: a card for each enterprise with a profile, and the index of the names on the cards.
///
/// A name is a row of the index, but no row of a table: ``NamePlace`` tells from the row's number which it is. So an enterprise
/// costs one row, and a hit one look.
enum SearchSchema {
    /// Puts cards in the place of the table of names: made of the profiles as they stand.
    static func makeEleven(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE card(enterprise INTEGER PRIMARY KEY, content BLOB NOT NULL);
                DROP TABLE name_index;
                DROP TABLE name;
                CREATE VIRTUAL TABLE name_index USING \(index);
                """
        )
        try fill(db)
    }

    /// No texts and no places of words: where a word stands in a name is seen from the card.
    static let index = "fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')"

    private static let step = 2000

    private static func fill(_ db: Database) throws {
        var last = Int64.min
        while true {
            let page = try db.all(
                """
                SELECT p.enterprise, d.bytes FROM profile p LEFT JOIN document d ON d.id = p.document
                WHERE p.enterprise > ? ORDER BY p.enterprise LIMIT \(step)
                """,
                last
            ) { row in (enterprise: row.integer(0), profile: try? JSONValue(parsing: row.bytes(1) ?? [])) }
            guard let end = page.last else { return }
            last = end.enterprise
            let shared = DerivationTransaction()
            for (enterprise, profile) in page {
                // What is damaged, or shows the beginnings of its texts only, is derived again: then it has its card.
                guard let profile, profile["cut"] == nil else {
                    try db.run(
                        """
                        INSERT OR REPLACE INTO dirty(part, change)
                        SELECT part, (SELECT position FROM meta) FROM placement WHERE enterprise = ?
                        """,
                        enterprise
                    )
                    continue
                }
                let card = SearchCard(profile: profile)
                try db.run(
                    "INSERT INTO card(enterprise, content) VALUES(?, ?)",
                    enterprise,
                    SearchCardCodec.encode(card)
                )
                shared.index(card, of: enterprise)
            }
            try shared.finish(db)
        }
    }
}

extension SearchCard {
    /// The card of a profile that shows all of its registration.
    init(profile: JSONValue) {
        let registration = profile["registration"]
        func text(_ field: String) -> String? { registration?[field]?["value"]?.string }
        let name = registration?["name"]
        func names(_ list: String, _ kind: NameKind) -> [Name] {
            (name?[list]?.array ?? []).compactMap { $0["value"]?.string }.map { Name($0, kind) }
        }
        self.init(
            names: (text("name").map { [Name($0, .present)] } ?? []) + names("conflicts", .other)
                + names("history", .former),
            state: text("state"),
            district: text("district"),
            industry: text("industry"),
            established: text("established").flatMap { CreditDate($0) }?.description,
            representative: text("legalRepresentative"),
            address: text("address")
        )
    }
}
