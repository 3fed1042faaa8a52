import Access
import CreditModel
import CreditStore
import Crypto
import FeedTransport
import Foundation
import Publication
import SQLiteAccess
import SQLiteStore
import Signing
import Synchronization
import Watches
import Watching

/// An exchange with enterprises, clients, lists and webhooks in real files, and a clock that only the test moves.
final class Town: Sendable {
    /// 2018-06-01 10:00:00 in Shanghai, in milliseconds.
    static let start: Int64 = 1_527_818_400_000
    static let day = LocalTime(posix: start / 1000).day
    static let registration = DatasetID(.hongdun, "registration")
    static let installation = Array("an installation's secret of 32 bytes".utf8)
    static let sha256: DigestFunction = { Array(SHA256.hash(data: $0)) }

    /// What the profiles are made of.
    struct Books {
        var versions: Int64 = 0
        /// By registry key.
        var penalties: [String: [String]] = [:]
        var owner: [String: String] = [:]
        var rights: [ClientID: ClientRights] = [:]
        var reports: [String] = []
        var chance: UInt64 = 0
    }

    let folder: String
    let credit: any ProvingStore
    let publisher: Publisher
    let key: SigningKey
    let time = Mutex(Town.start)
    let books = Mutex(Books())
    /// Reopened as after the end of a process.
    private let opened: Mutex<SQLiteWatchStore>
    var store: SQLiteWatchStore { opened.withLock { $0 } }

    init() throws {
        folder = NSTemporaryDirectory() + "town-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        credit = try SQLiteStore(path: folder + "/store.sqlite")
        var ring = try KeyRing(folder: folder + "/keys")
        try ring.create(created: Town.start / 1000)
        let keys = ring.folder
        publisher = Publisher(
            store: credit,
            issuer: "https://credit.example",
            signingKey: { try KeyRing(folder: keys).signingKey },
            datasets: [Town.registration]
        )
        key = try SigningKey(.edDSA)
        opened = Mutex(try SQLiteWatchStore(path: folder + "/watch.db"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func reopen() throws {
        let fresh = try SQLiteWatchStore(path: folder + "/watch.db")
        opened.withLock { $0 = fresh }
    }

    // MARK: Time and chance

    var now: Int64 { time.withLock { $0 } }
    func wait(seconds: Int64) { time.withLock { $0 += seconds * 1000 } }
    var clock: @Sendable () -> Int64 { { [self] in now } }
    /// A different number each time, and the same ones in each run.
    var random: @Sendable () -> UInt64 {
        { [self] in
            books.withLock { books in
                books.chance &+= 0x9E37_79B9_7F4A_7C15
                var value = books.chance
                value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
                value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
                return value ^ value >> 31
            }
        }
    }
    var reports: [String] { books.withLock { $0.reports } }

    // MARK: Clients

    func client(_ scopes: ScopeSet = .all) -> ClientID {
        var generator = SystemRandomNumberGenerator()
        let id = ClientID(using: &generator)
        grant(id, scopes)
        return id
    }

    func grant(_ client: ClientID, _ scopes: ScopeSet, isActive: Bool = true) {
        books.withLock { $0.rights[client] = ClientRights(scopes: scopes, isActive: isActive) }
    }

    var rights: @Sendable (ClientID) throws -> ClientRights? {
        { [self] client in books.withLock { $0.rights[client] } }
    }

    var lists: WatchListDesk {
        let credit = credit
        return WatchListDesk(
            store: store,
            resolve: { name in
                guard let id = EnterpriseID(name) else { return try credit.enterprises(holding: name) }
                return try credit.currentID(of: id).map { [$0] } ?? []
            },
            clock: clock,
            random: random
        )
    }

    var webhooks: WebhookDesk {
        WebhookDesk(
            store: store,
            policy: Town.sandbox,
            installation: Town.installation,
            clock: clock,
            random: random
        )
    }

    var retractions: RetractionDesk { RetractionDesk(store: store, clock: clock) }

    /// What a test may call: plain text, and this very machine.
    static var sandbox: OutboundPolicy {
        var policy = OutboundPolicy()
        policy.allowsPlainText = true
        policy.allowsOwnNetwork = true
        policy.ports = nil
        return policy
    }

    // MARK: Following and delivering

    func dispatcher(
        answered: @escaping @Sendable (EnterpriseID) throws -> Set<ClientID> = { _ in [] },
        schedule: RetrySchedule = RetrySchedule(),
        in origin: EventOrigin = EventOrigin(source: "https://credit.example", base: "https://credit.example"),
        through store: (any WatchStore)? = nil,
        policy: OutboundPolicy = Town.sandbox,
        metrics: WebhookMetrics = WebhookMetrics()
    ) -> Dispatcher {
        let store: any WatchStore = store ?? self.store
        let report: @Sendable (String) -> Void = { [self] text in books.withLock { $0.reports.append(text) } }
        return Dispatcher(
            store: store,
            follower: Follower(
                store: store,
                credit: credit,
                rights: rights,
                answered: answered,
                clock: clock,
                report: report
            ),
            messenger: Messenger(
                origin: origin,
                installation: Town.installation,
                key: key,
                schedule: schedule,
                rights: rights,
                clock: clock,
                random: random
            ),
            makePoster: { GuardedPoster(policy) },
            clock: clock,
            report: report,
            metrics: metrics
        )
    }

    // MARK: Enterprises

    static func id(_ pripid: String) -> EnterpriseID { EnterpriseID(pripid: pripid, digest: sha256) }

    /// Registers an enterprise, or gives it another profile, and lets the platforms see it.
    func put(_ pripid: String, penalties: [String] = []) throws {
        books.withLock { $0.penalties[pripid] = penalties }
        try commit([pripid], linked: false)
        try publish()
    }

    /// One enterprise from now on, under the first one's id.
    func join(_ pripid: String, _ other: String) throws {
        books.withLock { $0.owner[other] = pripid }
        try commit([pripid, other], linked: true)
        try publish()
    }

    /// Two enterprises again.
    func split(_ pripid: String, _ other: String) throws {
        books.withLock { _ = $0.owner.removeValue(forKey: other) }
        try commit([pripid, other], linked: true)
        try publish()
    }

    /// The registry takes it back.
    func withdraw(_ pripid: String) throws {
        try commit([pripid], linked: false, operation: .withdrawal)
        try publish()
    }

    func publish() throws {
        try publisher.signProfiles(at: now / 1000)
        try publisher.publishStatus(at: now / 1000, day: Town.day)
    }

    private func commit(_ pripids: [String], linked: Bool, operation: CreditModel.Operation = .record) throws {
        let versions = pripids.map { version($0, linked ? [Code(.uscc, "91440101MA59ABCD11")] : [], operation) }
        _ = try credit.commit(
            StoreBatch(
                dataset: Town.registration,
                run: "run",
                receivedAt: now / 1000,
                versions: versions,
                progress: StoredProgress(completeUpTo: LocalTime(posix: now / 1000))
            )
        )
        for component in try credit.nextComponents(limit: 100, on: Town.day) {
            try credit.store([derivation(component)], at: now / 1000)
        }
    }

    private func version(_ pripid: String, _ codes: [Code], _ operation: CreditModel.Operation) -> ReceivedVersion {
        let number = books.withLock { books in
            books.versions += 1
            return books.versions
        }
        let subject = Subject(
            role: .subject,
            pripid: pripid,
            codes: codes.map { SubjectCode($0, .valid) },
            name: "企业\(pripid)"
        )
        let content = CreditRecord(subjects: [subject], facts: [Fact("registration.name", .text("企业\(number)"))])
        return ReceivedVersion(
            key: RecordKey([pripid]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: ShortDigest.text(of: Town.sha256(Array("\(number)".utf8)))),
                operation: operation,
                modified: LocalTime(posix: Town.start / 1000 + number),
                sequence: number,
                content: operation == .record ? content : nil
            ),
            original: [],
            place: RowPlace(document: "page", row: 1, line: 1)
        )
    }

    private func derivation(_ component: StoredComponent) -> Derivation {
        let books = books.withLock { $0 }
        let shown = component.records.filter(\.isShown)
        let groups = Dictionary(grouping: shown) { books.owner[$0.key.text] ?? $0.key.text }
        var derivation = Derivation(
            token: component.token,
            outcome: IdentityOutcome(enterprises: [], held: [], undecided: []),
            profiles: []
        )
        for (owner, records) in groups.sorted(by: { $0.key < $1.key }) {
            let keys = records.map(\.key.text).sorted()
            derivation.outcome.enterprises.append(
                EnterpriseDecision(
                    id: Town.id(owner),
                    aliases: keys.filter { $0 != owner }.map(Town.id),
                    isRegistered: true,
                    codes: [],
                    members: records.map {
                        Membership(
                            record: RecordReference(dataset: $0.dataset, key: $0.key, role: .subject),
                            reason: .registryKey($0.key.text)
                        )
                    }
                )
            )
            let bytes = Town.profile(owner, keys, keys.flatMap { books.penalties[$0] ?? [] })
            derivation.profiles.append(
                DerivedProfile(
                    id: Town.id(owner),
                    version: ShortDigest.text(of: Town.sha256(bytes)),
                    bytes: bytes,
                    nextDay: nil,
                    card: SearchCard(names: [SearchCard.Name("企业\(owner)", .present)]),
                    annexes: []
                )
            )
        }
        return derivation
    }

    private static func profile(_ owner: String, _ keys: [String], _ penalties: [String]) -> [UInt8] {
        func record(_ dataset: String, _ key: String) -> String {
            #"{"agency":"hongdun","dataset":"\#(dataset)","key":"\#(key)","modified":null,"role":"subject","version":"v"}"#
        }
        let records = keys.map { record("registration", $0) } + penalties.map { record("penalties", $0) }
        let items = penalties.indices.map { #"{"number":"\#(penalties[$0])","records":[\#(keys.count + $0)]}"# }
        let json =
            #"{"id":"\#(id(owner))","identifiers":{"org":[],"regno":[],"tax":[],"uscc":[]},"#
            + #""penalties":[\#(items.joined(separator: ","))],"records":[\#(records.joined(separator: ","))],"#
            + #""registered":true,"registration":{"name":{"records":[0],"value":"企业\#(owner)"}}}"#
        return Array(json.utf8)
    }
}

/// Runs what blocks on a thread of its own: the receivers need those of the test's.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Result { try body() }) }
    }
}
