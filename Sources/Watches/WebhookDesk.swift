public import Access
package import FeedTransport
public import Signing

/// What a client may do with its webhooks, and the operator with all of them.
///
/// Blocking: never on an event loop.
public struct WebhookDesk: Sendable {
    /// What a client wants of a webhook.
    public struct Wish: Hashable, Sendable {
        /// Where it is called.
        public var url: String
        /// Of which events it tells; all where it is empty.
        public var types: Set<WatchEventType> = []
        /// Of changes in which sections it tells; in all where it is empty.
        public var sections: Set<String> = []
        /// Of which enterprises it tells.
        public var target: Webhook.Target

        /// All events of some enterprises.
        public init(url: String, target: Webhook.Target) {
            self.url = url
            self.target = target
        }
    }

    /// A webhook with the secret that is shown this one time.
    public struct Disclosure: Sendable {
        /// The webhook.
        public let webhook: Webhook
        /// What signs what is sent to it.
        public let secret: WebhookSecret
    }

    let store: any WatchStore
    private let policy: OutboundPolicy
    let installation: [UInt8]
    private let schedule: RetrySchedule
    private let clock: @Sendable () -> Int64
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - store: where webhooks are kept.
    ///   - policy: where webhooks may lead.
    ///   - installation: the installation's secret, from which theirs are derived.
    ///   - schedule: how long a former secret lasts.
    ///   - clock: POSIX milliseconds.
    ///   - random: 64 random bits.
    package init(
        store: any WatchStore,
        policy: OutboundPolicy,
        installation: [UInt8],
        schedule: RetrySchedule = RetrySchedule(),
        clock: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.store = store
        self.policy = policy
        self.installation = installation
        self.schedule = schedule
        self.clock = clock
        self.random = random
    }

    /// The client's webhooks, the oldest first.
    public func webhooks(of client: ClientID) throws -> [Webhook] { try store.webhooks(of: client) }

    /// One of the client's webhooks; `client` is nil for the operator.
    /// - Throws: ``AccessError`` `unknown` where there is none of that id.
    public func webhook(_ id: WebhookID, of client: ClientID?) throws -> Webhook {
        guard let webhook = try store.webhooks(of: client).first(where: { $0.id == id }) else {
            throw Self.unknown(id)
        }
        return webhook
    }

    /// Makes a webhook.
    /// - Parameters:
    ///   - wish: what the client wants of it.
    ///   - client: whose it is.
    ///   - rights: what the client may do: only who may ask for all enterprises at once may hear of all.
    /// - Returns: the webhook, and the secret that is shown this one time.
    /// - Throws: ``AccessError`` `invalid`, `unknown` or `limit`.
    public func create(_ wish: Wish, for client: ClientID, rights: ScopeSet) throws -> Disclosure {
        let id = WebhookID(bits: random())
        var webhook = Webhook(id: id, client: client, url: wish.url, target: wish.target, created: clock())
        webhook.types = wish.types
        webhook.sections = wish.sections
        try check(webhook, rights)
        try store.add(webhook)
        return disclosed(webhook)
    }

    /// Changes what a webhook is called for and where.
    /// - Throws: ``AccessError`` `invalid` or `unknown`.
    public func change(_ id: WebhookID, of client: ClientID, to wish: Wish, rights: ScopeSet) throws -> Webhook {
        try store.change(id, of: client) { webhook in
            (webhook.url, webhook.target) = (wish.url, wish.target)
            (webhook.types, webhook.sections) = (wish.types, wish.sections)
            try check(webhook, rights)
        }
    }

    /// Makes a new secret; the one before signs, too, for a day.
    /// - Throws: ``AccessError`` `unknown` where the client has none of that id.
    public func rotateSecret(of id: WebhookID, of client: ClientID) throws -> Disclosure {
        let end = clock() + schedule.previousSecretLasts
        return disclosed(try store.change(id, of: client) { $0.rotate(keepingPreviousUntil: end) })
    }

    /// Switches a webhook on again; what was missed is replayed where somebody asks for it.
    ///
    /// `client` is nil for the operator.
    /// - Throws: ``AccessError`` `unknown` where there is none of that id.
    @discardableResult
    public func enable(_ id: WebhookID, of client: ClientID?) throws -> Webhook {
        try store.change(id, of: client) { $0.enable() }
    }

    /// Switches a webhook off; `client` is nil for the operator.
    /// - Throws: ``AccessError`` `unknown` where there is none of that id.
    @discardableResult
    public func disable(_ id: WebhookID, of client: ClientID?) throws -> Webhook {
        let now = clock()
        return try store.change(id, of: client) { $0.disable(.wanted, at: now) }
    }

    /// Takes a webhook away, with what was queued for it.
    /// - Throws: ``AccessError`` `unknown` where the client has none of that id.
    public func remove(_ id: WebhookID, of client: ClientID) throws {
        guard try store.removeWebhook(id, of: client) else { throw Self.unknown(id) }
    }

    /// What could not be delivered, or not yet; or all deliveries.
    ///
    /// `client` is nil for the operator.
    /// - Throws: ``AccessError`` `unknown` where there is no such webhook.
    public func deliveries(_ filter: DeliveryFilter, of client: ClientID?) throws -> [Delivery] {
        _ = try webhook(filter.webhook, of: client)
        return try store.deliveries(filter, of: client)
    }

    /// Sends again: one event, or all since a moment, in order; with the ids that they had.
    ///
    /// `client` is nil for the operator.
    /// - Returns: how many were queued.
    /// - Throws: ``AccessError`` `unknown` where there is no such webhook or event.
    public func replay(_ replay: Replay, to id: WebhookID, of client: ClientID?) throws -> Int {
        _ = try webhook(id, of: client)
        let count = try store.replay(replay, to: id, of: client, at: clock())
        if case .event(let event) = replay, count == 0 {
            throw AccessError(.unknown, "the webhook has no settled delivery of the event \(event.prefix(40))")
        }
        return count
    }

    private func disclosed(_ webhook: Webhook) -> Disclosure {
        let secret = WebhookSecret(installation: installation, webhook: webhook.id.text, generation: webhook.generation)
        return Disclosure(webhook: webhook, secret: secret)
    }

    private func check(_ webhook: Webhook, _ rights: ScopeSet) throws(AccessError) {
        try webhook.check(policy)
        guard webhook.target != .everything || rights.contains(.bulkEnterprises) else {
            throw AccessError(
                .invalid,
                "to hear of all enterprises takes the scope enterprises:bulk: name a watch list"
            )
        }
    }

    private static func unknown(_ id: WebhookID) -> AccessError { AccessError(.unknown, "there is no webhook \(id)") }
}
