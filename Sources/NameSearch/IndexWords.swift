package import CreditModel
internal import Normalisation

/// The words under which an index has a card's names.
///
/// Every two neighbours of the folded name are a word, and its last character; a word of three characters or more, the first
/// of them a small letter, says something else: `a` how the name begins, `e` what it is as a whole, `k` what it is
/// without region and form, `c` and `w` the
/// initials of its core and of its beginning, `d` district, `i` industry, `x` state. A name is found by the words that a query has in
/// common with it; whether it really matches is seen from the name itself.
package struct IndexWords {
    private let facts: String
    private let card: SearchCard

    /// The words of a card.
    package init(of card: SearchCard) {
        self.card = card
        facts = Self.facts(of: card).map { " " + $0 }.joined()
    }

    /// The words of the card's name at an index, with blanks between them; none twice but by chance.
    package func words(ofName index: Int) -> String {
        let name = FoldedName(card.names[index].text).scalars
        var text = Self.any
        for word in Self.pairs(name) {
            text += " "
            text += word
        }
        if let last = name.last { text += " " + FoldedName.text([last]) }
        for word in Self.special(of: name) { text += " " + word }
        return text + facts
    }

    /// The word that every name has.
    package static let any = "zz0"

    /// Behind a word of a query: any word that begins so.
    package static let beginningMark = "*"

    /// What a single character is found by: words that begin with it.
    package static func anywhere(_ scalar: UInt32) -> String { FoldedName.text([scalar]) + beginningMark }

    /// What a single character in front of a name is found by.
    package static func inFront(_ scalar: UInt32) -> String { "a" + FoldedName.text([scalar]) + beginningMark }

    /// Every two neighbours, none twice, in the order in which they come.
    package static func pairs(_ name: [UInt32]) -> [String] {
        guard name.count > 1 else { return [] }
        var seen: Set<UInt64> = []
        var words: [String] = []
        words.reserveCapacity(name.count)
        for index in 1..<name.count
        where seen.insert(UInt64(name[index - 1]) << 32 | UInt64(name[index])).inserted {
            words.append(FoldedName.text(name[index - 1...index]))
        }
        return words
    }

    /// How a name begins.
    package static func beginning(_ name: [UInt32]) -> String? {
        name.count > 1 ? "a" + FoldedName.text(name[0...1]) : nil
    }

    /// The name as a whole: a checksum of it (FNV-1a).
    package static func exact(_ name: [UInt32]) -> String { "e0" + checksum(name) }

    /// What a name is without region and form.
    package static func core(_ core: some Sequence<UInt32>) -> String { "k0" + checksum(core) }

    /// The words that say what a name is as a whole, with and without region and form.
    package static func whole(_ name: [UInt32]) -> [String] { [exact(name), core(SplitName(name).core)] }

    private static func checksum(_ name: some Sequence<UInt32>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for value in name { hash = (hash ^ UInt64(value)) &* 0x100_0000_01B3 }
        return String(hash, radix: 36)
    }

    private static func special(of name: [UInt32]) -> [String] {
        guard !name.isEmpty else { return [] }
        var words = [exact(name)]
        if let word = beginning(name) { words.append(word) }
        let split = SplitName(name)
        let core = split.core
        words.append(self.core(core))
        let region = split.whole.count - core.count
        var initials: Set<[UInt8]> = []
        for length in 2...4 { initials.formUnion(Initials.combinations(core, count: length)) }
        words += initials.map { word("c", $0[...]) }.sorted()
        guard region > 0 else { return words }
        initials = []
        for length in 1...2 where region + length <= longestBeginning {
            initials.formUnion(Initials.combinations(name[...], count: region + length))
        }
        words += initials.map { word("w", $0[...]) }.sorted()
        return words
    }

    /// How many initials of a name's beginning are a word at most.
    static let longestBeginning = 14

    static func word(_ letter: Character, _ initials: ArraySlice<UInt8>) -> String {
        String(letter) + String(decoding: initials, as: UTF8.self)
    }

    // MARK: Facts

    private static func facts(of card: SearchCard) -> [String] {
        var words: [String] = []
        if let district = card.district.flatMap({ SearchFilter.present($0) }) {
            words += [districtWord(district), districtWord(String(district.prefix(4)))]
        }
        if let industry = card.industry.map(SearchFilter.plain), industry.count >= 2 {
            words.append(industryWord(String(industry.prefix(2))))
            if industry.count > 2 { words.append(industryWord(industry)) }
        }
        if let state = card.state.map(SearchFilter.plain), !state.isEmpty { words.append(stateWord(state)) }
        return words
    }

    static func districtWord(_ code: String) -> String { "d0\(code)" }
    static func industryWord(_ code: String) -> String { "i0\(code)" }
    static func stateWord(_ code: String) -> String { "x0\(code)" }
}
