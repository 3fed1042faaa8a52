internal import Synchronization

/// Writes down whom the exchange did not let in, without letting them fill the disk.
///
/// The first refusal of a kind in a minute is journaled as it is; those that follow in that minute are counted, and one more
/// entry says how many they were. Of kinds, too, only so many are told apart in a minute.
public final class RefusalTally: Sendable {
    /// Refusals that are journaled alike.
    public struct Kind: Hashable, Sendable {
        /// Who asked; nil where that was not shown.
        public let client: ClientID?
        /// The key's id, or the token's `jti`; empty where nothing good was shown.
        public let credential: String
        /// What was asked.
        public let endpoint: String
        /// The answer's HTTP status.
        public let status: Int
        /// Why it was refused, in a word.
        public let reason: String

        /// Names a kind.
        public init(client: ClientID?, credential: String, endpoint: String, status: Int, reason: String) {
            self.client = client
            self.credential = credential
            self.endpoint = endpoint
            self.status = status
            self.reason = reason
        }
    }

    private struct State {
        var minute: Int64 = .min
        /// How many more there were of each kind than the one that is written down.
        var more: [Kind: Int] = [:]
    }

    /// Kinds that are told apart in a minute.
    static let kinds = 500
    private static let other = Kind(client: nil, credential: "", endpoint: "", status: 401, reason: "other")

    private let journal: QueryJournal
    private let random: @Sendable () -> UInt64
    private let state = Mutex(State())

    /// - Parameters:
    ///   - journal: where refusals are written down.
    ///   - random: randomness fit for secrets, for the entries' ids.
    public init(_ journal: QueryJournal, random: @escaping @Sendable () -> UInt64) {
        self.journal = journal
        self.random = random
    }

    /// Notes a refusal; never waits.
    ///
    /// - Parameters:
    ///   - kind: what was refused to whom.
    ///   - id: the query's.
    ///   - now: POSIX milliseconds.
    public func note(_ kind: Kind, id: QueryID, at now: Int64) {
        settle(at: now)
        let first = state.withLock { state -> Kind? in
            state.minute = now / 60_000
            let kind = state.more[kind] == nil && state.more.count >= Self.kinds ? Self.other : kind
            guard let count = state.more[kind] else {
                state.more[kind] = 0
                return kind
            }
            state.more[kind] = count + 1
            return nil
        }
        // A refusal tells nothing: it stands, too, where it cannot be written down.
        if let first { _ = journal.append(JournalRecord(QueryEntry(id: id, refusing: first, count: nil)), at: now) }
    }

    /// Writes down how many there were in a minute that is over.
    /// - Parameters:
    ///   - now: POSIX milliseconds.
    ///   - isLast: whether to write down those of the present minute, too, since no more will come.
    public func settle(at now: Int64, isLast: Bool = false) {
        let more = state.withLock { state -> [Kind: Int] in
            guard isLast || state.minute != now / 60_000 else { return [:] }
            defer { state.more = [:] }
            return state.more
        }
        for (kind, count) in more where count > 0 {
            let id = QueryID(at: now, random: random)
            _ = journal.append(JournalRecord(QueryEntry(id: id, refusing: kind, count: count)), at: now)
        }
    }
}

extension QueryEntry {
    fileprivate init(id: QueryID, refusing kind: RefusalTally.Kind, count: Int?) {
        self.init(
            id: id,
            moment: id.moment,
            client: kind.client ?? .nobody,
            credential: kind.credential,
            endpoint: kind.endpoint,
            status: kind.status
        )
        refusal = kind.reason
        self.count = count
    }
}
