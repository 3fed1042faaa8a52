internal import NameSearch
internal import ServiceKit

/// Where a page ended: the way in which its last name answered, and that name's place.
///
/// Hits come in the order of (way, place), and a name keeps its place while neither it nor the enterprise's state changes: so
/// what is written between two pages moves nothing but what it is about.
struct SearchCursor: Equatable {
    var way: NameQuery.Way
    var place: Int64

    init(way: NameQuery.Way, place: Int64) {
        self.way = way
        self.place = place
    }

    /// Reads a cursor of the query; nil where it is none, or another query's.
    init?(_ text: String, of query: SearchQuery) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.version, parts[3] == Self.checksum(query)[...],
            let number = UInt8(parts[1]), let way = NameQuery.Way(rawValue: number),
            let place = Int64(parts[2], radix: 36), place >= 0
        else { return nil }
        self.init(way: way, place: place)
    }

    func text(of query: SearchQuery) -> String {
        "\(Self.version)-\(way.rawValue)-\(String(place, radix: 36))-\(Self.checksum(query))"
    }

    private static let version = "1"

    /// Of what the order of the hits depends on (FNV-1a); not against people: who changes it harms only himself.
    private static func checksum(_ query: SearchQuery) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let filter = query.filter
        for text in [query.name, filter.district ?? "", filter.state ?? "", filter.industry ?? ""] {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return String(hash, radix: 36)
    }
}
