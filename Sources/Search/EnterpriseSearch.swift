public import CreditStore
internal import CreditModel
internal import NameSearch
public import ServiceKit

/// Finds enterprises by name, and candidates for what is known of one.
///
/// Blocking: for threads that may wait, several at once. Each call reads one view of the store; nothing is written.
public final class EnterpriseSearch: EnterpriseFinder {
    let store: any CreditStore
    let frequencies = WordFrequencies.Keeper()

    /// So many names a page looks at, found or not: then it ends, and its cursor goes on from there.
    private static let mostLooks = 2000
    /// So many words of a query are looked up, the rarest of it; the names that have them are compared with all of it.
    private static let mostWords = 3
    /// A character that more names have than this is looked for in all names, not in the index.
    private static let commonCharacter = 0.02

    /// Makes a search over a store.
    public init(store: any CreditStore) { self.store = store }

    /// Takes the sample of the names that the first search would take: a fifth of a second at a million enterprises.
    public func warmUp() throws { _ = try store.viewCards { view in try frequencies.frequencies(view) } }

    /// Enterprises whose names answer the query, the best first.
    ///
    /// First the ways in which a name answers (the whole name, its beginning, a part of it, the same but for region and form,
    /// its pinyin, its words); of each the present names before the former ones, of those living enterprises before ended
    /// ones. An enterprise is shown once, for its best name.
    /// - Throws: ``SearchError``, and what the store throws.
    public func search(_ query: SearchQuery) throws -> SearchPage {
        guard let name = NameQuery(query.name) else { throw SearchError.emptyName }
        var start: SearchCursor?
        if let text = query.cursor {
            guard let cursor = SearchCursor(text, of: query) else { throw SearchError.badCursor }
            start = cursor
        }
        return try store.viewCards { view in
            var page = Page(query: query, name: name, view: view, frequencies: try frequencies.frequencies(view))
            for way in NameQuery.Way.allCases where way >= start?.way ?? .exact {
                let place = start?.way == way ? start?.place ?? 0 : 0
                if let end = try page.add(way, after: place) {
                    return SearchPage(hits: page.hits, next: end.text(of: query))
                }
            }
            return SearchPage(hits: page.hits, next: nil)
        }
    }

    /// A page that is being filled.
    private struct Page {
        let query: SearchQuery
        let name: NameQuery
        let view: any CardView
        let frequencies: WordFrequencies
        var hits: [SearchHit] = []
        var looks = 0

        /// Adds what answers in a way; where the page ended, if it did.
        mutating func add(_ way: NameQuery.Way, after start: Int64) throws -> SearchCursor? {
            let groups = groups(for: way)
            guard !groups.isEmpty else { return nil }
            var place = start
            var step = query.limit - hits.count + 8
            while true {
                let found = try view.names(with: groups, after: place, limit: step)
                for entry in found {
                    place = entry.place
                    looks += 1
                    if let hit = try hit(entry, way) { hits.append(hit) }
                    if hits.count == query.limit || looks >= EnterpriseSearch.mostLooks {
                        return SearchCursor(way: way, place: place)
                    }
                }
                guard found.count == step else { return nil }
                step = min(512, step * 2)
            }
        }

        private func hit(_ entry: IndexedName, _ way: NameQuery.Way) throws -> SearchHit? {
            let card = entry.card
            guard query.filter.passes(card), let answer = name.answer(of: card, upTo: way), answer.way == way,
                answer.name == entry.name, let holder = try view.holder(entry.enterprise)
            else { return nil }
            let matched = card.names[entry.name]
            return SearchHit(
                id: holder.id,
                name: card.presentName ?? matched.text,
                matched: matched.text,
                kind: matched.kind,
                state: card.state,
                district: card.district,
                industry: card.industry,
                uscc: holder.uscc,
                score: way.score - Int(matched.kind.rawValue) * 3 - (SearchFilter.isEnded(card) ? 1 : 0)
            )
        }

        /// The rarest words of the way, and those of the filter.
        private func groups(for way: NameQuery.Way) -> NameQuery.Groups {
            name.groups(for: way).map { words in
                var words = words
                if let only = words.first, only.hasSuffix(IndexWords.beginningMark),
                    frequencies.share(only) > EnterpriseSearch.commonCharacter
                {
                    words = [IndexWords.any]
                }
                words.sort { (frequencies.share($0), $0) < (frequencies.share($1), $1) }
                return words.prefix(EnterpriseSearch.mostWords) + query.filter.words
            }
        }
    }
}

extension NameQuery.Way {
    /// Far enough apart for the kinds of names between them.
    fileprivate var score: Int { 110 - 10 * Int(rawValue) }
}

extension CardHolder {
    /// The first 统一社会信用代码 that is its alone.
    var uscc: String? { codes.first { !$0.isContested && UnifiedSocialCreditCode($0.text) != nil }?.text }
}
