public import Access
public import CreditModel

/// Where lists, webhooks, deliveries and retractions are kept.
///
/// What takes a client sees that one's alone: another's is unknown to it. Several processes may read and write at the same
/// time. All of it is blocking: never on an event loop. Errors are ``AccessError``.
public protocol WatchStore: Sendable {
    // Lists

    /// The lists of a client, the oldest first.
    func lists(of client: ClientID) throws -> [WatchList]
    /// One list; nil where the client has none of that id.
    func list(_ id: WatchListID, of client: ClientID) throws -> WatchList?
    /// Stores a new list.
    /// - Throws: `conflict` where the client has one of that name, `limit` where it has too many.
    func add(_ list: WatchList) throws
    /// Takes a list away, with webhooks that tell of it alone switched off; false where the client has none of that id.
    func removeList(_ id: WatchListID, of client: ClientID, at moment: Int64) throws -> Bool
    /// Adds entries; those that are there stay as they are.
    /// - Returns: how many are new.
    /// - Throws: `unknown` where the client has no such list, `limit` where it would be too long: nothing is added then.
    func add(_ entries: [WatchEntry], to list: WatchListID, of client: ClientID) throws -> Int
    /// Takes entries away; how many were there.
    func remove(_ enterprises: [EnterpriseID], from list: WatchListID, of client: ClientID) throws -> Int
    /// A list's entries in the order of their ids, a page at a time.
    func entries(
        of list: WatchListID,
        of client: ClientID,
        after enterprise: EnterpriseID?,
        limit: Int
    ) throws -> [WatchEntry]

    // Webhooks

    /// The webhooks of a client, or of all, the oldest first.
    func webhooks(of client: ClientID?) throws -> [Webhook]
    /// Stores a new webhook.
    /// - Throws: `unknown` where its list is not the client's, `limit` where it has too many.
    func add(_ webhook: Webhook) throws
    /// Changes a webhook in one transaction, and gives it back as it is then; `client` is nil for the operator.
    /// - Throws: `unknown` where there is none; what `change` throws, with nothing changed.
    func change(_ id: WebhookID, of client: ClientID?, _ change: (inout Webhook) throws -> Void) throws -> Webhook
    /// Takes a webhook away with its deliveries; false where the client has none of that id.
    func removeWebhook(_ id: WebhookID, of client: ClientID) throws -> Bool

    // Following the changes

    /// The number of the last change that was followed; nil before the first.
    func position() throws -> Int64?
    /// Follows changes from one position to another in one transaction: lists follow joined enterprises, then each event
    /// is queued for whom `choose` names.
    /// - Returns: how many deliveries were queued.
    /// - Throws: `conflict` where the position is another one: somebody else followed meanwhile.
    @discardableResult
    func advance(_ step: FollowingStep, _ choose: (WatchEvent, Watchers) throws -> Audience) throws -> Int

    // Delivering

    /// Takes deliveries that are due, at most so many of each webhook and in all; until `lease` nobody else gets them.
    func claim(at now: Int64, lease: Int64, limit: Int, room: (WebhookID) -> Int) throws -> [ClaimedDelivery]
    /// Keeps how an attempt ended, and lets the next event of the enterprise go where it is settled.
    /// - Returns: why the webhook was switched off by it; nil where it was not.
    @discardableResult
    func settle(_ delivery: Delivery, _ report: DeliveryReport) throws -> Webhook.Disabling?
    /// When the next delivery is due; nil where none is queued.
    func nextDue() throws -> Int64?
    /// What is queued and not settled, of webhooks that are in service.
    func backlog() throws -> DeliveryBacklog
    /// Deliveries that fit, in the order of their events; `client` is nil for the operator.
    func deliveries(_ filter: DeliveryFilter, of client: ClientID?) throws -> [Delivery]
    /// Queues deliveries anew that are settled: that of one event, or all of events since a moment (POSIX milliseconds).
    /// - Returns: how many.
    func replay(_ replay: Replay, to webhook: WebhookID, of client: ClientID?, at now: Int64) throws -> Int
    /// Forgets settled deliveries and acknowledged retractions from before a moment; how many rows.
    func prune(before moment: Int64) throws -> Int

    // Retractions

    /// Retractions that fit, by client and id.
    func retractions(_ filter: RetractionFilter) throws -> [Retraction]
    /// Keeps that a client knows; again changes nothing.
    /// - Returns: the retraction as it is then.
    /// - Throws: `unknown` where the client was never told of it.
    func acknowledge(_ id: RetractionID, by client: ClientID, at moment: Int64) throws -> Retraction

    // Calls that are sent again

    /// How a call ended that was carried out before; nil where none of its key was.
    func ended(_ call: RepeatableCall) throws -> RepeatedCall?
    /// Carries a call out unless it was before: what `act` changes in this store and what it answers are kept in one
    /// transaction.
    /// - Throws: what `act` throws, with nothing changed.
    func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall
}

/// A delivery to be tried now.
public struct ClaimedDelivery: Sendable {
    /// What goes.
    public var delivery: Delivery
    /// Where it goes.
    public var webhook: Webhook

    package init(delivery: Delivery, webhook: Webhook) {
        self.delivery = delivery
        self.webhook = webhook
    }
}

/// How much waits to be delivered.
public struct DeliveryBacklog: Hashable, Sendable {
    /// Deliveries that are due, are tried again, or wait behind another of their enterprise.
    public var waiting: Int
    /// When the oldest event of these was queued, in POSIX milliseconds; nil where none waits.
    public var oldest: Int64?
    /// Webhooks that are switched off, whose deliveries do not count.
    public var disabled: Int

    package init(waiting: Int, oldest: Int64?, disabled: Int) {
        self.waiting = waiting
        self.oldest = oldest
        self.disabled = disabled
    }
}

/// Says who was answered about an enterprise: the journal of queries.
public protocol AnswerHistory: Sendable {
    /// The clients that were answered about an enterprise since a moment, in POSIX milliseconds.
    func clients(answeredAbout enterprise: EnterpriseID, since moment: Int64) throws -> Set<ClientID>
}

/// What is queued anew.
public enum Replay: Hashable, Sendable {
    /// One event, by its id.
    case event(String)
    /// All since a moment, in POSIX milliseconds; those that were delivered, too.
    case since(Int64)
}

/// Changes that were read, and what they come to.
public struct FollowingStep: Sendable {
    /// The position from which they follow; nil to begin.
    public var from: Int64?
    /// The position to which they lead.
    public var to: Int64
    /// Enterprises whose watchers watch another one, too, from now on.
    public var joins: [(watched: EnterpriseID, also: EnterpriseID)]
    /// What happened, in order.
    public var events: [WatchEvent]
    /// POSIX milliseconds.
    public var moment: Int64

    /// Makes a step of its parts.
    public init(
        from: Int64?,
        to: Int64,
        joins: [(watched: EnterpriseID, also: EnterpriseID)] = [],
        events: [WatchEvent] = [],
        moment: Int64
    ) {
        self.from = from
        self.to = to
        self.joins = joins
        self.events = events
        self.moment = moment
    }
}

/// Who watches an enterprise.
public struct Watchers: Sendable {
    /// Lists that it is on, with their clients.
    public var lists: [WatchListID: ClientID]
    /// All webhooks.
    public var webhooks: [Webhook]

    package init(lists: [WatchListID: ClientID], webhooks: [Webhook]) {
        self.lists = lists
        self.webhooks = webhooks
    }
}

/// Who hears of an event.
public struct Audience: Sendable {
    /// The webhooks that it goes to; one that is switched off gets it when somebody replays it.
    public var webhooks: [Webhook] = []
    /// The clients that must acknowledge it, with what they may see of it.
    public var retractions: [(client: ClientID, reason: Retraction.Reason, records: WatchEvent)] = []

    /// Nobody.
    public init() {}
}
