import CreditModel

/// Turns a finished pass into decisions: ids, aliases, codes, reasons.
struct OutcomeAssembly {
    let pass: ResolutionPass
    let digest: DigestFunction
    let restrictedDigest: DigestFunction

    func outcome() -> IdentityOutcome {
        let formerKeys = formerKeysByAnchor()
        var codes: [[Int]] = Array(repeating: [], count: pass.anchors.count)
        for (index, owner) in pass.owners.enumerated() {
            if let owner { codes[owner].append(index) }
        }
        let contested = contestedCodes()
        var members: [[Membership]] = Array(repeating: [], count: pass.anchors.count)
        var undecided: [RecordReference] = []
        for (index, status) in pass.statuses.enumerated() {
            let reference = pass.input.candidates[index].reference
            switch status {
            case .open: undecided.append(reference)
            case .held: break
            case .member(let anchor, let reason):
                members[anchor].append(Membership(record: reference, reason: publicReason(reason, of: index)))
            }
        }
        var ids: [EnterpriseID?] = Array(repeating: nil, count: pass.anchors.count)
        var enterprises: [EnterpriseDecision] = []
        for anchor in pass.anchors.indices where !members[anchor].isEmpty {
            let decision = enterprise(
                anchor,
                formerKeys: formerKeys[anchor] ?? [],
                codes: codes[anchor],
                contested: contested[anchor] ?? [],
                members: members[anchor]
            )
            ids[anchor] = decision.id
            enterprises.append(decision)
        }
        return IdentityOutcome(
            enterprises: enterprises.sorted { $0.id < $1.id },
            held: held(ids).sorted { $0.record < $1.record },
            undecided: undecided.sorted()
        )
    }

    private func publicReason(_ reason: ResolutionPass.Reason, of candidate: Int) -> IdentityReason {
        switch reason {
        case .registryKey: .registryKey(pass.input.candidates[candidate].registryKey ?? "")
        case .code(let code): .code(pass.input.codes[code].code)
        case .founder(let code): .founder(pass.input.codes[code].code)
        }
    }

    private func enterprise(
        _ anchor: Int,
        formerKeys: [String],
        codes: [Int],
        contested: [Code],
        members: [Membership]
    ) -> EnterpriseDecision {
        var pripids = formerKeys
        if let pripid = pass.anchors[anchor].pripid { pripids.append(pripid) }
        pripids.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let sorted = codes.sorted { pass.input.codes[$0].code < pass.input.codes[$1].code }
        var derived = pripids.map { EnterpriseID(pripid: $0, digest: digest) }
        // A tax number of one office alone belongs to the enterprise, but is not certain, so it derives no id.
        derived += sorted.filter { pass.input.codes[$0].joins }.map(derivedID)
        let id = derived.first ?? founderID(of: anchor)
        return EnterpriseDecision(
            id: id,
            aliases: Set(derived.dropFirst()).subtracting([id]).sorted(),
            isRegistered: pass.anchors[anchor].isRegistered,
            codes: sorted.map { pass.input.codes[$0].code },
            contested: contested.sorted(),
            members: members.sorted { $0.record < $1.record }
        )
    }

    /// What the registry gives to several enterprises, by each of them: nobody's for certain, and not to be passed over.
    private func contestedCodes() -> [Int: [Code]] {
        var contested: [Int: [Code]] = [:]
        for code in pass.input.codes where !code.isRestricted {
            guard case .several(let anchors) = code.registryOwner else { continue }
            for anchor in anchors { contested[anchor, default: []].append(code.code) }
        }
        return contested
    }

    private func derivedID(of code: Int) -> EnterpriseID {
        let known = pass.input.codes[code]
        return EnterpriseID(code: known.code, digest: known.isRestricted ? restrictedDigest : digest)
    }

    /// Of an enterprise whose founding code was contested in the very last pass: the id that this code derives.
    private func founderID(of anchor: Int) -> EnterpriseID {
        derivedID(of: pass.anchors[anchor].foundingCode ?? 0)
    }

    private func held(_ ids: [EnterpriseID?]) -> [HeldRecord] {
        var held: [HeldRecord] = []
        for (index, status) in pass.statuses.enumerated() {
            guard case .held(let hold) = status else { continue }
            held.append(
                HeldRecord(record: pass.input.candidates[index].reference, reason: contradiction(hold, ids: ids))
            )
        }
        return held
    }

    private func contradiction(_ hold: ResolutionPass.Hold, ids: [EnterpriseID?]) -> ContradictionReason {
        switch hold {
        case .givenTwice(let code, let anchors):
            .givenTwice(
                pass.input.codes[code].code,
                holders: anchors.compactMap { pass.anchors[$0].pripid }.sorted {
                    $0.utf8.lexicographicallyPrecedes($1.utf8)
                }
            )
        case .agreesInNothing(let code, let anchor):
            .agreesInNothing(
                pass.input.codes[code].code,
                holder: pass.anchors[anchor].pripid ?? ids[anchor]?.text ?? ""
            )
        case .severalHolders(let codes): .severalHolders(codes.map { pass.input.codes[$0].code }.sorted())
        case .foreignKey(let pripid): .foreignKey(pripid)
        }
    }

    /// Registry keys that only withdrawn records carry, by the enterprise that holds their codes now.
    ///
    /// The strongest kind of code decides, and only where it names one enterprise that has something in common with
    /// what was withdrawn: the id of an enterprise must not pass to its namesake in a code.
    private func formerKeysByAnchor() -> [Int: [String]] {
        var keys: [Int: [String]] = [:]
        for (pripid, anchor) in pass.input.registryAliases { keys[anchor, default: []].append(pripid) }
        for (pripid, former) in pass.input.formerKeys {
            for kind in [CodeKind.uscc, .org, .regno] {
                let holders = Set(
                    former.codes.filter { pass.input.codes[$0].code.kind == kind }.compactMap { pass.owners[$0] }
                )
                guard let holder = holders.first else { continue }
                if holders.count == 1, hasSomethingInCommon(former, anchor: holder) {
                    keys[holder, default: []].append(pripid)
                }
                break
            }
        }
        return keys
    }

    private func hasSomethingInCommon(_ former: ResolutionInput.FormerRegistryKey, anchor: Int) -> Bool {
        pass.anchors[anchor].evidence.agreement(with: former.evidence) != .contradicts
    }
}
