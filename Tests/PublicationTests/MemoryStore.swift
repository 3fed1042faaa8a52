import CreditModel
import CreditStore
import Synchronization

/// TEMPORARY: until SQLiteStore is here.
final class MemoryStore: CreditStore {
    struct State {
        var sources: [DatasetID: SourceState] = [:]
        var pending: [StoredComponent] = []
        var token: Int64 = 0
        var position: Int64 = 0
        var shown: [DatasetID: Set<RecordKey>] = [:]
        var held: [HeldRecord] = []
        var quarantine: [QuarantineEntry] = []
        var profiles: [EnterpriseID: StoredProfile] = [:]
        var aliases: [EnterpriseID: EnterpriseID] = [:]
        var codes: [String: Set<EnterpriseID>] = [:]
        var members: [EnterpriseID: [Membership]] = [:]
        var annexes: [String: Annex] = [:]
        var signed: [EnterpriseID: [SignedProfile]] = [:]
        var statuses: [SignedStatus] = []
    }
    let state = Mutex(State())

    func sourceState(of dataset: DatasetID) throws -> SourceState {
        state.withLock { $0.sources[dataset] ?? SourceState(dataset: dataset) }
    }
    func sourceStates() throws -> [SourceState] { state.withLock { Array($0.sources.values) } }
    func commit(_ batch: StoreBatch) throws -> CommitOutcome {
        state.withLock { state in
            state.position += 1
            state.quarantine += batch.quarantined
            for version in batch.versions {
                state.shown[batch.dataset, default: []].insert(version.key)
                state.token += 1
                state.pending.append(
                    StoredComponent(
                        token: state.token,
                        records: [
                            RecordHistory(
                                dataset: batch.dataset,
                                key: version.key,
                                hasRestrictedKey: version.hasRestrictedKey,
                                versions: [version.version]
                            )
                        ],
                        previous: []
                    )
                )
            }
            var source = state.sources[batch.dataset] ?? SourceState(dataset: batch.dataset)
            source.progress = batch.progress ?? source.progress
            source.records += batch.versions.count
            state.sources[batch.dataset] = source
        }
        return CommitOutcome()
    }
    func finish(_ run: RunReport) throws {
        state.withLock { state in
            state.position += 1
            var source = state.sources[run.dataset] ?? SourceState(dataset: run.dataset)
            source.lastAttempt = run.endedAt
            if run.error.isEmpty { source.lastSuccess = run.endedAt }
            source.lastError = run.error
            state.sources[run.dataset] = source
        }
    }
    func runs(limit: Int) throws -> [RunReport] { [] }
    func drift() throws -> [DriftEntry] { [] }
    func refusals(limit: Int) throws -> [RefusalEntry] { [] }
    func releaseHeldWithdrawals(of dataset: DatasetID) throws -> Int { 0 }
    func pendingCount(on day: Day) throws -> Int { state.withLock { $0.pending.count } }
    func nextComponents(limit: Int, on day: Day) throws -> [StoredComponent] {
        state.withLock { Array($0.pending.prefix(limit)) }
    }
    func store(_ derivations: [Derivation]) throws {
        state.withLock { state in
            state.position += 1
            for derivation in derivations {
                state.pending.removeAll { $0.token == derivation.token }
                state.held += derivation.outcome.held
                for enterprise in derivation.outcome.enterprises {
                    state.aliases[enterprise.id] = enterprise.id
                    for alias in enterprise.aliases {
                        state.aliases[alias] = enterprise.id; state.profiles[alias] = nil
                    }
                    for code in enterprise.codes { state.codes[code.text, default: []].insert(enterprise.id) }
                    state.members[enterprise.id] = enterprise.members
                }
                for profile in derivation.profiles {
                    state.profiles[profile.id] = StoredProfile(
                        id: profile.id,
                        version: profile.version,
                        bytes: profile.bytes
                    )
                    for annex in profile.annexes { state.annexes[annex.digest] = annex }
                }
            }
        }
    }
    func currentID(of id: EnterpriseID) throws -> EnterpriseID? { state.withLock { $0.aliases[id] } }
    func enterprises(holding codeText: String) throws -> [EnterpriseID] {
        state.withLock { Array($0.codes[codeText] ?? []) }
    }
    func profile(of id: EnterpriseID) throws -> StoredProfile? { state.withLock { $0.profiles[id] } }
    func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile] {
        state.withLock { state in
            Array(
                state.profiles.values.sorted { $0.id < $1.id }.filter { profile in id.map { profile.id > $0 } ?? true }
                    .prefix(limit)
            )
        }
    }
    func search(name: String, limit: Int) throws -> [(id: EnterpriseID, name: String)] { [] }
    func annex(_ digest: String) throws -> Annex? { state.withLock { $0.annexes[digest] } }
    func counts() throws -> StoreCounts { StoreCounts() }
    func members(of id: EnterpriseID) throws -> [Membership] { state.withLock { $0.members[id] ?? [] } }
    func enterprises(of dataset: DatasetID, key: RecordKey) throws -> [(
        id: EnterpriseID, role: Role, reason: IdentityReason
    )] {
        state.withLock { state in
            state.members.flatMap { id, members in
                members.filter { $0.record.dataset == dataset && $0.record.key == key }.map {
                    (id, $0.record.role, $0.reason)
                }
            }
        }
    }
    func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord] {
        state.withLock { state in
            Array(
                state.held.filter { held in reference.map { held.record > $0 } ?? true }.sorted {
                    $0.record < $1.record
                }.prefix(limit)
            )
        }
    }
    func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory? { nil }
    func shownRecords(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [(
        key: RecordKey, digest: VersionDigest
    )] {
        state.withLock { state in
            (state.shown[dataset] ?? []).filter { other in key.map { other > $0 } ?? true }.sorted().prefix(limit)
                .map { ($0, VersionDigest(text: "")) }
        }
    }
    func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry] {
        state.withLock { state in Array(state.quarantine.filter { $0.id > filter.after }.prefix(filter.limit)) }
    }
    func resolveQuarantine(id: Int64, as outcome: String) throws {}
    func unsigned(limit: Int) throws -> [StoredProfile] {
        state.withLock { state in
            Array(
                state.profiles.values.filter { p in !(state.signed[p.id] ?? []).contains { $0.version == p.version } }
                    .prefix(limit)
            )
        }
    }
    func storeSigned(_ documents: [SignedProfile]) throws {
        state.withLock { state in for d in documents { state.signed[d.id, default: []].append(d) } }
    }
    func signed(_ id: EnterpriseID) throws -> SignedProfile? {
        state.withLock { $0.profiles[id] == nil ? nil : $0.signed[id]?.last }
    }
    func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? {
        state.withLock { $0.signed[id]?.first { $0.version == version } }
    }
    func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile] {
        try profiles(after: id, limit: limit).compactMap { try signed($0.id) }
    }
    func latestStatus() throws -> SignedStatus? { state.withLock { $0.statuses.last } }
    func storeStatus(_ status: SignedStatus) throws { state.withLock { $0.statuses.append(status) } }
    func storePosition() throws -> Int64 { state.withLock { $0.position } }
}
