internal import CreditModel
internal import CreditStore
internal import GRDB

/// Checks some records in a row: their versions against the checksums, and what is kept of them against the versions.
struct RecordAudit {
    /// A record's row as it is.
    struct Kept {
        var dataset: Int64
        var key: String
        var isRestricted: Bool
        var isIntact: Bool
        /// How many versions there should be; nil where nobody counted.
        var versions: Int64?
        var state: RecordWriter.State
    }

    /// A version's row as it is.
    struct Written {
        var version: RecordWriter.Version
        var content: CreditRecord?
        var problem: String?
    }

    /// Numbers of records, from and up to, not including.
    let range: Range<Int64>
    private(set) var kept: [Int64: Kept] = [:]
    private(set) var written: [Int64: [Written]] = [:]
    /// How many versions lie in each segment.
    private(set) var segments: [Int64: Int] = [:]

    /// Reads them in one view.
    init(_ db: Database, _ range: Range<Int64>) throws {
        self.range = range
        try readRecords(db)
        try readVersions(db)
    }

    private mutating func readRecords(_ db: Database) throws {
        var found: [Int64: Kept] = [:]
        try db.each(
            """
            SELECT id, dataset, key, restricted, sum IS NULL OR sum = \(StatementSum.record), shown, test, current, modified,
                sequence, source, roles, links, versions FROM record WHERE id >= ? AND id < ?
            """,
            range.lowerBound,
            range.upperBound
        ) { row in
            found[row.integer(0)] = Kept(
                dataset: row.integer(1),
                key: row.text(2),
                isRestricted: row.integer(3) != 0,
                isIntact: row.integer(4) != 0,
                versions: row.optionalInteger(13),
                state: RecordWriter.State(
                    shown: row.integer(5) != 0,
                    test: row.integer(6) != 0,
                    current: row.integer(7),
                    modified: row.integer(8),
                    sequence: row.integer(9),
                    source: row.integer(10),
                    roles: RoleSet(rawValue: row.integer(11)),
                    links: row.bytes(12) ?? []
                )
            )
        }
        kept = found
    }

    private mutating func readVersions(_ db: Database) throws {
        var found: [Int64: [Written]] = [:]
        var counts: [Int64: Int] = [:]
        try db.each(
            """
            SELECT id, digest, operation, modified, sequence, retracted, sum IS NULL OR sum = \(StatementSum.version), segment,
                content FROM version WHERE id >= ? AND id < ?
            """,
            VersionNumber.first(of: range.lowerBound),
            VersionNumber.first(of: range.upperBound)
        ) { row in
            let operation = Operation(rawValue: UInt8(truncatingIfNeeded: row.integer(2)))
            var written = Written(
                version: RecordWriter.Version(
                    id: row.integer(0),
                    version: RecordVersion(
                        digest: VersionDigest(text: row.text(1)),
                        operation: operation ?? .absence,
                        modified: LocalTime(seconds: row.integer(3)),
                        sequence: row.integer(4),
                        content: nil
                    ),
                    isRetracted: row.integer(5) != 0
                )
            )
            counts[row.integer(7), default: 0] += 1
            if row.integer(6) == 0 || operation == nil {
                written.problem = "its checksum does not fit"
            } else if let bytes = row.bytes(8) {
                written.content = try? RecordCodec.decode(bytes)
                if written.content == nil { written.problem = "what it says cannot be read back" }
            } else if operation == .record {
                written.problem = "what it says is gone"
            }
            found[VersionNumber.record(written.version.id), default: []].append(written)
        }
        written = found
        segments = counts
    }

    // MARK: Judging

    /// What is wrong with one record.
    struct Verdict {
        var findings: [Finding] = []
        /// Whether nothing can be built on its statements.
        var isDamaged = false
        /// What should be kept of it; nil where its statements are damaged.
        var state: RecordWriter.State?
        var isStateWrong = false
    }

    /// Numbers of all records that have a row or a version.
    var records: [Int64] { Set(kept.keys).union(written.keys).sorted() }

    func verdict(on record: Int64, datasets: [Int64: DatasetID]) -> Verdict {
        var verdict = Verdict()
        let row = kept[record]
        let dataset = row.flatMap { datasets[$0.dataset] }
        func find(_ kind: Finding.Kind, _ table: String, _ row: String, _ problem: String, isRepairable: Bool = false) {
            verdict.findings.append(
                Finding(
                    kind,
                    in: table,
                    dataset: dataset,
                    key: kept[record].map { StoredKey.key($0.key) },
                    row: row,
                    problem,
                    isRepairable: isRepairable
                )
            )
            if !isRepairable { verdict.isDamaged = true }
        }
        let number = "record \(record)"
        if let row {
            if !row.isIntact {
                find(.record, "record", number, "its source, key or marks are not those that were written")
            }
            if dataset == nil { find(.record, "record", number, "it belongs to no dataset") }
        } else {
            find(.recordLost, "record", number, "it is gone, but its versions are there")
        }
        let versions = written[record] ?? []
        // Versions are numbered one after the other, and none is ever deleted.
        let first = VersionNumber.first(of: record)
        for (place, version) in versions.enumerated() {
            if place == 0 ? version.version.id != first : version.version.id != versions[place - 1].version.id + 1 {
                find(.versionLost, "version", "\(number), before version \(version.version.id - first)", "it is gone")
            }
            if let problem = version.problem {
                find(.version, "version", "\(number), version \(version.version.id - first)", problem)
            }
        }
        if versions.isEmpty {
            find(.versionLost, "version", number, "it has no versions any more")
        } else if let row, row.isIntact, let count = row.versions, count != versions.count, !verdict.isDamaged {
            find(.versionLost, "version", number, "it has \(versions.count) versions, and had \(count)")
        }
        guard !verdict.isDamaged, let row else { return verdict }
        let contents = Dictionary(versions.map { ($0.version.id, $0.content) }) { $1 }
        let state = RecordWriter.State(of: versions.map(\.version)) {
            (contents[$0] ?? nil).map(PreparedVersion.Said.init)
        }
        verdict.state = state
        if state != row.state {
            verdict.isStateWrong = true
            find(
                .recordState,
                "record",
                number,
                "what is kept of it does not follow from its versions: \(row.state.differences(from: state))",
                isRepairable: true
            )
        }
        return verdict
    }
}

extension RecordWriter.State {
    /// The columns in which two states differ.
    fileprivate func differences(from other: Self) -> String {
        [
            ("shown", shown != other.shown), ("test", test != other.test), ("current", current != other.current),
            ("modified", modified != other.modified), ("sequence", sequence != other.sequence),
            ("source", source != other.source), ("roles", roles != other.roles), ("links", links != other.links),
        ].filter(\.1).map(\.0).joined(separator: ", ")
    }
}
