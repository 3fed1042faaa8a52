internal import Access
internal import ExchangeAPI
internal import Foundation
internal import Logging
internal import SQLiteAccess
internal import ServiceLifecycle
internal import Signing

/// Who may ask the running exchange, kept up to date while it runs, and the journal of what is asked.
struct FrontDesk: Service {
    let gate: Gate
    private let keeper: AccessKeeper
    let journal: QueryJournal
    private let housekeeper: Housekeeper

    /// Days for which what each client used is kept.
    private static let daysOfUse: Int32 = 400
    private static let day: Int64 = 86_400

    /// Opens the clients and the journal of an installation.
    init(_ settings: Settings, secret: [UInt8], logger: Logger) throws {
        let clients = try settings.clients()
        let records = try settings.newJournal()
        let table = try AccessTable(clients, at: Now.milliseconds)
        let tokens = TokenConfiguration(
            issuer: settings.issuer,
            audience: settings.access.audience,
            tokenEndpoint: settings.issuer + "/oauth2/token",
            lifetime: Int64(settings.access.tokenMinutes) * 60
        )
        let folder = settings.keysFolder
        let keys: @Sendable () throws -> KeySet = { tokens.keys(of: try KeyRing(folder: folder), at: Now.posix) }
        let authenticator = Authenticator(table, tokens, keys: try keys())
        journal = QueryJournal(records)
        // Each query takes two.
        let random = RandomPool { UInt64.random(in: .min ... .max) }
        keeper = AccessKeeper(table, authenticator, keys: keys, clock: { Now.milliseconds }) { failure in
            if let failure {
                logger.error("clients and their limits are as they were", metadata: ["error": "\(failure)"])
            } else {
                logger.notice("clients and their limits are up to date again")
            }
        }
        gate = Gate(
            authenticator: authenticator,
            tokens: TokenService(
                table,
                store: clients,
                tokens,
                signingKey: { try KeyRing(folder: folder).signingKey },
                random: { UInt64.random(in: .min ... .max) }
            ),
            journal: journal,
            records: records,
            realm: settings.issuer,
            secret: secret,
            clock: { Now.milliseconds },
            random: { random.next() }
        )
        let (gate, days) = (gate, Int64(settings.access.journalDays))
        let watches = try settings.watchStore()
        housekeeper = Housekeeper(
            [
                .init("journal of refusals", everySeconds: 10) { gate.settleRefusals(at: $0) },
                .init("journal", everySeconds: Self.day) { now in
                    if days > 0 { try records.prune(before: now - days * Self.day * 1000) }
                },
                .init("clients", everySeconds: Self.day) { try clients.prune(at: $0, keepingUseFor: Self.daysOfUse) },
                .init("kept answers", everySeconds: Self.day) { try watches.pruneCalls(at: $0) },
            ],
            clock: { Now.milliseconds }
        ) { name, error in
            logger.error("housekeeping failed", metadata: ["of": "\(name)", "error": "\(error)"])
        }
    }

    /// Keeps them until the group is shut down, after whoever answers: what was answered is on the disk then.
    func run() async throws {
        keeper.start()
        housekeeper.start()
        try await gracefulShutdown()
        housekeeper.stop()
        try keeper.stop()
        gate.settleRefusals(at: Now.milliseconds, isLast: true)
        try journal.close()
    }
}
