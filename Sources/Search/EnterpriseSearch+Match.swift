internal import CreditModel
internal import CreditStore
public import NameSearch
public import ServiceKit

/// Finding candidates by example.
extension EnterpriseSearch {
    /// Candidates are compared with a query; more of one name's kind are not looked at.
    private static let mostCandidates = 24
    /// Names that are looked through for those that have most rare words in common with a query's name.
    private static let mostNames = 2500
    /// Of one word; more frequent ones say too little, and cost too much.
    private static let mostHaving = 4000.0
    /// So many of a name's words are looked up at least: a wrong character spoils two of them.
    private static let fewestWords = 3
    /// Names that are the same as a query's, or a code's holders: more say nothing.
    private static let mostSame = 16

    /// For each query its candidates, the surest first; none where nothing is alike.
    ///
    /// A lookup: it joins nothing, and what it finds is no identity. A query's answer does not depend on the others of its
    /// batch.
    /// - Parameters:
    ///   - queries: What is known of each enterprise.
    ///   - limit: How many candidates each.
    ///   - rule: How sure they are of what.
    /// - Returns: As many lists as queries, in their order.
    /// - Throws: ``SearchError`` where a query has neither name nor code, and what the store throws.
    public func match(_ queries: [MatchQuery], limit: Int, rule: MatchRule = .standard) throws -> [[MatchCandidate]] {
        for (number, query) in queries.enumerated() where !query.canBeFound {
            throw SearchError.nothingToMatch(number)
        }
        return try store.viewCards { view in
            let frequencies = try frequencies.frequencies(view)
            return try queries.map { try candidates(for: $0, limit: limit, rule, view, frequencies) }
        }
    }

    private func candidates(
        for query: MatchQuery,
        limit: Int,
        _ rule: MatchRule,
        _ view: any CardView,
        _ frequencies: WordFrequencies
    ) throws -> [MatchCandidate] {
        let scorer = MatchScorer(query, rule: rule)
        var found: [(enterprise: Int64, card: SearchCard, holder: CardHolder, verdict: MatchVerdict)] = []
        for enterprise in try enterprises(for: query, scorer, view, frequencies) {
            guard let card = try view.card(of: enterprise), let holder = try view.holder(enterprise) else { continue }
            let verdict = scorer.verdict(on: card, codes: holder.codes)
            // A sister is told as such; what has nothing but some characters in common is no candidate.
            guard verdict.isRelated else { continue }
            found.append((enterprise, card, holder, verdict))
        }
        found.sort { a, b in
            if a.verdict.weight != b.verdict.weight { return a.verdict.weight > b.verdict.weight }
            let (aEnded, bEnded) = (SearchFilter.isEnded(a.card), SearchFilter.isEnded(b.card))
            return aEnded == bEnded ? a.holder.id < b.holder.id : bEnded
        }
        return found.prefix(max(0, limit)).map { candidate in
            let matched = candidate.verdict.name.map { candidate.card.names[$0] }
            return MatchCandidate(
                id: candidate.holder.id,
                name: candidate.card.presentName,
                matched: matched?.text,
                kind: matched?.kind,
                state: candidate.card.state,
                uscc: candidate.holder.uscc,
                verdict: candidate.verdict
            )
        }
    }

    /// Whom to compare: who holds the code, who has the name or its core, and who has most rare words of it.
    private func enterprises(
        for query: MatchQuery,
        _ scorer: MatchScorer,
        _ view: any CardView,
        _ frequencies: WordFrequencies
    ) throws -> [Int64] {
        var enterprises: [Int64] = []
        var known: Set<Int64> = []
        func add(_ more: some Sequence<Int64>) {
            for enterprise in more where known.insert(enterprise).inserted { enterprises.append(enterprise) }
        }
        for text in scorer.code?.texts ?? [] { add(try view.enterprises(holding: text).prefix(Self.mostSame)) }
        guard let name = query.name.map({ FoldedName($0).scalars }), !name.isEmpty else { return enterprises }
        for word in IndexWords.whole(name) { add(try view.enterprises(with: word, limit: Self.mostSame)) }
        var weights: [Int64: Double] = [:]
        var looked = 0
        for (place, (word, share)) in rarest(IndexWords.pairs(name), frequencies).enumerated() {
            guard place < Self.fewestWords || looked < Self.mostNames else { break }
            let having = try view.enterprises(with: word, limit: Int(Self.mostHaving))
            looked += having.count
            // A rare word in common says more than two frequent ones.
            let weight = 1 / share.squareRoot()
            for enterprise in Set(having) { weights[enterprise, default: 0] += weight }
        }
        let best = weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        add(best.prefix(Self.mostCandidates).map(\.key))
        return enterprises
    }

    private func rarest(_ words: [String], _ frequencies: WordFrequencies) -> [(String, Double)] {
        words.map { ($0, frequencies.share($0)) }.filter { $0.1 * frequencies.names < Self.mostHaving }.sorted {
            ($0.1, $0.0) < ($1.1, $1.0)
        }
    }
}
