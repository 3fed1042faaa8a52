/// Finds numbers of identity cards in running text, as people write them: in one piece, or with blanks, hyphens or dots
/// between their parts.
package enum IdentityCardScan {
    /// Where numbers stand that read as an identity card.
    ///
    /// - Parameters:
    ///   - scalars: a text in half-width forms.
    ///   - oldForm: whether 15 digits count too; they have no check, and in a column of codes are more likely a registration number.
    /// - Returns: the places from a number's first to its last character, what stands between its parts included; ascending.
    package static func ranges(in scalars: [Unicode.Scalar], oldForm: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var chain: [Range<Int>] = []
        for group in groups(of: scalars) {
            if let last = chain.last, !isGap(scalars[last.upperBound..<group.lowerBound]) {
                found += numbers(in: chain, of: scalars, oldForm: oldForm)
                chain.removeAll()
            }
            chain.append(group)
        }
        return found + numbers(in: chain, of: scalars, oldForm: oldForm)
    }

    /// Runs of digits, each with the `X` that may end a number.
    private static func groups(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start: Int?
        for (index, scalar) in scalars.enumerated() {
            if isDigit(scalar) {
                if start == nil { start = index }
            } else if let first = start {
                groups.append(first..<(scalar == "X" || scalar == "x" ? index + 1 : index))
                start = nil
            }
        }
        if let start { groups.append(start..<scalars.count) }
        return groups
    }

    private static func numbers(in chain: [Range<Int>], of scalars: [Unicode.Scalar], oldForm: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var first = 0
        while first < chain.count {
            var text: [Unicode.Scalar] = []
            var end: Int?
            for last in first..<chain.count where text.count < longest {
                text += scalars[chain[last]]
                if isNumber(text, oldForm: oldForm) { end = last }
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

    private static func isNumber(_ scalars: [Unicode.Scalar], oldForm: Bool) -> Bool {
        let bytes = scalars.map { $0 == "x" ? UInt8(ascii: "X") : UInt8(truncatingIfNeeded: $0.value) }
        switch bytes.count {
        case 15: return oldForm && IdentityCard.readsAsOldForm(bytes[...])
        case 18: return IdentityCard.isValid(bytes[...])
        case longest: return IdentityCard.isValid(bytes[..<18])
        default: return false
        }
    }

    /// What stands between two parts of one number: at most three characters.
    private static func isGap(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
        1...3 ~= scalars.count
            && scalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDash || $0 == "." || $0 == "·" }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { 0x30...0x39 ~= scalar.value }
}
