internal import CreditModel
internal import CreditStore
internal import GRDB
internal import Synchronization

/// Compares the keys by which records meet with the records that carry them, both ways.
struct LinkAudit {
    let store: SQLiteStore
    let audit: Audit

    /// Records whose links are wrong.
    func run(upTo last: Int64) throws -> Set<Int64> {
        try audit.note("checking links", 0, of: 1)
        // Sums tell in two scans what would take a look-up a link; only where they differ is looked for the difference.
        if attemptSums() { return [] }
        let wrong = Mutex(Set<Int64>())
        try store.pieces(upTo: last, by: SQLiteStore.auditStep, "looking for lost links", audit) { range in
            let found = try store.read { db in try Self.missing(db, range) }
            for (record, dataset, key) in found {
                wrong.withLock { _ = $0.insert(record) }
                report("record \(record)", dataset, key, "a key by which it meets others is missing")
            }
        }
        for record in try strangers() { wrong.withLock { _ = $0.insert(record) } }
        return wrong.withLock { $0 }
    }

    private func attemptSums() -> Bool {
        store.attempt("link", audit) { try store.read { db in try Self.sums(db) } } ?? false
    }

    private func report(_ row: String, _ dataset: DatasetID?, _ key: RecordKey?, _ problem: String) {
        audit.report(
            Finding(.link, in: "link", dataset: dataset, key: key, row: row, problem, isRepairable: true)
        )
    }

    /// Whether the links of all records and those of the table come to the same sum.
    private static func sums(_ db: Database) throws -> Bool {
        func value(_ hash: Int64, _ part: Int64) -> UInt64 {
            var sum = RowHash()
            sum.add(UInt64(bitPattern: hash), part)
            return sum.value
        }
        var (expected, found) = ((count: 0, sum: UInt64(0)), (count: 0, sum: UInt64(0)))
        // Those beyond are linked when somebody derives; that wait is no damage.
        try db.each("SELECT id, links FROM record WHERE id <= (SELECT linked FROM meta)") { row in
            for link in (try? Link.links(row.bytes(1) ?? [])) ?? [] {
                expected.count += 1
                expected.sum ^= value(link.hash, Part.number(row.integer(0), link.role))
            }
        }
        try db.each("SELECT hash, part FROM link") { row in
            found.count += 1
            found.sum ^= value(row.integer(0), row.integer(1))
        }
        return expected == found
    }

    private typealias Named = (record: Int64, dataset: DatasetID?, key: RecordKey?)

    private static func missing(_ db: Database, _ range: Range<Int64>) throws -> [Named] {
        let datasets = try db.datasets()
        var found: [Named] = []
        try db.each(
            """
            SELECT id, dataset, key, links FROM record WHERE id >= ? AND id < ? AND id <= (SELECT linked FROM meta)
            """,
            range.lowerBound,
            range.upperBound
        ) { row in
            let record = row.integer(0)
            for link in (try? Link.links(row.bytes(3) ?? [])) ?? [] {
                let part = Part.number(record, link.role)
                if try !db.exists("SELECT 1 FROM link WHERE hash = ? AND part = ?", link.hash, part) {
                    found.append((record, datasets[row.integer(1)], StoredKey.key(row.text(2))))
                }
            }
        }
        return found
    }

    /// Links that no record has: the records to which they lead.
    private func strangers() throws -> Set<Int64> {
        var records: Set<Int64> = []
        for link in try store.strangeLinks(audit) {
            report("hash \(link.hash), part \(link.part)", nil, nil, "it leads to a record that does not carry the key")
            records.insert(Part.record(link.part))
        }
        return records
    }
}

extension SQLiteStore {
    /// Links that no record has; at most so many that a damaged store does not fill the memory.
    func strangeLinks(_ audit: Audit) throws -> [(hash: Int64, part: Int64)] {
        var strange: [(hash: Int64, part: Int64)] = []
        var last: (hash: Int64, part: Int64) = (.min, .min)
        while strange.count < 100_000 {
            let page = try read { db in
                let links = try db.all(
                    "SELECT hash, part FROM link WHERE (hash, part) > (?, ?) ORDER BY hash, part LIMIT 5000",
                    last.hash,
                    last.part
                ) { (hash: $0.integer(0), part: $0.integer(1)) }
                for link in links {
                    let kept = try db.read("SELECT links FROM record WHERE id = ?", Part.record(link.part)) {
                        (try? Link.links($0.bytes(0) ?? [])) ?? []
                    }
                    let role = Part.role(link.part)
                    if kept?.contains(where: { $0.hash == link.hash && $0.role == role }) != true {
                        strange.append(link)
                    }
                }
                return links
            }
            guard let end = page.last else { break }
            last = end
            try audit.note("looking for strange links", strange.count, of: strange.count)
        }
        return strange
    }
}
