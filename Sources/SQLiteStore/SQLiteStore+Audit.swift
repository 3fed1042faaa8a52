internal import CreditModel
public import CreditStore
internal import Dispatch
internal import GRDB
internal import Synchronization

/// Checking statements, and what stands beside them.
extension SQLiteStore {
    /// Records in a piece of the work: read in one view, judged without it.
    static let auditStep: Int64 = 500

    /// The file, then records with their versions, then rows as they came, then links: in pieces on several threads, but for
    /// the links, which are compared as a whole.
    public func auditStatements(_ audit: Audit) throws -> DamagedStatements {
        try auditFile(audit)
        let scope = try read { db in try AuditScope(db) }
        let sums = Mutex(StatementSums())
        try pieces(upTo: scope.lastRecord, by: Self.auditStep, "checking statements", audit) { range in
            let (records, datasets) = try read { db in (try RecordAudit(db, range), try db.datasets()) }
            var sum = StatementSums()
            sum.add(records, datasets: datasets, report: audit.report)
            sums.withLock { $0.merge(sum) }
        }
        var found = sums.withLock { $0 }
        let segments = SegmentAudit(audit: audit, counts: found.segments)
        let short = Mutex([Int64]())
        try pieces(upTo: scope.lastSegment, by: 8, "checking rows as they came", audit) { range in
            let lost = try read { db in try segments.check(db, range, datasets: db.datasets()) }
            if !lost.isEmpty { short.withLock { $0 += lost } }
        }
        try segments.name(short.withLock { $0.sorted() }, in: self, upTo: scope.lastRecord)
        found.damaged.unlinked.formUnion(try LinkAudit(store: self, audit: audit).run(upTo: scope.lastRecord))
        try auditCounters(found, scope, audit)
        return found.damaged
    }

    /// What SQLite itself can tell: the structure of the file, and that indexes fit their tables; a table at a time.
    private func auditFile(_ audit: Audit) throws {
        let tables = try read { db in
            try db.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name") {
                $0.text(0)
            }
        }
        for (index, table) in tables.enumerated() {
            try audit.note("checking the file", index, of: tables.count)
            let problems = attempt(table, audit) {
                try read { db in
                    try String.fetchAll(db, sql: "PRAGMA integrity_check(\"\(table)\")").filter { $0 != "ok" }
                }
            }
            for problem in (problems ?? []).prefix(20) {
                audit.report(Finding(.file, in: table, problem, isRepairable: false))
            }
        }
    }

    /// What a part of the check gives; nil, and a finding, where what it reads cannot be read.
    func attempt<T>(_ table: String, _ audit: Audit, _ body: () throws -> T) -> T? {
        do { return try body() } catch {
            audit.report(Finding(.unreadable, in: table, "it cannot be read to its end: \(error)", isRepairable: false))
            return nil
        }
    }

    /// Works through numbers from 0 in pieces, on as many threads as there are readers.
    func pieces(
        upTo last: Int64,
        by step: Int64,
        _ name: String,
        _ audit: Audit,
        _ body: @Sendable (Range<Int64>) throws -> Void
    ) throws {
        let next = Mutex(Int64(0))
        let failure = Mutex((any Error)?.none)
        DispatchQueue.concurrentPerform(iterations: max(1, options.readers)) { _ in
            while failure.withLock({ $0 == nil }) {
                let first = next.withLock { next in
                    defer { next += step }
                    return next
                }
                guard first <= last else { return }
                do {
                    // What came since is left alone: it was not counted.
                    try body(first..<min(first + step, last + 1))
                    try audit.note(name, Int(min(first, last)), of: Int(last))
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Counters are compared only where nobody wrote since the counting began.
    private func auditCounters(_ sums: StatementSums, _ scope: AuditScope, _ audit: Audit) throws {
        try read { db in
            guard try db.storePosition() == scope.position else { return }
            for (number, dataset) in try db.datasets() {
                let counts = try db.counters(of: number, sums.counters[number] ?? DatasetCounters())
                for (name, found, right) in try db.differences(of: number, from: counts) {
                    audit.report(
                        Finding(
                            .counter,
                            in: "dataset",
                            dataset: dataset,
                            row: name,
                            "it says \(found), there are \(right)",
                            isRepairable: true
                        )
                    )
                }
            }
        }
    }
}

/// What is checked: all that was there when the audit began.
struct AuditScope {
    var position: Int64
    var lastRecord: Int64
    var lastSegment: Int64

    init(_ db: Database) throws {
        position = try db.storePosition()
        // A version without its record counts too.
        lastRecord = try max(
            db.integer("SELECT max(id) FROM record"),
            VersionNumber.record(db.integer("SELECT max(id) FROM version"))
        )
        lastSegment = try db.integer("SELECT max(id) FROM segment")
    }
}

/// What comes together over all records.
struct StatementSums {
    var damaged = DamagedStatements()
    /// How many versions lie in each segment.
    var segments: [Int64: Int] = [:]
    var counters: [Int64: DatasetCounters] = [:]

    mutating func add(_ records: RecordAudit, datasets: [Int64: DatasetID], report: (Finding) -> Void) {
        segments = records.segments
        segments[0] = nil
        for record in records.records {
            let verdict = records.verdict(on: record, datasets: datasets)
            for finding in verdict.findings { report(finding) }
            if verdict.isDamaged { damaged.records.insert(record) }
            if verdict.isStateWrong { damaged.unlinked.insert(record) }
            guard let row = records.kept[record] else { continue }
            let state = verdict.state ?? row.state
            counters[row.dataset, default: DatasetCounters()].add(
                state,
                versions: records.written[record]?.count ?? 0
            )
        }
    }

    mutating func merge(_ other: Self) {
        damaged.records.formUnion(other.damaged.records)
        damaged.unlinked.formUnion(other.damaged.unlinked)
        segments.merge(other.segments) { $0 + $1 }
        counters.merge(other.counters) { $0.plus($1) }
    }
}

/// What is counted of a dataset's records.
struct DatasetCounters: Equatable {
    var records: Int64 = 0
    var tests: Int64 = 0
    var versions: Int64 = 0
    var openQuarantine: Int64 = 0
    var held: Int64 = 0

    mutating func add(_ state: RecordWriter.State, versions count: Int) {
        records += state.shown ? 1 : 0
        tests += state.shown && state.test ? 1 : 0
        versions += Int64(count)
    }

    func plus(_ other: Self) -> Self {
        Self(
            records: records + other.records,
            tests: tests + other.tests,
            versions: versions + other.versions
        )
    }
}

extension Database {
    /// What is counted of a dataset besides its records.
    func counters(of dataset: Int64, _ records: DatasetCounters) throws -> DatasetCounters {
        var counters = records
        counters.openQuarantine = try integer(
            "SELECT count(*) FROM quarantine WHERE dataset = ? AND resolution = ''",
            dataset
        )
        counters.held = try integer("SELECT count(*) FROM waiting WHERE dataset = ?", dataset)
        return counters
    }

    /// The counters that are kept otherwise than they should be: name, kept, right.
    func differences(of dataset: Int64, from right: DatasetCounters) throws -> [(String, Int64, Int64)] {
        try read(
            "SELECT records, tests, versions, open_quarantine, held FROM dataset WHERE id = ?",
            dataset
        ) { row in
            [
                ("records", row.integer(0), right.records), ("tests", row.integer(1), right.tests),
                ("versions", row.integer(2), right.versions), ("open_quarantine", row.integer(3), right.openQuarantine),
                ("held", row.integer(4), right.held),
            ].filter { $0.1 != $0.2 }
        } ?? []
    }
}
