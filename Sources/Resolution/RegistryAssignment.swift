import CreditModel

/// Whose each 红盾 record is: its `PRIPID` is certain within 红盾, unless the record contradicts the one who bears it.
///
/// Where the registration is shown, it is the holder that the others are compared with; what agrees with it in nothing, or
/// carries another registration's codes without a name that tells, belongs to nobody. A `PRIPID` without a registration
/// is whoever its records' codes say; where they say nothing, an enterprise of its own.
struct RegistryAssignment {
    /// A 红盾 record with its key.
    struct Row {
        /// Its place among the candidates.
        let candidate: Int
        let pripid: String
        let history: RecordHistory
    }

    enum Place {
        case of(String)
        case nobody(ResolutionPass.Hold)
    }

    /// Where each row belongs, in the order given.
    private(set) var places: [Place]
    /// What is known of each `PRIPID`'s enterprise.
    private(set) var evidence: [String: HolderEvidence] = [:]
    /// A `PRIPID` without a registration, and the registered one that its records' codes name.
    private(set) var aliases: [String: String] = [:]

    private let rows: [Row]
    private let candidates: [Candidate]
    private var registered: Set<String> = []
    /// Changes of name that the holder's evidence holds already.
    private var isTaken: Set<Int> = []
    /// The registrations that give a code.
    private var givers: [Int: Set<String>] = [:]

    init(_ rows: [Row], candidates: [Candidate]) {
        self.rows = rows
        self.candidates = candidates
        places = rows.map { .of($0.pripid) }
        for row in rows where row.history.dataset == .registrations {
            registered.insert(row.pripid)
            take(row, as: row.pripid)
            for code in candidates[row.candidate].codes { givers[code.index, default: []].insert(row.pripid) }
        }
        let others = rows.indices.filter { rows[$0].history.dataset != .registrations }
        takeAlterations(others.filter { rows[$0].history.dataset == .alterations })
        // All are compared with the same holder, so that none of them speaks for another.
        for index in others where registered.contains(rows[index].pripid) { place(index) }
        let strays = Dictionary(grouping: others.filter { !registered.contains(rows[$0].pripid) }) { rows[$0].pripid }
        for (pripid, indices) in strays { place(indices, withoutRegistration: pripid) }
        for index in others {
            if case .of(let pripid) = places[index], !isTaken.contains(index) { take(rows[index], as: pripid) }
        }
    }

    private func subject(_ index: Int) -> Subject { candidates[rows[index].candidate].subject }

    private mutating func take(_ row: Row, as pripid: String) {
        evidence[pripid, default: HolderEvidence()].add(
            registryRecord: row.history,
            subject: candidates[row.candidate].subject
        )
    }

    // MARK: With a registration

    /// Changes of name tell former names, each of which may be known only by the change after it.
    ///
    /// Those that carry another's codes tell nothing until they are judged.
    private mutating func takeAlterations(_ indices: [Int]) {
        func day(_ index: Int) -> Day? { rows[index].history.current?.content?.from?.firstDay }
        // The latest first: mostly one round is enough.
        var waiting = indices.filter { registered.contains(rows[$0].pripid) && foreignCodes($0).isEmpty }.sorted {
            switch (day($0), day($1)) {
            case (let a?, let b?) where a != b: a > b
            default: $0 < $1
            }
        }
        var hasProgress = true
        while hasProgress, !waiting.isEmpty {
            let before = waiting
            waiting = before.filter { index in
                guard agreement(index) != .contradicts else { return true }
                take(rows[index], as: rows[index].pripid)
                isTaken.insert(index)
                return false
            }
            hasProgress = waiting.count < before.count
        }
    }

    /// What a row and the holder of its key have in common; a change of name has two names more.
    private mutating func agreement(_ index: Int) -> Agreement {
        let pripid = rows[index].pripid
        let agreement = evidence[pripid, default: HolderEvidence()].agreement(with: subject(index))
        guard agreement == .contradicts, rows[index].history.dataset == .alterations,
            let content = rows[index].history.current?.content
        else { return agreement }
        let isKnown = content.alteredNames.contains { evidence[pripid, default: HolderEvidence()].agrees(name: $0) }
        return isKnown ? .agrees : .contradicts
    }

    private mutating func place(_ index: Int) {
        let agreement = agreement(index)
        guard agreement != .contradicts else {
            places[index] = .nobody(.foreignKey(rows[index].pripid))
            return
        }
        let foreign = foreignCodes(index).filter { code in
            // A name that is the holder's and not the other's tells a slip in the code.
            agreement != .agrees
                || evidence[code.holder, default: HolderEvidence()].agreement(with: subject(index)) != .contradicts
        }
        if !foreign.isEmpty { places[index] = .nobody(.severalHolders(foreign.map(\.code))) }
    }

    /// Codes of the row that one registration gives, another than the row's own.
    private func foreignCodes(_ index: Int) -> [(code: Int, holder: String)] {
        candidates[rows[index].candidate].codes.compactMap { carried in
            guard !carried.needsNameAgreement, !carried.needsEqualName, let holders = givers[carried.index],
                holders.count == 1, let holder = holders.first, holder != rows[index].pripid
            else { return nil }
            return (carried.index, holder)
        }
    }

    // MARK: Without one

    private mutating func place(_ indices: [Int], withoutRegistration pripid: String) {
        let foreign = indices.map { foreignCodes($0) }
        let holders = Set(foreign.joined().map(\.holder))
        if let holder = holders.first, holders.count == 1, !contradicts(indices, holder) {
            aliases[pripid] = holder
            for index in indices { places[index] = .of(holder) }
            return
        }
        for (index, codes) in zip(indices, foreign) where !codes.isEmpty {
            places[index] = .nobody(.severalHolders(codes.map(\.code)))
        }
    }

    private mutating func contradicts(_ indices: [Int], _ holder: String) -> Bool {
        indices.contains {
            evidence[holder, default: HolderEvidence()].agreement(with: subject($0)) == .contradicts
        }
    }
}
