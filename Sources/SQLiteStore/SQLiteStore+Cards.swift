internal import CreditModel
public import CreditStore
internal import GRDB

/// Reading cards.
extension SQLiteStore {
    /// One of the connections that read, for as long as the body takes.
    public func viewCards<Result>(_ body: (any CardView) throws -> Result) throws -> Result {
        try read { db in try body(StoredCards(db: db)) }
    }
}

private struct StoredCards: CardView {
    let db: Database

    func names(with groups: [[String]], after place: Int64, limit: Int) throws -> [IndexedName] {
        guard let query = Self.query(groups), limit > 0 else { return [] }
        return try db.all(
            """
            SELECT f.place, c.content FROM (
                SELECT rowid AS place, \(NamePlace.enterpriseOfRow) AS enterprise FROM name_index
                WHERE name_index MATCH ?1 AND rowid > ?2 ORDER BY rowid LIMIT ?3) f
            CROSS JOIN card c ON c.enterprise = f.enterprise
            """,
            query,
            place,
            limit
        ) { row in
            let place = NamePlace(row.integer(0))
            let card = try SearchCardCodec.decode(row.bytes(1) ?? [])
            guard card.names.indices.contains(place.name) else { throw BinaryReader.damaged }
            return IndexedName(place: place.number, enterprise: place.enterprise, name: place.name, card: card)
        }
    }

    func enterprises(with word: String, limit: Int) throws -> [Int64] {
        guard let query = Self.query([[word]]) else { return [] }
        return try db.all(
            "SELECT rowid FROM name_index WHERE name_index MATCH ?1 ORDER BY rowid LIMIT ?2",
            query,
            limit
        ) { NamePlace($0.integer(0)).enterprise }
    }

    func enterprises(holding code: String) throws -> [Int64] {
        try db.integers("SELECT enterprise FROM code WHERE text = ? ORDER BY enterprise", code)
    }

    func card(of enterprise: Int64) throws -> SearchCard? {
        try db.card(of: enterprise).map { try SearchCardCodec.decode($0) }
    }

    func holder(_ enterprise: Int64) throws -> CardHolder? {
        let text = try db.read("SELECT text FROM enterprise WHERE id = ?", enterprise) { $0.text(0) }
        guard let id = text.flatMap({ EnterpriseID($0) }) else { return nil }
        let codes = try db.all("SELECT text, contested FROM code WHERE enterprise = ? ORDER BY text", enterprise) {
            (text: $0.text(0), isContested: $0.integer(1) != 0)
        }
        return CardHolder(id: id, codes: codes)
    }

    func lastEnterprise() throws -> Int64 { try db.integer("SELECT max(enterprise) FROM card") }

    /// In equal steps over the enterprises' numbers; how many of these have a card is told by the gaps on the way.
    func sample(_ size: Int) throws -> (cards: [SearchCard], count: Double) {
        let last = try lastEnterprise()
        let step = max(1, last / Int64(max(1, size)))
        var cards: [SearchCard] = []
        var gaps: Int64 = 0
        var next: Int64 = 1
        while next <= last {
            let row = try db.read(
                "SELECT enterprise, content FROM card WHERE enterprise >= ? ORDER BY enterprise LIMIT 1",
                next
            ) { (number: $0.integer(0), content: $0.bytes(1) ?? []) }
            guard let row else { break }
            cards.append(try SearchCardCodec.decode(row.content))
            gaps += row.number - next
            next = max(next + step, row.number + 1)
        }
        guard step > 1, !cards.isEmpty else { return (cards, Double(cards.count)) }
        return (cards, Double(last) / (1 + Double(gaps) / Double(cards.count)))
    }

    /// In the index's own language: every word is a text of its own; nil where no name can have what is asked for.
    private static func query(_ groups: [[String]]) -> String? {
        let groups = groups.compactMap { words -> String? in
            let terms = words.compactMap(term)
            return terms.isEmpty || terms.count < words.count ? nil : "(" + terms.joined(separator: " AND ") + ")"
        }
        return groups.isEmpty ? nil : groups.joined(separator: " OR ")
    }

    /// nil for what is no single word of the index: letters, digits, and what lies beyond ASCII.
    private static func term(_ word: String) -> String? {
        let isBeginning = word.hasSuffix("*")
        let text = isBeginning ? word.dropLast() : word[...]
        let isWord = text.utf8.allSatisfy { $0 >= 0x80 || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
        guard isWord, !text.isEmpty else { return nil }
        return "\"\(text)\"" + (isBeginning ? " *" : "")
    }
}
