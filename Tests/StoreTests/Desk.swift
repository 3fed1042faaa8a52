import CreditModel
import CreditStore
import Foundation
import SQLiteStore
import Testing

/// A store in a folder of its own, and short ways to feed it.
final class Desk {
    static let registration = DatasetID(.hongdun, "registration")
    static let licences = DatasetID(.quality, "SCXKZ")
    static let day = LocalTime(seconds: 1_500_000_000).day

    let folder: String
    private(set) var store: SQLiteStore
    var path: String { folder + "/store.sqlite" }

    init(options: SQLiteStore.Options = SQLiteStore.Options()) throws {
        folder = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder + "/store.sqlite", options: options)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func version(
        _ key: String,
        _ text: String,
        at time: Int64,
        sequence: Int64 = 0,
        operation: CreditModel.Operation = .record,
        codes: [Code] = [],
        file: Int64? = nil
    ) -> ReceivedVersion {
        let subject = Subject(
            role: .subject,
            codes: codes.map { SubjectCode($0, .valid) },
            name: text,
            formerNames: ["旧\(text)"]
        )
        let content = CreditRecord(
            subjects: [subject],
            facts: [Fact("registration.name", .text(text), original: " \(text)")],
            from: .day(day),
            to: .open,
            unknown: [RawField("NEU", "1")]
        )
        return ReceivedVersion(
            key: RecordKey([key]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: "\(key)/\(text)/\(time)/\(operation.rawValue)"),
                operation: operation,
                modified: LocalTime(seconds: time),
                sequence: sequence,
                content: operation == .record ? content : nil
            ),
            original: Array("<ROW>\(text)</ROW>".utf8),
            place: RowPlace(document: "page", row: 1, line: 2),
            file: file
        )
    }

    @discardableResult
    func put(
        _ versions: [ReceivedVersion],
        in dataset: DatasetID = registration,
        events: [StoreEvent] = [],
        position: String? = nil,
        progress: StoredProgress? = nil
    ) throws -> CommitOutcome {
        try store.commit(
            StoreBatch(
                dataset: dataset,
                run: "run",
                receivedAt: 1,
                versions: versions,
                events: events,
                position: position.map { Array($0.utf8) },
                progress: progress
            )
        )
    }

    func shown(_ dataset: DatasetID = registration) throws -> [String] {
        try store.shownRecords(of: dataset, after: nil, limit: 1000).map { "\($0.key)=\($0.digest)" }
    }

    func name(_ key: String, _ dataset: DatasetID = registration) throws -> String? {
        guard let history = try store.history(of: dataset, key: RecordKey([key])), history.isShown else { return nil }
        return history.current?.content?.subjects.first?.name
    }

    /// Whom names with all these words of the index belong to.
    func named(_ words: String...) throws -> [(id: EnterpriseID, name: String)] {
        try store.viewCards { view in
            try view.names(with: [words], after: 0, limit: 100).compactMap { entry in
                try view.holder(entry.enterprise).map { (id: $0.id, name: entry.card.names[entry.name].text) }
            }
        }
    }

    static func id(_ text: String) -> EnterpriseID {
        EnterpriseID(pripid: text) { bytes in Array(repeating: bytes.reduce(7) { $0 &* 31 &+ $1 }, count: 13) }
    }

    /// What a key made of a version of the simplest envelope.
    static func seal(_ id: EnterpriseID, _ version: String, key: String = "k") -> ProfileSeal {
        ProfileSeal(
            id: id,
            version: version,
            key: key,
            issuedAt: 1,
            opening: Array("{\"profile\":".utf8),
            closing: Array("}".utf8),
            protected: Array("e30".utf8),
            signature: Array(key.utf8)
        )
    }

    /// Stores a status of what there is.
    @discardableResult
    func sign(_ digest: String) throws -> TreeState {
        var found: TreeState?
        let latest = try store.latestStatus()
        try store.storeStatus { state in
            found = state
            return SignedStatus(
                position: state.position,
                issuedAt: 100,
                expiresAt: 7300,
                digest: digest,
                previous: latest?.digest,
                document: Array(digest.utf8)
            )
        }
        return try #require(found)
    }

    /// Derives one enterprise a component, named by its first record.
    func derive(limit: Int = 100, aliases: [EnterpriseID] = []) throws {
        while true {
            let components = try store.nextComponents(limit: limit, on: Self.day)
            if components.isEmpty { return }
            try store.store(components.map { Self.derivation($0, aliases: aliases) })
        }
    }

    /// Derives one enterprise a record, to each of which the registry gives all the codes of its component.
    func deriveApart() throws {
        for component in try store.nextComponents(limit: 100, on: Self.day) {
            let shown = component.records.filter(\.isShown)
            let codes = Set(shown.flatMap { $0.current?.content?.subjects.first?.codes.map(\.code) ?? [] }).sorted()
            let single = shown.map { record in
                var alone = component
                alone.records = [record]
                return Self.derivation(alone)
            }
            var whole = Derivation(
                token: component.token,
                outcome: IdentityOutcome(enterprises: [], held: [], undecided: []),
                profiles: single.flatMap(\.profiles)
            )
            whole.outcome.enterprises = single.flatMap(\.outcome.enterprises).map { decision in
                var decision = decision
                if shown.count > 1 { (decision.codes, decision.contested) = ([], codes) }
                return decision
            }
            try store.store([whole])
        }
    }

    static func derivation(_ component: StoredComponent, aliases: [EnterpriseID] = []) -> Derivation {
        let shown = component.records.filter(\.isShown)
        guard let first = shown.first, let subject = first.current?.content?.subjects.first else {
            return Derivation(
                token: component.token,
                outcome: IdentityOutcome(enterprises: [], held: [], undecided: []),
                profiles: []
            )
        }
        let id = id(first.key.text)
        let members = shown.map {
            Membership(
                record: RecordReference(dataset: $0.dataset, key: $0.key, role: .subject),
                reason: .registryKey($0.key.text)
            )
        }
        let names = shown.compactMap { $0.current?.content?.subjects.first?.name }
        let decision = EnterpriseDecision(
            id: id,
            aliases: aliases.filter { $0 != id },
            isRegistered: true,
            codes: subject.codes.map(\.code),
            members: members
        )
        let profile = DerivedProfile(
            id: id,
            version: names.joined(separator: "+"),
            bytes: Array(names.joined().utf8),
            nextDay: nil,
            card: SearchCard(names: names.map { SearchCard.Name($0, .present) }),
            annexes: []
        )
        return Derivation(
            token: component.token,
            outcome: IdentityOutcome(enterprises: [decision], held: [], undecided: []),
            profiles: [profile]
        )
    }
}

extension CreditStore {
    /// Stores at a time that does not matter to the test.
    func store(_ derivations: [Derivation]) throws { try store(derivations, at: 1) }
}
