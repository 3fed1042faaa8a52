import Access
import CreditModel
import SQLiteAccess
import Signing

/// Judges requests as the threads that answer do, and journals them; tells at which rates.
public struct AccessWork {
    private let folder: String
    private let seconds: Double

    /// Operations per second of processor time; entries of the journal per second of the clock.
    public struct Rates: Sendable {
        /// Requests by API key, let in and counted.
        public var keys = 0.0
        /// Requests by a token whose signature was checked before, let in and counted.
        public var tokens = 0.0
        /// Entries on the disk, by whatever groups come.
        public var journaled = 0.0
    }

    /// - Parameters:
    ///   - folder: an empty folder, for the two files.
    ///   - seconds: for each rate.
    public init(folder: String, seconds: Double) {
        self.folder = folder
        self.seconds = seconds
    }

    /// Judges and journals.
    public func run() throws -> Rates {
        let now: Int64 = 1_772_337_600_000
        let store = try SQLiteAccessStore(path: folder + "/access.db")
        var random = SystemRandomNumberGenerator()
        var keys: [String] = []
        for number in 0..<100 {
            let limits = UsageLimits(burst: 10_000_000, window: 60, daily: 1_000_000_000)
            var client = Client(id: ClientID(using: &random), name: "client \(number)", limits: limits, created: 0)
            client.scopes = .all
            let made = Credential.make(.apiKey, for: client.id, created: 0, using: &random)
            try store.add(client)
            try store.add(made.credential)
            keys.append("Bearer " + made.text)
        }
        let table = try AccessTable(store, at: now)
        let key = try SigningKey()
        let configuration = TokenConfiguration(issuer: "https://exchange.example")
        let desk = Authenticator(table, configuration, keys: KeySet([key.publicKey]))
        let tokens = try tokens(of: store, table, key, configuration, at: now)
        var rates = Rates()
        rates.keys = try rate { try judge(keys[$0 % keys.count], desk, at: now + Int64($0 / 100)) }
        rates.tokens = try rate { try judge(tokens[$0 % tokens.count], desk, at: now + Int64($0 / 100)) }
        let caller = try desk.authenticate(ShownCredentials(authorization: keys[0]), at: now)
        rates.journaled = try journal(caller, at: now)
        return rates
    }

    private func tokens(
        of store: SQLiteAccessStore,
        _ table: AccessTable,
        _ key: SigningKey,
        _ configuration: TokenConfiguration,
        at now: Int64
    ) throws -> [String] {
        var random = SystemRandomNumberGenerator()
        let service = TokenService(table, store: store, configuration, signingKey: { key }, random: { now.magnitude })
        return try store.contents().clients.map { client in
            let made = Credential.make(.secret, for: client.id, created: 0, using: &random)
            try store.add(made.credential)
            try table.refresh(at: now)
            let form = FormParameters([
                "grant_type": "client_credentials", "client_id": client.id.text, "client_secret": made.text,
            ])
            return "Bearer " + (try service.issue(TokenRequest(form), at: now).accessToken)
        }
    }

    private func judge(_ authorization: String, _ desk: Authenticator, at now: Int64) throws {
        let caller = try desk.authenticate(ShownCredentials(authorization: authorization), at: now)
        guard RateLimiter.admit(caller, at: now).isAdmitted else { throw WorkError("a limit was reached") }
    }

    /// Appends as fast as the journal takes it.
    private func journal(_ caller: Caller, at now: Int64) throws -> Double {
        let journal = QueryJournal(try SQLiteJournalStore(path: folder + "/journal.db"))
        var random = SystemRandomNumberGenerator()
        let begin = Processor.clock
        var count = 0
        while Processor.clock - begin < seconds {
            for number in 0..<10_000 {
                let id = QueryID(at: now) { random.next() }
                var entry = QueryEntry(id: id, caller: caller, endpoint: "enterprise", status: 200)
                let enterprise = EnterpriseID(pripid: "\(number)") { Digest256(of: $0).bytes }
                entry.asked = [.enterprise(enterprise)]
                entry.purpose = Purpose("dispute")
                entry.digest = Digest256(of: [1])
                entry.answer = .stored(
                    StoredAnswer(
                        enterprise: enterprise,
                        version: enterprise.text,
                        key: "thumbprint-of-forty-three-characters-length",
                        issuedAt: now,
                        form: .flattened
                    )
                )
                guard journal.append(JournalRecord(entry), at: now) == .open else { throw WorkError("not taken") }
            }
            try journal.flush()
            count += 10_000
        }
        return Double(count) / (Processor.clock - begin)
    }

    private func rate(_ body: (Int) throws -> Void) rethrows -> Double {
        let begin = Processor.seconds
        var count = 0
        while true {
            for _ in 0..<4096 {
                try body(count)
                count += 1
            }
            let passed = Processor.seconds - begin
            if passed >= seconds { return Double(count) / passed }
        }
    }
}
