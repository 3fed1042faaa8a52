/// What looks like the number of an identity card: loosely, since a number with a slip in it still names a person.
///
/// Who somebody is is decided by the strict rule (date and check); what is shown, by this one.
extension IdentityCard {
    /// Whether a word is the number of a card, or may be one with a character wrong, missing or doubled.
    ///
    /// Alone, after `L`, or before the two characters that a tax office adds. An enterprise's number that holds is none: a
    /// USCC, a 15-digit registration number, an organisation code behind a division unless a date of birth stands there.
    /// - Parameter word: letters and digits, half-width and upper case.
    /// - Returns: whether to keep it from everybody.
    package static func isLikely(_ word: ArraySlice<UInt8>) -> Bool {
        guard 15...21 ~= word.count else { return false }
        var number = word
        if number.first == UInt8(ascii: "L"), number.count > 15 { number = number.dropFirst() }
        switch number.count {
        case 15: return isLikelyOldForm(number)
        case 16: return isLikelyCut(number)
        case 17: return isLikelyCut(number) || isLikelyOldForm(number.prefix(15))
        case 18: return isLikelyNumber(number)
        case 19: return isLikelyNumber(number.prefix(18)) || isLikelyCut(number)
        case 20: return isLikelyNumber(number.prefix(18))
        default: return false
        }
    }

    /// 18 characters, one letter at most among the digits: two of division, year and birthday, and no USCC.
    private static func isLikelyNumber(_ word: ArraySlice<UInt8>) -> Bool {
        let last = word[word.endIndex - 1]
        let slips = letters(in: word.dropLast()) + (isDigit(last) || last == UInt8(ascii: "X") ? 0 : 1)
        guard slips <= 1 else { return false }
        guard
            hasProvince(word) ? isCentury(word, at: 6) || isBirthday(word.dropFirst(10).prefix(4)) : readsAsNumber(word)
        else { return false }
        return isValid(word) || !UnifiedSocialCreditCode.isValid(Array(word))
    }

    /// A number that lost or gained a character after its year: a division, a year and what may be a birthday.
    private static func isLikelyCut(_ word: ArraySlice<UInt8>) -> Bool {
        isCentury(word, at: 6) && letters(in: word) <= 1 && hasProvince(word)
            && mayBeBirthday(word.dropFirst(10).prefix(4))
    }

    /// 15 digits, an `O` for a 0 or an `I` for a 1 among them: a division and what may be a birthday.
    private static func isLikelyOldForm(_ word: ArraySlice<UInt8>) -> Bool {
        guard mayBeBirthday(word.dropFirst(8).prefix(4)) else { return false }
        let digits = word.map { $0 == UInt8(ascii: "O") ? 0x30 : $0 == UInt8(ascii: "I") ? 0x31 : $0 }
        guard digits.allSatisfy(isDigit), !RegistrationNumber.isValid(digits) else { return false }
        if readsAsOldForm(digits[...]) { return true }
        let holdsOrganisation = District.isKnown(digits[..<6]) && OrganisationCode.isValid(word.dropFirst(6))
        return hasProvince(digits[...]) && !holdsOrganisation
    }

    private static func isBirthday(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let month = Day.digits(bytes.prefix(2)), let day = Day.digits(bytes.suffix(2)) else { return false }
        return 1...12 ~= month && 1...31 ~= day
    }

    /// Loosely: a mistyped birthday is a birthday, and a letter may stand for any digit.
    private static func mayBeBirthday(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 4, let month = bytes.first, let day = bytes.dropFirst(2).first else { return false }
        return (month <= 0x31 || !isDigit(month)) && (day <= 0x33 || !isDigit(day))
    }

    private static func hasProvince(_ word: ArraySlice<UInt8>) -> Bool {
        let code = word.prefix(2)
        return District.isProvince(code) || letters(in: code) == 1
    }

    private static func isCentury(_ word: ArraySlice<UInt8>, at place: Int) -> Bool {
        let (first, second) = (word[word.startIndex + place], word[word.startIndex + place + 1])
        switch (isDigit(first), isDigit(second)) {
        case (true, true): return isCentury(word.dropFirst(place).prefix(2))
        case (true, false): return first == 0x31 || first == 0x32
        case (false, true): return second == 0x39 || second == 0x30
        case (false, false): return false
        }
    }

    private static func letters(in word: ArraySlice<UInt8>) -> Int { word.count { !isDigit($0) } }
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
