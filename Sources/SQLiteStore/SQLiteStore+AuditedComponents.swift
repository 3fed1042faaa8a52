public import CreditModel
public import CreditStore
internal import GRDB
internal import Synchronization

/// Walking over all components, each with what is stored of it.
extension SQLiteStore {
    /// What is checked of the tables.
    public func auditTables(_ audit: Audit) throws { try TableAudit(store: self, audit: audit).run() }

    /// Goes on from the first record that has a part which was not visited yet, in one view of the store.
    public func auditedComponents(
        _ walk: inout AuditWalk,
        limit: Int,
        on day: Day,
        handsOut: Bool
    ) throws -> [AuditedComponent] {
        guard !handsOut || options.access == .exclusive else {
            throw StoreError(.readOnly, "the store was not opened for deriving: open it with exclusive access")
        }
        var found: [(AuditedComponent, HandedOut.Component)] = []
        try read { db in
            let reader = try ComponentReader(db, day: day)
            let last = try walk.last ?? db.integer("SELECT max(id) FROM record")
            walk.last = last
            if walk.visited.isEmpty { walk.visited = Array(repeating: 0, count: Int(last) + 1) }
            var records = 0
            while found.count < limit, records < options.recordsAtOnce, walk.next <= last {
                let page = try db.all(
                    "SELECT id, roles FROM record WHERE id >= ? ORDER BY id LIMIT 1000",
                    walk.next
                ) { (id: $0.integer(0), roles: RoleSet(rawValue: $0.integer(1))) }
                guard let end = page.last else { walk.next = last + 1; break }
                walk.next = end.id + 1
                parts: for record in page where record.id <= last {
                    for role in record.roles.roles {
                        let part = Part.number(record.id, role)
                        guard !walk.hasVisited(part) else { continue }
                        guard found.count < limit, records < options.recordsAtOnce else {
                            walk.next = record.id
                            break parts
                        }
                        let (component, visited) = try reader.component(of: part, sparing: walk.damaged)
                        for part in visited { walk.visit(part) }
                        records += visited.count
                        if let component { found.append(component) } else { walk.passedOver += 1 }
                    }
                }
            }
        }
        guard handsOut else { return found.map(\.0) }
        return handedOut.withLock { handed in
            found.map { component, pieces in
                var component = component
                component.component.token = handed.add(pieces)
                return component
            }
        }
    }

    /// In a view of its own: what another one found is looked at again.
    public func auditedComponent(of part: Int64, on day: Day) throws -> AuditedComponent? {
        try read { db in
            try ComponentReader(db, day: day).component(of: part, sparing: DamagedStatements()).found?.0
        }
    }
}

extension AuditWalk {
    fileprivate func hasVisited(_ part: Int64) -> Bool {
        let record = Int(Part.record(part))
        return record < visited.count && visited[record] >> UInt8(part & 7) & 1 != 0
    }

    /// What came after the walk began is not its concern.
    fileprivate mutating func visit(_ part: Int64) {
        let record = Int(Part.record(part))
        if visited.indices.contains(record) { visited[record] |= 1 << UInt8(part & 7) }
    }
}

/// Reads components with all that is stored of them.
private struct ComponentReader {
    let db: Database
    let day: Day
    let datasets: [Int64: DatasetID]
    let position: Int64
    let settled: Int64
    /// Whether any part is marked at all.
    let hasMarks: Bool

    init(_ db: Database, day: Day) throws {
        self.db = db
        self.day = day
        datasets = try db.datasets()
        position = try db.storePosition()
        settled = try db.integer("SELECT settled FROM meta")
        hasMarks = try db.exists("SELECT 1 FROM dirty LIMIT 1")
    }

    /// nil where it rests on what is damaged; whatever was visited until then.
    func component(
        of start: Int64,
        sparing damaged: DamagedStatements
    ) throws -> (found: (AuditedComponent, HandedOut.Component)?, visited: Set<Int64>) {
        var walk = ComponentWalk(db, datasets: datasets, position: position, busy: [])
        let isWhole = damaged.records.isEmpty && damaged.unlinked.isEmpty
        func rests(on parts: Set<Int64>) -> Bool {
            !isWhole
                && parts.contains {
                    damaged.records.contains(Part.record($0)) || damaged.unlinked.contains(Part.record($0))
                }
        }
        let component: ComponentWalk.Component?
        do {
            component = try walk.component(of: start)
        } catch let error as StoreError where error.code == .damaged && rests(on: walk.visited) {
            return (nil, walk.visited)
        }
        guard let component, !rests(on: walk.visited) else { return (nil, walk.visited) }
        let audited = try audited(component, start)
        // A damaged record may be missing here, and still be what a profile was made of.
        if !isWhole {
            for number in audited.enterprises.keys {
                let parts = try db.integers("SELECT part FROM placement WHERE enterprise = ?", number)
                if rests(on: Set(parts).subtracting(walk.visited)) { return (nil, walk.visited) }
            }
        }
        return ((audited, component.handed), walk.visited)
    }

    private func audited(_ component: ComponentWalk.Component, _ start: Int64) throws -> AuditedComponent {
        var places: [RecordReference: AuditedPlace] = [:]
        var numbers: Set<Int64> = []
        var isWaiting = false
        for (reference, piece) in component.handed.pieces {
            let place = AuditedPlace(piece.placement)
            places[reference] = place
            if case .enterprise(let number, _) = place { numbers.insert(number) }
            let isNew = place == .missing && Part.record(piece.part) > settled
            let isMarked = try hasMarks && db.exists("SELECT 1 FROM dirty WHERE part = ?", piece.part)
            isWaiting = isWaiting || isNew || isMarked
        }
        var enterprises: [Int64: AuditedEnterprise] = [:]
        for number in numbers {
            let enterprise = try enterprise(number)
            if let profile = enterprise.profile {
                let isDue = profile.nextDay.map { $0 <= day } ?? false
                let isAhead = profile.sinceDay.map { $0 > day } ?? false
                isWaiting = isWaiting || isDue || isAhead
            }
            enterprises[number] = enterprise
        }
        return AuditedComponent(
            component: StoredComponent(
                token: 0,
                records: component.histories,
                previous: component.previous,
                versions: component.versions
            ),
            start: start,
            isWaiting: isWaiting,
            places: places,
            enterprises: enterprises,
            restricted: component.handed.restricted
        )
    }

    private func enterprise(_ number: Int64) throws -> AuditedEnterprise {
        let row = try db.read("SELECT text, current FROM enterprise WHERE id = ?", number) {
            (id: EnterpriseID($0.text(0)), current: $0.integer(1))
        }
        return AuditedEnterprise(
            id: row?.id,
            isCurrent: row?.current == number,
            codes: Dictionary(
                try db.all("SELECT text, contested FROM code WHERE enterprise = ?", number) {
                    ($0.text(0), $0.integer(1) != 0)
                }
            ) { $1 },
            card: try db.card(of: number).flatMap { bytes in
                let card = try? SearchCardCodec.decode(bytes)
                return card.map { SearchCardCodec.encode($0) } == bytes ? card : nil
            },
            profile: try profile(of: number)
        )
    }

    private func profile(of number: Int64) throws -> AuditedProfile? {
        try db.read(
            """
            SELECT p.version, d.version, d.bytes, p.next_day, p.since, p.registered,
                EXISTS (SELECT 1 FROM seal WHERE document = d.id),
                p.served IS NULL OR EXISTS (SELECT 1 FROM document s JOIN seal ON document = s.id
                    WHERE s.id = p.served AND s.enterprise = p.enterprise),
                p.served IS p.document
            FROM profile p LEFT JOIN document d ON d.id = p.document AND d.enterprise = p.enterprise WHERE p.enterprise = ?
            """,
            number
        ) { row in
            AuditedProfile(
                version: row.text(0),
                documentVersion: row.optionalText(1),
                bytes: row.bytes(2) ?? [],
                nextDay: row.optionalInteger(3).map { Day(number: Int32(truncatingIfNeeded: $0)) },
                sinceDay: row.optionalInteger(4).map { Day(number: Int32(truncatingIfNeeded: $0)) },
                isRegistered: row.integer(5) != 0,
                isSigned: row.integer(6) != 0,
                isServable: row.integer(7) != 0,
                isServed: row.integer(8) != 0
            )
        }
    }
}

extension AuditedPlace {
    /// A reason counts as read where it is written again to the same bytes.
    init(_ placement: Placement?) {
        guard let placement else {
            self = .missing
            return
        }
        switch (placement.enterprise, placement.reason) {
        case (nil, nil): self = .undecided
        case (nil, let bytes?):
            let reason = try? ReasonCodec.contradiction(bytes)
            self = .held(reason.map { ReasonCodec.encode($0) } == bytes ? reason : nil)
        case (0?, nil): self = .nobody
        case (let number?, let bytes):
            let reason = try? ReasonCodec.identity(bytes ?? [])
            self = .enterprise(number, reason.map { ReasonCodec.encode($0) } == bytes ? reason : nil)
        }
    }
}
