internal import Normalisation

/// A name, or a part of one, as a search compares it: one form of each character, nothing but letters, digits and Han.
package struct FoldedName: Hashable, Sendable {
    /// Unicode scalars, simplified, half-width, upper case.
    package let scalars: [UInt32]

    /// Folds a name: width, case, brackets, blanks and marks do not count; 有限责任公司 is 有限公司.
    package init(_ name: String) {
        var scalars = NameRules.scalars(name).compactMap { value -> UInt32? in
            switch value {
            case 0x30...0x39, 0x41...0x5A: value
            case 0x3400...0x9FFF: SearchCharacters.form(value)
            case ..<0xC0, 0x2000...0x206F, 0x3000...0x3004, 0x3008...0x3020, 0xFE10...0xFE6F, 0xFF00...0xFF65: nil
            default: value
            }
        }
        NameRules.dropLiability(&scalars)
        self.scalars = scalars
    }

    /// A part of a name, of which the last word may be cut short: 有限责任 stands for the beginning of 有限公司.
    package init(part: String) {
        let whole = FoldedName(part).scalars
        let cut = Self.liability.first { whole.suffix($0.count).elementsEqual($0) }
        self.init(scalars: cut.map { Array(whole.dropLast($0.count - 2)) } ?? whole)
    }

    package init(scalars: [UInt32]) { self.scalars = scalars }

    package var text: String { Self.text(scalars) }

    /// A text of scalars.
    static func text(_ scalars: some Sequence<UInt32>) -> String {
        var view = String.UnicodeScalarView()
        for value in scalars { if let scalar = Unicode.Scalar(value) { view.append(scalar) } }
        return String(view)
    }

    private static let liability = ["有限责任公", "有限责任", "有限责"].map(NameRules.values)

    /// Whether another name stands in this one.
    package func contains(_ part: FoldedName) -> Bool { Self.contains(scalars[...], part.scalars[...]) }

    static func contains(_ whole: ArraySlice<UInt32>, _ part: ArraySlice<UInt32>) -> Bool {
        guard let first = part.first, part.count <= whole.count else { return false }
        var index = whole.startIndex
        let last = whole.endIndex - part.count
        while index <= last {
            if whole[index] == first, whole[index..<index + part.count].elementsEqual(part) { return true }
            index += 1
        }
        return false
    }
}
