internal import CreditModel
internal import CreditStore
internal import GRDB

/// What a search reads of an enterprise, and the names by which it is found.
extension DerivationWriter {
    /// Most changes of a profile leave its card as it was.
    func store(_ card: SearchCard, of number: Int64) throws {
        let bytes = SearchCardCodec.encode(card)
        if !fresh.contains(number), let known = try db.card(of: number) {
            guard known != bytes else { return }
            unindex(known, of: number)
        }
        try db.run("INSERT OR REPLACE INTO card(enterprise, content) VALUES(?, ?)", number, bytes)
        // While it mends, the index is compared with the cards at the end.
        if !mends { shared.index(card, of: number) }
    }

    func removeCard(of number: Int64) throws {
        guard let known = try db.card(of: number) else { return }
        unindex(known, of: number)
        try db.run("DELETE FROM card WHERE enterprise = ?", number)
    }

    /// What cannot be read is not known to be in the index: a check finds what stays behind.
    private func unindex(_ known: [UInt8], of number: Int64) {
        guard !mends, let card = try? SearchCardCodec.decode(known) else { return }
        shared.unindex(card, of: number)
    }
}

extension Database {
    /// A card as it is stored.
    func card(of enterprise: Int64) throws -> [UInt8]? {
        try read("SELECT content FROM card WHERE enterprise = ?", enterprise) { $0.bytes(0) ?? [] }
    }
}
