public import Access
public import CreditModel

/// What a client may do with its watch lists.
///
/// Blocking: never on an event loop.
public struct WatchListDesk: Sendable {
    let store: any WatchStore
    private let resolve: @Sendable (String) throws -> [EnterpriseID]
    private let clock: @Sendable () -> Int64
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - store: where lists are kept.
    ///   - resolve: the enterprises for which an id of any time, or a code, stands now.
    ///   - clock: POSIX milliseconds.
    ///   - random: 64 random bits.
    public init(
        store: any WatchStore,
        resolve: @escaping @Sendable (String) throws -> [EnterpriseID],
        clock: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.store = store
        self.resolve = resolve
        self.clock = clock
        self.random = random
    }

    /// The client's lists, the oldest first.
    public func lists(of client: ClientID) throws -> [WatchList] { try store.lists(of: client) }

    /// One of the client's lists.
    /// - Throws: ``AccessError`` `unknown` where it has none of that id.
    public func list(_ id: WatchListID, of client: ClientID) throws -> WatchList {
        guard let list = try store.list(id, of: client) else { throw Self.unknown(id) }
        return list
    }

    /// Begins an empty list.
    /// - Throws: ``AccessError`` `invalid`, `conflict` or `limit`.
    public func create(name: String, for client: ClientID) throws -> WatchList {
        guard 1...WatchList.nameLimit ~= name.utf8.count,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw AccessError(
                .invalid,
                "a list's name has 1 to \(WatchList.nameLimit) bytes and no control characters: choose another"
            )
        }
        let list = WatchList(id: WatchListID(bits: random()), client: client, name: name, created: clock())
        try store.add(list)
        return list
    }

    /// Takes a list away; webhooks that tell of it alone are switched off.
    /// - Throws: ``AccessError`` `unknown` where the client has none of that id.
    public func remove(_ id: WatchListID, of client: ClientID) throws {
        guard try store.removeList(id, of: client, at: clock()) else { throw Self.unknown(id) }
    }

    /// Puts enterprises on a list by ids or codes; what is not known, or is several, is told and left out.
    /// - Throws: ``AccessError`` `unknown`, `limit`, or `invalid` where there are too many names in one call.
    public func add(_ names: [String], to id: WatchListID, of client: ClientID) throws -> WatchOutcome {
        try add(resolved(names), to: id, of: client)
    }

    /// Puts those on a list for whom names stand, as was found before.
    /// - Throws: ``AccessError`` `unknown` or `limit`.
    public func add(_ found: WatchOutcome, to id: WatchListID, of client: ClientID) throws -> WatchOutcome {
        _ = try list(id, of: client)
        var outcome = found
        let now = clock()
        let entries = outcome.resolved.flatMap { name in
            name.enterprises.map {
                WatchEntry(enterprise: $0, asked: $0.text == name.asked ? nil : name.asked, added: now)
            }
        }
        outcome.count = try store.add(entries, to: id, of: client)
        return outcome
    }

    /// Takes enterprises off a list by ids or codes; an id that leads to another takes both off.
    /// - Throws: ``AccessError`` `unknown`, or `invalid` where there are too many names in one call.
    public func remove(_ names: [String], from id: WatchListID, of client: ClientID) throws -> WatchOutcome {
        try remove(names, found: resolved(names), from: id, of: client)
    }

    /// Takes those off a list for whom names stand, as was found before.
    /// - Throws: ``AccessError`` `unknown`.
    public func remove(
        _ names: [String],
        found: WatchOutcome,
        from id: WatchListID,
        of client: ClientID
    ) throws -> WatchOutcome {
        _ = try list(id, of: client)
        var outcome = found
        let own = names.compactMap { EnterpriseID($0) }
        let ids = Set(outcome.resolved.flatMap(\.enterprises) + own)
        outcome.count = try store.remove(ids.sorted(), from: id, of: client)
        return outcome
    }

    /// A page of a list.
    /// - Throws: ``AccessError`` `unknown` where the client has none of that id.
    public func entries(
        of id: WatchListID,
        of client: ClientID,
        after enterprise: EnterpriseID? = nil,
        limit: Int = 1000
    ) throws -> [WatchEntry] {
        _ = try list(id, of: client)
        return try store.entries(of: id, of: client, after: enterprise, limit: min(max(0, limit), WatchList.batchLimit))
    }

    /// Whom names stand for: what takes long, before anything is changed.
    /// - Throws: ``AccessError`` `invalid` where there are too many names in one call.
    public func resolved(_ names: [String]) throws -> WatchOutcome {
        guard names.count <= WatchList.batchLimit else {
            throw AccessError(
                .invalid,
                "one call takes at most \(WatchList.batchLimit) names: send the others in another"
            )
        }
        var outcome = WatchOutcome()
        for name in names {
            guard name.utf8.count <= 256 else {
                outcome.unknown.append(String(name.prefix(64)))
                continue
            }
            let found = try resolve(name)
            switch found.count {
            case 0: outcome.unknown.append(name)
            case 1: outcome.resolved.append(.init(asked: name, enterprises: found))
            default: outcome.ambiguous.append(.init(asked: name, enterprises: found))
            }
        }
        return outcome
    }

    private static func unknown(_ id: WatchListID) -> AccessError {
        AccessError(.unknown, "there is no watch list \(id)")
    }
}
