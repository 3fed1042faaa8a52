import CreditModel

/// The dirt of one record: drawn at its birth by seed, kind and column, so that all its versions bear the same.
struct Dirt {
    let seed: UInt64
    let rates: Rates

    enum Kind: UInt64 {
        case fullWidth = 1, brackets, lowerCase, missing, wrongCharacter, swapped, wrongColumn, masked, formerName,
            shortForm, typo
        case blanks, traditional, outsideGBK, sentinelDate, dateForm, nullMarker, yuan, unreadable, place, nobody,
            separators
    }

    func dice(_ kind: Kind, _ column: UInt64) -> Dice { Dice(seed, 0xD1_0000 | kind.rawValue, column) }
    func hits(_ kind: Kind, _ column: UInt64, _ rate: Double) -> Bool {
        guard rate > 0 else { return false }
        var dice = dice(kind, column)
        return dice.chance(rate)
    }

    /// Nothing, as an agency writes it.
    func nothing(_ column: UInt64) -> String {
        guard hits(.nullMarker, column, rates.nullMarker) else { return "" }
        return Dice(seed, 0x4011, column).first(of: ["null", "NULL", "暂无", "\\n", "无"])
    }

    /// The representative on file, whom some offices never wrote down.
    func representative(of life: Life, on day: Day, _ column: UInt64) -> String {
        hits(.nobody, column, rates.noRepresentative) ? nothing(column) : life.representative(on: day)
    }

    /// A code as sent; `other` is what may stand in its place by mistake.
    func code(_ code: String?, _ column: UInt64, missing: Double = 0, isKey: Bool = false, other: String? = nil)
        -> String
    {
        guard let code, !hits(.missing, column, missing) else { return isKey ? "" : nothing(column) }
        var text = code
        if let other, other != code, hits(.wrongColumn, column, rates.wrongColumn) {
            text = other
        } else if hits(.masked, column, rates.masked) {
            text = masked(code, isKey: isKey)
        } else if hits(.wrongCharacter, column, rates.wrongCharacter) {
            text = mistyped(code, column)
        } else if hits(.swapped, column, rates.swapped) {
            text = swapped(code, column)
        }
        if hits(.lowerCase, column, rates.lowerCase) { text = text.lowercased() }
        if hits(.fullWidth, column, rates.fullWidth) { text = Self.fullWidth(text) }
        return text
    }

    /// A key hides its division only, lest two enterprises share what is left.
    private func masked(_ code: String, isKey: Bool) -> String {
        let characters = Array(code)
        guard characters.count >= 8 else { return code }
        if isKey {
            let hidden = characters.count >= 15 ? 2..<6 : 0..<0
            return String(characters.indices.map { hidden.contains($0) ? "*" : characters[$0] })
        }
        let kept = characters.count >= 13 ? 4 : 2
        return String(characters.indices.map { kept..<characters.count - kept ~= $0 ? "*" : characters[$0] })
    }

    /// One character wrong, and such that no check of any column holds.
    private func mistyped(_ code: String, _ column: UInt64) -> String {
        var dice = Dice(seed, 0x3157, column)
        let characters = Array(code.utf8)
        for _ in 0..<60 {
            var wrong = characters
            // The division of a tax number has no check, so the mistake falls into the rest.
            let place = characters.count == 15 ? dice.within(6...14) : dice.below(min(characters.count, 18))
            let digit = dice.chance(0.9) ? UInt8(0x30 + dice.below(10)) : dice.pick(CheckedCodes.alphabet)
            guard wrong[place] != digit else { continue }
            wrong[place] = digit
            let text = String(decoding: wrong, as: UTF8.self)
            if !CheckedCodes.isValid(text) { return text }
        }
        return code + "0"
    }

    private func swapped(_ code: String, _ column: UInt64) -> String {
        var dice = Dice(seed, 0x54A9, column)
        let characters = Array(code.utf8)
        for _ in 0..<60 {
            let place = characters.count == 15 ? dice.within(6...13) : dice.below(min(characters.count, 18) - 1)
            guard characters[place] != characters[place + 1] else { continue }
            var wrong = characters
            wrong.swapAt(place, place + 1)
            let text = String(decoding: wrong, as: UTF8.self)
            if !CheckedCodes.isValid(text) { return text }
        }
        return code + "0"
    }

    static func fullWidth(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let value = scalar.value
            let isAlphanumeric = 0x30...0x39 ~= value || 0x41...0x5A ~= value || 0x61...0x7A ~= value
            scalars.append(isAlphanumeric ? UnicodeScalar(value + 0xFEE0) ?? scalar : scalar)
        }
        return String(scalars)
    }

    /// A date as sent; nothing is an empty text, a null marker or a sentinel.
    func date(_ day: Day?, _ column: UInt64, isCompact: Bool = false, open: [String] = []) -> String {
        guard let day else {
            if !open.isEmpty, hits(.sentinelDate, column, rates.sentinelDate) {
                return Dice(seed, 0x5E7, column).first(of: open)
            }
            return nothing(column)
        }
        guard hits(.dateForm, column, rates.dateForm) else { return isCompact ? day.compact : day.description }
        let (year, month, dayOfMonth) = day.components
        return Dice(seed, 0xDA7E, column).first(of: [
            "\(year)-\(month)-\(dayOfMonth)", "\(year)/\(padded(month, 2))/\(padded(dayOfMonth, 2))",
            isCompact ? day.description : day.compact, "\(year)-\(month)-\(dayOfMonth) 9:51:52",
            padded(year, 4) + padded(month, 2),
        ])
    }

    /// An amount of 万元 kept in 元; now and then somebody writes 元.
    func tenThousands(_ yuan: Int, _ column: UInt64) -> String {
        if hits(.yuan, column, rates.yuan) { return String(yuan) }
        let rest = yuan % 10_000
        return rest == 0 ? String(yuan / 10_000) : "\(yuan / 10_000).\(padded(rest, 4))00"
    }

    /// An amount in 元, on bad days with separators.
    func yuan(_ amount: Int, separators: Bool) -> String {
        guard separators else { return "\(amount).00" }
        var groups: [String] = []
        var rest = amount
        while rest >= 1000 {
            groups.append(padded(rest % 1000, 3))
            rest /= 1000
        }
        return ([String(rest)] + groups.reversed()).joined(separator: ",") + ".00"
    }
}

extension Day {
    /// `yyyyMMdd`.
    var compact: String {
        let (year, month, day) = components
        return padded(year, 4) + padded(month, 2) + padded(day, 2)
    }
}
