internal import CreditModel
internal import CreditStore
internal import GRDB

/// Checks the rows as they came: each segment by its check sum, and by the versions that were made of it.
struct SegmentAudit {
    let audit: Audit
    /// How many versions name each segment.
    let counts: [Int64: Int]

    /// The number of rows in a segment as it says, and as it has; nil where it cannot be read.
    static func rows(_ packed: [UInt8]) -> Int? { try? Segment.places(of: packed).count }

    /// Checks segments from a number up to, not including, another one; those that have lost versions.
    func check(_ db: Database, _ range: Range<Int64>, datasets: [Int64: DatasetID]) throws -> [Int64] {
        var known: Set<Int64> = []
        var short: [Int64] = []
        try db.each(
            "SELECT id, dataset, rows, bytes FROM segment WHERE id >= ? AND id < ?",
            range.lowerBound,
            range.upperBound
        ) { row in
            let number = row.integer(0)
            known.insert(number)
            let dataset = datasets[row.integer(1)]
            func find(_ problem: String) {
                audit.report(
                    Finding(
                        .segment,
                        in: "segment",
                        dataset: dataset,
                        row: "segment \(number)",
                        problem,
                        isRepairable: false
                    )
                )
            }
            guard let rows = Self.rows(row.bytes(3) ?? []) else { return find("its rows cannot be read back") }
            if Int64(rows) != row.integer(2) { return find("it has \(rows) rows and says \(row.integer(2))") }
            if dataset == nil { find("it belongs to no dataset") }
            if counts[number] != rows { short.append(number) }
        }
        for number in range where counts[number] != nil && !known.contains(number) {
            audit.report(
                Finding(
                    .segment,
                    in: "segment",
                    row: "segment \(number)",
                    "it is gone, but \(counts[number] ?? 0) versions were made of it",
                    isRepairable: false
                )
            )
        }
        return short
    }

    /// Names the rows of segments of which no version is left, or more than one.
    func name(_ segments: [Int64], in store: SQLiteStore, upTo last: Int64) throws {
        guard !segments.isEmpty else { return }
        var places: [Int64: [Int64]] = Dictionary(uniqueKeysWithValues: segments.map { ($0, []) })
        let step: Int64 = 2000
        for first in stride(from: Int64(0), through: last, by: Int(step)) {
            try audit.note("looking for lost versions", Int(first), of: Int(last))
            try store.read { db in
                try db.each(
                    "SELECT segment, place FROM version WHERE id >= ? AND id < ?",
                    VersionNumber.first(of: first),
                    VersionNumber.first(of: first + step)
                ) { row in places[row.integer(0)]?.append(row.integer(1)) }
            }
        }
        for (number, found) in places.sorted(by: { $0.key < $1.key }) {
            try store.read { db in
                let datasets = try db.datasets()
                try db.each("SELECT dataset, bytes FROM segment WHERE id = ?", number) { row in
                    let rows = (try? Segment.places(of: row.bytes(1) ?? [])) ?? []
                    let missing = rows.indices.filter { !found.contains(Int64($0)) }
                    for place in missing {
                        audit.report(
                            Finding(
                                .versionLost,
                                in: "version",
                                dataset: datasets[row.integer(0)],
                                row: "segment \(number), place \(place): \(rows[place])",
                                "the version that was made of this row is gone",
                                isRepairable: false
                            )
                        )
                    }
                    if missing.isEmpty {
                        audit.report(
                            Finding(
                                .version,
                                in: "version",
                                dataset: datasets[row.integer(0)],
                                row: "segment \(number)",
                                "\(found.count) versions name its \(rows.count) rows",
                                isRepairable: false
                            )
                        )
                    }
                }
            }
        }
    }
}
