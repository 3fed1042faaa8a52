import CreditModel

/// 质监's penalties by double publicity, in the edition of their day.
extension RecordWriter {
    mutating func writeDoublePublicity() {
        var dice = life.dice(0x0DC)
        for index in 0..<2 where dice.chance(index == 0 ? 0.08 : 0.2) {
            guard let on = day(after: Calendar.day(2013, 1, 1), &dice) else { return }
            let penalty = PublishedPenalty(life: life, on: on, number: number(index), &dice)
            let isOld = on < Calendar.day(2018, 1, 1)
            write(penalty, index, isOld: isOld)
            // Some decisions come in both editions: two records.
            if isOld, dice.chance(0.05) { write(penalty, index, isOld: false) }
        }
    }

    private mutating func write(_ penalty: PublishedPenalty, _ index: Int, isOld: Bool) {
        let dirt = dirt(isOld ? 34 : 35, index)
        let life = life
        let rates = rates
        let name = dirt.name(of: life, on: penalty.on, 3).trimmed
        let number = dirt.documentNumber(penalty.prefix, penalty.on.components.year, penalty.number, 70)
        let named = isOld || penalty.officeCode.isEmpty
        let key = [named ? penalty.office : penalty.officeCode, number, name]
        let draft = RecordDraft(
            dataset: DatasetID(.quality, "XZCF"),
            key: key,
            about: subject,
            days: [isOld ? penalty.on : max(penalty.on, Calendar.day(2018, 1, 1))],
            dirt: dirt
        )
        ledger.publish(draft) { fact, seen in
            let uscc = dirt.code(life.uscc(on: seen), 2, missing: rates.missingQualityUSCC, other: life.org)
            let codes = (
                org: dirt.code(life.org, 1, other: life.uscc(on: seen) ?? life.knownRegno),
                regno: life.isRegistered ? dirt.code(life.regno, 4, other: life.org) : dirt.nothing(4),
                tax: life.taxNumbers.isEmpty ? dirt.nothing(5) : dirt.code(life.taxNumber(on: fact), 5, other: life.org)
            )
            return isOld
                ? penalty.edition2016(name, number, uscc, codes, dirt, seen)
                : penalty.edition2018(name, number, uscc, codes, dirt, seen)
        }
    }
}

extension String {
    /// Without blanks at its ends, as a key is.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
