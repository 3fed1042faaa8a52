internal import CreditModel
internal import CreditStore
internal import NameSearch
internal import Synchronization

/// How frequent the words of the index are, estimated from a sample of the names.
///
/// What matters is to tell 有限, which nine names of ten have, from what a few have: those alone are looked up.
struct WordFrequencies: Sendable {
    private let counts: [String: Int]
    private let sampled: Int
    private let last: Int64

    /// Cards in a sample: a word that none of them has stands in fewer than one name of a thousand, almost surely.
    private static let size = 4000

    init(_ view: any CardView) throws {
        var counts: [String: Int] = [:]
        var sampled = 0
        let (cards, count) = try view.sample(Self.size)
        for card in cards {
            let words = IndexWords(of: card)
            for name in card.names.indices {
                sampled += 1
                for word in Set(words.words(ofName: name).split(separator: " ")) {
                    // What only one name has is not worth its place.
                    if word.first == "e" || word.first == "k" { continue }
                    counts[String(word), default: 0] += 1
                }
                let scalars = FoldedName(card.names[name].text).scalars
                for scalar in Set(scalars) { counts[IndexWords.anywhere(scalar), default: 0] += 1 }
                if let first = scalars.first { counts[IndexWords.inFront(first), default: 0] += 1 }
            }
        }
        self.counts = counts.filter { $0.value > 1 }
        self.sampled = sampled
        last = try view.lastEnterprise()
        names = Double(sampled) * count / Double(max(1, cards.count))
    }

    /// A share of all names that have a word, between 0 and 1; never 0.
    func share(_ word: String) -> Double { (Double(counts[word] ?? 0) + 0.25) / Double(max(1, sampled)) }

    /// How many names the index has, about.
    let names: Double

    /// Whether the store has grown so much since that another sample tells more.
    func isOutgrown(by last: Int64) -> Bool { last > 2 * self.last + 1000 || self.last > 2 * last + 1000 }

    /// Kept by whoever searches, made when first needed.
    final class Keeper: Sendable {
        private let kept = Mutex(WordFrequencies?.none)

        func frequencies(_ view: any CardView) throws -> WordFrequencies {
            let last = try view.lastEnterprise()
            if let known = kept.withLock({ $0 }), !known.isOutgrown(by: last) { return known }
            let made = try WordFrequencies(view)
            kept.withLock { $0 = made }
            return made
        }
    }
}
