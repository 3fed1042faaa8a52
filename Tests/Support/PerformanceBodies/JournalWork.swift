import Access
import CreditModel
import SQLiteAccess
import Signing

/// Fills a journal as a busy exchange does, and looks for things in it; tells what each costs.
public struct JournalWork {
    private let folder: String
    private let entries: Int
    private let enterprises: Int
    private let commit: Int

    /// What was measured.
    public struct Costs: Sendable {
        /// Entries that the journal holds.
        public var entries = 0
        /// Microseconds of processor time for one entry: record, chain, storing and filing.
        public var entry = 0.0
        /// Milliseconds that the longest commit took.
        public var longestCommit = 0.0
        /// Milliseconds of each look-up, by what was looked for: of the clock, and of processor time.
        public var lookups: [(name: String, clock: Double, processor: Double)] = []
    }

    /// - Parameters:
    ///   - folder: an empty folder.
    ///   - entries: how many are written.
    ///   - enterprises: how many enterprises are asked about.
    ///   - commit: entries of one commit.
    public init(folder: String, entries: Int, enterprises: Int = 1_000_000, commit: Int = 4_000) {
        self.folder = folder
        self.entries = entries
        self.enterprises = enterprises
        self.commit = commit
    }

    /// Writes, then looks.
    public func run() throws -> Costs {
        let callers = try callers(100)
        let store = try SQLiteJournalStore(path: folder + "/journal.db")
        var random = Splitmix(state: 7)
        var costs = Costs()
        var processor = 0.0
        var known: [QueryEntry] = []
        var moment: Int64 = 1_772_337_600_000
        while costs.entries < entries {
            let records = (0..<min(commit, entries - costs.entries)).map { place in
                record(callers, at: moment + Int64(place / 16), using: &random)
            }
            moment += 250
            known.append(records[random.below(records.count)].entry)
            let (begun, clock) = (Processor.seconds, Processor.clock)
            try store.append(records)
            processor += Processor.seconds - begun
            costs.longestCommit = max(costs.longestCommit, (Processor.clock - clock) * 1e3)
            costs.entries += records.count
        }
        costs.entry = processor / Double(costs.entries) * 1e6
        try look(store, known, callers, &costs)
        return costs
    }

    private func look(
        _ store: SQLiteJournalStore,
        _ known: [QueryEntry],
        _ callers: [Caller],
        _ costs: inout Costs
    ) throws {
        let chosen = stride(from: 0, to: known.count, by: max(1, known.count / 50)).map { known[$0] }
        func measure(_ name: String, _ body: (QueryEntry) throws -> Int) rethrows {
            let (begun, clock) = (Processor.seconds, Processor.clock)
            var count = 0
            for entry in chosen { count += try body(entry) }
            let each = 1e3 / Double(chosen.count)
            costs.lookups.append((name, (Processor.clock - clock) * each, (Processor.seconds - begun) * each))
            // What finds nothing measures nothing.
            precondition(count >= chosen.count, name)
        }
        func page(_ change: (inout JournalFilter) -> Void) throws -> Int {
            var filter = JournalFilter()
            change(&filter)
            return try store.entries(filter).count
        }
        try measure("id") { try store.entry($0.id) == $0 ? 1 : 0 }
        try measure("newest") { _ in try page { _ in } }
        try measure("time") { entry in try page { $0.until = entry.moment + 1 } }
        try measure("next page") { entry in 1 + (try page { $0.before = entry.id }) }
        try measure("client") { entry in try page { $0.client = entry.client } }
        try measure("client, next page") { entry in
            1
                + (try page {
                    $0.client = entry.client
                    $0.before = entry.id
                })
        }
        try measure("enterprise") { entry in try page { $0.enterprise = entry.enterprises.first } }
        try measure("enterprise, client") { entry in
            try page {
                $0.enterprise = entry.enterprises.first
                $0.client = entry.client
            }
        }
        try measure("clients answered") { entry in
            try entry.enterprises.first.map { try store.clients(answeredAbout: $0, since: 0).count } ?? 1
        }
    }

    private func record(_ callers: [Caller], at moment: Int64, using random: inout Splitmix) -> JournalRecord {
        let id = QueryID(at: moment) { random.next() }
        // A few ask a great deal.
        let caller = callers[random.below(1 + random.below(callers.count))]
        var entry = QueryEntry(id: id, caller: caller, endpoint: "enterprise", status: 200)
        let number = random.below(enterprises)
        let enterprise = EnterpriseID(pripid: "\(number)") { Digest256(of: $0).bytes }
        entry.asked = [.enterprise(enterprise)]
        entry.purpose = Purpose("dispute")
        entry.digest = Digest256(of: [UInt8(truncatingIfNeeded: number)])
        entry.position = 1_000
        entry.answer = .stored(
            StoredAnswer(
                enterprise: enterprise,
                version: enterprise.text,
                key: "thumbprint-of-forty-three-characters-length",
                issuedAt: moment / 1_000,
                form: .flattened
            )
        )
        return JournalRecord(entry)
    }

    private func callers(_ count: Int) throws -> [Caller] {
        let store = try SQLiteAccessStore(path: folder + "/access.db")
        var random = SystemRandomNumberGenerator()
        var keys: [String] = []
        for number in 0..<count {
            var client = Client(id: ClientID(using: &random), name: "client \(number)", created: 0)
            client.scopes = .all
            let made = Credential.make(.apiKey, for: client.id, created: 0, using: &random)
            try store.add(client)
            try store.add(made.credential)
            keys.append(made.text)
        }
        let configuration = TokenConfiguration(issuer: "https://exchange.example")
        let desk = Authenticator(try AccessTable(store, at: 0), configuration, keys: KeySet([]))
        return try keys.map { try desk.authenticate(ShownCredentials(apiKey: $0), at: 0) }
    }
}

/// The same numbers in each run.
private struct Splitmix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
