internal import Access
internal import CreditModel
internal import CreditStore
internal import ExchangeAPI
internal import FeedTransport
internal import Foundation
internal import SQLiteAccess
internal import Synchronization
internal import Watches
internal import Watching

extension Installation {
    /// What clients may do with their watch lists.
    func watchListDesk() throws -> WatchListDesk {
        let store = store
        return WatchListDesk(
            store: try settings.watchStore(),
            resolve: { try store.enterprises(named: AskedName($0), digest: Self.sha256) },
            clock: { Now.milliseconds },
            random: { .random(in: .min ... .max) }
        )
    }

    /// What clients may do with their webhooks.
    func webhookDesk() throws -> WebhookDesk {
        WebhookDesk(
            store: try settings.watchStore(),
            policy: settings.watch.policy,
            installation: try secret(),
            clock: { Now.milliseconds },
            random: { .random(in: .min ... .max) }
        )
    }

    /// Follows the changes and calls the webhooks.
    func dispatcher(
        _ report: @escaping @Sendable (String) -> Void,
        metrics: WebhookMetrics = WebhookMetrics()
    ) throws -> Dispatcher {
        let rights = try RightsTable(settings.clients())
        let watch = settings.watch
        let answers = PastAnswers(settings)
        let lookUp: @Sendable (ClientID) throws -> ClientRights? = { try rights.rights(of: $0) }
        let store = try settings.watchStore()
        return Dispatcher(
            store: store,
            follower: Follower(
                store: store,
                credit: self.store,
                rights: lookUp,
                answered: { enterprise in
                    let since = Now.milliseconds - Int64(watch.answeredDays) * 86_400_000
                    return try answers.clients(answeredAbout: enterprise, since: since)
                },
                clock: { Now.milliseconds },
                report: report
            ),
            messenger: Messenger(
                origin: settings.eventOrigin,
                installation: try secret(),
                key: try settings.webhookKey(),
                rights: lookUp,
                clock: { Now.milliseconds },
                random: { .random(in: .min ... .max) }
            ),
            makePoster: { GuardedPoster(watch.policy) },
            clock: { Now.milliseconds },
            report: report,
            metrics: metrics
        )
    }
}

/// Who was answered, as the journal says; `suixin serve` may begin that later than this runs.
private final class PastAnswers: Sendable {
    private let settings: Settings
    private let journal = Mutex<SQLiteJournalStore?>(nil)

    init(_ settings: Settings) { self.settings = settings }

    func clients(answeredAbout enterprise: EnterpriseID, since moment: Int64) throws -> Set<ClientID> {
        let opened = try journal.withLock { journal in
            if journal == nil, FileManager.default.fileExists(atPath: settings.access.journalPath) {
                journal = try settings.journal()
            }
            return journal
        }
        return try opened?.clients(answeredAbout: enterprise, since: moment) ?? []
    }
}

/// What clients may, as the table of clients says it now: a revoked right holds for the next event.
private final class RightsTable: Sendable {
    private let store: SQLiteAccessStore
    private let known: Mutex<(generation: Int64, rights: [ClientID: ClientRights])>

    init(_ store: SQLiteAccessStore) throws {
        self.store = store
        known = Mutex((-1, [:]))
    }

    func rights(of client: ClientID) throws -> ClientRights? {
        let generation = try store.generation()
        return try known.withLock { known in
            if known.generation != generation {
                let contents = try store.contents()
                let rights = contents.clients.map {
                    ($0.id, ClientRights(scopes: $0.scopes, isActive: $0.disabled == nil))
                }
                known = (contents.generation, Dictionary(uniqueKeysWithValues: rights))
            }
            return known.rights[client]
        }
    }
}
