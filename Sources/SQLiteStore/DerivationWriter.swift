internal import CreditModel
internal import CreditStore
internal import Foundation
internal import GRDB

/// Stores what was derived of one component, inside a transaction.
struct DerivationWriter {
    private let db: Database
    private let component: HandedOut.Component
    /// Whether anything that a platform may see is different now.
    private(set) var changed = false
    /// Enterprises that this derivation made: nothing is stored of them yet.
    private var fresh: Set<Int64> = []

    init(_ db: Database, _ component: HandedOut.Component) {
        self.db = db
        self.component = component
    }

    mutating func store(_ derivation: Derivation) throws {
        let outcome = derivation.outcome
        var numbers: [EnterpriseID: Int64] = [:]
        for decision in outcome.enterprises { numbers[decision.id] = try makeCurrent(decision.id) }
        try place(outcome, numbers)
        for decision in outcome.enterprises {
            guard let number = numbers[decision.id] else { continue }
            for alias in decision.aliases where numbers[alias] == nil { try redirect(alias, to: number) }
            try store(codes: decision.codes, of: number)
        }
        let registered = Set(outcome.enterprises.filter(\.isRegistered).map(\.id))
        for profile in derivation.profiles {
            guard let number = numbers[profile.id] else {
                throw StoreError(.conflict, "a profile belongs to no enterprise of its component: \(profile.id)")
            }
            try store(profile, of: number, isRegistered: registered.contains(profile.id))
        }
        let named = Set(numbers.values)
        for number in Set(component.pieces.values.compactMap(\.placement?.enterprise)).subtracting(named) {
            // Others of its records may wait in a component of their own, or be derived already.
            let members = try db.first("SELECT 1 FROM placement WHERE enterprise = ? LIMIT 1", number)
            if members == nil { try remove(number) }
        }
        let profiled = Set(derivation.profiles.compactMap { numbers[$0.id] })
        for number in named.subtracting(profiled) { try removeProfile(number) }
        for piece in component.pieces.values {
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
            try db.run(
                "INSERT OR REPLACE INTO placement(part, enterprise, reason) VALUES(?, ?, ?)",
                piece.part,
                placement.enterprise,
                placement.reason?.blob
            )
            try list(piece, isHeld: placement.isHeld)
        }
        for (reference, piece) in component.pieces where piece.placement != nil && places[reference] == nil {
            try db.run("DELETE FROM placement WHERE part = ?", piece.part)
            try list(piece, isHeld: false)
        }
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

    private func find(_ id: EnterpriseID) throws -> (number: Int64, current: Int64)? {
        try db.read("SELECT id, current FROM enterprise WHERE text = ?", id.text) {
            (number: $0.integer(0), current: $0.integer(1))
        }
    }

    /// The number of an id that stands for itself.
    private mutating func makeCurrent(_ id: EnterpriseID) throws -> Int64 {
        if let known = try find(id) {
            let number = known.number
            if known.current != number {
                try db.run("UPDATE enterprise SET current = id WHERE id = ?", number)
                changed = true
            }
            return number
        }
        try db.run(
            "INSERT INTO enterprise(id, text, current) SELECT n, ?, n FROM (SELECT coalesce(max(id), 0) + 1 AS n FROM enterprise)",
            id.text
        )
        let number = db.lastInsertedRowID
        fresh.insert(number)
        return number
    }

    /// Each id points to the one that it was last an alias of; whoever reads follows the way to its end.
    private mutating func redirect(_ alias: EnterpriseID, to number: Int64) throws {
        guard let known = try find(alias) else {
            try db.run("INSERT INTO enterprise(text, current) VALUES(?, ?)", alias.text, number)
            changed = true
            return
        }
        let from = known.number
        guard from != number, known.current != number else { return }
        try db.run("UPDATE enterprise SET current = ? WHERE id = ?", number, from)
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
            ? nil : try db.first("SELECT version FROM profile WHERE enterprise = ?", number)?.text(0)
        // The same version has the same names and the same documents beside it.
        guard known != profile.version else {
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
        let signed =
            try !fresh.contains(number)
            && db.first("SELECT 1 FROM signed WHERE enterprise = ? AND version = ? LIMIT 1", number, profile.version)
                != nil
        try db.run(
            """
            INSERT OR REPLACE INTO profile(enterprise, version, bytes, next_day, since, registered, signed)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            """,
            number,
            profile.version,
            profile.bytes.blob,
            day,
            since,
            isRegistered,
            signed
        )
        if signed { try db.run("UPDATE enterprise SET served = ? WHERE id = ?", profile.version, number) }
        for annex in profile.annexes {
            try db.run("INSERT OR IGNORE INTO annex(digest, bytes) VALUES(?, ?)", annex.digest, annex.bytes.blob)
        }
        try store(names: profile.names, of: number)
    }

    private func store(codes: [Code], of number: Int64) throws {
        let new = Set(codes.map(\.text)).subtracting(component.restricted)
        let old =
            fresh.contains(number)
            ? [] : Set(try db.all("SELECT text FROM code WHERE enterprise = ?", number).map { $0.text(0) })
        for text in old.subtracting(new) {
            try db.run("DELETE FROM code WHERE text = ? AND enterprise = ?", text, number)
        }
        for text in new.subtracting(old) { try db.run("INSERT INTO code(text, enterprise) VALUES(?, ?)", text, number) }
    }

    private func store(names: [String], of number: Int64) throws {
        var new = Set(names)
        if !fresh.contains(number) {
            for row in try db.all("SELECT id, text, folded FROM name WHERE enterprise = ?", number)
            where new.remove(row.text(1)) == nil { try remove(name: row) }
        }
        for name in new.sorted() {
            let folded = NameIndex.fold(name)
            try db.run("INSERT INTO name(enterprise, text, folded) VALUES(?, ?, ?)", number, name, folded)
            try db.run(
                "INSERT INTO name_index(rowid, grams) VALUES(?, ?)",
                db.lastInsertedRowID,
                NameIndex.grams(folded)
            )
        }
    }

    private func remove(name row: Row) throws {
        try db.run(
            "INSERT INTO name_index(name_index, rowid, grams) VALUES('delete', ?, ?)",
            row.integer(0),
            NameIndex.grams(row.text(2))
        )
        try db.run("DELETE FROM name WHERE id = ?", row.integer(0))
    }

    private mutating func remove(_ number: Int64) throws {
        try removeProfile(number)
        try db.run("DELETE FROM code WHERE enterprise = ?", number)
    }

    private mutating func removeProfile(_ number: Int64) throws {
        try db.run("DELETE FROM profile WHERE enterprise = ?", number)
        if db.changesCount > 0 { changed = true }
        for row in try db.all("SELECT id, text, folded FROM name WHERE enterprise = ?", number) {
            try remove(name: row)
        }
    }
}

/// Names cut into pairs of characters, so that any part of a name is found by an index.
///
/// SQLite's own trigrams find nothing of two characters, and most Chinese names are told apart by two.
enum NameIndex {
    /// Half-width, upper case, without brackets and blanks.
    static func fold(_ name: String) -> String {
        var folded = ""
        for scalar in name.unicodeScalars {
            var value = scalar.value
            if 0xFF01...0xFF5E ~= value { value -= 0xFEE0 }
            if value <= 0x20 || value == 0x3000
                || [0x28, 0x29, 0x5B, 0x5D, 0x3010, 0x3011, 0x3014, 0x3015].contains(value)
            {
                continue
            }
            if 0x61...0x7A ~= value { value -= 0x20 }
            if let scalar = Unicode.Scalar(value) { folded.unicodeScalars.append(scalar) }
        }
        return folded
    }

    /// Every pair of neighbours and the last character, as words of the index.
    static func grams(_ folded: String) -> String {
        let scalars = folded.unicodeScalars.map(word)
        var words: [String] = []
        for index in scalars.indices {
            words.append(index + 1 < scalars.count ? scalars[index] + scalars[index + 1] : scalars[index])
        }
        return words.joined(separator: " ")
    }

    /// The query that finds a part of a name.
    static func query(_ folded: String) -> String? {
        let scalars = folded.unicodeScalars.map(word)
        guard let first = scalars.first else { return nil }
        guard scalars.count > 1 else { return "\"\(first)\" *" }
        let pairs = (1..<scalars.count).map { scalars[$0 - 1] + scalars[$0] }
        return "\"\(pairs.joined(separator: " "))\""
    }

    private static func word(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 36)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
