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

        /// The least of its records.
        var least: Int64 { pieces.values.lazy.map { Part.record($0.part) }.min() ?? .max }
    }

    /// The next token.
    ///
    /// It begins anywhere, so that a token of a store that was closed since means nothing here.
    private var next = Int64.random(in: 0..<(1 << 62))
    private(set) var components: [Int64: Component] = [:]
    /// All records up to this one are derived, marked or handed out; nil before anybody looked.
    var scanned: Int64?
    /// Whether somebody derives: what is handed out may be out of date when it is stored, and only a mark tells.
    var isDeriving = false

    /// Takes back all components but those of some tokens.
    mutating func keep(_ tokens: Set<Int64>) {
        let back = components.filter { !tokens.contains($0.key) }
        for (token, component) in back {
            components[token] = nil
            scanned = scanned.map { min($0, component.least - 1) }
        }
    }

    /// The record up to which all are derived or marked once the components of some tokens are stored.
    func settled(after tokens: Set<Int64>) -> Int64? {
        let left = components.lazy.filter { !tokens.contains($0.key) }.map(\.value.least).min() ?? .max
        return scanned.map { min($0, left - 1) }
    }

    /// Hands a component out.
    /// - Returns: its token.
    mutating func add(_ component: Component) -> Int64 {
        next += 1
        components[next] = component
        return next
    }

    mutating func remove(_ tokens: some Sequence<Int64>) {
        for token in tokens { components[token] = nil }
    }
}

/// What waits to be derived.
extension SQLiteStore {
    /// Marked records, and profiles due by that day, counted in the tables that keep them.
    public func pendingCount(on day: Day) throws -> Int {
        try read { db in
            Int(
                try db.integer("SELECT count(*) FROM dirty") + db.unplacedCount()
                    + db.integer("SELECT count(*) FROM profile WHERE next_day <= ?", Int64(day.number))
                    + db.integer("SELECT count(*) FROM profile WHERE since > ?", Int64(day.number))
            )
        }
    }

    /// Grows each set from a marked record over the link hashes, in one view of the store.
    ///
    /// Reads only, beside whoever writes. What is handed out is known to this object alone, so nobody else may derive:
    /// the access must be exclusive.
    public func nextComponents(
        limit: Int,
        on day: Day,
        keeping tokens: Set<Int64>
    ) throws -> [StoredComponent] {
        guard options.access == .exclusive else {
            throw StoreError(.readOnly, "the store was not opened for deriving: open it with exclusive access")
        }
        try beginDeriving()
        try endLog()
        // Before the view is taken: what is stored in between counts as busy once more, which costs nothing.
        let (busy, scanned) = handedOut.withLock { handed in
            handed.keep(tokens)
            return (Set(handed.components.values.lazy.flatMap(\.pieces.values).map(\.part)), handed.scanned)
        }
        let (found, reached) = try readLinked { db in
            var walk = ComponentWalk(db, datasets: try db.datasets(), position: try db.storePosition(), busy: busy)
            var found: [ComponentWalk.Component] = []
            /// Whether there was room for the part, or it needs none; false where it has to wait.
            func take(_ start: Int64) throws -> Bool {
                if walk.visited.contains(start) { return !walk.refused.contains(start) }
                guard found.count < limit, walk.visited.count < options.recordsAtOnce else { return false }
                guard let component = try walk.component(of: start) else { return false }
                found.append(component)
                return true
            }
            for start in try db.waiting(limit: limit * 8 + 64 + busy.count, dueOn: day) where !busy.contains(start) {
                _ = try take(start)
            }
            var scan = PlacementScan(db, after: try scanned ?? db.integer("SELECT settled FROM meta"), busy: busy)
            while found.count < limit, walk.visited.count < options.recordsAtOnce, let start = try scan.next() {
                try scan.note(start, isTaken: take(start))
            }
            return (found, scan.reached)
        }
        return handedOut.withLock { handed in
            handed.scanned = reached
            if found.isEmpty, handed.components.isEmpty { handed.isDeriving = false }
            return found.map {
                StoredComponent(
                    token: handed.add($0.handed),
                    records: $0.histories,
                    previous: $0.previous,
                    versions: $0.versions
                )
            }
        }
    }
}

extension SQLiteStore {
    /// From now on every change is marked, those of transactions that are under way included: they end first.
    private func beginDeriving() throws {
        let begins = handedOut.withLock { handed in
            defer { handed.isDeriving = true }
            return !handed.isDeriving
        }
        if begins { try write { _ in } }
    }

    /// A view of the store in which every record's keys lead to it: else one of two that meet might not be found.
    private func readLinked<T>(_ body: (Database) throws -> T) throws -> T {
        while true {
            if let value = try read({ db in try db.isLinked() ? body(db) : nil }) { return value }
            try linkNewRecords()
        }
    }

    /// The record beyond which a part without a place needs no mark: whoever derives comes upon it.
    ///
    /// nil where all need one: while somebody derives, in this process or in another.
    func unmarkedBeyond(_ db: Database) throws -> Int64? {
        guard options.access == .exclusive else { return nil }
        let (isDeriving, scanned) = handedOut.withLock { ($0.isDeriving, $0.scanned) }
        return try isDeriving ? nil : max(scanned ?? 0, db.integer("SELECT settled FROM meta"))
    }
}

extension Database {
    /// Parts that are marked, and one part of each enterprise whose profile is due: the day has reached its next change, or
    /// lies before its last one.
    fileprivate func waiting(limit: Int, dueOn day: Day) throws -> [Int64] {
        try integers("SELECT part FROM dirty ORDER BY part LIMIT ?", limit)
            + integers(
                """
                SELECT min(m.part) FROM placement m WHERE m.enterprise IN
                    (SELECT enterprise FROM profile INDEXED BY profile_due WHERE next_day <= ?1 ORDER BY next_day LIMIT ?2)
                    OR m.enterprise IN
                    (SELECT enterprise FROM profile INDEXED BY profile_ahead WHERE since > ?1 ORDER BY since DESC LIMIT ?2)
                GROUP BY m.enterprise
                """,
                Int64(day.number),
                limit
            )
    }
}

/// Where a part belongs.
struct Placement: Equatable {
    /// nil where it is held or undecided.
    var enterprise: Int64?
    /// nil where it is undecided.
    var reason: [UInt8]?

    var isHeld: Bool { enterprise == nil && reason != nil }

    /// Of a part that was derived and speaks of nobody: its record is withdrawn, or a test.
    static let nowhere = Placement(enterprise: 0)
}

/// Finds closed sets of parts, none of them twice.
struct ComponentWalk {
    private let db: Database
    private let datasets: [Int64: DatasetID]
    private let position: Int64
    /// Parts that are being derived.
    private let busy: Set<Int64>
    private(set) var visited: Set<Int64> = []
    /// Those among them whose component has to wait.
    private(set) var refused: Set<Int64> = []

    init(_ db: Database, datasets: [Int64: DatasetID], position: Int64, busy: Set<Int64>) {
        self.db = db
        self.datasets = datasets
        self.position = position
        self.busy = busy
    }

    /// A closed set of parts.
    struct Component {
        var histories: [RecordHistory]
        var previous: [EnterpriseID]
        var versions: Set<String>
        var handed: HandedOut.Component
    }

    private struct Found {
        var dataset: Int64
        var key: String
        var isRestricted: Bool
        var links: [Link]
        var roles: RoleSet = []
    }

    /// The component of a part; nil where some of it is being derived: it has to wait for that.
    mutating func component(of start: Int64) throws -> Component? {
        guard let closure = try closure(of: start) else { return nil }
        var handed = HandedOut.Component(position: position)
        var histories: [RecordHistory] = []
        var enterprises: Set<Int64> = []
        for (record, found) in closure {
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
        var previous: [EnterpriseID] = []
        var versions: Set<String> = []
        for number in enterprises {
            try db.each(
                "SELECT e.text, p.version FROM enterprise e LEFT JOIN profile p ON p.enterprise = e.id WHERE e.id = ?",
                number
            ) { row in
                if let id = EnterpriseID(row.text(0)) { previous.append(id) }
                if let version = row.optionalText(1) { versions.insert(version) }
            }
        }
        return Component(histories: histories, previous: previous.sorted(), versions: versions, handed: handed)
    }

    /// The records of all parts that the start's keys lead to, each in the roles that belong to the closure.
    ///
    /// nil where one of them is being derived; what was visited until then need not be tried again.
    private mutating func closure(of start: Int64) throws -> [Int64: Found]? {
        var found: [Int64: Found] = [:]
        var isBusy = false
        var hashes: Set<Int64> = []
        var queue = [start]
        var parts = [start]
        visited.insert(start)
        while let part = queue.popLast() {
            isBusy = isBusy || busy.contains(part)
            let number = Part.record(part)
            guard let role = Part.role(part), var record = try found[number] ?? load(number) else { continue }
            record.roles.insert(RoleSet(role))
            found[number] = record
            for link in record.links where link.role == role && hashes.insert(link.hash).inserted {
                for other in try db.integers("SELECT part FROM link WHERE hash = ?", link.hash)
                where visited.insert(other).inserted {
                    queue.append(other)
                    parts.append(other)
                }
            }
        }
        if isBusy { refused.formUnion(parts) }
        return isBusy ? nil : found
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
            Placement(enterprise: row.optionalInteger(0), reason: row.bytes(1))
        }
    }
}

extension Database {
    /// The versions of a record that count, with what they say of those in the given roles; of all where nil.
    func contents(of record: Int64, in roles: RoleSet? = nil) throws -> [RecordVersion] {
        var versions: [RecordVersion] = []
        try each(
            """
            SELECT digest, operation, modified, sequence, content FROM version WHERE id BETWEEN ? AND ? AND retracted = 0
            """,
            VersionNumber.all(of: record).lowerBound,
            VersionNumber.all(of: record).upperBound
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
