package import CreditModel

/// One thing that happens to one row of a simulated agency's table: it appears, changes or goes.
///
/// The population makes them, a pure function of seed and rates; tables and dialects put them on the wire.
package struct SimulatedEvent: Sendable, Hashable {
    package enum Change: UInt8, Sendable {
        case insert, update, delete
    }

    package var dataset: DatasetID
    /// As sent: with the dirt that was drawn at the record's birth.
    package var key: RecordKey
    package var change: Change
    /// When the agency makes it visible: `XGSJ`, `gxsj`.
    ///
    /// Decides the order of `SEQ` and `序号`.
    package var visible: LocalTime
    /// `TS` and `时间戳`: equal to `visible` but for rows that were overtaken.
    package var modified: LocalTime
    /// Element or attribute names and their texts, dirt included, unescaped; without the attributes of the transport.
    package var fields: [RawField]
    /// A value holds a bare `&`: the renderer leaves it unescaped, and no reader can take the row.
    package var isUnreadable: Bool
    /// The row is sent twice (红盾 with its own `SEQ`, the others within the same answer or file).
    package var isDoubled: Bool
    /// A test row: in no profile and not in the truth.
    package var isTest: Bool
    /// The enterprises that it truly speaks of, by index, and in which role.
    package var about: [(enterprise: Int, role: Role)]

    package init(
        dataset: DatasetID,
        key: RecordKey,
        change: Change,
        visible: LocalTime,
        modified: LocalTime,
        fields: [RawField],
        isUnreadable: Bool = false,
        isDoubled: Bool = false,
        isTest: Bool = false,
        about: [(enterprise: Int, role: Role)]
    ) {
        self.dataset = dataset
        self.key = key
        self.change = change
        self.visible = visible
        self.modified = modified
        self.fields = fields
        self.isUnreadable = isUnreadable
        self.isDoubled = isDoubled
        self.isTest = isTest
        self.about = about
    }

    package static func == (a: SimulatedEvent, b: SimulatedEvent) -> Bool {
        a.dataset == b.dataset && a.key == b.key && a.change == b.change && a.visible == b.visible
            && a.modified == b.modified
            && a.fields == b.fields && a.isUnreadable == b.isUnreadable && a.isDoubled == b.isDoubled
            && a.isTest == b.isTest
            && a.about.elementsEqual(b.about) { $0 == $1 }
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(dataset)
        hasher.combine(key)
        hasher.combine(visible)
    }
}

/// A population of enterprises whose whole life is known beforehand.
package protocol EnterprisePopulation: Sendable {
    /// How many enterprises there are; enterprise `i` is named `E` and six or more digits in the truth.
    var count: Int { get }
    /// All events of one enterprise up to the end of simulated time, in any order.
    ///
    /// Pure and quick (tens of microseconds), so that a million never sit in memory.
    func events(of enterprise: Int) -> [SimulatedEvent]
    /// What the truth says of one enterprise on a day: codes, and names with their periods.
    func truth(of enterprise: Int, on day: Day) -> EnterpriseTruth
}

/// One line of the truth, but for the records, which the tables know.
package struct EnterpriseTruth: Sendable, Hashable {
    package var uscc: [String]
    package var org: [String]
    package var regno: [String]
    package var tax: [String]
    package var names: [(name: String, from: Day, to: Day?)]

    package init(
        uscc: [String],
        org: [String],
        regno: [String],
        tax: [String],
        names: [(name: String, from: Day, to: Day?)]
    ) {
        self.uscc = uscc
        self.org = org
        self.regno = regno
        self.tax = tax
        self.names = names
    }

    package static func == (a: EnterpriseTruth, b: EnterpriseTruth) -> Bool {
        a.uscc == b.uscc && a.org == b.org && a.regno == b.regno && a.tax == b.tax
            && a.names.elementsEqual(b.names) { $0 == $1 }
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(org) }
}
