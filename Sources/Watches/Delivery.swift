/// An event on its way to a webhook.
public struct Delivery: Hashable, Sendable {
    /// How it stands with it.
    public enum State: Int, Hashable, Sendable {
        /// It is tried at its time.
        case due = 0
        /// The receiver took it.
        case delivered = 1
        /// It was given up.
        case failed = 2
        /// It was not tried: its webhook was switched off, or its client may not hear of it any more.
        case skipped = 3
        /// An earlier event of the same enterprise comes first.
        case waiting = 4

        /// As people and machines read it.
        public var name: String {
            switch self {
            case .due: "due"
            case .delivered: "delivered"
            case .failed: "failed"
            case .skipped: "skipped"
            case .waiting: "waiting"
            }
        }
    }

    /// The store's number of the event: grows in the order in which events happened.
    package var number: Int64
    /// What happened.
    public var event: WatchEvent
    /// To whom it goes.
    public var webhook: WebhookID
    /// How it stands with it.
    public var state: State
    /// How many attempts failed since it was queued, or replayed.
    public var failures: Int
    /// When it is tried next, in POSIX milliseconds.
    public var due: Int64
    /// The status of the last answer; nil where there was none.
    public var lastStatus: Int?
    /// Why the last attempt failed, or the delivery was skipped.
    public var lastError: String?
    /// When the last attempt was made, in POSIX milliseconds.
    public var lastAttempt: Int64?

    package init(
        number: Int64,
        event: WatchEvent,
        webhook: WebhookID,
        state: State,
        failures: Int,
        due: Int64,
        lastStatus: Int? = nil,
        lastError: String? = nil,
        lastAttempt: Int64? = nil
    ) {
        self.number = number
        self.event = event
        self.webhook = webhook
        self.state = state
        self.failures = failures
        self.due = due
        self.lastStatus = lastStatus
        self.lastError = lastError
        self.lastAttempt = lastAttempt
    }
}

/// How an attempt ended.
public enum DeliveryVerdict: Hashable, Sendable {
    /// The receiver took it.
    case delivered
    /// It is tried again at this moment, in POSIX milliseconds.
    case retry(at: Int64)
    /// It is given up.
    case failed
    /// It was not tried.
    case skipped
}

/// What a store is told of an attempt.
public struct DeliveryReport: Hashable, Sendable {
    /// How it ended.
    public var verdict: DeliveryVerdict
    /// When, in POSIX milliseconds.
    public var moment: Int64
    /// The status of the answer; nil where there was none.
    public var status: Int?
    /// Why it failed.
    public var error: String?
    /// Whether the receiver wants nothing any more: then the webhook is switched off.
    public var isGone = false
    /// Where every attempt since a moment before this one failed, the webhook is switched off; POSIX milliseconds.
    public var disablesIfFailingSince: Int64

    /// Says how an attempt ended.
    public init(_ verdict: DeliveryVerdict, at moment: Int64, disablesIfFailingSince: Int64 = .min) {
        self.verdict = verdict
        self.moment = moment
        self.disablesIfFailingSince = disablesIfFailingSince
    }
}

/// Which deliveries are meant.
public struct DeliveryFilter: Hashable, Sendable {
    /// To one webhook.
    public var webhook: WebhookID
    /// Only what failed, was skipped, or is being tried again.
    public var onlyTroubled = true
    /// Of events after this one, by its number: for the next page.
    public var after: Int64?
    /// At most so many.
    public var limit: Int

    /// The first hundred that are in trouble.
    public init(webhook: WebhookID, limit: Int = 100) {
        self.webhook = webhook
        self.limit = limit
    }
}
