package import CreditModel
internal import Normalisation

/// What somebody looks for by name: how a card answers it, and by which words of the index it is found.
package struct NameQuery: Hashable, Sendable {
    /// In which way a name answers; the first is the best.
    package enum Way: UInt8, Hashable, Comparable, Sendable, CaseIterable {
        /// The whole name, but for brackets, width, case, script and 有限责任公司 for 有限公司.
        case exact = 1
        /// The present name begins so.
        case beginning = 2
        /// It stands in the name.
        case part = 3
        /// The name is the same but for region and form: 广东泉隆装饰公司 for 广州泉隆装饰有限公司.
        case core = 4
        /// Its letters are the pinyin of the name's beginning, or of what follows the region: initials or syllables.
        case pinyin = 5
        /// All of its words, or what is left of it without region and form, stand in the name.
        case words = 6

        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// Words of the index that a name must have, each group all of its words, of the groups one.
    package typealias Groups = [[String]]

    /// The whole query.
    package let name: FoldedName
    /// What is left of it without region and form; empty where that is all of it, or says too little.
    private let core: [UInt32]
    /// Its words, where they are several.
    private let parts: [FoldedName]
    /// Its letters, where it has nothing else.
    private let letters: [UInt8]
    /// The initials of the syllables as which these may be read.
    private let spelt: Set<[UInt8]>

    /// Longer queries are cut.
    package static let longest = 200

    /// Reads a query; nil where nothing is left of it to look for.
    package init?(_ text: String) {
        let text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(NameQuery.longest)))
        name = FoldedName(part: text)
        guard !name.scalars.isEmpty else { return nil }
        let split = SplitName(name.scalars)
        core = split.core.count > 1 && split.core.count < name.scalars.count ? Array(split.core) : []
        parts = text.split { $0 == " " || $0 == "\u{3000}" || $0 == "\t" }.map { FoldedName(part: String($0)) }
            .filter { !$0.scalars.isEmpty }
        let isLatin = name.scalars.allSatisfy { 0x41...0x5A ~= $0 }
        letters = isLatin && name.scalars.count > 1 ? name.scalars.map { UInt8($0) } : []
        spelt = letters.count > 2 ? Initials.initials(spelt: letters) : []
    }

    // MARK: Answers

    /// The best way in which one of the card's names answers, and which: the first of those that answer so.
    ///
    /// - Parameters:
    ///   - card: Whose names are asked.
    ///   - last: No worse way is of interest.
    /// - Returns: nil where no name answers so well.
    package func answer(of card: SearchCard, upTo last: Way = .words) -> (way: Way, name: Int)? {
        var best: (way: Way, name: Int)?
        for (index, name) in card.names.enumerated() {
            let limit = best.map(\.way) ?? last
            guard let way = way(FoldedName(name.text), name.kind, upTo: limit), way < best?.way ?? .words || best == nil
            else { continue }
            best = (way, index)
        }
        return best
    }

    private func way(_ other: FoldedName, _ kind: SearchCard.NameKind, upTo last: Way) -> Way? {
        let scalars = other.scalars
        if scalars.count >= name.scalars.count {
            if scalars.starts(with: name.scalars) {
                if scalars.count == name.scalars.count { return .exact }
                if kind == .present { return last >= .beginning ? .beginning : nil }
                return last >= .part ? .part : nil
            }
            guard last >= .part else { return nil }
            if other.contains(name) { return .part }
        }
        guard last >= .core else { return nil }
        if !core.isEmpty, FoldedName.contains(scalars[...], core[...]), SplitName(scalars).core.elementsEqual(core) {
            return .core
        }
        if last >= .pinyin, !letters.isEmpty, isSpelt(scalars) { return .pinyin }
        guard last >= .words else { return nil }
        if parts.count > 1, parts.allSatisfy({ other.contains($0) }) { return .words }
        return !core.isEmpty && FoldedName.contains(scalars[...], core[...]) ? .words : nil
    }

    private func isSpelt(_ scalars: [UInt32]) -> Bool {
        let split = SplitName(scalars)
        // Initials of nothing but a region find nobody: too many begin so.
        let region = split.whole.count - split.core.count
        if Initials.begin(split.core, with: letters) { return true }
        if region > 0, letters.count > region, Initials.begin(scalars[...], with: letters) { return true }
        guard !spelt.isEmpty else { return false }
        return Initials.spell(letters[...], split.core, least: 2)
            || region > 0 && Initials.spell(letters[...], scalars[...], least: region + 1)
    }

    // MARK: Index

    /// By which words names are found that answer in a way; none where no name can.
    package func groups(for way: Way) -> Groups {
        switch way {
        case .exact: return [[IndexWords.exact(name.scalars)]]
        case .beginning:
            guard let word = IndexWords.beginning(name.scalars) else { return [[IndexWords.inFront(name.scalars[0])]] }
            return [[word] + IndexWords.pairs(name.scalars).dropFirst()]
        case .part:
            return name.scalars.count > 1 ? [IndexWords.pairs(name.scalars)] : [[IndexWords.anywhere(name.scalars[0])]]
        case .core: return core.isEmpty ? [] : [[IndexWords.core(core)]]
        case .pinyin: return letters.isEmpty ? [] : pinyinGroups
        case .words:
            var groups: Groups = []
            let pairs = parts.count > 1 ? parts.flatMap { IndexWords.pairs($0.scalars) } : []
            if !pairs.isEmpty { groups.append(Array(Set(pairs)).sorted()) }
            if !core.isEmpty { groups.append(IndexWords.pairs(core)) }
            return groups
        }
    }

    private var pinyinGroups: Groups {
        let initials = spelt.union([letters])
        var words: Set<String> = []
        for way in initials {
            words.insert(IndexWords.word("c", way.prefix(4)))
            for length in 3...max(3, min(way.count, IndexWords.longestBeginning)) where length <= way.count {
                words.insert(IndexWords.word("w", way.prefix(length)))
            }
        }
        return words.sorted().map { [$0] }
    }
}
