public import CreditModel
public import NameSearch

/// Whoever finds enterprises by name, and candidates for what is known of one.
public protocol EnterpriseFinder: Sendable {
    /// Enterprises whose names answer the query, the best first.
    ///
    /// Blocking. A page may be short, or empty, and still have a next one.
    /// - Throws: ``SearchError``, and what the store throws.
    func search(_ query: SearchQuery) throws -> SearchPage

    /// Candidates for each query, the likeliest first.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - queries: What is known of each enterprise.
    ///   - limit: How many candidates each.
    ///   - rule: How sure they are of what.
    /// - Returns: As many lists as queries, in their order.
    /// - Throws: ``SearchError`` where a query has neither name nor code, and what the store throws.
    func match(_ queries: [MatchQuery], limit: Int, rule: MatchRule) throws -> [[MatchCandidate]]
}

/// What a search by name asks.
public struct SearchQuery: Sendable, Hashable {
    /// A name, a part of one or several, or the pinyin initials or syllables of its beginning.
    public var name: String
    /// Which enterprises are shown.
    public var filter: SearchFilter
    /// How many hits a page has at most.
    public var limit: Int
    /// Where the page before ended, as it said itself; nil for the first.
    public var cursor: String?

    /// The longest page.
    public static let mostHits = 1000

    /// Makes a query; a limit is brought between 1 and ``mostHits``.
    public init(name: String, filter: SearchFilter = .none, limit: Int = 20, cursor: String? = nil) {
        self.name = name
        self.filter = filter
        self.limit = min(Self.mostHits, max(1, limit))
        self.cursor = cursor
    }
}

/// An enterprise that a search found.
public struct SearchHit: Sendable, Hashable {
    /// Its present id.
    public var id: EnterpriseID
    /// The name that it has; the one that matched, where no source tells the present one.
    public var name: String
    /// The name that matched.
    public var matched: String
    /// What kind of name that is: so a former name is told as such.
    public var kind: SearchCard.NameKind
    /// 登记状态, as its code.
    public var state: String?
    /// 行政区划, as its code.
    public var district: String?
    /// 行业, as its code.
    public var industry: String?
    /// Its 统一社会信用代码, where one leads to it.
    public var uscc: String?
    /// How well it answers, 1 to 100: the order of the hits, in a number.
    public var score: Int

    /// Makes a hit of its parts.
    public init(
        id: EnterpriseID,
        name: String,
        matched: String,
        kind: SearchCard.NameKind,
        state: String?,
        district: String?,
        industry: String?,
        uscc: String?,
        score: Int
    ) {
        self.id = id
        self.name = name
        self.matched = matched
        self.kind = kind
        self.state = state
        self.district = district
        self.industry = industry
        self.uscc = uscc
        self.score = score
    }
}

/// Some hits, the best first.
public struct SearchPage: Sendable, Hashable {
    /// The hits; a page that has fewer than were asked for may still have a next one, where looking on would take long.
    public var hits: [SearchHit]
    /// From where the next page goes on; nil where there is none.
    public var next: String?

    /// Makes a page of its parts.
    public init(
        hits: [SearchHit],
        next: String?
    ) {
        self.hits = hits
        self.next = next
    }
}

/// A candidate for what was asked.
public struct MatchCandidate: Sendable, Hashable {
    /// Its present id.
    public var id: EnterpriseID
    /// The name that it has; nil where no source tells one.
    public var name: String?
    /// The name that is most like the one asked for; nil where none was.
    public var matched: String?
    /// What kind of name that is.
    public var kind: SearchCard.NameKind?
    /// 登记状态, as its code.
    public var state: String?
    /// Its 统一社会信用代码, where one leads to it.
    public var uscc: String?
    /// How sure it is, what each field says of it, and why.
    public var verdict: MatchVerdict

    /// Makes a candidate of its parts.
    public init(
        id: EnterpriseID,
        name: String?,
        matched: String?,
        kind: SearchCard.NameKind?,
        state: String?,
        uscc: String?,
        verdict: MatchVerdict
    ) {
        self.id = id
        self.name = name
        self.matched = matched
        self.kind = kind
        self.state = state
        self.uscc = uscc
        self.verdict = verdict
    }
}

/// Why nothing was searched for.
public enum SearchError: Error, Hashable, CustomStringConvertible {
    /// Nothing is left of the name but blanks and marks.
    case emptyName
    /// The cursor is none, or of another query.
    case badCursor
    /// Neither a name nor a code was given to match: by the number of the query in its batch.
    case nothingToMatch(Int)

    /// What to do.
    public var description: String {
        switch self {
        case .emptyName: "the name must hold at least one letter, digit or Chinese character"
        case .badCursor: "the cursor does not belong to this query: ask for the first page again, without a cursor"
        case .nothingToMatch(let number): "query \(number + 1) gives neither a name nor a code: give one of them"
        }
    }
}
