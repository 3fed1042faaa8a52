public import Access
public import CreditModel

/// Enterprises of which a client wants to hear.
public struct WatchList: Hashable, Sendable {
    /// A client has no more lists than this.
    public static let listLimit = 100
    /// A list has no more entries than this; those that it follows to come on top.
    public static let entryLimit = 1_000_000
    /// Entries that one call adds or removes.
    public static let batchLimit = 10_000
    static let nameLimit = 200

    /// For ever the same.
    public let id: WatchListID
    /// Whose it is: nobody else ever sees it.
    public let client: ClientID
    /// What the client calls it; no two of its lists share a name.
    public var name: String
    /// POSIX milliseconds.
    public let created: Int64
    /// How many enterprises are on it.
    public var count: Int

    /// Makes a list of its parts.
    public init(id: WatchListID, client: ClientID, name: String, created: Int64, count: Int = 0) {
        self.id = id
        self.client = client
        self.name = name
        self.created = created
        self.count = count
    }
}

/// One enterprise of a list.
public struct WatchEntry: Hashable, Sendable {
    /// The enterprise.
    public let enterprise: EnterpriseID
    /// The code or former id by which the client named it; nil where that was ``enterprise``.
    public let asked: String?
    /// The watched id that was joined to this one, or that it was split from; nil where the client named it.
    public let followed: EnterpriseID?
    /// POSIX milliseconds.
    public let added: Int64

    /// Makes an entry of its parts.
    public init(enterprise: EnterpriseID, asked: String? = nil, followed: EnterpriseID? = nil, added: Int64) {
        self.enterprise = enterprise
        self.asked = asked
        self.followed = followed
        self.added = added
    }
}

/// What became of the names that a client put on a list, or took off it.
public struct WatchOutcome: Hashable, Sendable {
    /// A name and what it leads to.
    public struct Name: Hashable, Sendable {
        /// As it was given.
        public let asked: String
        /// The enterprises that it stands for now.
        public let enterprises: [EnterpriseID]
    }

    /// How many entries came on the list, or left it.
    public var count = 0
    /// Names of one enterprise each: those that were on the list already are among them.
    public var resolved: [Name] = []
    /// Names of several: none of them was taken; the client must say which.
    public var ambiguous: [Name] = []
    /// Names by which nothing is known.
    public var unknown: [String] = []
}
