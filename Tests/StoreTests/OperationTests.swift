import CreditModel
import CreditStore
import Foundation
import GRDB
@testable import SQLiteStore
import Testing

@Suite("A store survives what happens to it")
struct OperationTests {
    @Test("The writer flushes every commit to the disk")
    func synchronous() throws {
        for access in [SQLiteStore.Options.Access.exclusive, .shared] {
            let folder = try Desk()
            var options = SQLiteStore.Options()
            options.access = access
            let path = folder.folder + "/other.sqlite"
            let store = try SQLiteStore(path: path, options: options)
            let mode = try store.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
            #expect(mode == 2)
            #expect(try store.write { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "wal")
        }
    }

    @Test("The log that is written ahead comes to an end while somebody derives, and does not grow with the store")
    func log() throws {
        var options = SQLiteStore.Options()
        options.log = 1
        let desk = try Desk(options: options)
        var sizes: [Int] = []
        for round in 0..<12 {
            try desk.put((0..<100).map { Desk.version("\(round)/\($0)", String(repeating: "字", count: 1500), at: 1) })
            // Two views: one of what there is to derive, one that finds nothing more.
            try desk.derive()
            let log = try FileManager.default.attributesOfItem(atPath: desk.path + "-wal")[.size] as? Int
            sizes.append(try #require(log))
        }
        #expect(try desk.store.counts().records == 1200)
        // What one round writes, once more at the most: a log that is begun anew keeps its length.
        #expect(sizes[0] > 1 << 20 && (sizes.last ?? .max) <= 2 * sizes[0], "\(sizes)")
    }

    @Test("Whoever writes the log back already does not stop who derives")
    func busyLog() throws {
        var options = SQLiteStore.Options()
        options.log = 1
        let desk = try Desk(options: options)
        try desk.put((0..<100).map { Desk.version("\($0)", String(repeating: "字", count: 3000), at: 1) })
        let tokens = Set(try desk.store.nextComponents(limit: 1, on: Desk.day).map(\.token))
        // Another connection writes the log back, and waits in the middle of it for one that reads.
        let reader = try DatabaseQueue(path: desk.path)
        let (isWaiting, goesOn, isDone) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        var configuration = Configuration()
        configuration.busyMode = .callback { _ in
            isWaiting.signal()
            goesOn.wait()
            return false
        }
        let other = try DatabaseQueue(path: desk.path, configuration: configuration)
        try reader.inDatabase { db in
            try db.beginTransaction(.deferred)
            _ = try Row.fetchOne(db, sql: "SELECT position FROM meta")
            _ = try desk.store.finish(
                RunReport(
                    run: "r",
                    dataset: Desk.registration,
                    startedAt: 1,
                    endedAt: 2,
                    outcome: CommitOutcome(),
                    error: ""
                )
            )
            Thread.detachNewThread {
                _ = try? other.writeWithoutTransaction { try $0.checkpoint(.full) }
                isDone.signal()
            }
            isWaiting.wait()
            defer {
                goesOn.signal()
                isDone.wait()
                try? db.rollback()
            }
            #expect(try !desk.store.nextComponents(limit: 1, on: Desk.day, keeping: tokens).isEmpty)
        }
    }

    @Test("Who shares writes only while nobody else holds the store")
    func shared() throws {
        var desk: Desk? = try Desk()
        let path = try #require(desk).path
        try desk?.put([Desk.version("A", "n", at: 10)])
        var options = SQLiteStore.Options()
        options.access = .shared
        let other = try SQLiteStore(path: path, options: options)
        #expect(try other.counts().records == 1)
        let batch = StoreBatch(
            dataset: Desk.registration,
            run: "r",
            receivedAt: 1,
            versions: [Desk.version("B", "m", at: 1)]
        )
        #expect { try other.commit(batch) } throws: { ($0 as? StoreError)?.code == .locked }
        // The first one's folder stays until the end of the test.
        let copy = NSTemporaryDirectory() + "shared-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        for name in ["store.sqlite", "store.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: try #require(desk).folder + "/" + name, toPath: copy + "/" + name)
        }
        desk = nil
        let alone = try SQLiteStore(path: copy + "/store.sqlite", options: options)
        let second = try SQLiteStore(path: copy + "/store.sqlite", options: options)
        #expect(try alone.commit(batch).taken == 1)
        #expect(try second.commit(batch).unchanged == 1)
        #expect(try second.counts().records == 2)
    }

    @Test("A store that a newer version wrote is left alone")
    func newerVersion() throws {
        let desk = try Desk()
        try desk.store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES('99')") }
        let copy = NSTemporaryDirectory() + "newer-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        for name in ["store.sqlite", "store.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: desk.folder + "/" + name, toPath: copy + "/" + name)
        }
        for access in [SQLiteStore.Options.Access.exclusive, .shared] {
            var options = SQLiteStore.Options()
            options.access = access
            #expect {
                _ = try SQLiteStore(path: copy + "/store.sqlite", options: options)
            } throws: {
                ($0 as? StoreError)?.message.contains("another version") == true
            }
        }
    }

    @Test(
        "A store that has forgotten which version it is says that it is damaged, and nothing is done to it",
        arguments: ["3", "4", "5", "6", "7", "8", "9"]
    )
    func forgottenVersion(migration: String) throws {
        let folder = NSTemporaryDirectory() + "forgotten-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/store.sqlite"
        func change(_ statement: String) throws {
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: statement, arguments: [migration]) }
            try queue.close()
        }
        _ = try SQLiteStore(path: path).commit(
            StoreBatch(
                dataset: Desk.registration,
                run: "r",
                receivedAt: 1,
                versions: [Desk.version("A", "n", at: 1)]
            )
        )
        try change("DELETE FROM grdb_migrations WHERE identifier = ?")
        #expect {
            _ = try SQLiteStore(path: path)
        } throws: {
            ($0 as? StoreError)?.code == .damaged && "\($0)".contains("back-up")
        }
        try change("INSERT INTO grdb_migrations(identifier) VALUES(?)")
        #expect(try SQLiteStore(path: path).counts().records == 1)
    }

    @Test("Who opens a store waits for one short transaction of another, not for a whole sync")
    func patience() throws {
        let desk = try Desk()
        let path = desk.folder + "/other.lock"
        var holder: WriterLock? = try WriterLock(path: path)
        #expect(holder != nil)
        #expect {
            _ = try WriterLock(path: path, patience: 20)
        } throws: {
            ($0 as? StoreError)?.code == .locked
        }
        let isWaiting = DispatchSemaphore(value: 0)
        let hasIt = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            isWaiting.signal()
            if (try? WriterLock(path: path, patience: 60_000)) != nil { hasIt.signal() }
        }
        isWaiting.wait()
        holder = nil
        #expect(hasIt.wait(timeout: .now() + 60) == .success)
    }

    @Test("After a kill every commit that was acknowledged is there, and work goes on", arguments: [false, true])
    func kill(hasTornEnd: Bool) throws {
        let desk = try Desk()
        for number in 0..<20 {
            try desk.put([Desk.version("K\(number)", "n", at: 10)], position: "p\(number)")
        }
        let component = try #require(try desk.store.nextComponents(limit: 1, on: Desk.day).first)
        let copy = NSTemporaryDirectory() + "killed-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: desk.path, toPath: copy + "/store.sqlite")
        var log = try Data(contentsOf: URL(fileURLWithPath: desk.path + "-wal"))
        // A commit that was being written when the process was killed.
        if hasTornEnd { log.append(log.suffix(3000)) }
        try log.write(to: URL(fileURLWithPath: copy + "/store.sqlite-wal"))
        let store = try SQLiteStore(path: copy + "/store.sqlite")
        #expect(try store.counts().records == 20)
        #expect(try store.sourceState(of: Desk.registration).position == Array("p19".utf8))
        // What was handed out before the kill is handed out again, to whoever asks.
        #expect { try store.store([Desk.derivation(component)]) } throws: {
            ($0 as? StoreError)?.code == .staleToken
        }
        let components = try store.nextComponents(limit: 100, on: Desk.day)
        try store.store(components.map { Desk.derivation($0) })
        #expect(try store.counts().enterprises == 20)
    }

    @Test("A status follows the latest one, or is refused")
    func statusChain() throws {
        let desk = try Desk()
        func put(_ digest: String, after previous: String?, position: Int64 = 5, at time: Int64 = 100) throws {
            let status = SignedStatus(
                position: position,
                issuedAt: time,
                expiresAt: time + 7200,
                digest: digest,
                previous: previous,
                document: Array(digest.utf8)
            )
            try desk.store.storeStatus { _ in status }
        }
        try put("a", after: nil)
        try put("b", after: "a", position: 6)
        let isConflict = { (error: any Error) in (error as? StoreError)?.code == .conflict }
        #expect(performing: { try put("fork", after: "a", position: 7) }, throws: isConflict)
        #expect(performing: { try put("new", after: nil, position: 7) }, throws: isConflict)
        #expect(performing: { try put("back", after: "b", position: 5) }, throws: isConflict)
        #expect(performing: { try put("early", after: "b", position: 6, at: 99) }, throws: isConflict)
        try put("c", after: "b", position: 6)
        #expect(try desk.store.latestStatus()?.previous == "b")
    }

    @Test("A complete read of fifty thousand records costs what it withdraws, not memory", .timeLimit(.minutes(20)))
    func largeCompleteRead() throws {
        let desk = try Desk()
        let count = 50_000
        func rows(_ range: Range<Int>) -> [ReceivedVersion] {
            range.map { Desk.version("K\(10_000_000 + $0 &* 7_919 % count)", "n", at: 10) }
        }
        for start in stride(from: 0, to: count, by: 5_000) { try desk.put(rows(start..<start + 5_000)) }
        let before = try Self.residentMegabytes()
        try desk.put([], events: [.completeReadBegan])
        for start in stride(from: 0, to: count - 5_000, by: 5_000) {
            #expect(try desk.put(rows(start..<start + 5_000)).unchanged == 5_000)
        }
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 50),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: 0.2
        )
        #expect(try desk.put([], events: [end]).withdrawnByAbsence == 5_000)
        #expect(try desk.store.sourceState(of: Desk.registration).records == count - 5_000)
        // The writer's cache may fill in the meantime; the records themselves would be a good deal more.
        #expect(try Self.residentMegabytes() - before < 80)
    }

    private static func residentMegabytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(text[1]) ?? 0) * 4096 >> 20
    }
}
