internal import CreditModel
internal import CreditStore
internal import Ingestion

/// Reads quarantined rows again.
struct QuarantineRetry {
    let store: any CreditStore
    let ingestor: Ingestor
    private(set) var tried = 0
    private(set) var taken = 0

    init(store: any CreditStore, ingestor: Ingestor) {
        self.store = store
        self.ingestor = ingestor
    }

    /// Reads the latest rows first, those included that a later one settles meanwhile, as they tell the record's history: where a run ends early, records have their present version, and lack old ones only.
    mutating func run(_ numbers: [Int64], while goesOn: () -> Bool) throws {
        for number in Set(numbers).sorted(by: >) {
            guard goesOn() else { break }
            let entry = try store.entry(number)
            tried += 1
            if try ingestor.retry(entry) { taken += 1 }
        }
    }
}
