public import CreditModel
public import CreditStore
internal import GRDB
internal import Synchronization

/// The components that are being derived.
struct HandedOut {
    /// A record in one of its roles, and where it belonged: nobody but who stores the component moves it.
    struct Piece {
        var part: Int64
        var dataset: Int64
        var key: String
        var placement: Placement?
    }

    struct Component {
        var pieces: [RecordReference: Piece] = [:]
        /// Numbers of identity cards among the codes: they lead nobody to an enterprise.
        var restricted: Set<String> = []
        /// The store's position then: what was marked later stays on the list.
        var position: Int64
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
            var starts = try db.integers("SELECT part FROM dirty ORDER BY part LIMIT ?", limit * 8 + 64)
            starts += try db.integers(
                """
                SELECT min(m.part) FROM placement m WHERE m.enterprise IN
                    (SELECT enterprise FROM profile INDEXED BY profile_due WHERE next_day <= ? ORDER BY next_day LIMIT ?)
                GROUP BY m.enterprise
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

/// Where a part belongs.
struct Placement: Equatable {
    /// nil where it is held or undecided.
    var enterprise: Int64?
    /// nil where it is undecided.
    var reason: [UInt8]?

    var isHeld: Bool { enterprise == nil && reason != nil }
}

/// Finds closed sets of parts, none of them twice.
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

    private struct Found {
        var dataset: Int64
        var key: String
        var isRestricted: Bool
        var links: [Link]
        var roles: RoleSet = []
    }

    mutating func component(
        of start: Int64
    ) throws -> (histories: [RecordHistory], previous: [EnterpriseID], handed: HandedOut.Component) {
        var handed = HandedOut.Component(position: position)
        var histories: [RecordHistory] = []
        var enterprises: Set<Int64> = []
        for (record, found) in try closure(of: start) {
            guard let dataset = datasets[found.dataset] else { throw BinaryReader.damaged }
            let history = RecordHistory(
                dataset: dataset,
                key: StoredKey.key(found.key),
                hasRestrictedKey: found.isRestricted,
                versions: try db.contents(of: record, in: found.roles)
            )
            for version in history.versions {
                for subject in version.content?.subjects ?? [] {
                    for code in subject.codes where code.isRestricted { handed.restricted.insert(code.code.text) }
                }
            }
            for role in found.roles.roles {
                let part = Part.number(record, role)
                let placement = try placement(of: part)
                if let enterprise = placement?.enterprise { enterprises.insert(enterprise) }
                handed.pieces[RecordReference(dataset: dataset, key: history.key, role: role)] = HandedOut.Piece(
                    part: part,
                    dataset: found.dataset,
                    key: found.key,
                    placement: placement
                )
            }
            histories.append(history)
        }
        histories.sort { $0.dataset == $1.dataset ? $0.key < $1.key : $0.dataset < $1.dataset }
        let previous = try enterprises.compactMap { number in
            try db.first("SELECT text FROM enterprise WHERE id = ?", number).flatMap { EnterpriseID($0.text(0)) }
        }
        return (histories, previous.sorted(), handed)
    }

    /// The records of all parts that the start's keys lead to, each in the roles that belong to the closure.
    private mutating func closure(of start: Int64) throws -> [Int64: Found] {
        var found: [Int64: Found] = [:]
        var hashes: Set<Int64> = []
        var queue = [start]
        visited.insert(start)
        while let part = queue.popLast() {
            let number = Part.record(part)
            guard let role = Part.role(part), var record = try found[number] ?? load(number) else { continue }
            record.roles.insert(RoleSet(role))
            found[number] = record
            for link in record.links where link.role == role && hashes.insert(link.hash).inserted {
                for other in try db.integers("SELECT part FROM link WHERE hash = ?", link.hash)
                where visited.insert(other).inserted { queue.append(other) }
            }
        }
        return found
    }

    private func load(_ record: Int64) throws -> Found? {
        try db.read("SELECT dataset, key, restricted, links FROM record WHERE id = ?", record) { row in
            Found(
                dataset: row.integer(0),
                key: row.text(1),
                isRestricted: row.integer(2) != 0,
                links: try Link.links(row.bytes(3) ?? [])
            )
        }
    }

    private func placement(of part: Int64) throws -> Placement? {
        try db.read("SELECT enterprise, reason FROM placement WHERE part = ?", part) { row in
            Placement(enterprise: row[0] as Int64?, reason: row.bytes(1))
        }
    }
}

extension Database {
    /// The versions of a record that count, with what they say of those in the given roles; of all where nil.
    func contents(of record: Int64, in roles: RoleSet? = nil) throws -> [RecordVersion] {
        var versions: [RecordVersion] = []
        try each(
            "SELECT digest, operation, modified, sequence, content FROM version WHERE record = ? AND retracted = 0",
            record
        ) { row in
            guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) else {
                throw BinaryReader.damaged
            }
            var content = try row.bytes(4).map(RecordCodec.decode)
            if let roles { content?.subjects.removeAll { !roles.contains(RoleSet($0.role)) } }
            versions.append(
                RecordVersion(
                    digest: VersionDigest(text: row.text(0)),
                    operation: operation,
                    modified: LocalTime(seconds: row.integer(2)),
                    sequence: row.integer(3),
                    content: content
                )
            )
        }
        return versions
    }
}
