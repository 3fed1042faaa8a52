package import CreditModel

/// A card as it is stored.
package enum SearchCardCodec {
    private static let version: UInt8 = 1

    package static func encode(_ card: SearchCard) -> [UInt8] {
        var writer = BinaryWriter(capacity: 160)
        writer.byte(version)
        writer.count(card.names.count)
        for name in card.names {
            writer.byte(name.kind.rawValue)
            writer.text(name.text)
        }
        writer.optional(card.state)
        writer.optional(card.district)
        writer.optional(card.industry)
        writer.optional(card.established)
        writer.optional(card.representative)
        writer.optional(card.address)
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8]) throws(StoreError) -> SearchCard {
        var reader = BinaryReader(bytes[...])
        guard try reader.byte() == version else { throw BinaryReader.damaged }
        let count = try reader.count()
        var names: [SearchCard.Name] = []
        names.reserveCapacity(count)
        for _ in 0..<count {
            guard let kind = SearchCard.NameKind(rawValue: try reader.byte()) else { throw BinaryReader.damaged }
            names.append(SearchCard.Name(try reader.text(), kind))
        }
        let card = SearchCard(
            names: names,
            state: try reader.optional(),
            district: try reader.optional(),
            industry: try reader.optional(),
            established: try reader.optional(),
            representative: try reader.optional(),
            address: try reader.optional()
        )
        try reader.end()
        return card
    }
}
