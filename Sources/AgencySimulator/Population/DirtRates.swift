package import FoundationEssentials

/// How often each kind of dirt and unrest occurs: shares of what the kind can befall.
package struct DirtRates: Sendable, Hashable {
    private var values: [String: Double]

    /// The rates of `agency-interfaces.md` §5, and those of our own for what it leaves open.
    package static let standard = DirtRates(values: [
        "fullWidth": 0.04, "brackets": 0.30, "lowerCase": 0.05, "missingTaxUSCC": 0.85, "missingQualityUSCC": 0.60,
        "wrongCharacter": 0.01, "swapped": 0.005, "wrongColumn": 0.01, "masked": 0.005, "otherDivision": 0.10,
        "formerName": 0.05, "shortForm": 0.05, "typo": 0.01, "blanks": 0.03, "traditional": 0.005, "outsideGBK": 0.002,
        "doubled": 0.02, "overtaken": 0.005, "late": 0.05, "sentinelDate": 0.05, "dateForm": 0.01, "nullMarker": 0.02,
        "yuan": 0.003, "unreadable": 0.0002, "test": 0.001, "numberTwice": 0.00002, "withdrawn": 0.02, "return": 0.25,
        "earlyWithdrawal": 0.10, "withdrawnTwice": 0.15, "rekeyed": 0.003, "touched": 0.019,
        "noRepresentative": 0.05, "separators": 0.2,
    ])
    /// No dirt at all.
    package static let none = DirtRates(values: standard.values.mapValues { _ in 0 })
    /// Every name that can be set.
    package static var names: [String] { standard.values.keys.sorted() }

    private init(values: [String: Double]) { self.values = values }

    /// The standard rates, with those that a JSON object of names and numbers sets.
    package init(json: Data) throws {
        self = .standard
        for (name, rate) in try JSONDecoder().decode([String: Double].self, from: json) { try set(name, rate) }
    }

    package subscript(_ name: String) -> Double { values[name] ?? 0 }

    package mutating func set(_ name: String, _ rate: Double) throws(DirtRatesError) {
        guard values[name] != nil else { throw .unknownName(name) }
        guard 0...1 ~= rate else { throw .notAShare(name) }
        values[name] = rate
    }
}

/// Why a rate could not be set.
package enum DirtRatesError: Error, Hashable {
    case unknownName(String)
    case notAShare(String)
}

/// The rates as fields, looked up once.
struct Rates: Sendable {
    let fullWidth, brackets, lowerCase, missingTaxUSCC, missingQualityUSCC, wrongCharacter, swapped, wrongColumn,
        masked: Double
    let otherDivision, formerName, shortForm, typo, blanks, traditional, outsideGBK, doubled, overtaken, late: Double
    let sentinelDate, dateForm, nullMarker, yuan, unreadable, test, numberTwice, withdrawn, comesBack: Double
    let earlyWithdrawal, withdrawnTwice, rekeyed, touched, noRepresentative, separators: Double

    init(_ r: DirtRates) {
        fullWidth = r["fullWidth"]
        brackets = r["brackets"]
        lowerCase = r["lowerCase"]
        missingTaxUSCC = r["missingTaxUSCC"]
        missingQualityUSCC = r["missingQualityUSCC"]
        wrongCharacter = r["wrongCharacter"]
        swapped = r["swapped"]
        wrongColumn = r["wrongColumn"]
        masked = r["masked"]
        otherDivision = r["otherDivision"]
        formerName = r["formerName"]
        shortForm = r["shortForm"]
        typo = r["typo"]
        blanks = r["blanks"]
        traditional = r["traditional"]
        outsideGBK = r["outsideGBK"]
        doubled = r["doubled"]
        overtaken = r["overtaken"]
        late = r["late"]
        sentinelDate = r["sentinelDate"]
        dateForm = r["dateForm"]
        nullMarker = r["nullMarker"]
        yuan = r["yuan"]
        unreadable = r["unreadable"]
        test = r["test"]
        numberTwice = r["numberTwice"]
        withdrawn = r["withdrawn"]
        comesBack = r["return"]
        earlyWithdrawal = r["earlyWithdrawal"]
        withdrawnTwice = r["withdrawnTwice"]
        rekeyed = r["rekeyed"]
        touched = r["touched"]
        noRepresentative = r["noRepresentative"]
        separators = r["separators"]
    }
}
