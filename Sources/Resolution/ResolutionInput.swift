import CreditModel

/// What a pass over a set of records starts from: candidates, codes, and the anchors that the registry gives.
///
/// Made once of the set; indices into it mean nothing outside.
struct ResolutionInput {
    /// One for each `PRIPID` of a shown 红盾 record that is its own.
    struct RegistryAnchor {
        let pripid: String
        var evidence = HolderEvidence()
        /// Whether a registration is shown.
        var isRegistered = false
    }

    /// A `PRIPID` that only withdrawn records carry: it names nothing now, but an enterprise's id may come from it.
    struct FormerRegistryKey {
        var codes: Set<Int> = []
        var evidence = HolderEvidence()
    }

    private(set) var candidates: [Candidate] = []
    private(set) var codes: [KnownCode] = []
    private(set) var anchors: [RegistryAnchor] = []
    /// The anchor of each registry candidate, by candidate; nil for the others.
    private(set) var registryAnchor: [Int?] = []
    /// Registry candidates that are not who their `PRIPID` says, and why.
    private(set) var registryHolds: [Int: ResolutionPass.Hold] = [:]
    /// A `PRIPID` without a registration whose records carry another's codes: whose.
    private(set) var registryAliases: [String: Int] = [:]
    private(set) var formerKeys: [String: FormerRegistryKey] = [:]

    private var codeIndex: [Code: Int] = [:]
    private var anchorIndex: [String: Int] = [:]
    private var claims: [RegistryClaim] = []

    private struct RegistryClaim {
        let code: Int
        let anchor: Int
        let authority: UInt8
    }

    init(_ records: [RecordHistory]) {
        codeIndex.reserveCapacity(records.count * 2)
        candidates.reserveCapacity(records.count)
        for (index, history) in records.enumerated() where history.isShown {
            guard let content = history.current?.content, !content.isTest else { continue }
            for subject in content.subjects { add(subject, of: history, at: index) }
        }
        giveRegistryRecords(records)
        settleRegistryOwners()
        for history in records where !history.isShown && history.dataset.agency == .hongdun {
            addFormerKey(of: history)
        }
    }

    private mutating func add(_ subject: Subject, of history: RecordHistory, at index: Int) {
        let pripid = history.registryKey(of: subject)
        let stage = Stage(of: history.dataset, hasRegistryKey: pripid != nil)
        let carried = carriedCodes(of: subject)
        var own: Int?
        if stage == .organisation {
            let code = subject.codes.first { $0.code.kind == .org && $0.standing == .valid && $0.within == nil }
            own = code.flatMap { codeIndex[$0.code] }
            if let own { codes[own].reserve = Authority.issuer }
        }
        let number = candidates.count
        for code in carried {
            if stage != .registry { codes[code.index].carriers.append(number) }
            if code.kind == .tax { noteOffice(history.dataset.agency, of: code.index, in: stage) }
        }
        candidates.append(
            Candidate(
                reference: RecordReference(dataset: history.dataset, key: history.key, role: subject.role),
                stage: stage,
                history: index,
                subject: subject,
                registryKey: pripid,
                codes: carried,
                ownOrganisationCode: own
            )
        )
        registryAnchor.append(nil)
    }

    /// The codes that can be certain: valid ones, and those whose form is all there is to check.
    private mutating func carriedCodes(of subject: Subject) -> [CarriedCode] {
        var carried: [CarriedCode] = []
        carried.reserveCapacity(subject.codes.count)
        for code in subject.codes where code.standing == .valid || code.standing == .unchecked {
            let index = number(code)
            let next = CarriedCode(
                index: index,
                kind: code.code.kind,
                needsNameAgreement: code.needsNameAgreement,
                needsEqualName: code.code.kind == .regno && code.standing == .unchecked
            )
            if let known = carried.firstIndex(where: { $0.index == index }) {
                // Given twice by one record, once beyond doubt: the doubt is gone.
                if carried[known].needsNameAgreement { carried[known] = next }
            } else {
                carried.append(next)
            }
        }
        return carried
    }

    private mutating func number(_ code: SubjectCode) -> Int {
        if let index = codeIndex[code.code] {
            if code.isRestricted { codes[index].isRestricted = true }
            return index
        }
        codeIndex[code.code] = codes.count
        codes.append(KnownCode(code: code.code, isRestricted: code.isRestricted))
        return codes.count - 1
    }

    private mutating func noteOffice(_ agency: AgencyID, of code: Int, in stage: Stage) {
        if agency == .statetax { codes[code].offices.insert(.state) }
        if agency == .localtax { codes[code].offices.insert(.local) }
        if stage == .stateTax || stage == .localTax { codes[code].reserve = Authority.issuer }
    }

    /// Gives registry records to their `PRIPID`s, each an enterprise of its own, and notes the codes that they give.
    private mutating func giveRegistryRecords(_ records: [RecordHistory]) {
        let rows = candidates.indices.compactMap { number -> RegistryAssignment.Row? in
            candidates[number].registryKey.map {
                RegistryAssignment.Row(candidate: number, pripid: $0, history: records[candidates[number].history])
            }
        }
        guard !rows.isEmpty else { return }
        let assignment = RegistryAssignment(rows, candidates: candidates)
        for (row, place) in zip(rows, assignment.places) {
            switch place {
            case .of(let pripid):
                let anchor = anchor(of: pripid, evidence: assignment.evidence)
                registryAnchor[row.candidate] = anchor
                let isRegistration = row.history.dataset == .registrations
                if isRegistration { anchors[anchor].isRegistered = true }
                let authority = isRegistration ? Authority.registration : Authority.registryRecord
                for code in candidates[row.candidate].codes {
                    claims.append(RegistryClaim(code: code.index, anchor: anchor, authority: authority))
                }
            case .nobody(let hold): registryHolds[row.candidate] = hold
            }
        }
        for (pripid, holder) in assignment.aliases {
            let anchor = anchor(of: holder, evidence: assignment.evidence)
            registryAliases[pripid] = anchor
            anchorIndex[pripid] = anchor
        }
    }

    private mutating func anchor(of pripid: String, evidence: [String: HolderEvidence]) -> Int {
        if let index = anchorIndex[pripid] { return index }
        anchorIndex[pripid] = anchors.count
        anchors.append(RegistryAnchor(pripid: pripid, evidence: evidence[pripid] ?? HolderEvidence()))
        return anchors.count - 1
    }

    /// A code that one living registration gives is its anchor's; where none does, the other 红盾 records' word counts.
    private mutating func settleRegistryOwners() {
        claims.sort { $0.code == $1.code ? $0.authority > $1.authority : $0.code < $1.code }
        var index = 0
        while index < claims.count {
            let first = claims[index]
            var holders: Set<Int> = [first.anchor]
            while index < claims.count, claims[index].code == first.code {
                if claims[index].authority == first.authority { holders.insert(claims[index].anchor) }
                index += 1
            }
            codes[first.code].registryOwner = holders.count == 1 ? .one(first.anchor) : .several(holders.sorted())
        }
        claims = []
    }

    private mutating func addFormerKey(of history: RecordHistory) {
        guard let content = history.versions.last(where: { $0.content != nil })?.content, !content.isTest else {
            return
        }
        for subject in content.subjects {
            guard let pripid = history.registryKey(of: subject), anchorIndex[pripid] == nil else { continue }
            // Codes that nobody carries now find nobody, so they need no number.
            for code in subject.codes where code.standing == .valid {
                if let index = codeIndex[code.code] {
                    formerKeys[pripid, default: FormerRegistryKey()].codes.insert(index)
                }
            }
            formerKeys[pripid]?.evidence.add(subject)
        }
    }
}

extension RecordHistory {
    /// The `PRIPID` under which 红盾 speaks of a subject; nil for every other agency.
    fileprivate func registryKey(of subject: Subject) -> String? {
        guard dataset.agency == .hongdun else { return nil }
        return dataset == .registrations ? key.parts.first : subject.pripid
    }
}
