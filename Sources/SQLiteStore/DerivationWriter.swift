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

    init(_ db: Database, _ component: HandedOut.Component) {
        self.db = db
        self.component = component
    }

    mutating func store(_ derivation: Derivation) throws {
        let before = try leave()
        var named: Set<Int64> = []
        var numbers: [EnterpriseID: Int64] = [:]
        for decision in derivation.outcome.enterprises {
            let number = try makeEnterprise(decision.id)
            numbers[decision.id] = number
            named.insert(number)
            try db.run("UPDATE enterprise SET current = id WHERE id = ? AND current <> id", number)
            if db.changesCount > 0 { changed = true }
        }
        for decision in derivation.outcome.enterprises {
            guard let number = numbers[decision.id] else { continue }
            for alias in decision.aliases where numbers[alias] == nil { try redirect(alias, to: number) }
            for member in decision.members {
                try db.run(
                    "INSERT OR REPLACE INTO membership(record, role, enterprise, reason) VALUES(?, ?, ?, ?)",
                    try record(member.record),
                    Int64(member.record.role.rawValue),
                    number,
                    ReasonCodec.encode(member.reason).blob
                )
            }
            try store(codes: decision.codes, of: number)
        }
        for held in derivation.outcome.held {
            try db.run(
                "INSERT OR REPLACE INTO held(record, role, reason) VALUES(?, ?, ?)",
                try record(held.record),
                Int64(held.record.role.rawValue),
                ReasonCodec.encode(held.reason).blob
            )
        }
        for reference in derivation.outcome.undecided {
            try db.run(
                "INSERT OR REPLACE INTO undecided(record, role) VALUES(?, ?)",
                try record(reference),
                Int64(reference.role.rawValue)
            )
        }
        for profile in derivation.profiles {
            guard let number = numbers[profile.id] else {
                throw StoreError(.conflict, "a profile belongs to no enterprise of its component: \(profile.id)")
            }
            let decision = derivation.outcome.enterprises.first { $0.id == profile.id }
            try store(profile, of: number, isRegistered: decision?.isRegistered ?? false)
        }
        for number in before.subtracting(named) {
            // Others of its records may wait in a component of their own, or be derived already.
            let members = try db.first("SELECT 1 FROM membership WHERE enterprise = ? LIMIT 1", number)
            if members == nil { try remove(number) }
        }
        let profiled = Set(derivation.profiles.compactMap { numbers[$0.id] })
        for number in named.subtracting(profiled) { try removeProfile(number) }
        for record in component.records {
            try db.run("DELETE FROM dirty WHERE record = ? AND change <= ?", record, component.position)
        }
    }

    /// Takes the records out of whatever they belonged to.
    private func leave() throws -> Set<Int64> {
        var before: Set<Int64> = []
        for record in component.records {
            for number in try db.integers("SELECT enterprise FROM membership WHERE record = ?", record) {
                before.insert(number)
            }
            try db.run("DELETE FROM membership WHERE record = ?", record)
            try db.run("DELETE FROM held WHERE record = ?", record)
            try db.run("DELETE FROM undecided WHERE record = ?", record)
        }
        return before
    }

    private func record(_ reference: RecordReference) throws -> Int64 {
        let id = HandedOut.RecordID(dataset: reference.dataset, key: reference.key)
        guard let record = component.references[id] else {
            throw StoreError(
                .conflict,
                "a decision names a record of \(reference.dataset) that its component does not hold"
            )
        }
        return record
    }

    private func makeEnterprise(_ id: EnterpriseID) throws -> Int64 {
        if let row = try db.first("SELECT id FROM enterprise WHERE text = ?", id.text) { return row.integer(0) }
        try db.run("INSERT INTO enterprise(text, current) VALUES(?, 0)", id.text)
        let number = db.lastInsertedRowID
        try db.run("UPDATE enterprise SET current = id WHERE id = ?", number)
        return number
    }

    /// Each id points to the one that it was last an alias of; whoever reads follows the way to its end.
    private mutating func redirect(_ alias: EnterpriseID, to number: Int64) throws {
        let from = try makeEnterprise(alias)
        guard from != number else { return }
        try db.run("UPDATE enterprise SET current = ? WHERE id = ? AND current <> ?", number, from, number)
        guard db.changesCount > 0 else { return }
        changed = true
        for record in try db.integers("SELECT record FROM membership WHERE enterprise = ?", from) {
            try db.run("INSERT OR IGNORE INTO dirty(record, change) VALUES(?, ?)", record, component.position + 1)
        }
        try remove(from)
    }

    // MARK: Profiles

    private mutating func store(_ profile: DerivedProfile, of number: Int64, isRegistered: Bool) throws {
        let day = profile.nextDay.map { Int64($0.number) }
        let row = try db.first("SELECT version, next_day, registered FROM profile WHERE enterprise = ?", number)
        if row?.text(0) == profile.version {
            try db.run(
                "UPDATE profile SET next_day = ?, registered = ? WHERE enterprise = ? AND (next_day IS NOT ? OR registered <> ?)",
                day,
                isRegistered,
                number,
                day,
                isRegistered
            )
        } else {
            changed = true
            let signed =
                try db.first(
                    "SELECT 1 FROM signed WHERE enterprise = ? AND version = ? LIMIT 1",
                    number,
                    profile.version
                ) != nil
            try db.run(
                """
                INSERT OR REPLACE INTO profile(enterprise, version, bytes, next_day, registered, signed)
                VALUES(?, ?, ?, ?, ?, ?)
                """,
                number,
                profile.version,
                profile.bytes.blob,
                day,
                isRegistered,
                signed
            )
            if signed { try db.run("UPDATE enterprise SET served = ? WHERE id = ?", profile.version, number) }
        }
        for annex in profile.annexes {
            try db.run("INSERT OR IGNORE INTO annex(digest, bytes) VALUES(?, ?)", annex.digest, annex.bytes.blob)
        }
        try store(names: profile.names, of: number)
    }

    private func store(codes: [Code], of number: Int64) throws {
        let new = Set(codes.map(\.text)).subtracting(component.restricted)
        let old = Set(try db.all("SELECT text FROM code WHERE enterprise = ?", number).map { $0.text(0) })
        for text in old.subtracting(new) {
            try db.run("DELETE FROM code WHERE text = ? AND enterprise = ?", text, number)
        }
        for text in new.subtracting(old) { try db.run("INSERT INTO code(text, enterprise) VALUES(?, ?)", text, number) }
    }

    private func store(names: [String], of number: Int64) throws {
        var new = Set(names)
        for row in try db.all("SELECT id, text, folded FROM name WHERE enterprise = ?", number)
        where new.remove(row.text(1)) == nil { try remove(name: row) }
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
