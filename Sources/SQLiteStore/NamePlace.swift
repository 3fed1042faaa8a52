internal import CreditModel
internal import NameSearch

/// Where a name stands in the index: its row's number there.
///
/// The order of the numbers is the order in which hits of one kind are shown: present names first, then other agencies', then
/// former ones; of each the living enterprises first. Whatever does not change keeps its place.
struct NamePlace: Hashable {
    let number: Int64

    private static let enterpriseBits: Int64 = 48
    private static let nameBits: Int64 = 6

    init(enterprise: Int64, name: Int, on card: SearchCard) {
        let rank = Int64(card.names[name].kind.rawValue) << 1 | (SearchFilter.isEnded(card) ? 1 : 0)
        number =
            rank << (Self.enterpriseBits + Self.nameBits) | enterprise << Self.nameBits
            | Int64(name) & (1 << Self.nameBits - 1)
    }

    init(_ number: Int64) { self.number = number }

    var enterprise: Int64 { number >> Self.nameBits & (1 << Self.enterpriseBits - 1) }
    var name: Int { Int(number & (1 << Self.nameBits - 1)) }
    /// `rowid` in SQL.
    static let enterpriseOfRow = "(rowid >> 6 & ((1 << 48) - 1))"
}
