public import CreditModel

/// What the merge goes by, as data: whose word counts in which field, and which dataset fills which list.
public struct MergePolicy: Sendable {
    /// A section of attributes: each field has one value, from the source that knows it best.
    public struct Attributes: Hashable, Sendable {
        /// The section's name, and what its facts' names begin with, before the dot.
        public var section: String
        /// The datasets whose word counts, the first before the second; any other comes after them.
        public var precedence: [DatasetID]
        /// Another order for single fields, by their names without the section's.
        public var exceptions: [String: [DatasetID]]

        /// A section whose values these datasets give, in this order.
        public init(section: String, precedence: [DatasetID], exceptions: [String: [DatasetID]] = [:]) {
            self.section = section
            self.precedence = precedence
            self.exceptions = exceptions
        }

        /// The place of a dataset in the order that counts for a field; 0 is the best.
        public func rank(of dataset: DatasetID, in field: String) -> Int {
            let order = exceptions.isEmpty ? precedence : exceptions[field] ?? precedence
            return order.firstIndex(of: dataset) ?? order.count
        }
    }

    /// Whether an item says of itself that it is in force.
    public enum Force: Hashable, Sendable {
        /// It happened: there is nothing to be in force.
        case untold
        /// Within its period.
        case inPeriod
        /// Within its period, and its `state` is this one or not given.
        case inPeriodAndState(String)
    }

    /// A section of items: each record of its datasets is one, and no two are ever one.
    public struct Items: Hashable, Sendable {
        /// The section's name.
        public var section: String
        /// Whose records fill it.
        public var datasets: [DatasetID]
        /// Whether its items say that they are in force.
        public var force: Force

        /// A section that the records of some datasets fill.
        public init(section: String, datasets: [DatasetID], force: Force = .untold) {
            self.section = section
            self.datasets = datasets
            self.force = force
        }
    }

    /// The sections of attributes.
    public var attributes: [Attributes]
    /// The sections of items.
    public var items: [Items]
    /// Datasets whose true-from is that of the registration itself; what changes in them is dated by the row's time.
    public var datedByRow: Set<DatasetID>
    /// Which alterations (变更事项) tell the history of which registration field.
    public var alterations: [String: String]
    /// The longest profile in bytes; lists are cut to stay within it.
    public var sizeLimit: Int

    /// A policy of all its parts; ``standard`` is the one in use.
    public init(
        attributes: [Attributes],
        items: [Items],
        datedByRow: Set<DatasetID>,
        alterations: [String: String],
        sizeLimit: Int
    ) {
        self.attributes = attributes
        self.items = items
        self.datedByRow = datedByRow
        self.alterations = alterations
        self.sizeLimit = sizeLimit
    }

    /// Registration facts: 红盾, then 质监, 国税, 地税; tax facts: 国税, then 地税; each agency alone about its own measures.
    public static let standard = MergePolicy(
        attributes: [
            Attributes(section: "quality", precedence: [.organisations]),
            Attributes(
                section: "registration",
                precedence: [.registrations, .organisations, .stateTaxpayers, .localTaxpayers]
            ),
            Attributes(section: "tax", precedence: [.stateTaxpayers, .localTaxpayers]),
        ],
        items: [
            Items(section: "alterations", datasets: [.alterations]),
            Items(section: "arrears", datasets: [DatasetID(.statetax, "QSGG"), DatasetID(.localtax, "qs")]),
            Items(section: "assessments", datasets: [DatasetID(.statetax, "NSRXYDJ")]),
            Items(
                section: "certifications",
                datasets: [DatasetID(.quality, "CCC")],
                force: .inPeriodAndState("有效")
            ),
            Items(section: "inspections", datasets: [DatasetID(.quality, "JDCC")]),
            Items(section: "licences", datasets: [DatasetID(.quality, "SCXKZ")], force: .inPeriodAndState("有效")),
            Items(
                section: "listings",
                datasets: [
                    DatasetID(.hongdun, "abnormal"), DatasetID(.hongdun, "illegal"), DatasetID(.localtax, "fzc"),
                    DatasetID(.statetax, "ZDSSWF"),
                ],
                force: .inPeriod
            ),
            Items(
                section: "penalties",
                datasets: [
                    DatasetID(.hongdun, "penalty"), DatasetID(.localtax, "cf"), DatasetID(.quality, "XZCF"),
                ]
            ),
            Items(section: "shops", datasets: [DatasetID(.hongdun, "online-shop")]),
        ],
        datedByRow: [.stateTaxpayers, .localTaxpayers],
        alterations: ["名称变更": "name", "法定代表人变更": "legalRepresentative", "住所变更": "address"],
        sizeLimit: 95_000
    )

    /// Every dataset that the policy knows, sorted: those of which a profile says how many records it rests on.
    public var datasets: [DatasetID] {
        Set(attributes.flatMap { $0.precedence } + items.flatMap(\.datasets)).sorted()
    }
}

extension DatasetID {
    static let registrations = DatasetID(.hongdun, "registration")
    static let alterations = DatasetID(.hongdun, "alteration")
    static let organisations = DatasetID(.quality, "ZZJGDM")
    static let stateTaxpayers = DatasetID(.statetax, "NSRXX")
    static let localTaxpayers = DatasetID(.localtax, "nsr")
}
