import Access
import CreditModel
import Foundation
import SQLiteAccess
import Signing
import Synchronization

/// A journal in a folder of its own, and clients who ask.
final class Archive {
    static let noon: Int64 = 1_772_337_600_000

    /// So small that a few entries make several blocks and lots.
    static let layout = {
        var layout = JournalLayout()
        layout.blockEntries = 5
        layout.lotBlocks = 3
        layout.lotsMerged = 3
        return layout
    }()

    let folder: String
    private(set) var store: SQLiteJournalStore
    private let desk: Authenticator
    private let table: AccessTable
    private let clients: SQLiteAccessStore
    var path: String { folder + "/journal.db" }

    init() throws {
        folder = NSTemporaryDirectory() + "archive-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteJournalStore(path: folder + "/journal.db", layout: Self.layout)
        clients = try SQLiteAccessStore(path: folder + "/access.db")
        table = try AccessTable(clients, at: Self.noon)
        desk = Authenticator(table, TokenConfiguration(issuer: "x"), keys: KeySet([]))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// As after the end of the process.
    func reopen() throws { store = try SQLiteJournalStore(path: path, layout: Self.layout) }

    func caller(_ name: String) throws -> Caller {
        var random = Lot()
        var client = Client(id: ClientID(using: &random), name: name, created: 0)
        client.scopes = .all
        let made = Credential.make(.apiKey, for: client.id, created: 0, using: &random)
        try clients.add(client)
        try clients.add(made.credential)
        try table.refresh(at: Self.noon)
        return try desk.authenticate(ShownCredentials(apiKey: made.text), at: Self.noon)
    }

    /// A query at so many milliseconds after noon.
    static func entry(_ caller: Caller, at offset: Int64 = 0, about ids: [EnterpriseID] = []) -> QueryEntry {
        let id = QueryID(at: noon + offset) { .random(in: .min ... .max) }
        var entry = QueryEntry(id: id, caller: caller, endpoint: "enterprise", status: 200)
        entry.asked = ids.map { .enterprise($0) }
        entry.purpose = Purpose("dispute")
        entry.sections = ["registration", "tax"]
        entry.position = 17
        return entry
    }

    static func enterprise(_ number: Int) throws -> EnterpriseID {
        EnterpriseID(pripid: "\(number)", digest: { Digest256(of: $0).bytes })
    }

    /// All that is wrong with the journal.
    func faults() throws -> [JournalFault] {
        let faults = Mutex<[JournalFault]>([])
        _ = try store.check { fault in faults.withLock { $0.append(fault) } }
        return faults.withLock { $0 }
    }
}

/// A store that fails or waits when a test says so, in front of a real one.
final class FaultyStore: JournalStore {
    private let store: SQLiteJournalStore
    /// How many appends fail yet.
    let failures = Mutex(0)
    /// How many entries each append had.
    let appends = Mutex<[Int]>([])
    /// Called in each append, before anything is written.
    let hold: @Sendable () -> Void

    init(_ store: SQLiteJournalStore, hold: @escaping @Sendable () -> Void = {}) {
        self.store = store
        self.hold = hold
    }

    func append(_ records: [JournalRecord]) throws {
        hold()
        let fails = failures.withLock { failures in
            defer { failures = max(0, failures - 1) }
            return failures > 0
        }
        if fails { throw AccessError(.unusable, "the disk is full") }
        try store.append(records)
        appends.withLock { $0.append(records.count) }
    }

    func entry(_ id: QueryID) throws -> QueryEntry? { try store.entry(id) }
    func entries(_ filter: JournalFilter) throws -> [QueryEntry] { try store.entries(filter) }
    func body(_ digest: Digest256) throws -> [UInt8]? { try store.body(digest) }
    func check(_ found: (JournalFault) -> Void) throws -> JournalState { try store.check(found) }
    func prune(before moment: Int64) throws -> Int { try store.prune(before: moment) }
}

/// A value that several threads of a test share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func change(_ change: @Sendable (inout Value) -> Void) { mutex.withLock { change(&$0) } }
}

/// The system's randomness, with a state of its own: the thread sanitizer falls over a generator without any.
struct Lot: RandomNumberGenerator {
    private var drawn = 0

    mutating func next() -> UInt64 {
        drawn += 1
        return .random(in: .min ... .max)
    }
}
