import CreditModel
import CreditStore
import Crypto
import Foundation
import Publication
import SQLiteStore
import Signing

/// A store with enterprises, a key ring and a publisher, in a folder of their own.
final class World {
    static let issuer = "https://credit.example/广州\""
    /// 2018-06-01 10:00:00 in Shanghai.
    static let now: Int64 = 1_527_818_400
    static let day = LocalTime(posix: now).day
    static let registration = DatasetID(.hongdun, "registration")
    static let taxpayers = DatasetID(.statetax, "NSRXX")
    static let sha256: DigestFunction = { Array(SHA256.hash(data: $0)) }

    let folder: String
    let store: any ProvingStore
    private(set) var ring: KeyRing

    init() throws {
        folder = NSTemporaryDirectory() + "publication-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder + "/store.sqlite")
        ring = try KeyRing(folder: folder + "/keys")
        try ring.create(created: World.now)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var publisher: Publisher {
        let keys = ring.folder
        return Publisher(
            store: store,
            issuer: World.issuer,
            signingKey: { try KeyRing(folder: keys).signingKey },
            datasets: [World.registration, World.taxpayers]
        )
    }
    var keys: KeySet { ring.keySet }
    func rotate(_ algorithm: SignatureAlgorithm) throws { try ring.rotate(algorithm, created: World.now) }
    func path(_ name: String) -> String { folder + "/" + name }

    func verifier(at now: Int64 = World.now) -> Verifier { Verifier(keys: keys, now: now, issuer: World.issuer) }
    func contents(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// A world in which one enterprise, `P1`, is known, signed and spoken of by a status.
    static func ofOne() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业")
        try world.publisher.signProfiles(at: now)
        try world.publisher.publishStatus(at: now, day: day)
        return world
    }

    static func id(_ pripid: String) -> EnterpriseID { EnterpriseID(pripid: pripid, digest: sha256) }

    /// Commits a registry row and derives a small profile of it.
    @discardableResult
    func put(
        _ pripid: String,
        name: String,
        codes: [String] = [],
        aliases: [EnterpriseID] = [],
        restrictedKey: Bool = false,
        extra: String = "",
        annexes: [Annex] = [],
        card: SearchCard? = nil
    ) throws -> EnterpriseID {
        try commit(pripid, name: name, restrictedKey: restrictedKey)
        return try Self.derive(
            in: store,
            pripid,
            name: name,
            codes: codes,
            aliases: aliases,
            extra: extra,
            annexes: annexes,
            card: card
        )
    }

    /// Derives a small profile of a registry row that waits.
    @discardableResult
    static func derive(
        in store: any ProvingStore,
        _ pripid: String,
        name: String,
        codes: [String] = [],
        aliases: [EnterpriseID] = [],
        extra: String = "",
        annexes: [Annex] = [],
        card: SearchCard? = nil
    ) throws -> EnterpriseID {
        let id = World.id(pripid)
        for component in try store.nextComponents(limit: 10, on: World.day) {
            let members = component.records.map {
                Membership(
                    record: RecordReference(dataset: $0.dataset, key: $0.key, role: .subject),
                    reason: .registryKey(pripid)
                )
            }
            let decision = EnterpriseDecision(
                id: id,
                aliases: aliases,
                isRegistered: true,
                codes: codes.map { Code(.uscc, $0) },
                members: members
            )
            let list = codes.map { "\"\($0)\"" }.joined(separator: ",")
            let json =
                #"{"id":"\#(id)","identifiers":{"org":[],"regno":[],"tax":[],"uscc":[\#(list)]}"#
                + #","registration":{"name":{"records":[0],"value":"\#(name)"}}\#(extra)}"#
            let bytes = Array(json.utf8)
            let profile = DerivedProfile(
                id: id,
                version: ShortDigest.text(of: World.sha256(bytes)),
                bytes: bytes,
                nextDay: nil,
                card: card ?? SearchCard(names: [SearchCard.Name(name, .present)]),
                annexes: annexes
            )
            try store.store([
                Derivation(
                    token: component.token,
                    outcome: IdentityOutcome(enterprises: [decision], held: [], undecided: []),
                    profiles: [profile]
                )
            ])
        }
        return id
    }

    /// Commits a registry row and leaves it waiting.
    func commit(
        _ pripid: String,
        name: String,
        restrictedKey: Bool = false,
        in dataset: DatasetID = registration,
        role: Role = .subject,
        isTest: Bool = false
    ) throws {
        let subject = Subject(role: role, pripid: pripid, name: name)
        let facts = [Fact("registration.name", .text(name))]
        let content = CreditRecord(subjects: [subject], facts: facts, isTest: isTest)
        let version = RecordVersion(
            digest: VersionDigest(text: ShortDigest.text(of: World.sha256(Array((pripid + name).utf8)))),
            operation: .record,
            modified: LocalTime(posix: World.now),
            sequence: 1,
            content: content
        )
        let place = RowPlace(document: "page", row: 1, line: 1)
        _ = try store.commit(
            StoreBatch(
                dataset: dataset,
                run: "run",
                receivedAt: World.now,
                versions: [
                    ReceivedVersion(
                        key: RecordKey([pripid]),
                        hasRestrictedKey: restrictedKey,
                        version: version,
                        original: [],
                        place: place
                    )
                ],
                progress: StoredProgress(completeUpTo: LocalTime(posix: World.now))
            )
        )
    }

    /// Notes how a run of the registry ended.
    func finish(at time: Int64 = World.now, error: String = "") throws {
        try store.finish(
            RunReport(
                run: "run",
                dataset: World.registration,
                startedAt: time,
                endedAt: time,
                outcome: CommitOutcome(),
                error: error
            )
        )
    }
}

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

extension CreditStore {
    /// Stores at a time that does not matter to the test.
    func store(_ derivations: [Derivation]) throws { try store(derivations, at: World.now) }
}
