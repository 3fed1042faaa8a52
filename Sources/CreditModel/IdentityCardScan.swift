/// Finds numbers of identity cards in running text, as people write them: in one piece, or with blanks, hyphens or dots
/// between their parts, in digits of any width.
package enum IdentityCardScan {
    /// Where numbers stand that are an identity card's, or likely to be: see ``IdentityCard/isLikely(_:)``.
    ///
    /// What is written in parts, or amid letters, counts only where date and check hold, since dates and amounts beside
    /// each other look alike.
    /// - Parameters:
    ///   - scalars: a text.
    ///   - oldForm: whether 15 digits count too.
    /// - Returns: the places from a number's first to its last character, what stands between its parts included; ascending.
    package static func ranges(in scalars: [Unicode.Scalar], oldForm: Bool = true) -> [Range<Int>] {
        guard scalars.contains(where: \.hasNoWidth) else { return seenRanges(in: scalars, oldForm) }
        // What nobody sees parts no number: it is read without, and a number's range has what stands within.
        let places = scalars.indices.filter { !scalars[$0].hasNoWidth }
        return seenRanges(in: places.map { scalars[$0] }, oldForm).map {
            places[$0.lowerBound]..<places[$0.upperBound - 1] + 1
        }
    }

    private static func seenRanges(in scalars: [Unicode.Scalar], _ oldForm: Bool) -> [Range<Int>] {
        let read = scalars.map(plain)
        var found = words(in: read).filter { isNumber(read[$0], named: isNamed(at: $0.lowerBound, scalars), oldForm) }
        found += chained(in: read, oldForm: oldForm)
        guard found.count > 1 else { return found }
        return merged(found)
    }

    /// Overlapping ranges as one, ascending.
    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound < last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// A digit or letter as a half-width capital, anything else as 0x20 for what may part a number, else 0.
    private static func plain(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A: UInt8(scalar.value)
        case 0x61...0x7A: UInt8(scalar.value - 0x20)
        case 0x20, 0x2D, 0x2E, 0xB7: 0x20
        case 0xFF10...0xFF19: UInt8(scalar.value - 0xFEE0)
        case 0xFF21...0xFF3A: UInt8(scalar.value - 0xFEE0)
        case 0xFF41...0xFF5A: UInt8(scalar.value - 0xFF00)
        case 0xFF0D, 0xFF0E: 0x20
        case 0x1D7CE...0x1D7FF: UInt8((scalar.value - 0x1D7CE) % 10 + 0x30)
        case _ where scalar.properties.isWhitespace || scalar.properties.isDash: 0x20
        default: 0
        }
    }

    // MARK: Words

    /// Runs of letters and digits.
    private static func words(in text: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for (index, byte) in text.enumerated() {
            if byte > 0x20 {
                if start == nil { start = index }
            } else if let first = start {
                words.append(first..<index)
                start = nil
            }
        }
        if let start { words.append(start..<text.count) }
        return words
    }

    private static func isNumber(_ word: ArraySlice<UInt8>, named: Bool, _ oldForm: Bool) -> Bool {
        if word.count == 15, !oldForm { return false }
        // A tenth of the old numbers pass for registration numbers; where the text says what it is, there is no doubt.
        return IdentityCard.isLikely(word) || named && IdentityCard.readsAsOldForm(word)
    }

    /// Whether 身份 stands shortly before a place.
    private static func isNamed(at place: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<place].suffix(12)
        return before.indices.dropLast().contains { before[$0] == "身" && before[$0 + 1] == "份" }
    }

    // MARK: Parts

    private static func chained(in text: [UInt8], oldForm: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var chain: [Range<Int>] = []
        for group in groups(of: text) {
            if let last = chain.last, !isGap(text[last.upperBound..<group.lowerBound]) {
                found += numbers(in: chain, of: text, oldForm: oldForm)
                chain.removeAll(keepingCapacity: true)
            }
            chain.append(group)
        }
        return found + numbers(in: chain, of: text, oldForm: oldForm)
    }

    /// Runs of digits, each with the `X` that may end a number.
    private static func groups(of text: [UInt8]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start: Int?
        for (index, byte) in text.enumerated() {
            if isDigit(byte) {
                if start == nil { start = index }
            } else if let first = start {
                groups.append(first..<(byte == UInt8(ascii: "X") ? index + 1 : index))
                start = nil
            }
        }
        if let start { groups.append(start..<text.count) }
        return groups
    }

    private static func numbers(in chain: [Range<Int>], of text: [UInt8], oldForm: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var first = 0
        while first < chain.count {
            var number: [UInt8] = []
            var end: Int?
            for last in first..<chain.count where number.count < longest {
                number += text[chain[last]]
                // 15 digits within letters are part of a longer code.
                let mayBeOld = oldForm && !isAmidLetters(chain[first].lowerBound..<chain[last].upperBound, text)
                if isNumber(number, oldForm: mayBeOld) { end = last }
            }
            if let end {
                found.append(chain[first].lowerBound..<chain[end].upperBound)
                first = end + 1
            } else {
                first += 1
            }
        }
        return found
    }

    /// An identity card and the suffix of a tax number.
    private static let longest = 20

    private static func isNumber(_ bytes: [UInt8], oldForm: Bool) -> Bool {
        switch bytes.count {
        case 15: oldForm && IdentityCard.readsAsOldForm(bytes[...]) && !RegistrationNumber.isValid(bytes)
        case 18: IdentityCard.isValid(bytes[...])
        case longest: IdentityCard.isValid(bytes[..<18])
        default: false
        }
    }

    /// What stands between two parts of one number: at most three characters.
    private static func isGap(_ text: ArraySlice<UInt8>) -> Bool {
        1...3 ~= text.count && text.allSatisfy { $0 == 0x20 }
    }

    private static func isAmidLetters(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
        let before = range.lowerBound > 0 ? text[range.lowerBound - 1] : 0
        let after = range.upperBound < text.count ? text[range.upperBound] : 0
        return before > 0x39 || after > 0x39
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
