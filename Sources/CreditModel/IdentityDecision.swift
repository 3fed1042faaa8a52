/// A record in one of its roles.
public struct RecordReference: Hashable, Comparable, Sendable {
    /// The dataset in which the record stands.
    public var dataset: DatasetID
    /// The record's key in it.
    public var key: RecordKey
    /// The part in which the record speaks of the enterprise.
    public var role: Role

    /// Makes a reference of its parts.
    public init(dataset: DatasetID, key: RecordKey, role: Role) {
        self.dataset = dataset
        self.key = key
        self.role = role
    }

    /// By dataset, then key, then role.
    public static func < (a: RecordReference, b: RecordReference) -> Bool {
        if a.dataset != b.dataset { return a.dataset < b.dataset }
        return a.key == b.key ? a.role < b.role : a.key < b.key
    }
}

/// Why a record belongs where it belongs.
public enum IdentityReason: Hashable, Sendable {
    /// It carries the registry's own key.
    case registryKey(String)
    /// It carries a code that is certain and names the enterprise.
    case code(Code)
    /// It is the record that founds the enterprise: nobody else holds its code.
    case founder(Code)
}

/// Why a record with a usable code was held apart.
public enum ContradictionReason: Hashable, Sendable {
    /// Two living registry rows give the code.
    case givenTwice(Code, holders: [String])
    /// A certain code, but name, representative and address all differ from its holder's.
    case agreesInNothing(Code, holder: String)
    /// Its certain codes name different enterprises.
    case severalHolders([Code])
    /// The registry's key of an enterprise, but name, representative and address all differ from it.
    case foreignKey(String)
}

/// A record that Resolution assigned to an enterprise.
public struct Membership: Hashable, Sendable {
    /// The record, in the role that belongs to the enterprise.
    public var record: RecordReference
    /// What ties it to the enterprise; shown by `suixin profile why`.
    public var reason: IdentityReason

    /// Makes a membership of its parts.
    public init(record: RecordReference, reason: IdentityReason) {
        self.record = record
        self.reason = reason
    }
}

/// One enterprise as Resolution sees it now.
public struct EnterpriseDecision: Hashable, Sendable {
    /// The id under which the enterprise is published now.
    public var id: EnterpriseID
    /// Every other id that its keys and codes derive: they redirect to ``id``, for ever.
    public var aliases: [EnterpriseID]
    /// Whether a living registry row is among its records.
    public var isRegistered: Bool
    /// The certain codes of the enterprise, sorted.
    public var codes: [Code]
    /// Codes that the registry gives to this enterprise and to another one, sorted: certain for neither.
    public var contested: [Code]
    /// Its shown records, sorted by reference.
    public var members: [Membership]

    /// Makes a decision of its parts; Resolution sorts them before.
    public init(
        id: EnterpriseID,
        aliases: [EnterpriseID],
        isRegistered: Bool,
        codes: [Code],
        contested: [Code] = [],
        members: [Membership]
    ) {
        self.id = id
        self.aliases = aliases
        self.isRegistered = isRegistered
        self.codes = codes
        self.contested = contested
        self.members = members
    }
}

/// A record that stays apart because what it says contradicts itself or its holder: for a person.
public struct HeldRecord: Hashable, Sendable {
    /// The record that stays apart.
    public var record: RecordReference
    /// The contradiction that a person has to settle.
    public var reason: ContradictionReason

    /// Makes an entry of its parts.
    public init(record: RecordReference, reason: ContradictionReason) {
        self.record = record
        self.reason = reason
    }
}

/// What Resolution decided about a set of records that is closed under shared link keys.
public struct IdentityOutcome: Hashable, Sendable {
    /// The enterprises found, each with its members.
    public var enterprises: [EnterpriseDecision]
    /// Records that contradict themselves or their holders.
    public var held: [HeldRecord]
    /// Records without a certain identifier: the uncertain part of Resolution takes them up.
    public var undecided: [RecordReference]

    /// Makes an outcome of its parts.
    public init(enterprises: [EnterpriseDecision], held: [HeldRecord], undecided: [RecordReference]) {
        self.enterprises = enterprises
        self.held = held
        self.undecided = undecided
    }
}
