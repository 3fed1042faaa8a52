import Access
import CreditModel
import CreditStore
import ExchangeAPI
import FeedTransport
import Foundation
import SQLiteAccess
import Signing
import Synchronization
import Watches

/// Who may ask the API of a world: clients, keys and a journal in files of their own.
final class FrontDesk: Sendable {
    let clients: SQLiteAccessStore
    let records: SQLiteJournalStore
    let table: AccessTable
    let journal: QueryJournal
    let gate: Gate
    let watching: WatchDesks
    let watches: SQLiteWatchStore
    let folder: String
    /// Of a client who may do everything.
    let key: String

    /// Keys by the port at which they open: what ``HTTPCall`` sends where a test says nothing.
    static let keys = Mutex<[Int: String]>([:])

    init(_ world: World, at now: Int64, attempts: AttemptLimits = AttemptLimits()) throws {
        folder = world.folder + "/desk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        clients = try SQLiteAccessStore(path: folder + "/access.db")
        records = try SQLiteJournalStore(path: folder + "/journal.db")
        let tokens = TokenConfiguration(issuer: World.issuer, tokenEndpoint: "https://credit.example/oauth2/token")
        table = try AccessTable(clients, at: now * 1000)
        journal = QueryJournal(records)
        let keys = world.ring.folder
        gate = Gate(
            authenticator: Authenticator(table, tokens, keys: tokens.keys(of: world.ring, at: now)),
            tokens: TokenService(
                table,
                store: clients,
                tokens,
                signingKey: { try KeyRing(folder: keys).signingKey },
                random: { UInt64.random(in: .min ... .max) }
            ),
            journal: journal,
            records: records,
            realm: World.issuer,
            secret: Array(repeating: 7, count: 32),
            clock: { now * 1000 },
            random: { UInt64.random(in: .min ... .max) },
            attempts: attempts
        )
        watches = try SQLiteWatchStore(path: folder + "/watch.db")
        let store = world.store
        watching = WatchDesks(
            lists: WatchListDesk(
                store: watches,
                resolve: { try store.enterprises(named: AskedName($0), digest: World.sha256) },
                clock: { now * 1000 },
                random: { UInt64.random(in: .min ... .max) }
            ),
            webhooks: WebhookDesk(
                store: watches,
                policy: OutboundPolicy(),
                installation: Array(repeating: 7, count: 32),
                clock: { now * 1000 },
                random: { UInt64.random(in: .min ... .max) }
            ),
            retractions: RetractionDesk(store: watches, clock: { now * 1000 })
        )
        key = try Self.add("everything", .all, Self.plenty, to: clients, table, at: now) { _ in }.key
    }

    static let plenty = UsageLimits(burst: 100_000, window: 1, daily: nil)

    /// Adds a client with a key; known at once.
    func client(
        _ name: String,
        _ scopes: ScopeSet = .all,
        limits: UsageLimits = plenty,
        at now: Int64 = World.now,
        _ change: (inout Client) -> Void = { _ in }
    ) throws -> (id: ClientID, key: String) {
        try Self.add(name, scopes, limits, to: clients, table, at: now, change)
    }

    private static func add(
        _ name: String,
        _ scopes: ScopeSet,
        _ limits: UsageLimits,
        to clients: SQLiteAccessStore,
        _ table: AccessTable,
        at now: Int64,
        _ change: (inout Client) -> Void
    ) throws -> (id: ClientID, key: String) {
        var random = SystemRandomNumberGenerator()
        var client = Client(id: ClientID(using: &random), name: name, limits: limits, created: now)
        client.scopes = scopes
        change(&client)
        try clients.add(client)
        let made = Credential.make(.apiKey, for: client.id, created: now, using: &random)
        try clients.add(made.credential)
        try table.refresh(at: now * 1000)
        return (client.id, made.text)
    }
}
