internal import CreditModel
internal import CreditStore

/// Compares what is stored of a component with what is derived of its statements.
struct ComponentComparison {
    let audited: AuditedComponent
    let derivation: Derivation
    /// The id that an id leads to now; nil where it leads nowhere.
    let currentID: (EnterpriseID) -> EnterpriseID?
    private(set) var findings: [Finding] = []

    init(_ audited: AuditedComponent, _ derivation: Derivation, currentID: @escaping (EnterpriseID) -> EnterpriseID?) {
        self.audited = audited
        self.derivation = derivation
        self.currentID = currentID
        comparePlaces()
        for decision in derivation.outcome.enterprises { compare(decision) }
        compareLeftovers()
    }

    private mutating func find(
        _ kind: Finding.Kind,
        _ table: String,
        _ problem: String,
        of id: EnterpriseID? = nil,
        record: RecordReference? = nil
    ) {
        findings.append(
            Finding(
                kind,
                in: table,
                dataset: record?.dataset,
                key: record?.key,
                enterprise: id,
                row: record.map { "role \($0.role)" } ?? "",
                problem,
                isRepairable: true
            )
        )
    }

    // MARK: Places

    /// A place in words that two places share only if they are the same.
    private enum Place: Hashable {
        case nobody
        case undecided
        case held(ContradictionReason)
        case enterprise(EnterpriseID, IdentityReason)
    }

    private mutating func comparePlaces() {
        var wanted: [RecordReference: Place] = [:]
        for decision in derivation.outcome.enterprises {
            for member in decision.members { wanted[member.record] = .enterprise(decision.id, member.reason) }
        }
        for held in derivation.outcome.held { wanted[held.record] = .held(held.reason) }
        for reference in derivation.outcome.undecided { wanted[reference] = .undecided }
        for (reference, place) in audited.places {
            let found = self.place(place)
            guard found != wanted[reference] ?? .nobody else { continue }
            let problem = place == .missing ? "it has no place" : "it is not placed as its statements decide"
            find(.placement, "placement", problem, record: reference)
        }
    }

    /// nil where it cannot be told what was meant.
    private func place(_ place: AuditedPlace) -> Place? {
        switch place {
        case .missing: nil
        case .nobody: .nobody
        case .undecided: .undecided
        case .held(let reason): reason.map { .held($0) }
        case .enterprise(let number, let reason):
            if let id = audited.enterprises[number]?.id, let reason { .enterprise(id, reason) } else { nil }
        }
    }

    // MARK: Enterprises

    private func stored(_ id: EnterpriseID) -> AuditedEnterprise? {
        audited.enterprises.values.first { $0.id == id }
    }

    private mutating func compare(_ decision: EnterpriseDecision) {
        let id = decision.id
        // Where the records lead elsewhere that was said of them.
        guard let stored = stored(id) else {
            if currentID(id) != id { find(.identity, "enterprise", "the id does not stand for itself", of: id) }
            return
        }
        if !stored.isCurrent { find(.identity, "enterprise", "the id does not stand for itself", of: id) }
        for alias in decision.aliases where !derivation.outcome.enterprises.contains(where: { $0.id == alias }) {
            if currentID(alias) != id { find(.identity, "enterprise", "\(alias) does not lead to it", of: id) }
        }
        var codes = Dictionary(decision.contested.map { ($0.text, true) }) { $1 }
        for code in decision.codes where !audited.restricted.contains(code.text) { codes[code.text] = false }
        if stored.codes != codes {
            let lost = codes.count { stored.codes[$0.key] != $0.value }
            let strange = stored.codes.keys.count { codes[$0] == nil }
            find(.code, "code", "\(lost) codes do not lead to it that should, \(strange) that should not do", of: id)
        }
        guard let derived = derivation.profiles.first(where: { $0.id == id }) else {
            if stored.profile != nil { find(.profile, "profile", "it has a profile and should have none", of: id) }
            return
        }
        compare(derived, stored, isRegistered: decision.isRegistered)
    }

    private mutating func compare(_ derived: DerivedProfile, _ stored: AuditedEnterprise, isRegistered: Bool) {
        let id = derived.id
        if stored.card != derived.card {
            find(.card, "card", "its names and what else a search reads are not those of its profile", of: id)
        }
        guard let profile = stored.profile else { return find(.profile, "profile", "its profile is gone", of: id) }
        if profile.version != derived.version {
            find(.profile, "profile", "its profile is not what its records say", of: id)
        } else if profile.documentVersion != derived.version {
            find(.document, "document", "the document of its profile is gone", of: id)
        } else if profile.bytes != derived.bytes {
            find(.document, "document", "the bytes of its profile are not those of their version", of: id)
        }
        if profile.nextDay != derived.nextDay || profile.sinceDay != derived.sinceDay {
            find(.profile, "profile", "the days on which it changes by itself are wrong", of: id)
        }
        if profile.isRegistered != isRegistered {
            find(.profile, "profile", "whether the registry knows it is wrong", of: id)
        }
        if !profile.isServable {
            find(.seal, "seal", "the document that is served has no seal, or is another's", of: id)
        } else if profile.isSigned, !profile.isServed {
            find(.profile, "profile", "another document is served than the signed one of its profile", of: id)
        }
    }

    /// Enterprises that are named by places, and by no decision.
    private mutating func compareLeftovers() {
        let decided = Set(derivation.outcome.enterprises.map(\.id))
        for enterprise in audited.enterprises.values {
            guard let id = enterprise.id, !decided.contains(id), enterprise.profile != nil else { continue }
            find(.profile, "profile", "it has a profile, and no records", of: id)
        }
    }
}
