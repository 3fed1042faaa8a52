public import CreditModel

/// Where a record belongs in one of its roles.
public struct PlacedRecord: Sendable, Hashable {
    /// What was decided of a record.
    public enum Place: Sendable, Hashable {
        /// It belongs to an enterprise, for a reason.
        case enterprise(EnterpriseID, IdentityReason)
        /// It is held apart for a person.
        case held(ContradictionReason)
        /// It carries no certain identifier.
        case undecided
    }

    /// The record, in the role that the decision is about.
    public var record: RecordReference
    /// What was decided.
    public var place: Place

    /// Makes an entry of its parts.
    public init(record: RecordReference, place: Place) {
        self.record = record
        self.place = place
    }
}

/// A code that the registry gives to several enterprises, so that it is certain for none.
public struct ContestedCode: Sendable, Hashable {
    /// The code.
    public var text: String
    /// To whom it is given, sorted.
    public var holders: [EnterpriseID]

    /// Makes an entry of its parts.
    public init(text: String, holders: [EnterpriseID]) {
        self.text = text
        self.holders = holders
    }
}

/// An id that an enterprise has or had.
public struct StoredIdentity: Sendable, Hashable {
    /// The id, of the present or of any time before.
    public var id: EnterpriseID
    /// The id that it stands for now: itself, or the one to which it redirects.
    public var current: EnterpriseID
    /// The codes by which the enterprise is found under this id, sorted; none that is restricted.
    public var codes: [String]

    /// Makes an entry of its parts.
    public init(id: EnterpriseID, current: EnterpriseID, codes: [String]) {
        self.id = id
        self.current = current
        self.codes = codes
    }
}
