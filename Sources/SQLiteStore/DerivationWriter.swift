internal import CreditModel
internal import CreditStore
internal import GRDB

/// Stores what was derived of one component, inside a transaction.
struct DerivationWriter {
    let db: Database
    let component: HandedOut.Component
    /// Whether it writes over what is damaged: nothing that is stored is then taken to be right.
    let mends: Bool
    /// Whether any part is marked: of a first load none is.
    private let hasMarks: Bool
    /// POSIX seconds of the commit.
    let moment: Int64
    /// Whether anything that a platform may see is different now.
    private(set) var changed = false
    /// Enterprises that this derivation made: nothing is stored of them yet.
    private(set) var fresh: Set<Int64> = []
    /// What all components of the transaction share.
    let shared: DerivationTransaction

    init(
        _ db: Database,
        _ component: HandedOut.Component,
        _ shared: DerivationTransaction,
        hasMarks: Bool,
        moment: Int64,
        mends: Bool = false
    ) {
        self.db = db
        self.shared = shared
        self.component = component
        self.hasMarks = hasMarks
        self.moment = moment
        self.mends = mends
    }

    mutating func store(_ derivation: Derivation) throws {
        let outcome = derivation.outcome
        if mends { try restore(outcome) }
        var numbers: [EnterpriseID: Int64] = [:]
        for decision in outcome.enterprises { numbers[decision.id] = try makeCurrent(decision.id) }
        try place(outcome, numbers)
        for decision in outcome.enterprises {
            guard let number = numbers[decision.id] else { continue }
            for alias in decision.aliases where numbers[alias] == nil { try redirect(alias, to: number) }
            try store(codes: decision.codes, contested: decision.contested, of: number)
        }
        let registered = Set(outcome.enterprises.filter(\.isRegistered).map(\.id))
        for profile in derivation.profiles {
            guard let number = numbers[profile.id] else {
                throw StoreError(.conflict, "a profile belongs to no enterprise of its component: \(profile.id)")
            }
            try store(profile, of: number, isRegistered: registered.contains(profile.id))
        }
        let named = Set(numbers.values)
        let before = Set(component.pieces.values.compactMap(\.placement?.enterprise))
        for number in before.subtracting(named) where number != Placement.nowhere.enterprise {
            // Others of its records may wait in a component of their own, or be derived already.
            if try !db.exists("SELECT 1 FROM placement WHERE enterprise = ? LIMIT 1", number) { try remove(number) }
        }
        let profiled = Set(derivation.profiles.compactMap { numbers[$0.id] })
        for number in named.subtracting(profiled) { try removeProfile(number) }
        for piece in component.pieces.values where hasMarks {
            try db.run("DELETE FROM dirty WHERE part = ? AND change <= ?", piece.part, component.position)
        }
    }

    // MARK: Places

    /// Puts every part where the outcome says, and out of where it was if the outcome does not name it.
    private func place(_ outcome: IdentityOutcome, _ numbers: [EnterpriseID: Int64]) throws {
        var places: [RecordReference: Placement] = [:]
        places.reserveCapacity(component.pieces.count)
        for decision in outcome.enterprises {
            for member in decision.members {
                places[member.record] = Placement(
                    enterprise: numbers[decision.id],
                    reason: ReasonCodec.encode(member.reason)
                )
            }
        }
        for held in outcome.held { places[held.record] = Placement(reason: ReasonCodec.encode(held.reason)) }
        for reference in outcome.undecided { places[reference] = Placement() }
        for (reference, placement) in places {
            guard let piece = component.pieces[reference] else {
                throw StoreError(
                    .conflict,
                    "a decision names a record of \(reference.dataset) that its component does not hold"
                )
            }
            guard piece.placement != placement else { continue }
            try put(piece, placement)
        }
        for (reference, piece) in component.pieces where places[reference] == nil && piece.placement != .nowhere {
            try put(piece, .nowhere)
        }
    }

    private func put(_ piece: HandedOut.Piece, _ placement: Placement) throws {
        if let former = piece.placement?.enterprise, former != placement.enterprise,
            former != Placement.nowhere.enterprise
        {
            try db.keepMember(piece.part, of: former)
        }
        try db.run(
            "INSERT OR REPLACE INTO placement(part, enterprise, reason) VALUES(?, ?, ?)",
            piece.part,
            placement.enterprise,
            placement.reason
        )
        try list(piece, isHeld: placement.isHeld)
    }

    private func list(_ piece: HandedOut.Piece, isHeld: Bool) throws {
        guard piece.placement?.isHeld ?? false != isHeld else { return }
        try db.run(
            isHeld
                ? "INSERT OR IGNORE INTO held(dataset, key, part) VALUES(?, ?, ?)"
                : "DELETE FROM held WHERE dataset = ? AND key = ? AND part = ?",
            piece.dataset,
            piece.key,
            piece.part
        )
    }

    func find(_ id: EnterpriseID) throws -> (number: Int64, current: Int64)? {
        try db.read("SELECT id, current FROM enterprise WHERE text = ?", id.text) {
            (number: $0.integer(0), current: $0.integer(1))
        }
    }

    /// The number of an id that stands for itself.
    private mutating func makeCurrent(_ id: EnterpriseID) throws -> Int64 {
        if let known = try find(id) {
            let number = known.number
            if known.current != number {
                try db.keepTarget(of: number, until: moment)
                try db.run("UPDATE enterprise SET current = id, since = ? WHERE id = ?", moment, number)
                try shared.note(id.text, db)
                changed = true
            }
            return number
        }
        let number = try shared.drawEnterprise(db)
        try add(id, number, current: number)
        fresh.insert(number)
        return number
    }

    private func add(_ id: EnterpriseID, _ number: Int64, current: Int64) throws {
        try db.run(
            "INSERT INTO enterprise(id, text, current, since) VALUES(?, ?, ?, ?)",
            number,
            id.text,
            current,
            moment
        )
    }

    /// Each id points to the one that it was last an alias of; whoever reads follows the way to its end.
    private mutating func redirect(_ alias: EnterpriseID, to number: Int64) throws {
        guard let known = try find(alias) else {
            try add(alias, shared.drawEnterprise(db), current: number)
            try shared.note(alias.text, db)
            changed = true
            return
        }
        let from = known.number
        guard from != number, known.current != number else { return }
        try db.keepTarget(of: from, until: moment)
        try db.run("UPDATE enterprise SET current = ?, since = ? WHERE id = ?", number, moment, from)
        try shared.note(alias.text, db)
        changed = true
        // Later than any view that a component was handed out of, so that none of those takes the mark away.
        let change = try db.storePosition() + 1
        for part in try db.integers("SELECT part FROM placement WHERE enterprise = ?", from) {
            try db.run("INSERT OR REPLACE INTO dirty(part, change) VALUES(?, ?)", part, change)
        }
        try remove(from)
    }

    // MARK: Profiles

    private mutating func store(_ profile: DerivedProfile, of number: Int64, isRegistered: Bool) throws {
        let day = profile.nextDay.map { Int64($0.number) }
        let since = profile.sinceDay.map { Int64($0.number) }
        let known =
            fresh.contains(number)
            ? nil
            : try db.read("SELECT version, document FROM profile WHERE enterprise = ?", number) {
                (version: $0.text(0), document: $0.integer(1))
            }
        if mends { try restore(profile, of: number, isKnown: known?.version == profile.version) }
        // The same version has the same card and the same documents beside it.
        guard mends || known?.version != profile.version else {
            try db.run(
                """
                UPDATE profile SET next_day = ?1, since = ?2, registered = ?3
                WHERE enterprise = ?4 AND (next_day IS NOT ?1 OR since IS NOT ?2 OR registered <> ?3)
                """,
                day,
                since,
                isRegistered,
                number
            )
            return
        }
        changed = true
        try shared.note(profile.id.text, db)
        var (document, isSigned, isNew) = try makeDocument(of: profile, number)
        let wasSigned = isSigned
        if !isSigned, let seal = profile.seal, seal.id == profile.id, seal.version == profile.version {
            try db.insert(seal, on: document, isFirst: isNew && !mends)
            isSigned = true
        }
        if known != nil, isSigned { try db.keepServed(of: number, unless: document, until: moment) }
        try db.run(
            """
            INSERT INTO profile(enterprise, version, document, served, served_at, next_day, since, registered)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(enterprise) DO UPDATE SET version = excluded.version, document = excluded.document,
                served_at = iif(coalesce(excluded.served, served) IS served, served_at, excluded.served_at),
                served = coalesce(excluded.served, served), next_day = excluded.next_day, since = excluded.since,
                registered = excluded.registered
            """,
            number,
            profile.version,
            document,
            isSigned ? document : nil,
            moment,
            day,
            since,
            isRegistered
        )
        if let known, known.document != document { try forget(known.document, of: number) }
        if mends, wasSigned { try restoreTime(of: number) }
        for annex in profile.annexes {
            try db.run("INSERT OR IGNORE INTO annex(digest, bytes) VALUES(?, ?)", annex.digest, annex.bytes)
        }
        try store(profile.card, of: number)
    }

    /// The document of a version, which may have been there before, and whether it is signed.
    private func makeDocument(of profile: DerivedProfile, _ number: Int64) throws -> (
        number: Int64, isSigned: Bool, isNew: Bool
    ) {
        if !fresh.contains(number),
            let known = try db.read(
                """
                SELECT id, EXISTS (SELECT 1 FROM seal WHERE document = d.id) FROM document d
                WHERE enterprise = ? AND version = ?
                """,
                number,
                profile.version,
                with: { (number: $0.integer(0), isSigned: $0.integer(1) != 0, isNew: false) }
            )
        {
            return known
        }
        try db.run(
            "INSERT INTO document(enterprise, version, bytes) VALUES(?, ?, ?)",
            number,
            profile.version,
            profile.bytes
        )
        return (db.lastInsertedRowID, false, true)
    }

    /// What was superseded before it was signed was never shown to anybody.
    private func forget(_ document: Int64, of number: Int64) throws {
        try db.run(
            """
            DELETE FROM document WHERE id = ?1 AND enterprise = ?2 AND NOT EXISTS (SELECT 1 FROM seal WHERE document = ?1)
            """,
            document,
            number
        )
    }

    /// What leads to an enterprise; a code that others are given, too, leads to each of them and is marked.
    private func store(codes: [Code], contested: [Code], of number: Int64) throws {
        var new = Dictionary(contested.map { ($0.text, true) }) { $1 }
        for code in codes where !component.restricted.contains(code.text) { new[code.text] = false }
        let old =
            fresh.contains(number)
            ? [:]
            : Dictionary(
                try db.all("SELECT text, contested FROM code WHERE enterprise = ?", number) {
                    ($0.text(0), $0.integer(1) != 0)
                }
            ) { $1 }
        for text in old.keys where new[text] == nil {
            try db.run("DELETE FROM code WHERE text = ? AND enterprise = ?", text, number)
            try shared.note(text, db)
        }
        for (text, isContested) in new where old[text] != isContested {
            try db.run(
                "INSERT OR REPLACE INTO code(text, enterprise, contested) VALUES(?, ?, ?)",
                text,
                number,
                isContested
            )
            try shared.note(text, db)
        }
    }

    private mutating func remove(_ number: Int64) throws {
        try removeProfile(number)
        try shared.noteCodes(of: number, db)
        try db.run("DELETE FROM code WHERE enterprise = ?", number)
    }

    private mutating func removeProfile(_ number: Int64) throws {
        let document = try db.read("SELECT document FROM profile WHERE enterprise = ?", number) { $0.integer(0) }
        if let document {
            try db.keepServed(of: number, unless: nil, until: moment)
            try db.run("DELETE FROM profile WHERE enterprise = ?", number)
            let id = try db.read("SELECT text FROM enterprise WHERE id = ?", number) { $0.text(0) }
            if let id { try shared.note(id, db) }
            try forget(document, of: number)
            changed = true
        }
        try removeCard(of: number)
    }
}
