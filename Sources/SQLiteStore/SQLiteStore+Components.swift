public import CreditModel
public import CreditStore
internal import GRDB
internal import Synchronization

/// The components that are being derived.
struct HandedOut {
    struct Component {
        var records: [Int64]
        var references: [RecordID: Int64]
        /// Numbers of identity cards among the codes: they lead nobody to an enterprise.
        var restricted: Set<String>
        /// The store's position then: what was marked later stays on the list.
        var position: Int64
    }

    struct RecordID: Hashable {
        var dataset: DatasetID
        var key: RecordKey
    }

    /// Which hand-out of the store's the tokens come from.
    var number: Int64 = 0
    var components: [Int64: Component] = [:]
}

/// What waits to be derived.
extension SQLiteStore {
    /// Marked records, and profiles due by that day, counted in the tables that keep them.
    public func pendingCount(on day: Day) throws -> Int {
        try read { db in
            Int(
                try db.integer("SELECT count(*) FROM dirty")
                    + db.integer("SELECT count(*) FROM profile WHERE next_day <= ?", Int64(day.number))
            )
        }
    }

    /// Grows each set from a marked record over the link hashes, and takes the hand-out number as its token.
    public func nextComponents(limit: Int, on day: Day) throws -> [StoredComponent] {
        var components: [StoredComponent] = []
        var handed = HandedOut()
        try write { db in
            try db.run("UPDATE meta SET hand_out = hand_out + 1")
            handed.number = try db.integer("SELECT hand_out FROM meta")
            var walk = ComponentWalk(db, datasets: try db.datasets(), position: try db.storePosition())
            var starts = try db.integers("SELECT record FROM dirty ORDER BY record LIMIT ?", limit * 8 + 64)
            starts += try db.integers(
                """
                SELECT min(m.record) FROM profile p JOIN membership m ON m.enterprise = p.enterprise
                WHERE p.next_day <= ? GROUP BY p.enterprise LIMIT ?
                """,
                Int64(day.number),
                limit
            )
            for start in starts where !walk.visited.contains(start) {
                guard components.count < limit, walk.visited.count < options.recordsAtOnce else { break }
                let found = try walk.component(of: start)
                let token = handed.number << 24 | Int64(components.count)
                components.append(StoredComponent(token: token, records: found.histories, previous: found.previous))
                handed.components[token] = found.handed
            }
        }
        handedOut.withLock { $0 = handed }
        return components
    }
}

/// Finds closed sets of records, none of them twice.
struct ComponentWalk {
    private let db: Database
    private let datasets: [Int64: DatasetID]
    private let position: Int64
    private(set) var visited: Set<Int64> = []

    init(_ db: Database, datasets: [Int64: DatasetID], position: Int64) {
        self.db = db
        self.datasets = datasets
        self.position = position
    }

    mutating func component(
        of start: Int64
    ) throws -> (histories: [RecordHistory], previous: [EnterpriseID], handed: HandedOut.Component) {
        var handed = HandedOut.Component(records: [], references: [:], restricted: [], position: position)
        var histories: [RecordHistory] = []
        var previous: Set<EnterpriseID> = []
        var hashes: Set<Int64> = []
        var queue = [start]
        visited.insert(start)
        while let record = queue.popLast() {
            guard let row = try db.first("SELECT dataset, key, restricted, links FROM record WHERE id = ?", record)
            else {
                continue
            }
            for hash in LinkHash.hashes(row.bytes(3) ?? []) where hashes.insert(hash).inserted {
                for other in try db.integers("SELECT record FROM link WHERE hash = ?", hash)
                where visited.insert(other).inserted { queue.append(other) }
            }
            guard let dataset = datasets[row.integer(0)] else { throw BinaryReader.damaged }
            let history = RecordHistory(
                dataset: dataset,
                key: StoredKey.key(row.text(1)),
                hasRestrictedKey: row.integer(2) != 0,
                versions: try db.contents(of: record)
            )
            for version in history.versions {
                for subject in version.content?.subjects ?? [] {
                    for code in subject.codes where code.isRestricted { handed.restricted.insert(code.code.text) }
                }
            }
            handed.records.append(record)
            handed.references[HandedOut.RecordID(dataset: dataset, key: history.key)] = record
            histories.append(history)
            for row in try db.all(
                """
                SELECT DISTINCT e.text FROM membership m JOIN enterprise e ON e.id = m.enterprise WHERE m.record = ?
                """,
                record
            ) {
                if let id = EnterpriseID(row.text(0)) { previous.insert(id) }
            }
        }
        histories.sort { $0.dataset == $1.dataset ? $0.key < $1.key : $0.dataset < $1.dataset }
        return (histories, previous.sorted(), handed)
    }
}

extension Database {
    /// The versions of a record that count, with their contents.
    func contents(of record: Int64) throws -> [RecordVersion] {
        try all(
            "SELECT digest, operation, modified, sequence, content FROM version WHERE record = ? AND retracted = 0",
            record
        ).map { row in
            guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) else {
                throw BinaryReader.damaged
            }
            return RecordVersion(
                digest: VersionDigest(text: row.text(0)),
                operation: operation,
                modified: LocalTime(seconds: row.integer(2)),
                sequence: row.integer(3),
                content: try row.bytes(4).map(RecordCodec.decode)
            )
        }
    }
}
