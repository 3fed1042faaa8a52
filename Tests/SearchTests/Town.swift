import CreditModel
import CreditStore
import Foundation
import NameSearch
import SQLiteStore
import Search
import ServiceKit

/// A store of enterprises with cards of a test's choice, one a record.
final class Town {
    static let dataset = DatasetID(.hongdun, "registration")
    static let day = LocalTime(seconds: 1_500_000_000).day

    let folder: String
    let store: SQLiteStore
    let search: EnterpriseSearch
    private var cards: [String: SearchCard] = [:]
    private var codes: [String: [Code]] = [:]
    private var time: Int64 = 0

    init(_ cards: KeyValuePairs<String, SearchCard> = [:], codes: [String: [Code]] = [:]) throws {
        folder = NSTemporaryDirectory() + "search-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder + "/store.sqlite")
        search = EnterpriseSearch(store: store)
        self.codes = codes
        try put(cards.map { ($0.key, $0.value) })
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Has enterprises have these cards from now on; nil takes one away.
    func put(_ changes: [(String, SearchCard?)]) throws {
        time += 1
        for (key, card) in changes { cards[key] = card }
        _ = try store.commit(
            StoreBatch(
                dataset: Self.dataset,
                run: "run",
                receivedAt: 1,
                versions: changes.map { version($0.0, isThere: $0.1 != nil) },
                events: [],
                position: nil
            )
        )
        while true {
            let components = try store.nextComponents(limit: 500, on: Self.day)
            if components.isEmpty { return }
            try store.store(components.map(derivation), at: 1)
        }
    }

    private func version(_ key: String, isThere: Bool) -> ReceivedVersion {
        let subject = Subject(role: .subject, codes: (codes[key] ?? []).map { SubjectCode($0, .valid) }, name: key)
        return ReceivedVersion(
            key: RecordKey([key]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: "\(key)/\(time)"),
                operation: isThere ? .record : .withdrawal,
                modified: LocalTime(seconds: time),
                sequence: 0,
                content: isThere ? CreditRecord(subjects: [subject], facts: []) : nil
            ),
            original: Array(key.utf8),
            place: RowPlace(document: "page", row: 1, line: 1)
        )
    }

    private func derivation(_ component: StoredComponent) -> Derivation {
        let shown = component.records.filter(\.isShown)
        let outcome = IdentityOutcome(
            enterprises: shown.map { record in
                EnterpriseDecision(
                    id: Self.id(record.key.text),
                    aliases: [],
                    isRegistered: true,
                    codes: codes[record.key.text] ?? [],
                    members: [
                        Membership(
                            record: RecordReference(dataset: record.dataset, key: record.key, role: .subject),
                            reason: .registryKey(record.key.text)
                        )
                    ]
                )
            },
            held: [],
            undecided: []
        )
        let profiles = shown.map { record in
            DerivedProfile(
                id: Self.id(record.key.text),
                version: "\(record.key.text)/\(time)",
                bytes: Array("{}".utf8),
                nextDay: nil,
                card: cards[record.key.text] ?? SearchCard(names: []),
                annexes: []
            )
        }
        return Derivation(token: component.token, outcome: outcome, profiles: profiles)
    }

    static func id(_ key: String) -> EnterpriseID {
        EnterpriseID(pripid: key) { bytes in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return (0..<16).map { UInt8(truncatingIfNeeded: hash >> ($0 % 8 * 8)) &+ UInt8($0) }
        }
    }

    // MARK: Questions

    /// All hits, page by page.
    func all(_ name: String, _ filter: SearchFilter = .none, by limit: Int = 1000) throws -> [SearchHit] {
        var query = SearchQuery(name: name, filter: filter, limit: limit)
        var hits: [SearchHit] = []
        repeat {
            let page = try search.search(query)
            hits += page.hits
            query.cursor = page.next
        } while query.cursor != nil
        return hits
    }

    func names(_ name: String, _ filter: SearchFilter = .none) throws -> [String] { try all(name, filter).map(\.name) }
}

extension SearchCard {
    /// A card with a present name, former ones, and what else matters.
    init(
        _ name: String,
        formerly: [String] = [],
        state: String? = "K",
        district: String? = nil,
        industry: String? = nil,
        representative: String? = nil
    ) {
        self.init(
            names: [Name(name, .present)] + formerly.map { Name($0, .former) },
            state: state,
            district: district,
            industry: industry,
            representative: representative
        )
    }
}
