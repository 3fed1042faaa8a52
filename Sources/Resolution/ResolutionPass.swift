import CreditModel

/// One attempt to give every candidate to an anchor.
struct ResolutionPass {
    /// An enterprise in the making.
    struct Anchor {
        /// The registry's key; nil for an enterprise that the registry does not know.
        let pripid: String?
        /// The code by which it was founded, where it has no registry key.
        let foundingCode: Int?
        var evidence: HolderEvidence
        /// Which organisation it is; nil until a code says so.
        var organisation: Organisation?
        let isRegistered: Bool
    }

    /// Why a candidate is a member.
    enum Reason {
        case registryKey
        case code(Int)
        case founder(Int)
    }

    /// Why a candidate is held.
    enum Hold {
        case givenTwice(Int, anchors: [Int])
        case agreesInNothing(Int, anchor: Int)
        case severalHolders([Int])
        case foreignKey(String)
    }

    enum Status {
        case open
        case member(of: Int, Reason)
        case held(Hold)
    }

    let input: ResolutionInput
    let known: ResolutionFindings
    var found = ResolutionFindings()
    var anchors: [Anchor]
    private(set) var statuses: [Status]
    /// The anchor that owns each code now; nil for nobody.
    private(set) var owners: [Int?]
    private var authorities: [UInt8]
    /// Candidates to look at, by stage: those with a code whose owner changed.
    private var waiting: [[Int]] = Array(repeating: [], count: Stage.allCases.count)
    private var isWaiting: [Bool]

    /// Whether another pass is needed.
    var hasFindings: Bool { !found.floors.isEmpty || !found.banned.isEmpty || !found.organisations.isEmpty }

    init(_ input: ResolutionInput, knowing known: ResolutionFindings) {
        self.input = input
        self.known = known
        anchors = input.anchors.map {
            Anchor(
                pripid: $0.pripid,
                foundingCode: nil,
                evidence: $0.evidence,
                organisation: nil,
                isRegistered: $0.isRegistered
            )
        }
        statuses = input.registryAnchor.map { anchor in anchor.map { .member(of: $0, .registryKey) } ?? .open }
        for (index, hold) in input.registryHolds { statuses[index] = .held(hold) }
        owners = Array(repeating: nil, count: input.codes.count)
        authorities = Array(repeating: Authority.none, count: input.codes.count)
        isWaiting = Array(repeating: false, count: input.candidates.count)
        for (index, code) in input.codes.enumerated() {
            guard case .one(let anchor) = code.registryOwner else { continue }
            owners[index] = anchor
            authorities[index] = Authority.registration
            if let part = code.code.organisationPart { anchors[anchor].add(organisation: part) }
        }
        for index in anchors.indices where anchors[index].organisation == nil {
            anchors[index].organisation = known.organisations[key(of: index)]
        }
    }

    /// Assigns, founds, holds; what stays open afterwards has no certain code.
    mutating func run() {
        for index in input.candidates.indices { wait(for: index) }
        runStages()
        crossBridges()
        holdContradictions()
        // Who has a name comes first: with a founder that has none, strangers would have nothing to disagree about.
        for hasName in [true, false] {
            for founding in Founding.allCases {
                found(by: founding, hasName: hasName)
                runStages()
                holdContradictions()
            }
        }
        holdTheRest()
        findInconsistencies()
    }

    // MARK: Stages

    private mutating func wait(for index: Int) {
        guard case .open = statuses[index], !isWaiting[index], !known.banned.contains(index) else { return }
        isWaiting[index] = true
        waiting[input.candidates[index].stage.rawValue].append(index)
    }

    /// Runs the stages until nothing changes: each sees the owners as the stage before left them.
    private mutating func runStages() {
        var hasWork = true
        while hasWork {
            hasWork = false
            for stage in Stage.byCode where !waiting[stage.rawValue].isEmpty {
                hasWork = true
                let candidates = waiting[stage.rawValue]
                waiting[stage.rawValue] = []
                run(candidates)
            }
        }
    }

    private mutating func run(_ candidates: [Int]) {
        var joined: [(candidate: Int, anchor: Int)] = []
        for index in candidates {
            isWaiting[index] = false
            guard case .member(let anchor, let code) = decide(index) else { continue }
            statuses[index] = .member(of: anchor, .code(code))
            joined.append((index, anchor))
        }
        claim(joined)
    }

    // MARK: Deciding

    private enum Verdict {
        case nothing
        case member(Int, code: Int)
        case hold(Hold)
    }

    private mutating func decide(_ index: Int) -> Verdict {
        let candidate = input.candidates[index]
        var accepted: [(anchor: Int, code: Int)] = []
        var agrees = false
        var contradicted: (anchor: Int, code: Int)?
        var givenTwice: (code: Int, anchors: [Int])?
        var strangers: [[Int]] = []
        for carried in candidate.codes {
            if case .several(let holders) = input.codes[carried.index].registryOwner {
                // A number without a check may be anybody's: it speaks against no other code.
                if !carried.needsEqualName { strangers.append(holders) }
                givenTwice =
                    givenTwice.map { before(carried.index, $0.code) ? (carried.index, holders) : $0 }
                    ?? (carried.index, holders)
                continue
            }
            guard let owner = owners[carried.index], input.codes[carried.index].joins,
                counts(carried, of: candidate.subject, for: owner)
            else { continue }
            let agreement = anchors[owner].evidence.agreement(with: candidate.subject)
            if agreement == .agrees { agrees = true }
            if agreement == .contradicts {
                if contradicted.map({ before(carried.index, $0.code) }) ?? true {
                    contradicted = (owner, carried.index)
                }
            } else if let known = accepted.firstIndex(where: { $0.anchor == owner }) {
                if before(carried.index, accepted[known].code) { accepted[known].code = carried.index }
            } else {
                accepted.append((owner, carried.index))
            }
        }
        if accepted.count > 1 { return .hold(.severalHolders(accepted.map(\.code).sorted(by: before))) }
        if let only = accepted.first {
            // A second code that names somebody else is a slip only if the first one's holder is recognised otherwise.
            if let contradicted, !agrees {
                return .hold(.agreesInNothing(contradicted.code, anchor: contradicted.anchor))
            }
            if let givenTwice, strangers.contains(where: { !$0.contains(only.anchor) }) {
                return .hold(.givenTwice(givenTwice.code, anchors: givenTwice.anchors))
            }
            if let foreign = foreignCode(of: candidate, for: only.anchor) {
                return .hold(.severalHolders([foreign, only.code].sorted(by: before)))
            }
            return .member(only.anchor, code: only.code)
        }
        if let contradicted { return .hold(.agreesInNothing(contradicted.code, anchor: contradicted.anchor)) }
        if let givenTwice { return .hold(.givenTwice(givenTwice.code, anchors: givenTwice.anchors)) }
        return .nothing
    }

    /// The stronger code first: by kind, then text.
    private func before(_ a: Int, _ b: Int) -> Bool { input.codes[a].code < input.codes[b].code }

    /// Whether the doubts that a code comes with are met by the name.
    private mutating func counts(_ code: CarriedCode, of subject: Subject, for anchor: Int) -> Bool {
        guard code.needsNameAgreement || code.needsEqualName else { return true }
        guard let name = subject.name else { return false }
        return code.needsEqualName
            ? anchors[anchor].evidence.equals(name: name) : anchors[anchor].evidence.agrees(name: name)
    }

    // MARK: Claims

    struct Claim {
        let code: Int
        let anchor: Int
        let authority: UInt8
    }

    /// Makes the codes that new members carry their enterprise's own, where nobody's claim weighs as much.
    private mutating func claim(_ joined: [(candidate: Int, anchor: Int)]) {
        guard !known.isStrict else { return }
        var claims: [Claim] = []
        var believed: [Mention: Bool] = [:]
        for (index, anchor) in joined {
            let candidate = input.candidates[index]
            // What may be a date of birth becomes nobody's code by the word of him who was born then.
            for carried in candidate.codes where carried.isClaimable && !carried.needsNameAgreement {
                let code = input.codes[carried.index]
                let authority = Authority.of(carried.kind, in: candidate.stage)
                guard code.registryOwner == .nobody,
                    owners[carried.index] != anchor || authorities[carried.index] < authority,
                    authority >= max(code.reserve, known.floors[carried.index] ?? Authority.none),
                    authority > Authority.mention || isBelieved(carried.index, of: anchor, &believed)
                else { continue }
                claims.append(Claim(code: carried.index, anchor: anchor, authority: authority))
            }
        }
        // The weightiest first, so that the lighter ones of the same stage find the code taken.
        claims = withoutSecondOrganisations(claims).sorted { $0.authority > $1.authority }
        for claim in claims { settle(claim) }
    }

    private mutating func settle(_ claim: Claim) {
        guard claim.authority >= found.floors[claim.code] ?? Authority.none else { return }
        if let owner = owners[claim.code], owner != claim.anchor {
            if claim.authority == authorities[claim.code] {
                found.floors[claim.code] = claim.authority + 1
                owners[claim.code] = nil
                return
            }
            guard claim.authority > authorities[claim.code] else { return }
            found.floors[claim.code] = claim.authority
        }
        own(claim.code, by: claim.anchor, authority: claim.authority)
    }

    private mutating func own(_ code: Int, by anchor: Int, authority: UInt8) {
        let isNew = owners[code] != anchor
        owners[code] = anchor
        authorities[code] = max(authority, isNew ? Authority.none : authorities[code])
        if isNew, input.codes[code].joins {
            for carrier in input.codes[code].carriers { wait(for: carrier) }
        }
    }

    /// Gives codes to the enterprises whose members mention them, until that leads no further.
    private mutating func crossBridges() {
        while true {
            let crossed = bridges()
            guard !crossed.isEmpty else { return }
            for (code, anchor) in crossed {
                if let part = input.codes[code].code.organisationPart, anchors[anchor].organisation == nil {
                    anchors[anchor].organisation = Organisation(authority: Authority.issuer, codes: [part])
                }
                own(code, by: anchor, authority: Authority.issuer)
            }
            runStages()
        }
    }

    // MARK: Enterprises that the registry does not know

    /// By which code an enterprise is founded, in order.
    private enum Founding: CaseIterable {
        case organisationRegister, unified, organisation, tax
    }

    private mutating func found(by founding: Founding, hasName: Bool) {
        var founders: [Int: Int] = [:]
        for (index, candidate) in input.candidates.enumerated() {
            guard case .open = statuses[index], !known.banned.contains(index),
                (candidate.subject.name != nil) == hasName, let code = foundingCode(of: candidate, by: founding)
            else { continue }
            if let other = founders[code], Candidate.foundsBefore(input.candidates[other], candidate) { continue }
            founders[code] = index
        }
        var joined: [(candidate: Int, anchor: Int)] = []
        for (code, index) in founders.sorted(by: { before($0.key, $1.key) }) {
            let candidate = input.candidates[index]
            var evidence = HolderEvidence()
            evidence.add(candidate.subject)
            var anchor = Anchor(
                pripid: nil,
                foundingCode: code,
                evidence: evidence,
                organisation: known.organisations[.founded(by: code)],
                isRegistered: false
            )
            if let part = input.codes[code].code.organisationPart { anchor.add(organisation: part) }
            anchors.append(anchor)
            statuses[index] = .member(of: anchors.count - 1, .founder(code))
            own(code, by: anchors.count - 1, authority: Authority.of(input.codes[code].code.kind, in: candidate.stage))
            joined.append((index, anchors.count - 1))
        }
        claim(joined)
    }

    /// The one certain code of the kind in question that nobody owns; nil where there is none, or more than one.
    private func foundingCode(of candidate: Candidate, by founding: Founding) -> Int? {
        guard strangersCodes(of: candidate).count <= 1 else { return nil }
        switch founding {
        case .organisationRegister:
            guard candidate.stage == .organisation else { return nil }
            if let own = candidate.ownOrganisationCode, canFound(own, from: candidate.stage) { return own }
            return onlyCode(of: .uscc, in: candidate)
        case .unified: return onlyCode(of: .uscc, in: candidate)
        case .organisation: return onlyCode(of: .org, in: candidate)
        case .tax: return onlyCode(of: .tax, in: candidate)
        }
    }

    private func onlyCode(of kind: CodeKind, in candidate: Candidate) -> Int? {
        var only: Int?
        for carried in candidate.codes where carried.kind == kind && !carried.needsNameAgreement {
            guard canFound(carried.index, from: candidate.stage) else { continue }
            if only != nil { return nil }
            only = carried.index
        }
        return only
    }

    private func canFound(_ code: Int, from stage: Stage) -> Bool {
        let known = input.codes[code]
        return owners[code] == nil && known.registryOwner == .nobody && known.joins
            && Authority.of(known.code.kind, in: stage)
                >= max(self.known.floors[code] ?? Authority.none, found.floors[code] ?? Authority.none)
    }

    // MARK: Holding

    private mutating func holdContradictions() {
        for index in input.candidates.indices {
            guard case .open = statuses[index], !known.banned.contains(index), case .hold(let hold) = decide(index)
            else {
                continue
            }
            statuses[index] = .held(hold)
        }
    }

    /// Holds what still carries a certain code: one that is contested, or several that name different enterprises.
    private mutating func holdTheRest() {
        for (index, candidate) in input.candidates.enumerated() {
            guard case .open = statuses[index] else { continue }
            let isBanned = known.banned.contains(index)
            let certain = candidate.codes.filter {
                guard input.codes[$0.index].joins else { return false }
                return $0.isClaimable && !$0.needsNameAgreement || isBanned && owners[$0.index] != nil
            }
            guard !certain.isEmpty else { continue }
            statuses[index] = .held(.severalHolders(certain.map(\.index).sorted(by: before)))
        }
    }

    /// Finds members that a code joined before another of their codes was known to name somebody else.
    private mutating func findInconsistencies() {
        for (index, candidate) in input.candidates.enumerated() where candidate.stage != .registry {
            guard case .member(let anchor, _) = statuses[index] else { continue }
            var others: [Int] = []
            for carried in candidate.codes {
                guard let owner = owners[carried.index], owner != anchor, input.codes[carried.index].joins,
                    counts(carried, of: candidate.subject, for: owner),
                    anchors[owner].evidence.agreement(with: candidate.subject) != .contradicts
                else { continue }
                others.append(carried.index)
            }
            guard !others.isEmpty else { continue }
            if known.isStrict {
                statuses[index] = .held(.severalHolders(others.sorted(by: before)))
            } else {
                found.banned.insert(index)
            }
        }
    }
}
