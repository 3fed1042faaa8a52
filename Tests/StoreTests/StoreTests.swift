import CreditModel
import CreditStore
import GRDB
import SQLiteStore
import Testing

@Suite("A store keeps what it was given")
struct StoreTests {
    @Test("The order of arrival does not matter")
    func order() throws {
        let versions = [
            Desk.version("A", "one", at: 10), Desk.version("A", "two", at: 20),
            Desk.version("A", "", at: 15, operation: .withdrawal),
            Desk.version("B", "x", at: 5, sequence: 1), Desk.version("B", "y", at: 5, sequence: 2),
            Desk.version("C", "", at: 9, operation: .withdrawal), Desk.version("C", "early", at: 8),
            // Overtaken: it comes later with its own, smaller time.
            Desk.version("D", "new", at: 20, sequence: 1), Desk.version("D", "overtaken", at: 10, sequence: 9),
            // Where nothing else tells, the greater digest counts; here it begins with key and text.
            Desk.version("E", "a", at: 7), Desk.version("E", "b", at: 7),
        ]
        let forward = try Desk()
        try forward.put(versions)
        let backward = try Desk()
        for version in versions.reversed() { try backward.put([version]) }
        #expect(try forward.shown() == backward.shown())
        #expect(try forward.name("A") == "two")
        #expect(try forward.name("B") == "y")
        #expect(try forward.name("C") == nil)
        #expect(try forward.name("D") == "new")
        #expect(try forward.name("E") == "b")
        #expect(try forward.store.sourceState(of: Desk.registration).records == 4)
    }

    @Test("The same batch twice changes nothing")
    func twice() throws {
        let desk = try Desk()
        let versions = [Desk.version("A", "one", at: 10), Desk.version("B", "two", at: 20)]
        #expect(try desk.put(versions).taken == 2)
        try desk.derive()
        let position = try desk.store.storePosition()
        let outcome = try desk.put(versions)
        #expect(outcome.taken == 0 && outcome.unchanged == 2)
        #expect(try desk.store.pendingCount(on: Desk.day) == 0)
        #expect(try desk.store.storePosition() == position)
        #expect(try desk.store.counts().versions == 2)
    }

    @Test("A known version counts from the greatest sequence at which it was seen")
    func sequence() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "one", at: 10, sequence: 1), Desk.version("A", "two", at: 10, sequence: 2)])
        #expect(try desk.name("A") == "two")
        try desk.put([Desk.version("A", "one", at: 10, sequence: 3)])
        #expect(try desk.name("A") == "one")
    }

    @Test("Records and position become durable together or not at all")
    func atomic() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "one", at: 10)], position: "p1")
        let other = try DatabaseQueue(path: desk.path)
        try other.write { db in
            try db.execute(
                sql: "CREATE TRIGGER crash BEFORE UPDATE OF position ON dataset BEGIN SELECT RAISE(ABORT, 'crash'); END"
            )
        }
        #expect(throws: StoreError.self) { try desk.put([Desk.version("B", "two", at: 20)], position: "p2") }
        #expect(try desk.store.sourceState(of: Desk.registration).position == Array("p1".utf8))
        #expect(try desk.shown().count == 1)
        try other.write { db in try db.execute(sql: "DROP TRIGGER crash") }
        try desk.put([Desk.version("B", "two", at: 20)], position: "p2")
        #expect(try desk.shown().count == 2)
    }

    @Test("A complete read withdraws what it does not show, and it may come back")
    func completeRead() throws {
        let desk = try Desk()
        let rows = (0..<10).map { Desk.version("K\($0)", "n", at: 10) }
        try desk.put(rows)
        try desk.put([], events: [.completeReadBegan])
        try desk.put(Array(rows.dropLast(2)), events: [.shown(RecordKey(["K8"]))])
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 50),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: 0.2
        )
        #expect(try desk.put([], events: [end]).withdrawnByAbsence == 1)
        #expect(try desk.name("K9") == nil)
        #expect(try desk.name("K8") == "n")
        try desk.put([Desk.version("K9", "again", at: 50)])
        #expect(try desk.name("K9") == "again")
    }

    @Test("A complete read that would withdraw too much waits for a person")
    func guarded() throws {
        let desk = try Desk()
        try desk.put((0..<10).map { Desk.version("K\($0)", "n", at: 10) })
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 50),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: 0.2
        )
        try desk.put([], events: [.completeReadBegan])
        let outcome = try desk.put([Desk.version("K0", "m", at: 20)], events: [end], position: "after")
        #expect(outcome.heldWithdrawals == 9)
        // Its rows are taken and the position moves.
        #expect(try desk.name("K0") == "m")
        #expect(try desk.store.sourceState(of: Desk.registration).position == Array("after".utf8))
        #expect(try desk.shown().count == 10)
        #expect(try desk.store.sourceState(of: Desk.registration).heldWithdrawals == 9)
        #expect(try desk.store.releaseHeldWithdrawals(of: Desk.registration, at: 1) == 9)
        #expect(try desk.shown().count == 1)
        #expect(try desk.store.sourceState(of: Desk.registration).records == 1)
    }

    @Test("Exactly the share is not too much, one more is", arguments: [(2, 2, 0), (3, 0, 3)])
    func share(_ missing: Int, _ withdrawn: Int, _ held: Int) throws {
        let desk = try Desk()
        let rows = (0..<10).map { Desk.version("K\($0)", "n", at: 10) }
        try desk.put(rows)
        try desk.put([], events: [.completeReadBegan])
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 50),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: 0.2
        )
        let outcome = try desk.put(Array(rows.dropLast(missing)), events: [end])
        #expect(outcome.withdrawnByAbsence == withdrawn && outcome.heldWithdrawals == held)
    }

    @Test("Where a key could not be read nothing is withdrawn, and the source says so")
    func unreadable() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "n", at: 10)])
        try desk.put([], events: [.completeReadBegan])
        try desk.put(
            [],
            events: [
                .completeReadEnded(time: LocalTime(seconds: 50), sequence: -1, hadUnreadableKeys: true, allowedShare: 1)
            ]
        )
        #expect(try desk.shown().count == 1)
        #expect(try desk.store.sourceState(of: Desk.registration).progress?.incomplete == ["unreadable-keys"])
    }

    @Test("A replaced file takes back what only it held, and what it said before counts again")
    func replacedFile() throws {
        let desk = try Desk()
        func file(_ number: Int64, _ digest: String, _ versions: [ReceivedVersion]) throws {
            try desk.put(
                [],
                in: Desk.licences,
                events: [.fileBegan(number: number, name: "f\(number)", digest: digest)]
            )
            try desk.put(versions, in: Desk.licences, events: [.fileEnded(number: number)])
        }
        try file(1, "a", [Desk.version("L", "old", at: 10, sequence: 1 << 32, file: 1)])
        try file(
            2,
            "b",
            [
                Desk.version("L", "wrong", at: 20, sequence: 2 << 32, file: 2),
                Desk.version("M", "only", at: 20, sequence: 2 << 32 | 1, file: 2),
            ]
        )
        #expect(try desk.name("L", Desk.licences) == "wrong")
        try file(2, "c", [Desk.version("N", "new", at: 20, sequence: 2 << 32, file: 2)])
        #expect(try desk.name("L", Desk.licences) == "old")
        #expect(try desk.name("M", Desk.licences) == nil)
        #expect(try desk.name("N", Desk.licences) == "new")
        try file(2, "b", [Desk.version("L", "wrong", at: 20, sequence: 2 << 32, file: 2)])
        #expect(try desk.name("L", Desk.licences) == "wrong")
    }

    @Test("Quarantined rows are kept once, and resolved")
    func quarantine() throws {
        let desk = try Desk()
        let entry = QuarantineEntry(
            dataset: Desk.registration,
            place: RowPlace(document: "p", row: 1, line: 1),
            key: RecordKey(["A"]),
            rule: "malformed",
            message: "m",
            original: [1, 2],
            firstSeen: 3
        )
        for _ in 0..<2 {
            _ = try desk.store.commit(
                StoreBatch(dataset: Desk.registration, run: "r", receivedAt: 1, quarantined: [entry])
            )
        }
        let open = try desk.store.quarantine(QuarantineFilter(agency: .hongdun))
        #expect(open.count == 1 && open.first?.original == [1, 2] && open.first?.key == RecordKey(["A"]))
        try desk.store.resolveQuarantine(id: try #require(open.first).id, as: "ignored")
        #expect(try desk.store.quarantine(QuarantineFilter()).isEmpty)
        #expect(try desk.store.sourceState(of: Desk.registration).openQuarantine == 0)
    }

    @Test("A second writer is refused while the first one works; readers are welcome")
    func lock() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "n", at: 10)])
        #expect { try SQLiteStore(path: desk.path) } throws: { ($0 as? StoreError)?.code == .locked }
        var options = SQLiteStore.Options()
        options.access = .readOnly
        let reader = try SQLiteStore(path: desk.path, options: options)
        #expect(try reader.counts().records == 1)
        #expect { try reader.releaseHeldWithdrawals(of: Desk.registration, at: 1) } throws: {
            ($0 as? StoreError)?.code == .readOnly
        }
    }
}
