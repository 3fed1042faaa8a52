import CreditModel

/// The order in which records are given to anchors: who knows best which codes belong together comes first.
enum Stage: Int, Comparable, CaseIterable {
    /// 红盾 records with a `PRIPID`: assigned by ``RegistryAssignment``.
    case registry
    /// 组织机构代码 registrations.
    case organisation
    /// 国税's taxpayer registrations.
    case stateTax
    /// 地税's taxpayer registrations.
    case localTax
    /// Everything else.
    case other

    static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }

    /// The stages whose records are assigned by their codes, in order.
    static let byCode: [Stage] = [.organisation, .stateTax, .localTax, .other]

    init(of dataset: DatasetID, hasRegistryKey: Bool) {
        if hasRegistryKey {
            self = .registry
        } else if dataset == .organisations {
            self = .organisation
        } else if dataset == .stateTaxpayers {
            self = .stateTax
        } else if dataset == .localTaxpayers {
            self = .localTax
        } else {
            self = .other
        }
    }
}

extension DatasetID {
    static let registrations = DatasetID(.hongdun, "registration")
    static let alterations = DatasetID(.hongdun, "alteration")
    static let organisations = DatasetID(.quality, "ZZJGDM")
    static let stateTaxpayers = DatasetID(.statetax, "NSRXX")
    static let localTaxpayers = DatasetID(.localtax, "nsr")
}

/// How much a record's word weighs when two enterprises' records claim one code.
///
/// A code that carries conflicting claims of the greatest weight is certain for nobody.
enum Authority {
    static let none: UInt8 = 0
    /// Mentions the code beside its own subject matter.
    static let mention: UInt8 = 1
    /// Gives or registers codes of that kind: 质监's code register for organisations, tax offices for tax numbers.
    static let issuer: UInt8 = 2
    /// A 红盾 record other than a registration.
    static let registryRecord: UInt8 = 3
    /// A living registration.
    static let registration: UInt8 = 4

    static func of(_ kind: CodeKind, in stage: Stage) -> UInt8 {
        switch (stage, kind) {
        case (.organisation, .org), (.organisation, .uscc), (.stateTax, .tax), (.localTax, .tax): issuer
        default: mention
        }
    }
}

/// A code that a candidate carries and that can be certain, as an index into the table of codes.
struct CarriedCode {
    let index: Int
    let kind: CodeKind
    /// Counts only where the name agrees with the holder's: an organisation code that may be a date of birth.
    let needsNameAgreement: Bool
    /// Counts only where the name equals one of the holder's: 13-digit registration numbers, which have no check.
    let needsEqualName: Bool

    /// Whether a member of an enterprise may make the code the enterprise's own, or found one by it.
    ///
    /// Registration numbers are certain through the registry only.
    var isClaimable: Bool { kind != .regno }
}

/// A shown record in one role: what Resolution assigns.
struct Candidate {
    let reference: RecordReference
    let stage: Stage
    /// The index of the record's history in the input.
    let history: Int
    let subject: Subject
    /// The `PRIPID` under which 红盾 speaks of the subject; nil for every other agency.
    let registryKey: String?
    let codes: [CarriedCode]
    /// The 组织机构代码 of the record's own column, in the code register only.
    let ownOrganisationCode: Int?

    /// The candidate that founds an enterprise, and whose evidence the others are compared with, comes first.
    static func foundsBefore(_ a: Candidate, _ b: Candidate) -> Bool {
        a.stage == b.stage ? a.reference < b.reference : a.stage < b.stage
    }
}

/// Which tax offices give a number, as a set of bits.
struct TaxOffices: OptionSet {
    let rawValue: UInt8
    static let state = TaxOffices(rawValue: 1)
    static let local = TaxOffices(rawValue: 2)
    static let both: TaxOffices = [.state, .local]
}

/// Whom the registry says a code belongs to.
enum RegistryOwner: Equatable {
    /// The registry does not give it.
    case nobody
    /// One anchor.
    case one(Int)
    /// Several: the code is certain for nobody.
    case several([Int])
}

/// A code that some candidate carries, and what is known of it before any record is assigned.
struct KnownCode {
    let code: Code
    var isRestricted: Bool
    var registryOwner = RegistryOwner.nobody
    /// The weight that a claim needs, because a record of the office that gives such codes exists.
    var reserve = Authority.none
    var offices: TaxOffices = []
    /// The candidates other than registry records that carry it.
    var carriers: [Int] = []

    /// A whole tax number is certain only where both tax offices give it.
    var joins: Bool { code.kind != .tax || offices == .both }
}
