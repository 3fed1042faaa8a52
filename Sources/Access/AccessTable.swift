internal import CreditModel
internal import Synchronization

/// A client as a request meets it: as it was when the table was last read, and how much it has asked.
final class ClientEntry: Sendable {
    let client: Client
    let meter: Meter

    init(_ client: Client, _ meter: Meter) {
        self.client = client
        self.meter = meter
    }
}

/// A key or secret as a request meets it.
final class CredentialEntry: Sendable {
    let credential: Credential
    let owner: ClientEntry
    /// The last day of use that is known here; what the store knows is in `credential`.
    private let lastUsed: Atomic<Int32>

    init(_ credential: Credential, _ owner: ClientEntry) {
        self.credential = credential
        self.owner = owner
        lastUsed = Atomic(credential.lastUsed?.number ?? .min)
    }

    func noteUse(on day: Int32) {
        // Once a day it is news; at all other times it must cost nothing.
        if lastUsed.load(ordering: .relaxed) < day { lastUsed.store(day, ordering: .relaxed) }
    }

    /// The day, where the store does not know it yet.
    var news: Day? {
        let day = lastUsed.load(ordering: .relaxed)
        return day > credential.lastUsed?.number ?? .min ? Day(number: day) : nil
    }
}

/// All clients and keys at one moment: never changed, only replaced.
final class AccessSnapshot: Sendable {
    let generation: Int64
    let clients: [ClientID: ClientEntry]
    let credentials: [CredentialID: CredentialEntry]

    init(_ contents: AccessContents, meters: [ClientID: Meter]) {
        generation = contents.generation
        var clients: [ClientID: ClientEntry] = [:]
        for client in contents.clients {
            clients[client.id] = ClientEntry(client, meters[client.id] ?? Meter())
        }
        self.clients = clients
        credentials = contents.credentials.reduce(into: [:]) { found, credential in
            // Whose client is gone opens nothing.
            guard let owner = clients[credential.client] else { return }
            found[credential.id] = CredentialEntry(credential, owner)
        }
    }
}

/// The clients and keys that requests are judged by, in memory, and read anew when the store has changed.
///
/// Whoever asks takes the present snapshot: a lock that is held for two instructions. ``refresh(at:)`` is for a background
/// thread (``AccessKeeper`` calls it twice a second), so that a revocation holds within a second.
public final class AccessTable: Sendable {
    private let store: any AccessStore
    private let current: Mutex<AccessSnapshot>

    /// Reads the clients of a store, and what they used today.
    /// - Parameters:
    ///   - store: where they are kept.
    ///   - now: POSIX milliseconds.
    /// - Throws: what the store throws: without its clients nobody can be let in.
    public init(_ store: any AccessStore, at now: Int64) throws {
        self.store = store
        current = Mutex(AccessSnapshot(try store.contents(), meters: [:]))
        try refresh(at: now)
    }

    var snapshot: AccessSnapshot { current.withLock { $0 } }

    /// The client of that id, as the table has it.
    public func client(_ id: ClientID) -> Client? { snapshot.clients[id]?.client }

    /// Tells the store what was used, hears what other processes let through, and reads the clients anew if they changed.
    ///
    /// - Parameter now: POSIX milliseconds.
    /// - Throws: what the store throws; nothing is lost then, and the table stays as it was.
    public func refresh(at now: Int64) throws {
        try settle(at: now)
        guard try store.generation() != snapshot.generation else { return }
        let contents = try store.contents()
        let meters = snapshot.clients.mapValues(\.meter)
        let next = AccessSnapshot(contents, meters: meters)
        current.withLock { $0 = next }
        // Who is new here may have used something through another process.
        if next.clients.keys.contains(where: { meters[$0] == nil }) { try settle(at: now) }
    }

    private func settle(at now: Int64) throws {
        let snapshot = snapshot
        var use = AccessUse()
        for (id, entry) in snapshot.clients {
            let untold = entry.meter.takeUntold()
            if !untold.isEmpty { use.requests[id] = untold }
        }
        for (id, entry) in snapshot.credentials {
            if let day = entry.news { use.credentials[id] = day }
        }
        do {
            let day = Day(number: LimitDecision.day(of: now))
            for (id, total) in try store.settle(use, on: day) { snapshot.clients[id]?.meter.settle(total, on: day) }
        } catch {
            for (id, untold) in use.requests { snapshot.clients[id]?.meter.putBack(untold) }
            throw error
        }
    }
}
