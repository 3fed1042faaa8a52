import CreditModel

/// A third office's record that carries an enterprise's own code beside one that its issuer knows nobody by.
///
/// 质监's penalty names a shop by its registration number and by its owner's tax number: only together with the tax offices'
/// own record of that number, under an agreeing name, does that say whose number it is.
extension ResolutionPass {
    /// A code that a member of an enterprise bears.
    struct Mention: Hashable {
        let code: Int
        let anchor: Int
    }

    /// Codes that wait for an owner, and the one enterprise whose members mention each.
    ///
    /// Where members of two enterprises mention a code, an issuer's record of it has another name, or the enterprise is
    /// another organisation, nobody gets it.
    func bridges() -> [(code: Int, anchor: Int)] {
        guard !known.isStrict else { return [] }
        let bridges: [(code: Int, anchor: Int)] = input.codes.indices.compactMap { index in
            let code = input.codes[index]
            guard owners[index] == nil, code.registryOwner == .nobody, code.joins, code.reserve == Authority.issuer,
                known.floors[index] ?? Authority.none <= Authority.issuer,
                found.floors[index] ?? Authority.none <= Authority.issuer
            else { return nil }
            return bridge(to: index, carriers: code.carriers).map { (index, $0) }
        }
        var organisations: [Int: Set<Substring>] = [:]
        for (code, anchor) in bridges {
            if let part = input.codes[code].code.organisationPart { organisations[anchor, default: []].insert(part) }
        }
        return bridges.filter { organisations[$0.anchor]?.count ?? 0 <= 1 }
    }

    private func bridge(to code: Int, carriers: [Int]) -> Int? {
        var mentioning: Int?
        var issuers: [Int] = []
        for carrier in carriers {
            switch statuses[carrier] {
            case .member(let anchor, _):
                guard mentioning == nil || mentioning == anchor, speaksPlainly(carrier, of: code) else { return nil }
                mentioning = anchor
            case .open:
                let candidate = input.candidates[carrier]
                if Authority.of(input.codes[code].code.kind, in: candidate.stage) == Authority.issuer {
                    issuers.append(carrier)
                }
            case .held: continue
            }
        }
        guard let mentioning, !issuers.isEmpty else { return nil }
        if let part = input.codes[code].code.organisationPart, let own = anchors[mentioning].organisation,
            !own.codes.contains(part)
        {
            return nil
        }
        return isKnown(issuers.map { input.candidates[$0].subject }, to: anchors[mentioning].evidence)
            ? mentioning : nil
    }

    /// Whether the mention of a code beside an enterprise's own may bring the code's other records along.
    ///
    /// It may where the code is the enterprise's organisation's anyway, and where those who bear it are known by name:
    /// a slip that hits another firm's code must not bring that firm, least of all a sister.
    func isBelieved(_ code: Int, of anchor: Int, _ known: inout [Mention: Bool]) -> Bool {
        let mention = Mention(code: code, anchor: anchor)
        if let isBelieved = known[mention] { return isBelieved }
        let isBelieved = isBelieved(code, of: anchor)
        known[mention] = isBelieved
        return isBelieved
    }

    private func isBelieved(_ code: Int, of anchor: Int) -> Bool {
        if let part = input.codes[code].code.organisationPart, let own = anchors[anchor].organisation,
            own.authority >= Authority.issuer
        {
            return own.codes.contains(part)
        }
        let others = input.codes[code].carriers.filter { carrier in
            if case .member = statuses[carrier] { false } else { true }
        }
        let named = others.map { input.candidates[$0].subject }.filter { $0.name != nil }
        return named.isEmpty || isKnown(named, to: anchors[anchor].evidence)
    }

    /// Whether all subjects' names agree, and one subject has the very name and nothing that speaks against it.
    ///
    /// Sisters' names differ in a character, and shops of one name in representative and address.
    private func isKnown(_ subjects: [Subject], to holder: HolderEvidence) -> Bool {
        var holder = holder
        var isRecognised = false
        for subject in subjects {
            guard let name = subject.name, holder.agrees(name: name) else { return false }
            if holder.isNamed(name), holder.mayBe(subject) { isRecognised = true }
        }
        return isRecognised
    }

    /// Whether a record carries the code without a doubt that only a name could settle.
    private func speaksPlainly(_ candidate: Int, of code: Int) -> Bool {
        input.candidates[candidate].codes.contains { $0.index == code && $0.isClaimable && !$0.needsNameAgreement }
    }
}
