import CreditModel
import CreditStore
import SQLiteStore
import Testing

@Suite("A store keeps to its contract in the corners")
struct ContractTests {
    private func full(_ desk: Desk, _ number: Int64, _ digest: String, _ keys: [String]) throws {
        try desk.put([], in: Desk.licences, events: [.completeReadBegan])
        try desk.put([], in: Desk.licences, events: [.fileBegan(number: number, name: "f\(number)", digest: digest)])
        let rows = keys.enumerated().map { place, key in
            Desk.version(key, "n", at: 10, sequence: number << 32 | Int64(place + 1), file: number)
        }
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 99),
            sequence: number << 32,
            hadUnreadableKeys: false,
            allowedShare: 1
        )
        try desk.put(rows, in: Desk.licences, events: [end, .fileEnded(number: number)])
    }

    @Test("A replaced 全量 counts instead of the old one: what it withdrew is back, what only it held is gone")
    func replacedFullFile() throws {
        let desk = try Desk()
        try full(desk, 1, "a", ["A", "B", "C"])
        try full(desk, 2, "b", ["A", "D"])
        #expect(try desk.shown(Desk.licences).map { $0.prefix(1) } == ["A", "D"])
        try full(desk, 2, "c", ["A", "B"])
        #expect(try desk.shown(Desk.licences).map { $0.prefix(1) } == ["A", "B"])
        #expect(try desk.store.sourceState(of: Desk.licences).records == 2)
        let other = try Desk()
        try full(other, 1, "a", ["A", "B", "C"])
        try full(other, 2, "c", ["A", "B"])
        #expect(try desk.shown(Desk.licences) == other.shown(Desk.licences))
    }

    @Test("A 全量 that comes late withdraws what lower files showed, not what a later one did")
    func lateFullFile() throws {
        let desk = try Desk()
        try full(desk, 1, "a", ["A", "B"])
        try desk.put([], in: Desk.licences, events: [.fileBegan(number: 3, name: "f3", digest: "c")])
        // The same row as before, seen again, and one of its own.
        let rows = ["B", "C"].map { Desk.version($0, "n", at: 10, sequence: 3 << 32, file: 3) }
        try desk.put(rows, in: Desk.licences, events: [.fileEnded(number: 3)])
        try full(desk, 2, "b", ["D"])
        #expect(try desk.shown(Desk.licences).map { $0.prefix(1) } == ["B", "C", "D"])
    }

    @Test("Drift is noted once, and an agency that makes up names does not fill the store")
    func drift() throws {
        let desk = try Desk()
        func note(_ names: Range<Int>) throws -> Int {
            let events = names.map { StoreEvent.drift(kind: "field", name: "F\($0)", sample: "") }
            return try desk.put([], events: events + events).newDrift.count
        }
        #expect(try note(0..<600) == 600)
        #expect(try note(0..<600) == 0)
        #expect(try note(300..<5000) == 400)
        #expect(try note(5000..<9000) == 0)
        #expect(try desk.store.drift().count == 1000)
    }

    @Test(
        "Of two versions of one second that a replaced file holds the other way round, the one that stands last in it counts"
    )
    func replacedOrder() throws {
        let desk = try Desk()
        func file(_ digest: String, _ names: [String]) throws {
            let rows = names.enumerated().map { place, name in
                Desk.version("L", name, at: 10, sequence: 1 << 32 | Int64(place + 1), file: 1)
            }
            try desk.put([], in: Desk.licences, events: [.fileBegan(number: 1, name: "f1", digest: digest)])
            try desk.put(rows, in: Desk.licences, events: [.fileEnded(number: 1)])
        }
        try file("a", ["x", "b", "a"])
        #expect(try desk.name("L", Desk.licences) == "a")
        try file("b", ["a", "b"])
        #expect(try desk.name("L", Desk.licences) == "b")
        try file("c", ["b", "a"])
        #expect(try desk.name("L", Desk.licences) == "a")
    }

    @Test("A profile waits on the day on which it changes by itself, not before")
    func dueDay() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1), Desk.version("B", "b", at: 1)])
        let due = Desk.day.adding(days: 10)
        func derive(next: Day?) throws {
            try desk.store.store(
                desk.store.nextComponents(limit: 10, on: due).map { component in
                    var derivation = Desk.derivation(component)
                    if component.records[0].key.text == "A" { derivation.profiles[0].nextDay = next }
                    return derivation
                }
            )
        }
        try derive(next: due)
        #expect(try desk.store.pendingCount(on: due.adding(days: -1)) == 0)
        #expect(try desk.store.nextComponents(limit: 10, on: due.adding(days: -1)).isEmpty)
        #expect(try desk.store.pendingCount(on: due) == 1)
        let position = try desk.store.storePosition()
        #expect(try desk.store.nextComponents(limit: 10, on: due).flatMap(\.records).map(\.key.text) == ["A"])
        try derive(next: due.adding(days: 5))
        #expect(try desk.store.pendingCount(on: due) == 0)
        #expect(try desk.store.storePosition() == position, "the bytes are the same, so nobody needs to be told")
    }

    @Test("A profile waits too on a day before the one from which it is as it is: the clock may have run ahead")
    func dayBefore() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "a", at: 1), Desk.version("B", "b", at: 1)])
        let since = Desk.day
        func derive(on day: Day, since: Day?) throws -> [String] {
            let components = try desk.store.nextComponents(limit: 10, on: day)
            try desk.store.store(
                components.map { component in
                    var derivation = Desk.derivation(component)
                    if component.records[0].key.text == "A" { derivation.profiles[0].sinceDay = since }
                    return derivation
                }
            )
            return components.flatMap(\.records).map(\.key.text)
        }
        #expect(try derive(on: since, since: since) == ["A", "B"])
        #expect(try desk.store.pendingCount(on: since) == 0)
        #expect(try desk.store.pendingCount(on: since.adding(days: -1)) == 1)
        #expect(try derive(on: since.adding(days: -1), since: nil) == ["A"])
        #expect(try desk.store.pendingCount(on: since.adding(days: -1)) == 0)
        #expect(try desk.store.pendingCount(on: since.adding(days: 900)) == 0)
    }

    @Test("Held records come page by page in order, and leave when they are decided")
    func heldPages() throws {
        let desk = try Desk()
        let code = Code(.org, "MA5AKXJ02")
        let keys = (0..<25).map { "K\($0)" }
        for dataset in [Desk.licences, Desk.registration] {
            try desk.put(keys.map { Desk.version($0, $0, at: 1) }, in: dataset)
        }
        func decide(_ place: (RecordReference) -> IdentityOutcome) throws {
            try desk.store.store(
                desk.store.nextComponents(limit: 100, on: Desk.day).map { component in
                    let record = component.records[0]
                    let reference = RecordReference(dataset: record.dataset, key: record.key, role: .subject)
                    return Derivation(token: component.token, outcome: place(reference), profiles: [])
                }
            )
        }
        try decide { reference in
            reference.key.text == "K7"
                ? IdentityOutcome(enterprises: [], held: [], undecided: [reference])
                : IdentityOutcome(
                    enterprises: [],
                    held: [HeldRecord(record: reference, reason: .severalHolders([code]))],
                    undecided: []
                )
        }
        var seen: [RecordReference] = []
        while true {
            let page = try desk.store.held(after: seen.last, limit: 7)
            if page.isEmpty { break }
            #expect(page.allSatisfy { $0.reason == .severalHolders([code]) })
            seen += page.map(\.record)
        }
        #expect(seen == seen.sorted() && Set(seen).count == 48)
        #expect(try desk.store.counts().held == 48 && desk.store.counts().undecided == 2)
        try desk.put(keys.map { Desk.version($0, "later", at: 2) })
        try decide { IdentityOutcome(enterprises: [], held: [], undecided: [$0]) }
        #expect(try desk.store.counts().held == 24 && desk.store.counts().undecided == 26)
        #expect(try desk.store.held(after: nil, limit: 100).allSatisfy { $0.record.dataset == Desk.licences })
        try decide { _ in IdentityOutcome(enterprises: [], held: [], undecided: []) }
        #expect(try desk.store.counts().undecided == 26, "what was not handed out stays")
    }

    @Test("A key that holds a person's number says so, and the number leads nobody to the enterprise")
    func restricted() throws {
        let desk = try Desk()
        let number = Code(.tax, "440102198001011234")
        var version = Desk.version(number.text, "个体户", at: 1)
        version.hasRestrictedKey = true
        version.version.content?.subjects[0].codes = [SubjectCode(number, .unchecked, isRestricted: true)]
        try desk.put([version])
        #expect(try desk.store.nextComponents(limit: 1, on: Desk.day).first?.records.first?.hasRestrictedKey == true)
        try desk.derive()
        #expect(try desk.store.counts().enterprises == 1)
        #expect(try desk.store.enterprises(holding: number.text).isEmpty)
        #expect(try desk.store.history(of: Desk.registration, key: version.key)?.hasRestrictedKey == true)
    }

    @Test("What the agency modified later than a good version still waits, however late that came")
    func notSuperseded() throws {
        let desk = try Desk()
        func entry(_ rule: String, at time: Int64?) -> QuarantineEntry {
            QuarantineEntry(
                dataset: Desk.registration,
                place: RowPlace(document: "p", row: 1, line: 1),
                key: RecordKey(["A"]),
                modified: time.map(LocalTime.init(seconds:)),
                rule: rule,
                message: "m",
                original: [],
                firstSeen: 3
            )
        }
        let rows = [entry("earlier", at: 3), entry("later", at: 9), entry("undated", at: nil)]
        _ = try desk.store.commit(
            StoreBatch(dataset: Desk.registration, run: "r", receivedAt: 1, quarantined: rows)
        )
        func open() throws -> [String] { try desk.store.quarantine(QuarantineFilter(limit: 10)).map(\.rule) }
        var retry = StoreBatch(dataset: Desk.registration, run: "q", isRetry: true, receivedAt: 2)
        retry.versions = [Desk.version("A", "old", at: 2)]
        _ = try desk.store.commit(retry)
        #expect(try open() == ["earlier", "later", "undated"])
        retry.versions = [Desk.version("A", "good", at: 5)]
        _ = try desk.store.commit(retry)
        #expect(try open() == ["later", "undated"])
        try desk.put([Desk.version("A", "overtaken", at: 6)])
        #expect(try open() == ["later"])
        #expect(try desk.store.sourceState(of: Desk.registration).openQuarantine == 1)
    }

    @Test("A later good version settles the bad rows of its record, and only those")
    func superseded() throws {
        let desk = try Desk()
        func entry(_ key: String?, at second: Int64? = nil) -> QuarantineEntry {
            QuarantineEntry(
                dataset: Desk.registration,
                place: RowPlace(document: "p", row: 1, line: 1),
                key: key.map { RecordKey([$0]) },
                modified: second.map { LocalTime(seconds: $0) },
                rule: "malformed",
                message: "m",
                original: Array("\(key ?? "") \(second ?? 0)".utf8),
                firstSeen: 3
            )
        }
        try desk.put([Desk.version("A", "before", at: 1)])
        _ = try desk.store.commit(
            StoreBatch(
                dataset: Desk.registration,
                run: "r",
                receivedAt: 1,
                quarantined: [entry("A"), entry("B"), entry(nil)]
            )
        )
        try desk.put([Desk.version("A", "before", at: 1), Desk.version("A", "x", at: 9)], in: Desk.licences)
        try desk.put([Desk.version("A", "before", at: 1)])
        #expect(try desk.store.sourceState(of: Desk.registration).openQuarantine == 3)
        try desk.put([Desk.version("A", "after", at: 2)])
        #expect(try desk.store.sourceState(of: Desk.registration).openQuarantine == 2)
        let all = try desk.store.quarantine(QuarantineFilter(onlyOpen: false))
        #expect(all.map(\.resolution) == ["superseded", "", ""])
        try desk.store.resolveQuarantine(id: all[0].id, as: "taken")
        #expect(try desk.store.counts().openQuarantine == 2)
        // Of one that tells its time: a version that is known already, too, if it is no earlier.
        try desk.put([Desk.version("C", "x", at: 5)])
        _ = try desk.store.commit(
            StoreBatch(
                dataset: Desk.registration,
                run: "r",
                receivedAt: 1,
                quarantined: [entry("C", at: 5), entry("A", at: 8)]
            )
        )
        try desk.put([Desk.version("A", "after", at: 2)])
        #expect(try desk.store.counts().openQuarantine == 4)
        try desk.put([Desk.version("C", "x", at: 5)])
        #expect(try desk.store.counts().openQuarantine == 3)
    }
}
