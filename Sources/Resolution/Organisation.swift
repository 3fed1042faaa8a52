import CreditModel

/// Which organisation an enterprise is, by its codes, and how much the word weighs that says so.
///
/// An enterprise is one organisation. A record of it that also bears a second organisation's code may mean a sister, or
/// be mistyped (one error in forty that passes the check is a living firm's code): whatever it is, it brings nobody along.
struct Organisation {
    var authority: UInt8
    /// 组织机构代码, as such or within USCCs; none where words of equal weight contradict each other.
    var codes: [Substring]

    /// What two passes found: the weightier word, and none of two equal ones that differ.
    func combined(with other: Organisation) -> Organisation {
        if authority != other.authority { return authority > other.authority ? self : other }
        return Set(codes) == Set(other.codes) ? self : Organisation(authority: authority, codes: [])
    }
}

/// Which enterprise a finding is about; places among the anchors differ from pass to pass.
enum AnchorKey: Hashable {
    case registry(Int)
    case founded(by: Int)
}

extension ResolutionPass.Anchor {
    /// Takes a code that the registry gives, or by which the enterprise was founded.
    mutating func add(organisation part: Substring) {
        if organisation?.authority != Authority.registration {
            organisation = Organisation(authority: Authority.registration, codes: [part])
        } else if organisation?.codes.contains(part) == false {
            organisation?.codes.append(part)
        }
    }
}

extension ResolutionPass {
    func key(of anchor: Int) -> AnchorKey { anchors[anchor].foundingCode.map(AnchorKey.founded) ?? .registry(anchor) }

    /// A code that nobody owns and that names another organisation than the enterprise is, or than another of the record's.
    ///
    /// Such a record speaks of two enterprises, or bears one's code by mistake: nobody can tell here which.
    func foreignCode(of candidate: Candidate, for anchor: Int) -> Int? {
        let foreign = strangersCodes(of: candidate)
        guard let organisation = anchors[anchor].organisation, organisation.authority >= Authority.issuer,
            !organisation.codes.isEmpty
        else { return foreign.count > 1 ? least(of: foreign.values) : nil }
        return least(of: foreign.filter { !organisation.codes.contains($0.key) }.values)
    }

    private func least(of codes: some Collection<Int>) -> Int? {
        codes.min { input.codes[$0].code < input.codes[$1].code }
    }

    /// Of each organisation whose codes a record bears beyond doubt and nobody owns, one such code.
    func strangersCodes(of candidate: Candidate) -> [Substring: Int] {
        var codes: [Substring: Int] = [:]
        for carried in candidate.codes where !carried.needsNameAgreement && owners[carried.index] == nil {
            let code = input.codes[carried.index]
            guard code.registryOwner == .nobody, let part = code.code.organisationPart else { continue }
            codes[part] = codes[part].map { input.codes[$0].code < code.code ? $0 : carried.index } ?? carried.index
        }
        return codes
    }

    /// The claims of one stage but those to a second organisation's codes; notes which organisation each enterprise is.
    mutating func withoutSecondOrganisations(_ claims: [Claim]) -> [Claim] {
        var said: [Int: Organisation] = [:]
        for claim in claims {
            guard let part = input.codes[claim.code].code.organisationPart else { continue }
            var organisation = said[claim.anchor] ?? Organisation(authority: claim.authority, codes: [])
            if claim.authority > organisation.authority {
                organisation = Organisation(authority: claim.authority, codes: [])
            }
            if claim.authority == organisation.authority, !organisation.codes.contains(part) {
                organisation.codes.append(part)
            }
            said[claim.anchor] = organisation
        }
        for (anchor, organisation) in said { settle(organisation, of: anchor) }
        return claims.filter { claim in
            guard let part = input.codes[claim.code].code.organisationPart else { return true }
            return anchors[claim.anchor].organisation?.codes.contains(part) ?? true
        }
    }

    /// Weighs what a stage's records say against what is known; where that was believed too early, the next pass knows.
    private mutating func settle(_ said: Organisation, of anchor: Int) {
        let said = said.codes.count > 1 ? Organisation(authority: said.authority, codes: []) : said
        guard let known = anchors[anchor].organisation else {
            anchors[anchor].organisation = said
            return
        }
        let isSame = said.codes.first.map(known.codes.contains) ?? known.codes.isEmpty
        if said.authority > known.authority {
            anchors[anchor].organisation = said
            if !isSame { found.organisations[key(of: anchor)] = said }
        } else if said.authority == known.authority, !isSame, !known.codes.isEmpty {
            let contested = Organisation(authority: said.authority, codes: [])
            anchors[anchor].organisation = contested
            found.organisations[key(of: anchor)] = contested
        }
    }
}

extension Code {
    /// The 组织机构代码 that it is, or a USCC's characters 9 to 17; nil for numbers of other kinds.
    var organisationPart: Substring? {
        switch kind {
        case .org: text[...]
        case .uscc: text.dropFirst(8).prefix(9)
        case .regno, .tax: nil
        }
    }
}
