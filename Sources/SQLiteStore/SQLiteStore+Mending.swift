internal import CreditModel
public import CreditStore
internal import Crypto
internal import GRDB
internal import Synchronization

/// Making anew what is derived: each transaction leaves a store that is no worse, so it may end after any of them.
extension SQLiteStore {
    /// Records of undamaged statements, a piece at a time; then links; then what belongs to nothing.
    public func mendStatements(_ audit: Audit, sparing damaged: DamagedStatements) throws {
        try write { db in
            try db.run("INSERT OR IGNORE INTO meta(id, position, settled) VALUES(1, 0, 0)")
            // What a killed rebuild left: nobody reads it.
            try db.run("DROP TABLE IF EXISTS \(NameIndexMender.shadow)")
        }
        let scope = try read { db in try AuditScope(db) }
        var sums = StatementSums()
        for first in stride(from: Int64(0), through: scope.lastRecord, by: Int(Self.auditStep)) {
            try audit.note("mending records", Int(first), of: Int(scope.lastRecord))
            let range = first..<first + Self.auditStep
            let (records, datasets) = try read { db in (try RecordAudit(db, range), try db.datasets()) }
            var sum = StatementSums()
            sum.add(records, datasets: datasets) { _ in }
            sums.merge(sum)
            try mend(records, datasets, sparing: damaged)
        }
        try LinkMender(store: self, audit: audit).run(upTo: scope.lastRecord, sparing: damaged)
        try removeOrphans(damaged)
        guard damaged.isEmpty else { return }
        try mendCounters(sums)
    }

    private func mend(
        _ records: RecordAudit,
        _ datasets: [Int64: DatasetID],
        sparing damaged: DamagedStatements
    ) throws {
        let wrong = records.records.compactMap { record -> (record: Int64, state: RecordWriter.State)? in
            let verdict = records.verdict(on: record, datasets: datasets)
            guard verdict.isStateWrong, let state = verdict.state else { return nil }
            return (record, state)
        }
        let isVouchedFor = try read { db in
            try !db.exists(
                "SELECT 1 FROM record WHERE id >= ? AND id < ? AND sum IS NULL LIMIT 1",
                records.range.lowerBound,
                records.range.upperBound
            )
        }
        guard !wrong.isEmpty || !isVouchedFor else { return }
        try write { db in
            for (record, state) in wrong { try db.mend(record, to: state) }
            if !wrong.isEmpty { _ = try db.advancePosition() }
            guard !isVouchedFor else { return }
            for record in records.records where !damaged.records.contains(record) { try db.vouch(for: record) }
        }
    }

    /// In one transaction a table: a damaged store has few of them.
    private func removeOrphans(_ damaged: DamagedStatements) throws {
        try write { db in
            try db.run("CREATE TEMP TABLE IF NOT EXISTS damaged(id INTEGER PRIMARY KEY)")
            try db.run("DELETE FROM temp.damaged")
            for record in damaged.records { try db.run("INSERT OR IGNORE INTO temp.damaged(id) VALUES(?)", record) }
        }
        for remedy in Orphan.all.compactMap(\.remedy) {
            try write { db in
                try db.run(remedy)
                if db.changesCount > 0 { _ = try db.advancePosition() }
            }
        }
        // An annex that is not what its digest says is nobody's; whose it is writes it again.
        try write { db in
            try db.restoring("annex") {
                let wrong = try db.all("SELECT digest, bytes FROM annex") { row in
                    ShortDigest.text(of: Array(SHA256.hash(data: row.bytes(1) ?? []))) == row.text(0)
                        ? nil : row.text(0)
                }
                for digest in wrong.compactMap({ $0 }) { try db.run("DELETE FROM annex WHERE digest = ?", digest) }
            }
        }
    }

    private func mendCounters(_ sums: StatementSums) throws {
        try write { db in
            let kept = try db.integer("SELECT sum FROM tally WHERE name = 'dataset'")
            var isMended = false
            for number in try db.datasets().keys {
                let counts = try db.counters(of: number, sums.counters[number] ?? DatasetCounters())
                for (name, _, right) in try db.differences(of: number, from: counts) {
                    try db.run("UPDATE dataset SET \(name) = ? WHERE id = ?", right, number)
                    isMended = true
                }
            }
            // The tally counts what was there before the damage: where that is there again, it holds once more.
            guard isMended, let tally = Tally.all.first(where: { $0.table == "dataset" }) else { return }
            let found = try tally.count(db)
            if found.sum == kept { try tally.take(found, db) }
        }
    }

    /// Writes over what is stored of the components; all or nothing.
    public func mend(_ derivations: [Derivation], at moment: Int64) throws {
        let components = handedOut.withLock { $0.components }
        try write { db in
            let hasMarks = try db.exists("SELECT 1 FROM dirty LIMIT 1")
            for derivation in derivations {
                guard let component = components[derivation.token] else {
                    throw StoreError(.staleToken, "a component was handed out again since: derive it anew")
                }
                let shared = DerivationTransaction()
                var writer = DerivationWriter(
                    db,
                    component,
                    shared,
                    hasMarks: hasMarks,
                    moment: moment,
                    mends: true
                )
                try writer.store(derivation)
                try shared.finish(db)
            }
            if !derivations.isEmpty { _ = try db.advancePosition() }
        }
        handedOut.withLock { $0.remove(derivations.map(\.token)) }
    }

    /// The new seals are the first of their documents, which are shown on.
    public func mend(_ seals: [ProfileSeal], inPlaceOf damaged: [DamagedSeal], at moment: Int64) throws {
        try write { db in
            for seal in damaged {
                try db.run("DELETE FROM seal WHERE document = ? AND number = ?", seal.document, seal.number)
            }
            for document in Set(damaged.map(\.document)) {
                for (place, number) in try db.integers(
                    "SELECT number FROM seal WHERE document = ? ORDER BY number",
                    document
                ).enumerated() where place != number {
                    try db.run(
                        "UPDATE seal SET id = document << \(SealSchema.bits) | ?1, number = ?1 WHERE document = ?2 AND number = ?3",
                        place,
                        document,
                        number
                    )
                }
            }
        }
        try storeSigned(seals, at: moment)
    }
}

extension Database {
    /// Keeps of a record what follows from its versions; whoever is concerned waits to be derived.
    fileprivate func mend(_ record: Int64, to state: RecordWriter.State) throws {
        let roles = RoleSet(rawValue: try integer("SELECT roles FROM record WHERE id = ?", record))
        try keep(state, of: record)
        let known = RoleSet(rawValue: roles.rawValue & RoleSet(Role.allCases.map { RoleSet($0) }).rawValue)
        for role in known.union(state.roles).roles { try mark(Part.number(record, role)) }
    }

    /// Marks a part to be derived; the position is advanced in the same transaction, so that who derives it later takes the
    /// mark away.
    func mark(_ part: Int64) throws {
        try run("INSERT OR REPLACE INTO dirty(part, change) SELECT ?, position + 1 FROM meta", part)
    }

    /// From now on a change of what was written before there were checksums is noticed.
    fileprivate func vouch(for record: Int64) throws {
        let range = VersionNumber.all(of: record)
        try run(
            "UPDATE version SET sum = \(StatementSum.version) WHERE id BETWEEN ? AND ? AND sum IS NULL",
            range.lowerBound,
            range.upperBound
        )
        try run(
            """
            UPDATE record SET versions = (SELECT count(*) FROM version WHERE id BETWEEN ?2 AND ?3)
            WHERE id = ?1 AND sum IS NULL
            """,
            record,
            range.lowerBound,
            range.upperBound
        )
        try run("UPDATE record SET sum = \(StatementSum.record) WHERE id = ? AND sum IS NULL", record)
    }
}

extension Tally {
    /// Takes the tally anew.
    func take(_ found: (rows: Int64, sum: Int64), _ db: Database) throws {
        try db.run(
            "INSERT OR REPLACE INTO tally(id, name, rows, sum) VALUES(?, ?, ?, ?)",
            number,
            table,
            found.rows,
            found.sum
        )
    }
}
