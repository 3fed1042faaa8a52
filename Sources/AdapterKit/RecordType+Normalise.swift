public import CreditModel
import Normalisation

extension RecordType {
    /// The normalised form of a row of this type.
    ///
    /// Lenient: a value that cannot be read is kept as text, and costs neither its row nor its other values.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        let isRestricted = hasRestrictedKey(record.key)
        guard record.operation == .record else {
            return NormalisedRow(record: nil, hasRestrictedKey: isRestricted, drift: [])
        }
        var reader = RowReader(type: self, fields: record.fields, isOfPerson: isRestricted)
        reader.read()
        return NormalisedRow(
            record: reader.record(),
            hasRestrictedKey: isRestricted,
            holdsPersonalText: reader.holdsPersonalText,
            drift: reader.drift
        )
    }

    /// Whether a part of the key is the number of an identity card, or holds one.
    public func hasRestrictedKey(_ key: RecordKey) -> Bool {
        for (index, part) in key.parts.enumerated() where index < self.key.count {
            if IdentityScreen.holdsNumber(part) { return true }
            guard self.key[index].contains(where: taxColumns.contains) else { continue }
            if Normalise.code(part, in: .tax).contains(where: \.isRestricted) { return true }
        }
        return false
    }
}

/// Reads one row by its type's table.
struct RowReader {
    let type: RecordType
    let fields: [RawField]
    var drift: [Drift] = []
    private var facts: [Fact] = []
    /// In the order in which they are first spoken of: one or two.
    private var subjects: [Subject] = []
    private var from: CreditDate?
    private var to: CreditDate?
    private var fromOriginal: String?
    private var toOriginal: String?
    private var unknown: [RawField] = []
    /// Whether the row is about somebody who is known by the number of an identity card.
    private var isOfPerson: Bool
    /// Whether any text of the row is a person's, or may be: a telephone, a card's number, an unknown element.
    private(set) var holdsPersonalText = false

    init(type: RecordType, fields: [RawField], isOfPerson: Bool) {
        self.type = type
        self.fields = fields
        self.isOfPerson = isOfPerson
    }

    mutating func read() {
        facts.reserveCapacity(fields.count)
        var seen = [Bool](repeating: false, count: type.columns.count)
        var next = 0
        for field in fields {
            // Most rows have their columns in the table's order.
            let isNext = next < type.columns.count && type.columns[next].name == field.name
            // A second element of one name is no value of the model: it is kept with what is unknown.
            guard let index = isNext ? next : type.byName[field.name], !seen[index] else {
                unknown.append(field)
                report("field", field.name)
                // Nobody knows what it holds, and it is not told: a telephone among others.
                if Normalise.text(field.text) != nil { holdsPersonalText = true }
                continue
            }
            seen[index] = true
            next = index + 1
            let shown = screened(field, type.exposures[index])
            for use in type.columns[index].uses { apply(use, to: shown) }
        }
    }

    /// The field without the numbers of identity cards in it, whatever it is to be read as.
    ///
    /// A number in the wrong column is a number; a code that is one is restricted where it is read.
    private mutating func screened(_ field: RawField, _ exposure: RecordType.Exposure) -> RawField {
        switch exposure {
        case .none:
            if IdentityScreen.holdsNumber(field.text) { holdsPersonalText = true }
            return field
        case .codes where field.text.utf8.count <= Self.longestCode: return field
        case .codes, .texts:
            guard let masked = IdentityScreen.masked(field.text) else { return field }
            holdsPersonalText = true
            // A code that is a card's, if full-width or in parts, is read as one; of words around it there is no code.
            if exposure == .codes, Normalise.code(field.text, in: .tax).contains(where: \.isRestricted) { return field }
            return RawField(field.name, masked)
        }
    }

    /// A card's number and its suffix, behind `L`.
    private static let longestCode = 21

    /// A row of hundreds of unknown elements is no news a hundred times.
    private static let mostDrift = 64

    private mutating func report(_ kind: String, _ name: String) {
        guard drift.count < Self.mostDrift else { return }
        let entry = Drift(kind: kind, redacting: name)
        if !drift.contains(entry) { drift.append(entry) }
    }

    private func raw(_ column: String) -> String? { fields.first { $0.name == column }?.text }

    private mutating func apply(_ use: Column.Use, to field: RawField) {
        switch use {
        case .fact(let name, let reading): read(field, as: name, reading)
        case .code(let column, let role):
            for code in Normalise.code(field.text, in: column) {
                if code.isRestricted { (isOfPerson, holdsPersonalText) = (true, true) }
                change(role) { if !$0.codes.contains(code) { $0.codes.append(code) } }
            }
        case .pripid:
            let text = KeyText.trimmed(field.text)
            if Normalise.text(text) != nil { change(.subject) { $0.pripid = text } }
        case .subject(let part, let role): readSubject(part, role, field.text)
        case .from:
            switch Normalise.date(field.text) {
            case .date(let date): (from, fromOriginal) = (date, original(field, of: date))
            case .unreadable: fromOriginal = keepText(of: field, as: "from")
            default: break
            }
        case .to:
            switch Normalise.date(field.text) {
            case .date(let date): (to, toOriginal) = (date, original(field, of: date))
            case .open: (to, toOriginal) = (.open, field.text)
            case .unreadable: toOriginal = keepText(of: field, as: "to")
            default: break
            }
        case .year:
            if let year = RowReader.year(field.text) {
                from = .year(year)
                to = .year(year)
            }
        case .restricted: if Normalise.text(field.text) != nil { holdsPersonalText = true }
        }
    }

    /// The agency's text of a date, where it says the same in other signs.
    private func original(_ field: RawField, of date: CreditDate) -> String? {
        // 地税's own form is the canonical one without hyphens: no original is kept for it.
        let written = date.description
        let isPlain =
            field.text == written || field.text.utf8.elementsEqual(written.utf8.lazy.filter { $0 != 0x2D })
        return isPlain ? nil : field.text
    }

    /// Keeps an unreadable day of the row's own time as a fact; a column that is a fact already keeps its text there.
    ///
    /// - Returns: the agency's text, where the fact does not show the whole of it.
    private mutating func keepText(of field: RawField, as name: String) -> String? {
        let uses = type.byName[field.name].map { type.columns[$0].uses } ?? []
        let isFact = uses.contains { if case .fact = $0 { true } else { false } }
        guard !isFact, let text = Normalise.text(field.text) else { return nil }
        let shown = String(text.prefix(64))
        facts.append(Fact(name, .text(shown)))
        return shown == field.text ? nil : field.text
    }

    private mutating func change(_ role: Role, _ body: (inout Subject) -> Void) {
        var actual = role
        if role == .producer, let rule = type.victimWhere, let text = raw(rule.column),
            KeyText.halfWidth(Normalise.text(text) ?? "") == rule.value
        {
            actual = .victim
        }
        if let index = subjects.firstIndex(where: { $0.role == actual }) { return body(&subjects[index]) }
        var subject = Subject(role: actual)
        body(&subject)
        subjects.append(subject)
    }

    private mutating func readSubject(_ part: SubjectText, _ role: Role, _ text: String) {
        switch part {
        case .name: if let name = Normalise.name(text) { change(role) { $0.name = name } }
        case .formerNames:
            let names = Normalise.list(text).compactMap { Normalise.name($0) }
            if !names.isEmpty { change(role) { $0.formerNames = names } }
        case .representative: if let person = Normalise.person(text) { change(role) { $0.representative = person } }
        case .address: if let address = Normalise.address(text) { change(role) { $0.address = address } }
        }
    }

    static func year(_ text: String) -> Int? {
        guard let year = Normalise.number(text), 1900...9998 ~= year else { return nil }
        return Int(year)
    }

    private mutating func read(_ field: RawField, as name: String, _ reading: Reading) {
        guard let plain = Normalise.text(field.text) else { return }
        func add(_ value: Value, like text: String) {
            facts.append(Fact(name, value, original: text == field.text ? nil : field.text))
        }
        func addText(_ text: String?) {
            if let text { add(.text(text), like: text) }
        }
        switch reading {
        case .text: addText(plain)
        case .name: addText(Normalise.name(field.text))
        case .person: addText(Normalise.person(field.text))
        case .address: addText(Normalise.address(field.text))
        case .documentNumber: addText(Normalise.documentNumber(field.text))
        case .number:
            if let number = Normalise.number(field.text) {
                add(.number(number), like: String(number))
            } else {
                addText(plain)
            }
        case .year:
            if let year = RowReader.year(field.text) {
                add(.date(.year(year)), like: String(year))
            } else {
                addText(plain)
            }
        case .date: readDate(field, name, plain, isEnd: false)
        case .end: readDate(field, name, plain, isEnd: true)
        case .code(let list):
            let code = list.form(of: plain)
            if list.isReported, !list.knows(code) { report("code", "\(field.name)=\(code)") }
            add(.code(code, label: list.labels[code]), like: code)
        case .money(let unit, let currency): readMoney(field, name, plain, unit, currency)
        case .list(let separators, let list):
            let items = Normalise.list(field.text, separators: separators)
            guard !items.isEmpty else { return }
            for item in items where list.map({ $0.isReported && !$0.knowsKind(item) }) ?? false {
                report("code", "\(field.name)=\(item)")
            }
            add(.list(items), like: items.joined(separator: ";"))
        case .names:
            let items = Normalise.list(field.text).compactMap { Normalise.name($0) }
            if !items.isEmpty { add(.list(items), like: items.joined(separator: ";")) }
        }
    }

    private mutating func readDate(_ field: RawField, _ name: String, _ plain: String, isEnd: Bool) {
        switch Normalise.date(field.text) {
        case .date(let date):
            facts.append(Fact(name, .date(date), original: original(field, of: date)))
        // Where nothing ends, a day that never comes is none.
        case .open: if isEnd { facts.append(Fact(name, .date(.open), original: field.text)) }
        case .none: break
        default: facts.append(Fact(name, .text(plain), original: plain == field.text ? nil : field.text))
        }
    }

    private mutating func readMoney(
        _ field: RawField,
        _ name: String,
        _ plain: String,
        _ unit: MoneyUnit,
        _ currencyColumn: String?
    ) {
        var currency = "CNY"
        if let column = currencyColumn, let text = raw(column).flatMap({ Normalise.text($0) }) {
            let code = KeyText.halfWidth(IdentityScreen.masked(text) ?? text)
            if let letters = CurrencyNumbers.letters[code] {
                currency = letters
            } else {
                currency = code
                report("code", "\(column)=\(code)")
            }
        }
        switch Normalise.money(field.text, in: unit, currency: currency) {
        case .money(let money):
            facts.append(Fact(name, .money(money), original: money.amount == field.text ? nil : field.text))
        case .none: break
        default: facts.append(Fact(name, .text(plain), original: plain == field.text ? nil : field.text))
        }
    }

    /// What was read; a person's address is evidence of who it is, and nothing that is told.
    func record() -> CreditRecord {
        let facts = isOfPerson ? facts.filter { !type.addresses.contains($0.field) } : facts
        var all = subjects
        if all.isEmpty, type.victimWhere == nil { all = [Subject(role: .subject)] }
        all.sort { $0.role < $1.role }
        let isTest = all.contains { $0.name.map(Normalise.isTestName) ?? false }
        return CreditRecord(
            subjects: all,
            facts: facts,
            from: from,
            to: to,
            fromOriginal: fromOriginal,
            toOriginal: toOriginal,
            isTest: isTest,
            unknown: unknown
        )
    }
}

/// GB/T 12406 numbers of currencies that registries use, withdrawn ones among them.
enum CurrencyNumbers {
    static let letters = [
        "156": "CNY", "344": "HKD", "392": "JPY", "446": "MOP", "840": "USD", "978": "EUR", "826": "GBP", "901": "TWD",
        "702": "SGD", "036": "AUD", "36": "AUD", "124": "CAD", "756": "CHF", "410": "KRW", "250": "FRF", "276": "DEM",
        "528": "NLG", "380": "ITL", "554": "NZD", "458": "MYR", "764": "THB", "752": "SEK", "578": "NOK", "208": "DKK",
        "CNY": "CNY", "人民币": "CNY", "人民币元": "CNY", "USD": "USD", "HKD": "HKD", "美元": "USD", "港元": "HKD",
    ]
}
