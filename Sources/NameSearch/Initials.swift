internal import Normalisation

/// Names by their pinyin: 腾讯 by TX, and by TENGXUN.
///
/// A character of several readings is found by each of them that is no rarity; those that only surnames or places have may
/// be missing.
package enum Initials {
    /// How many ways to read the beginning of a name are kept.
    static let mostReadings = 4

    /// The letters that a character may stand for, upper case: itself for a letter or digit.
    static func letters(_ value: UInt32) -> [UInt8] {
        switch value {
        case 0x30...0x39, 0x41...0x5A: [UInt8(value)]
        default: SearchCharacters.initials(value)
        }
    }

    /// The initials of the first `count` characters, in up to ``mostReadings`` ways; none where a character has no reading.
    static func combinations(_ name: ArraySlice<UInt32>, count: Int) -> [[UInt8]] {
        guard name.count >= count else { return [] }
        var ways: [[UInt8]] = [[]]
        for value in name.prefix(count) {
            let letters = letters(value)
            guard let usual = letters.first else { return [] }
            var next: [[UInt8]] = []
            next.reserveCapacity(ways.count)
            for way in ways { next.append(way + [usual]) }
            for further in letters.dropFirst() {
                for way in ways where next.count < mostReadings { next.append(way + [further]) }
            }
            ways = next
        }
        return ways
    }

    /// Whether letters are the initials of a name's beginning.
    static func begin(_ name: ArraySlice<UInt32>, with query: [UInt8]) -> Bool {
        guard name.count >= query.count else { return false }
        return zip(name, query).allSatisfy { letters($0).contains($1) }
    }

    /// Whether letters are the syllables of a name's first characters, the last perhaps not all of it; of `least` of them or
    /// more.
    static func spell(_ query: ArraySlice<UInt8>, _ name: ArraySlice<UInt32>, least: Int) -> Bool {
        if query.isEmpty { return least <= 0 }
        guard let value = name.first else { return false }
        if value < 0x80 {
            return query.first == UInt8(value) && spell(query.dropFirst(), name.dropFirst(), least: least - 1)
        }
        return SearchCharacters.readings(value).contains { reading in
            let syllable = SearchCharacters.syllables[reading]
            if query.count <= syllable.count { return least <= 1 && starts(syllable, with: query) }
            return starts(query, with: syllable)
                && spell(query.dropFirst(syllable.count), name.dropFirst(), least: least - 1)
        }
    }

    /// Upper case against lower case.
    private static func starts(_ syllable: [UInt8], with query: ArraySlice<UInt8>) -> Bool {
        zip(syllable, query).allSatisfy { $0 == $1 | 0x20 }
    }

    private static func starts(_ query: ArraySlice<UInt8>, with syllable: [UInt8]) -> Bool {
        zip(query, syllable).allSatisfy { $0 | 0x20 == $1 }
    }

    /// The initials of the syllables as which letters may be read, two or more of them: QL for QUANLONG.
    static func initials(spelt query: [UInt8]) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        var steps = 0
        func read(_ rest: ArraySlice<UInt8>, _ initials: [UInt8]) {
            steps += 1
            guard steps < 200, found.count < 6 else { return }
            if rest.isEmpty {
                if initials.count > 1 { found.insert(initials) }
                return
            }
            for length in stride(from: min(6, rest.count), through: 1, by: -1) {
                let piece = Array(rest.prefix(length))
                let isLast = length == rest.count
                guard isLast ? beginnings.contains(piece) : syllables.contains(piece) else { continue }
                read(rest.dropFirst(length), initials + [piece[0]])
            }
        }
        read(query[...], [])
        return found
    }

    private static let syllables = Set(SearchCharacters.syllables.map { $0.map { $0 - 0x20 } })
    private static let beginnings = Set(
        syllables.flatMap { syllable in (1...syllable.count).map { Array(syllable.prefix($0)) } }
    )
}
