public import Access
public import CreditModel
public import CreditStore
internal import HashTree
internal import ProfileChanges
public import Watches

/// What a client may see, and whether it may ask at all at present.
public struct ClientRights: Sendable, Hashable {
    /// What was granted.
    public var scopes: ScopeSet
    /// Whether nothing keeps the client from asking.
    public var isActive: Bool

    /// Says what a client may.
    public init(scopes: ScopeSet, isActive: Bool) {
        self.scopes = scopes
        self.isActive = isActive
    }

    /// Whether it may be called back.
    var mayBeCalled: Bool { isActive && scopes.contains(.writeWatches) }
}

/// Follows the changes of the exchange, and queues each for whoever watches.
///
/// Blocking: never on an event loop.
public struct Follower: Sendable {
    /// Changes that are followed in one transaction.
    static let page = 500

    private let store: any WatchStore
    private let credit: any ProvingStore
    private let rights: @Sendable (ClientID) throws -> ClientRights?
    private let answered: @Sendable (EnterpriseID) throws -> Set<ClientID>
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - store: where what is to be delivered is queued.
    ///   - credit: whose changes are followed.
    ///   - rights: what a client may; nil where there is none of that id.
    ///   - answered: the clients that were answered about an enterprise, and must hear of retractions.
    ///   - clock: POSIX milliseconds.
    ///   - report: told what a person should know.
    public init(
        store: any WatchStore,
        credit: any ProvingStore,
        rights: @escaping @Sendable (ClientID) throws -> ClientRights?,
        answered: @escaping @Sendable (EnterpriseID) throws -> Set<ClientID> = { _ in [] },
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.credit = credit
        self.rights = rights
        self.answered = answered
        self.clock = clock
        self.report = report
    }

    /// Follows everything that there is; the first time ever it begins with what comes after now.
    /// - Returns: how many changes were followed.
    public func catchUp() throws -> Int {
        var count = 0
        while let followed = try followPage() { count += followed }
        return count
    }

    /// - Returns: nil where there is nothing to follow.
    private func followPage() throws -> Int? {
        guard let position = try store.position() else {
            guard let present = try credit.changes(after: .max, limit: 0) else { return nil }
            try store.advance(FollowingStep(from: nil, to: present.last, moment: clock())) { _, _ in Audience() }
            return 0
        }
        guard let page = try credit.changes(after: position, limit: Self.page), page.last >= position else {
            return try reset(from: position)
        }
        guard let last = page.changes.last else { return nil }
        let moments = Dictionary(page.statuses.map { ($0.digest, $0.issuedAt) }) { first, _ in first }
        var step = FollowingStep(from: position, to: last.number, moment: clock())
        var told: [EnterpriseID: Set<ClientID>] = [:]
        for change in page.changes {
            let digest = try digest(of: change, among: page.changes)
            if let target = digest.movedTo { step.joins.append((change.enterprise, target)) }
            // Who watched the whole must hear of the part, whichever of both it means.
            if let source = digest.movedFrom { step.joins.append((source, change.enterprise)) }
            step.events += WatchEvent.events(
                of: digest,
                enterprise: change.enterprise,
                change: change.number,
                status: change.status,
                moment: moments[change.status] ?? clock() / 1000
            )
            if !digest.retracted.isEmpty { told[change.enterprise] = try answered(change.enterprise) }
        }
        try store.advance(step) { event, watchers in
            try audience(of: event, watchers, told: event.enterprise.flatMap { told[$0] } ?? [])
        }
        return page.changes.count
    }

    /// Changes were missed: whoever relies on them must hear that.
    private func reset(from position: Int64) throws -> Int? {
        guard let present = try credit.changes(after: .max, limit: 0) else { return nil }
        let status = present.statuses.last
        report("changes after \(position) are not kept any more: every webhook is told to begin with a snapshot")
        let event = WatchEvent(
            .reset,
            of: nil,
            change: present.last,
            status: status?.digest ?? "",
            moment: status?.issuedAt ?? clock() / 1000
        )
        try store.advance(
            FollowingStep(from: position, to: present.last, events: [event], moment: clock())
        ) { event, watchers in try audience(of: event, watchers, told: []) }
        return 0
    }

    /// A profile that cannot be read must not keep all other changes back: then only that it changed is told.
    private func digest(of change: ProfileChange, among page: [ProfileChange]) throws -> ChangeDigest {
        do {
            return try credit.digest(of: change, among: page)
        } catch let error as ProfileChangeError {
            report("change \(change.number): \(error)")
        } catch let error as StoreError where error.code == .damaged {
            report("change \(change.number): \(error)")
        }
        return try ChangeDigest(before: change.before, after: change.after, old: nil, new: nil)
    }

    /// Who hears of an event, and what each may know of it.
    private func audience(of event: WatchEvent, _ watchers: Watchers, told: Set<ClientID>) throws -> Audience {
        var audience = Audience()
        let watching = Set(watchers.lists.values)
        var reasons: [ClientID: Retraction.Reason] = [:]
        for client in told { reasons[client] = .answer }
        for client in watching { reasons[client] = .watch }
        for webhook in watchers.webhooks {
            guard let rights = try rights(webhook.client), rights.mayBeCalled,
                isMeant(webhook, event, watchers, watching, rights), let seen = event.narrowed(to: rights.scopes),
                webhook.wants(seen)
            else { continue }
            audience.webhooks.append(webhook)
            reasons[webhook.client] = .webhook
        }
        guard event.type == .retracted else { return audience }
        for (client, reason) in reasons.sorted(by: { $0.key < $1.key }) {
            guard let seen = try rights(client).flatMap({ event.narrowed(to: $0.scopes) }) else { continue }
            audience.retractions.append((client, reason, seen))
        }
        return audience
    }

    private func isMeant(
        _ webhook: Webhook,
        _ event: WatchEvent,
        _ watchers: Watchers,
        _ watching: Set<ClientID>,
        _ rights: ClientRights
    ) -> Bool {
        guard event.type != .reset else { return true }
        return switch webhook.target {
        case .everything: rights.scopes.contains(.bulkEnterprises)
        case .watched: watching.contains(webhook.client)
        case .list(let id): watchers.lists[id] == webhook.client
        }
    }
}
