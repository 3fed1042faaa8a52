import CreditModel
import CreditStore
import Derivation
import Foundation
import GRDB
import Publication
@testable import SQLiteStore
import Signing
import Synchronization

/// A store in which everything has happened, and copies of it that are damaged, checked and rebuilt.
final class AuditDesk {
    let town: TravelTown
    let folder: String
    /// The store as it lies, sound.
    let sound: String

    init(seed: UInt64, steps: Int = 30) throws {
        town = try TravelTown(seed: seed)
        folder = town.world.folder + "/audit"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try town.live(steps: steps)
        sound = folder + "/sound.sqlite"
        try happenElse()
        try Self.copy(town.world.path("store.sqlite"), to: sound)
    }

    /// What the town does not do: runs, drift, refusals, quarantine, held withdrawals, statuses, and something that waits.
    private func happenElse() throws {
        let world = town.world
        try world.finish()
        try world.finish(error: "broken")
        let place = RowPlace(document: "page", row: 1, line: 2)
        let bad = ["P1", "P2"].map { key in
            QuarantineEntry(
                dataset: World.registration,
                place: place,
                key: RecordKey([key]),
                modified: LocalTime(posix: World.now * 2),
                rule: "malformed",
                message: "no end",
                original: Array("<ROW>\(key)".utf8),
                firstSeen: World.now
            )
        }
        let events: [StoreEvent] = [
            .drift(kind: "field", name: "NEU", sample: "1"), .refused(what: "file", why: "not XML"),
        ]
        _ = try world.store.commit(
            StoreBatch(
                dataset: World.registration,
                run: "last",
                receivedAt: World.now,
                quarantined: bad,
                events: events,
                position: Array("{}".utf8),
                progress: StoredProgress(incomplete: ["gap:7"])
            )
        )
        try world.publisher.publishStatus(at: World.now, day: TravelTown.day)
        try world.finish()
        // The tree follows what changed, and then has not heard of it yet.
        try town.live(steps: 6)
        try world.publisher.publishStatus(at: World.now + 10, day: TravelTown.day)
        try town.live(steps: 6)
        try world.commit("P0", name: "还没有推导的名称")
        // A complete read that shows nothing: all that is shown waits for a person's word.
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(posix: World.now * 2),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: 0
        )
        for events in [[StoreEvent.completeReadBegan], [end]] {
            let batch = StoreBatch(dataset: World.registration, run: "all", receivedAt: World.now, events: events)
            _ = try world.store.commit(batch)
        }
        // A list that is too long for its profile needs a town of its own; its rest lies in a table like any other.
        let bytes = Array("[]".utf8)
        let digest = ShortDigest.text(of: World.sha256(bytes))
        try (world.store as? SQLiteStore)?.write { db in
            try db.run("INSERT INTO annex(digest, bytes) VALUES(?, ?)", digest, bytes)
        }
    }

    // MARK: Copies

    static func copy(_ path: String, to other: String) throws {
        for end in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: other + end) }
        try DatabaseQueue(path: path).vacuum(into: other)
        let copy = try DatabaseQueue(path: other)
        try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
        try copy.close()
    }

    /// A copy of the sound store to work on.
    func fresh(_ name: String = "work") throws -> String {
        let path = folder + "/\(name).sqlite"
        try Self.copy(sound, to: path)
        return path
    }

    /// Changes rows as a disk does: no trigger sees it.
    static func damage(_ path: String, _ body: (Database) throws -> Void) throws {
        try withoutTriggers(DatabaseQueue(path: path), body)
    }

    private static func withoutTriggers(_ queue: DatabaseQueue, _ body: (Database) throws -> Void) throws {
        try queue.write { db in
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try body(db)
            for trigger in triggers { try db.execute(sql: trigger["sql"] as String) }
        }
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try queue.close()
    }

    // MARK: Commands

    private final class Found: Sendable {
        let findings = Mutex([Finding]())
        var audit: Audit { Audit(report: { finding in self.findings.withLock { $0.append(finding) } }) }
        var all: [Finding] { findings.withLock { $0 } }
    }

    private func auditor(_ store: SQLiteStore) throws -> Auditor {
        try Auditor(
            store: store,
            deriver: Deriver(
                store: store,
                secret: TravelTown.secret,
                sealing: publisher(store).sealing { World.now + 100 },
                now: { World.now + 100 }
            )
        )
    }

    private func publisher(_ store: SQLiteStore) -> Publisher {
        let keys = town.world.ring.folder
        return Publisher(
            store: store,
            issuer: World.issuer,
            signingKey: { try KeyRing(folder: keys).signingKey },
            datasets: [World.registration, World.taxpayers]
        )
    }

    private func seals(_ store: SQLiteStore) -> SealAudit {
        SealAudit(store: store, keys: town.world.keys, issuer: World.issuer, width: 2)
    }

    /// What the last check looked at.
    private(set) var report = Auditor.Report()

    /// What `suixin store check` does.
    func check(_ path: String) throws -> [Finding] {
        var options = SQLiteStore.Options()
        options.access = .readOnly
        let store = try SQLiteStore(path: path, options: options)
        let found = Found()
        let damaged = try store.auditStatements(found.audit)
        try store.auditTables(found.audit)
        report = try auditor(store).check(on: TravelTown.day, found.audit, sparing: damaged)
        _ = try seals(store).check(found.audit)
        return found.all
    }

    /// What `suixin store rebuild` does; what it could not make right.
    @discardableResult
    func rebuild(_ path: String) throws -> [Finding] {
        let store = try SQLiteStore(path: path)
        let found = Found()
        let damaged = try store.auditStatements(found.audit)
        try store.mendStatements(found.audit, sparing: damaged)
        _ = try auditor(store).rebuild(on: TravelTown.day, found.audit, sparing: damaged) { World.now + 100 }
        let publisher = publisher(store)
        _ = try seals(store).check(found.audit) { try publisher.mend($0, in: store, at: World.now + 100) }
        try store.mendTables(found.audit, sparing: damaged)
        try publisher.signProfiles(at: World.now + 100)
        try store.auditTables(found.audit)
        return found.all.filter { !$0.isRepairable }
    }

    /// A digest a section.
    func dump(_ path: String) throws -> [String: String] {
        var options = SQLiteStore.Options()
        options.access = .readOnly
        let report = try StoreDump(store: SQLiteStore(path: path, options: options)).write(to: nil, linesToo: false)
        return Dictionary(report.sections.map { ($0.key.rawValue, $0.value.digest) }) { $1 }
    }
}
