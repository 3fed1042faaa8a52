internal import CreditModel
internal import Crypto
internal import Dispatch
internal import Foundation
internal import GRDB
internal import Synchronization

/// Lays out a population's events on disk: one database per agency, rows in the order in which they become visible.
///
/// `SEQ` is a row's place in that order over the whole of simulated time, so no day of asking changes it.
struct TableBuilder {
    /// Changes with the layout of the tables; what is in them tells by itself whether the code that made it is another.
    static let format = "3"

    let population: any EnterprisePopulation
    let folder: String
    let fingerprint: String
    /// Called with the share that is done.
    let progress: @Sendable (Double) -> Void

    static let agencies: [AgencyID] = [.hongdun, .statetax, .localtax, .quality]

    static func path(_ agency: AgencyID, in folder: String) -> String { folder + "/" + agency.rawValue + ".sqlite" }

    /// Opens a database; four that serve must not fill what memory a million enterprises may take.
    static func open(_ path: String, cacheKilobytes: Int = 4_000) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql:
                    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -\(cacheKilobytes)"
            )
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Builds what is missing; an index of the same population is used again.
    func build() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let origin = origin
        if isBuilt(of: origin) { return }
        try? FileManager.default.removeItem(atPath: folder + "/files")
        for agency in Self.agencies { try? FileManager.default.removeItem(atPath: Self.path(agency, in: folder)) }
        let queues = try Self.agencies.map { try Self.open(Self.path($0, in: folder), cacheKilobytes: 16_000) }
        for (agency, queue) in zip(Self.agencies, queues) { try queue.inDatabase { try createTables(agency, $0) } }
        try stage(into: queues)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: queues.count) { index in
            do {
                try queues[index].inDatabase { try arrange(Self.agencies[index], origin, $0) }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        progress(1)
    }

    /// What an index must have been built of to be used again: the same population, made by code that makes the same of it.
    private var origin: String { "\(fingerprint)/\(Self.format)/\(Self.digest(of: population))" }

    /// A digest of what some enterprises do, the first and others spread over all.
    static func digest(of population: any EnterprisePopulation) -> String {
        var digest = SHA256()
        let (first, step) = (min(200, population.count), max(1, population.count / 100))
        for enterprise in Array(0..<first) + stride(from: first, to: population.count, by: step) {
            for item in EventOrder.ordered(population.events(of: enterprise)) {
                let event = item.event
                let flags = "\(event.change) \(event.isUnreadable) \(event.isDoubled) \(event.isTest)"
                let about = event.about.map { "\($0.enterprise) \($0.role)" }.joined(separator: ",")
                let head = "\(event.dataset) \(event.key.text) \(event.visible.seconds) \(event.modified.seconds)"
                digest.update(data: Array("\(head) \(flags) \(about)\n".utf8))
                digest.update(data: Markup.render(event.fields, asAttributes: false, leavingAmpersands: true))
            }
        }
        return digest.finalize().hexadecimal
    }

    /// Whether every agency's tables are whole and of this population.
    private func isBuilt(of origin: String) -> Bool {
        Self.agencies.allSatisfy { agency in
            let path = Self.path(agency, in: folder)
            guard FileManager.default.fileExists(atPath: path), let queue = try? Self.open(path) else { return false }
            let found = try? queue.inDatabase { try String.fetchOne($0, sql: "SELECT fingerprint FROM built") }
            return found == origin
        }
    }

    /// Rows wait, in the order of enterprises, in a file of its own that goes when they are sorted.
    private func stagePath(_ agency: AgencyID) -> String { folder + "/" + agency.rawValue + ".stage" }

    private func createTables(_ agency: AgencyID, _ database: Database) throws {
        try? FileManager.default.removeItem(atPath: stagePath(agency))
        try database.execute(sql: "ATTACH DATABASE ? AS stage", arguments: [stagePath(agency)])
        try database.execute(sql: "PRAGMA stage.journal_mode = OFF; PRAGMA stage.synchronous = OFF")
        for shape in DatasetShape.of(agency) {
            try database.execute(
                sql: """
                    CREATE TABLE stage.stage_\(shape.table) (visible INTEGER, modified INTEGER, next INTEGER, flags INTEGER, \
                    weight INTEGER, key TEXT, place INTEGER, fields BLOB);
                    CREATE TABLE \(shape.table) (seq INTEGER PRIMARY KEY, visible INTEGER NOT NULL, modified INTEGER NOT NULL, \
                    next INTEGER NOT NULL, flags INTEGER NOT NULL, weight INTEGER NOT NULL, key TEXT NOT NULL, \
                    fields BLOB NOT NULL);
                    """
            )
        }
        try database.execute(
            sql: """
                CREATE TABLE crossing (enterprise INTEGER, owner INTEGER, PRIMARY KEY (enterprise, owner)) WITHOUT ROWID;
                CREATE TABLE file (dataset TEXT, serial INTEGER, made INTEGER, full INTEGER, first INTEGER, last INTEGER, \
                name TEXT, count INTEGER, size INTEGER, digest TEXT, PRIMARY KEY (dataset, serial)) WITHOUT ROWID;
                """
        )
    }

    private struct Staged: Sendable {
        var table: String
        var arguments: StatementArguments
    }

    /// Enterprises by the thousand, worked out on all cores and written in one transaction.
    private func stage(into queues: [DatabaseQueue]) throws {
        let size = 1000
        let lanes = 4
        for start in stride(from: 0, to: population.count, by: size) {
            let range = start..<min(start + size, population.count)
            let parts = Mutex([Int: Batch]())
            DispatchQueue.concurrentPerform(iterations: lanes) { lane in
                let share = (range.count + lanes - 1) / lanes
                let from = min(range.lowerBound + lane * share, range.upperBound)
                let batch = batch(of: from..<min(from + share, range.upperBound))
                parts.withLock { $0[lane] = batch }
            }
            let batches = parts.withLock { parts in (0..<lanes).compactMap { parts[$0] } }
            let failure = Mutex<(any Error)?>(nil)
            DispatchQueue.concurrentPerform(iterations: queues.count) { index in
                do {
                    try queues[index].inDatabase { try write(batches, of: index, $0) }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
            if let error = failure.withLock({ $0 }) { throw error }
            progress(0.8 * Double(range.upperBound) / Double(population.count))
        }
    }

    private struct Batch: Sendable {
        var rows: [[Staged]] = [[], [], [], []]
        var crossings: [[(enterprise: Int, owner: Int)]] = [[], [], [], []]
    }

    private func write(_ batches: [Batch], of agency: Int, _ database: Database) throws {
        try database.inTransaction {
            for batch in batches {
                for row in batch.rows[agency] {
                    let statement = try database.cachedStatement(
                        sql: "INSERT INTO stage_\(row.table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                    )
                    try statement.execute(arguments: row.arguments)
                }
                let crossing = try database.cachedStatement(sql: "INSERT OR IGNORE INTO crossing VALUES (?, ?)")
                for pair in batch.crossings[agency] { try crossing.execute(arguments: [pair.enterprise, pair.owner]) }
            }
            return .commit
        }
    }

    private func batch(of enterprises: Range<Int>) -> Batch {
        var batch = Batch()
        for enterprise in enterprises {
            let events = EventOrder.ordered(population.events(of: enterprise))
            for (place, item) in events.enumerated() {
                guard let agency = Self.agencies.firstIndex(of: item.event.dataset.agency) else { continue }
                add(item, place, to: &batch.rows[agency])
                for about in item.event.about where about.enterprise != enterprise {
                    batch.crossings[agency].append((about.enterprise, enterprise))
                }
            }
        }
        return batch
    }

    private func add(_ item: EventOrder.Item, _ place: Int, to rows: inout [Staged]) {
        guard let shape = DatasetShape.all.first(where: { $0.id == item.event.dataset }) else { return }
        let event = item.event
        let flags =
            Int64(event.change.rawValue) | (event.isUnreadable ? 4 : 0) | (event.isTest ? 8 : 0)
            | (item.isFirst ? 16 : 0)
        let fields = Data(shape.rendered(event))
        let key = event.key.text
        let copies = event.isDoubled && shape.doublesAreRows ? 2 : 1
        let modified = shape.showsStates ? event.visible : event.modified
        for copy in 0..<copies {
            rows.append(
                Staged(
                    table: shape.table,
                    arguments: [
                        event.visible.seconds, modified.seconds, item.next, flags,
                        event.isDoubled && copies == 1 ? 2 : 1, key,
                        place * 2 + copy, fields,
                    ]
                )
            )
        }
    }

    /// Sorts the rows on disk and gives them their numbers; then the plan of the files.
    private func arrange(_ agency: AgencyID, _ origin: String, _ database: Database) throws {
        for shape in DatasetShape.of(agency) {
            try database.execute(
                sql: """
                    INSERT INTO \(shape.table) (seq, visible, modified, next, flags, weight, key, fields) \
                    SELECT row_number() OVER () * \(RowNumbers.spacing), * FROM \
                    (SELECT visible, modified, next, flags, weight, key, fields FROM stage_\(shape.table) \
                    ORDER BY visible, key, place);
                    CREATE INDEX of_\(shape.table) ON \(shape.table) (visible, next, weight);
                    """
            )
            if agency == .quality { try FilePlan.write(shape, database) }
        }
        try database.execute(sql: "DETACH DATABASE stage")
        try FileManager.default.removeItem(atPath: stagePath(agency))
        try database.execute(sql: "CREATE TABLE built (fingerprint TEXT NOT NULL)")
        try database.execute(sql: "INSERT INTO built VALUES (?)", arguments: [origin])
    }
}

/// The events of one enterprise in the order in which they become visible, each with the end of its being the last.
enum EventOrder {
    struct Item {
        var event: SimulatedEvent
        var next: Int64
        var isFirst: Bool
    }

    static func ordered(_ events: [SimulatedEvent]) -> [Item] {
        let order = events.indices.sorted { a, b in
            events[a].visible == events[b].visible ? a < b : events[a].visible < events[b].visible
        }
        var items: [Item] = []
        items.reserveCapacity(order.count)
        var last: [DatasetID: [RecordKey: Int]] = [:]
        for index in order {
            let event = events[index]
            let before = last[event.dataset]?[event.key]
            if let before { items[before].next = event.visible.seconds }
            last[event.dataset, default: [:]][event.key] = items.count
            items.append(Item(event: event, next: StoredRow.forever, isFirst: before == nil))
        }
        return items
    }
}
