internal import CreditModel
internal import CreditStore
internal import Ingestion

/// Reads quarantined rows again, so that none of a record's versions is lost on the way.
///
/// The store counts open rows of a record as superseded as soon as one of its versions is taken. That is right for a later
/// version; here old rows come back, and what was refused after them still counts.
struct QuarantineRetry {
    private struct Key: Hashable {
        let dataset: DatasetID
        let key: RecordKey
    }

    let store: any CreditStore
    let ingestor: Ingestor
    private(set) var tried = 0
    private(set) var taken = 0
    /// The latest row that was taken of each record.
    private var latest: [Key: Int64] = [:]

    init(store: any CreditStore, ingestor: Ingestor) {
        self.store = store
        self.ingestor = ingestor
    }

    /// Reads the latest rows first: where a run ends early, records have their present version, and lack old ones only.
    mutating func run(_ numbers: [Int64], while goesOn: () -> Bool) throws {
        let open = try openRows()
        for number in Set(numbers).sorted(by: >) {
            guard goesOn() else { break }
            let entry = try store.entry(number)
            tried += 1
            guard try ingestor.retry(entry) else { continue }
            taken += 1
            if let key = entry.key {
                let key = Key(dataset: entry.dataset, key: key)
                latest[key] = max(number, latest[key] ?? 0)
            }
        }
        try reopen(open)
    }

    /// Opens again what was refused after the latest row that was taken of its record.
    private func reopen(_ open: [Int64]) throws {
        guard let first = latest.values.min() else { return }
        for number in open where number > first {
            let entry = try store.entry(number)
            guard entry.resolution == "superseded", let key = entry.key,
                let last = latest[Key(dataset: entry.dataset, key: key)], last < number
            else { continue }
            try store.resolveQuarantine(id: number, as: "")
        }
    }

    private func openRows() throws -> [Int64] {
        var found: [Int64] = []
        while true {
            let page = try store.quarantine(QuarantineFilter(after: found.last ?? 0, limit: 500))
            guard !page.isEmpty else { return found }
            found += page.map(\.id)
        }
    }
}
