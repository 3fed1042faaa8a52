public import Access
public import CreditModel
public import ProfileChanges

/// Records that a profile rested on and does no more, as one client was told, or must be.
public struct Retraction: Hashable, Sendable {
    /// Why a client has to know.
    public enum Reason: String, Hashable, Sendable {
        /// A webhook of its tells of the enterprise.
        case webhook
        /// The enterprise is on one of its lists.
        case watch
        /// It was answered with what was retracted.
        case answer
    }

    /// The same for every client.
    public let id: RetractionID
    /// Who has to know.
    public let client: ClientID
    /// Whose profile it was.
    public let enterprise: EnterpriseID
    /// What was retracted, of what the client may see.
    public let records: [RetractedRecord]
    /// Why the client has to know.
    public let reason: Reason
    /// Since when it is known, in POSIX milliseconds.
    public let opened: Int64
    /// When a webhook of the client took it, in POSIX milliseconds.
    public var delivered: Int64?
    /// When the client acknowledged it, in POSIX milliseconds.
    public var acknowledged: Int64?

    package init(
        id: RetractionID,
        client: ClientID,
        enterprise: EnterpriseID,
        records: [RetractedRecord],
        reason: Reason,
        opened: Int64,
        delivered: Int64? = nil,
        acknowledged: Int64? = nil
    ) {
        self.id = id
        self.client = client
        self.enterprise = enterprise
        self.records = records
        self.reason = reason
        self.opened = opened
        self.delivered = delivered
        self.acknowledged = acknowledged
    }
}

/// Which retractions are meant.
public struct RetractionFilter: Hashable, Sendable {
    /// Of this client; nil for all.
    public var client: ClientID?
    /// Only those that were not acknowledged.
    public var onlyOpen = true
    /// Opened before this moment, in POSIX milliseconds: those that wait for long.
    public var openedBefore: Int64?
    /// After this one of ``client``, or of that client's: for the next page.
    public var after: (client: ClientID, id: RetractionID)? {
        get { afterClient.flatMap { client in afterID.map { (client, $0) } } }
        set { (afterClient, afterID) = (newValue?.client, newValue?.id) }
    }
    private var afterClient: ClientID?
    private var afterID: RetractionID?
    /// At most so many.
    public var limit: Int

    /// The first hundred open ones.
    public init(limit: Int = 100) { self.limit = limit }
}
