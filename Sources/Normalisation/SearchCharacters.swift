/// Characters as a search knows them: one form for all that are written for each other, and how they are read.
package enum SearchCharacters {
    /// The one form of a Han character: simplified, and of variants the usual one; itself for any other.
    ///
    /// Wider than ``Characters/simplified(_:)``, which makes keys: 乾 and 干 are one here.
    package static func form(_ value: UInt32) -> UInt32 {
        guard 0x3400...0x9FFF ~= value else { return value }
        let form = forms[Int(value - 0x3400)]
        return form == 0 ? Characters.simplified(value) : UInt32(form)
    }

    /// Pinyin without tones, lower case, ü as v: every syllable that a character may be read as.
    package static let syllables: [[UInt8]] = all.syllables

    /// How a character (in its search form) is read: places in ``syllables``, the usual reading first; none for others.
    package static func readings(_ value: UInt32) -> [Int] {
        guard let usual = usualReading(value) else { return [] }
        return [usual] + (all.further[value] ?? [])
    }

    /// The first of ``readings(_:)``.
    package static func usualReading(_ value: UInt32) -> Int? {
        guard 0x4E00...0x9FFF ~= value else { return nil }
        let reading = all.usual[Int(value - 0x4E00)]
        return reading == 0 ? nil : Int(reading) - 1
    }

    /// The letters, upper case, with which a character's readings begin: the usual one first, none twice.
    package static func initials(_ value: UInt32) -> [UInt8] {
        var initials: [UInt8] = []
        guard let usual = usualReading(value) else { return initials }
        initials.append(syllables[usual][0] - 0x20)
        guard let further = all.further[value] else { return initials }
        for reading in further {
            let letter = syllables[reading][0] - 0x20
            if !initials.contains(letter) { initials.append(letter) }
        }
        return initials
    }

    private static let forms = Characters.forms(of: SearchTables.forms)

    private struct Readings {
        var syllables: [[UInt8]] = []
        /// Place in `syllables` and one more; 0 where there is none.
        var usual = [UInt16](repeating: 0, count: 0xA000 - 0x4E00)
        var further: [UInt32: [Int]] = [:]
    }

    private static let all: Readings = {
        var all = Readings()
        var places: [[UInt8]: Int] = [:]
        func entries(_ table: String, _ body: (UInt32, Int) -> Void) {
            for entry in table.split(separator: "\t") {
                let syllable = Array(entry.utf8.prefix { $0 < 0x80 })
                guard !syllable.isEmpty else { continue }
                let place = places[syllable] ?? all.syllables.count
                if place == all.syllables.count {
                    places[syllable] = place
                    all.syllables.append(syllable)
                }
                for scalar in entry.unicodeScalars where 0x4E00...0x9FFF ~= scalar.value { body(scalar.value, place) }
            }
        }
        var usual: [(UInt32, Int)] = []
        entries(SearchTables.readings) { usual.append(($0, $1)) }
        for (value, place) in usual { all.usual[Int(value - 0x4E00)] = UInt16(place + 1) }
        var further: [(UInt32, Int)] = []
        entries(SearchTables.furtherReadings) { further.append(($0, $1)) }
        for (value, place) in further { all.further[value, default: []].append(place) }
        return all
    }()
}
