public import CreditModel

/// Where clients, their keys and their use are kept.
///
/// Several processes may read and write at the same time. All of it is blocking: never on an event loop.
public protocol AccessStore: Sendable {
    /// A number that every change of a client or a key moves on; use does not.
    func generation() throws -> Int64
    /// Everything that decides who may ask, in one consistent view.
    func contents() throws -> AccessContents

    /// Stores a new client.
    /// - Throws: ``AccessError`` `conflict` where its name or id is taken.
    func add(_ client: Client) throws
    /// Changes a client in one transaction, and gives it back as it is then.
    /// - Throws: ``AccessError`` `unknown` where there is none of that id; what `change` throws, with nothing changed.
    @discardableResult
    func change(_ client: ClientID, _ change: (inout Client) throws -> Void) throws -> Client
    /// Stores a new key or secret of a client that is there.
    func add(_ credential: Credential) throws
    /// Revokes a key or secret of that client for ever; one that is revoked already stays as it is.
    /// - Throws: ``AccessError`` `unknown` where the client has none of that id.
    func revoke(_ credential: CredentialID, of client: ClientID, at moment: Int64) throws
    /// Every key and secret of a client, the oldest first, revoked ones included.
    func credentials(of client: ClientID) throws -> [Credential]

    /// Adds what was used since the last time, notes which keys were used, and gives what each client has used on a day.
    ///
    /// One transaction: a restart loses at most what was not told yet.
    func settle(_ use: AccessUse, on day: Day) throws -> [ClientID: Int64]
    /// Notes that an assertion was used.
    ///
    /// - Parameters:
    ///   - assertion: the digest of client and `jti`.
    ///   - expiry: POSIX seconds until which it could be used again.
    ///   - now: POSIX seconds; what expired before may be forgotten.
    /// - Returns: whether it was not used before.
    /// - Throws: ``AccessError``: then it must count as used.
    func claim(_ assertion: Digest256, until expiry: Int64, at now: Int64) throws -> Bool
}

/// Everything that decides who may ask.
public struct AccessContents: Sendable {
    /// The store's generation.
    public var generation: Int64
    /// All clients, the oldest first.
    public var clients: [Client]
    /// All keys and secrets, revoked ones included.
    public var credentials: [Credential]

    /// Gathers what a store holds.
    public init(generation: Int64, clients: [Client], credentials: [Credential]) {
        self.generation = generation
        self.clients = clients
        self.credentials = credentials
    }
}

/// What was used since a store was told last.
public struct AccessUse: Sendable {
    /// Requests by client.
    public var requests: [ClientID: [UsageDelta]] = [:]
    /// The days on which keys and secrets were used.
    public var credentials: [CredentialID: Day] = [:]

    /// Nothing yet.
    public init() {}

    /// Whether there is nothing to tell.
    public var isEmpty: Bool { requests.isEmpty && credentials.isEmpty }
}
