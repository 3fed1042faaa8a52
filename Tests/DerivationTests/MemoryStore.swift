import CreditModel
import CreditStore
import Synchronization

/// A store in memory that keeps the contract as far as derivation needs it.
final class MemoryStore: CreditStore {
    struct Place: Hashable, Comparable {
        let dataset: DatasetID
        let key: RecordKey
        static func < (a: Place, b: Place) -> Bool { a.dataset == b.dataset ? a.key < b.key : a.dataset < b.dataset }
    }
    struct State {
        var records: [Place: RecordHistory] = [:]
        var waiting: Set<Place> = []
        var handedOut: [Int64: Set<Place>] = [:]
        var token: Int64 = 0
        var homes: [Place: Set<EnterpriseID>] = [:]
        var profiles: [EnterpriseID: DerivedProfile] = [:]
        var aliases: [EnterpriseID: EnterpriseID] = [:]
        var held: [Place: [HeldRecord]] = [:]
    }
    let state = Mutex(State())

    // MARK: Ingestion

    func commit(_ batch: StoreBatch) throws -> CommitOutcome {
        state.withLock { state in
            for received in batch.versions {
                let place = Place(dataset: batch.dataset, key: received.key)
                var versions = state.records[place]?.versions ?? []
                guard !versions.contains(where: { $0.digest == received.version.digest }) else { continue }
                versions.append(received.version)
                state.records[place] = RecordHistory(
                    dataset: batch.dataset,
                    key: received.key,
                    hasRestrictedKey: received.hasRestrictedKey,
                    versions: versions
                )
                state.waiting.insert(place)
            }
        }
        return CommitOutcome()
    }

    // MARK: Derivation

    func pendingCount(on day: Day) throws -> Int { state.withLock { MemoryStore.due($0, day).count } }

    private static func due(_ state: State, _ day: Day) -> Set<Place> {
        var due = state.waiting
        for (place, homes) in state.homes
        where homes.contains(where: { state.profiles[$0]?.nextDay.map { $0 <= day } ?? false }) {
            due.insert(place)
        }
        return due
    }

    func nextComponents(limit: Int, on day: Day) throws -> [StoredComponent] {
        state.withLock { state in
            state.handedOut = [:]
            var byKey: [LinkKey: [Place]] = [:]
            for (place, history) in state.records {
                for key in MemoryStore.linkKeys(of: history) { byKey[key, default: []].append(place) }
            }
            var components: [StoredComponent] = []
            var seen: Set<Place> = []
            for start in MemoryStore.due(state, day).sorted() where !seen.contains(start) && components.count < limit {
                var places: Set<Place> = [start]
                var open = [start]
                while let place = open.popLast() {
                    guard let history = state.records[place] else { continue }
                    for key in MemoryStore.linkKeys(of: history) {
                        for other in byKey[key] ?? [] where places.insert(other).inserted { open.append(other) }
                    }
                }
                seen.formUnion(places)
                state.token += 1
                state.handedOut[state.token] = places
                components.append(
                    StoredComponent(
                        token: state.token,
                        records: places.compactMap { state.records[$0] },
                        previous: Set(places.flatMap { state.homes[$0] ?? [] }).sorted()
                    )
                )
            }
            return components
        }
    }

    private static func linkKeys(of history: RecordHistory) -> Set<LinkKey> {
        Set(history.versions.flatMap { $0.content?.linkKeys ?? [] })
    }

    func store(_ derivations: [Derivation]) throws {
        try state.withLock { state in
            for derivation in derivations {
                guard let places = state.handedOut.removeValue(forKey: derivation.token) else {
                    throw StoreError(.staleToken, "handed out again")
                }
                for id in Set(places.flatMap { state.homes[$0] ?? [] }) { state.profiles[id] = nil }
                for place in places {
                    state.homes[place] = nil
                    state.held[place] = nil
                }
                state.waiting.subtract(places)
                for enterprise in derivation.outcome.enterprises {
                    for alias in enterprise.aliases + [enterprise.id] { state.aliases[alias] = enterprise.id }
                    for member in enterprise.members {
                        state.homes[Place(dataset: member.record.dataset, key: member.record.key), default: []]
                            .insert(enterprise.id)
                    }
                }
                for held in derivation.outcome.held {
                    state.held[Place(dataset: held.record.dataset, key: held.record.key), default: []].append(held)
                }
                for profile in derivation.profiles { state.profiles[profile.id] = profile }
            }
        }
    }

    // MARK: Reading; the rest is what derivation never asks

    func sourceState(of dataset: DatasetID) throws -> SourceState { SourceState(dataset: dataset) }
    func sourceStates() throws -> [SourceState] { [] }
    func finish(_ run: RunReport) throws {}
    func runs(limit: Int) throws -> [RunReport] { [] }
    func drift() throws -> [DriftEntry] { [] }
    func refusals(limit: Int) throws -> [RefusalEntry] { [] }
    func releaseHeldWithdrawals(of dataset: DatasetID) throws -> Int { 0 }
    func currentID(of id: EnterpriseID) throws -> EnterpriseID? { state.withLock { $0.aliases[id] } }
    func enterprises(holding codeText: String) throws -> [EnterpriseID] { [] }
    func profile(of id: EnterpriseID) throws -> StoredProfile? { nil }
    func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile] {
        state.withLock { state in
            let ids = state.profiles.keys.sorted().filter { other in id.map { other > $0 } ?? true }
            return ids.prefix(limit).compactMap { state.profiles[$0] }
                .map { StoredProfile(id: $0.id, version: $0.version, bytes: $0.bytes) }
        }
    }
    func search(name: String, limit: Int) throws -> [(id: EnterpriseID, name: String)] { [] }
    func annex(_ digest: String) throws -> Annex? { nil }
    func counts() throws -> StoreCounts { StoreCounts() }
    func members(of id: EnterpriseID) throws -> [Membership] { [] }
    func enterprises(
        of dataset: DatasetID,
        key: RecordKey
    ) throws -> [(id: EnterpriseID, role: Role, reason: IdentityReason)] { [] }
    func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord] { [] }
    func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory? {
        state.withLock { $0.records[Place(dataset: dataset, key: key)] }
    }
    func shownRecords(
        of dataset: DatasetID,
        after key: RecordKey?,
        limit: Int
    ) throws -> [(key: RecordKey, digest: VersionDigest)] { [] }
    func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry] { [] }
    func resolveQuarantine(id: Int64, as outcome: String) throws {}
    func unsigned(limit: Int) throws -> [StoredProfile] { [] }
    func storeSigned(_ documents: [SignedProfile]) throws {}
    func signed(_ id: EnterpriseID) throws -> SignedProfile? { nil }
    func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? { nil }
    func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile] { [] }
    func latestStatus() throws -> SignedStatus? { nil }
    func storeStatus(_ status: SignedStatus) throws {}
    func storePosition() throws -> Int64 { 0 }
}
