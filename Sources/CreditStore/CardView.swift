public import CreditModel

/// A name as the index has it.
public struct IndexedName: Sendable, Hashable {
    /// Where it stands among all names; it stays there while name and state stay.
    ///
    /// Present ones come before former ones, of each those of living enterprises first, then by the store's number of the
    /// enterprise.
    public var place: Int64
    /// The store's number of the enterprise.
    public var enterprise: Int64
    /// Which of the card's names it is.
    public var name: Int
    /// The enterprise's card.
    public var card: SearchCard

    /// Makes an indexed name of its parts.
    public init(place: Int64, enterprise: Int64, name: Int, card: SearchCard) {
        self.place = place
        self.enterprise = enterprise
        self.name = name
        self.card = card
    }
}

/// Who an enterprise is, beside what its card says.
public struct CardHolder: Sendable, Hashable {
    /// Its present id.
    public var id: EnterpriseID
    /// The codes that lead to it, sorted, and whether others are given them, too; none that is restricted.
    public var codes: [(text: String, isContested: Bool)] { zip(texts, contested).map { ($0, $1) } }
    private var texts: [String]
    private var contested: [Bool]

    /// Makes a holder of its parts.
    public init(id: EnterpriseID, codes: [(text: String, isContested: Bool)]) {
        self.id = id
        texts = codes.map(\.text)
        contested = codes.map(\.isContested)
    }
}

/// The cards of a store in one view of it, for one thread: what a search and a match read.
public protocol CardView {
    /// Names behind a place that have all words of one of the groups, in order; `limit` of them, fewer only at the end.
    ///
    /// A word is as the index has it, or ends in `*` and stands for all that begin so.
    func names(with groups: [[String]], after place: Int64, limit: Int) throws -> [IndexedName]
    /// The enterprises that have a word in a name, in the order of their names' places; at most `limit` names are looked at.
    func enterprises(with word: String, limit: Int) throws -> [Int64]
    /// The enterprises that hold a code.
    func enterprises(holding code: String) throws -> [Int64]
    /// The card of an enterprise; nil where it has none (any more).
    func card(of enterprise: Int64) throws -> SearchCard?
    /// Who an enterprise is.
    func holder(_ enterprise: Int64) throws -> CardHolder?
    /// The greatest number of an enterprise with a card: a measure of how many there are.
    func lastEnterprise() throws -> Int64
    /// Cards from all over the store, about `size` of them, and how many there are, about.
    func sample(_ size: Int) throws -> (cards: [SearchCard], count: Double)
}
