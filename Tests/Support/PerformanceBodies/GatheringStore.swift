import CreditModel
import CreditStore
import Synchronization

/// A store that keeps what it is given to commit, so that it can be stored when nothing else runs; all else is another's.
final class GatheringStore: CreditStore {
    private let store: any CreditStore
    private let batches = Mutex([StoreBatch]())

    init(_ store: any CreditStore) { self.store = store }

    /// What was given so far, in order.
    var gathered: [StoreBatch] { batches.withLock { $0 } }

    func commit(_ batches: consuming [StoreBatch], once ready: () throws -> Void) throws -> CommitOutcome {
        try ready()
        self.batches.withLock { [batches] in $0 += batches }
        return CommitOutcome()
    }

    func finish(_ run: RunReport) {}

    func sourceState(of dataset: DatasetID) throws -> SourceState { try store.sourceState(of: dataset) }
    func sourceStates() throws -> [SourceState] { try store.sourceStates() }
    func runs(limit: Int) throws -> [RunReport] { try store.runs(limit: limit) }
    func drift() throws -> [DriftEntry] { try store.drift() }
    func refusals(limit: Int) throws -> [RefusalEntry] { try store.refusals(limit: limit) }
    func releaseHeldWithdrawals(of dataset: DatasetID, at moment: Int64) throws -> Int {
        try store.releaseHeldWithdrawals(of: dataset, at: moment)
    }
    func pendingCount(on day: Day) throws -> Int { try store.pendingCount(on: day) }
    func nextComponents(limit: Int, on day: Day, keeping tokens: Set<Int64>) throws -> [StoredComponent] {
        try store.nextComponents(limit: limit, on: day, keeping: tokens)
    }
    func store(_ derivations: [Derivation], at moment: Int64) throws { try store.store(derivations, at: moment) }
    func currentID(of id: EnterpriseID) throws -> EnterpriseID? { try store.currentID(of: id) }
    func enterprises(holding codeText: String) throws -> [EnterpriseID] { try store.enterprises(holding: codeText) }
    func contestedCodes(after text: String?, limit: Int) throws -> [ContestedCode] {
        try store.contestedCodes(after: text, limit: limit)
    }
    func profile(of id: EnterpriseID) throws -> StoredProfile? { try store.profile(of: id) }
    func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile] {
        try store.profiles(after: id, limit: limit)
    }
    func viewCards<Result>(_ body: (any CardView) throws -> Result) throws -> Result { try store.viewCards(body) }
    func annex(_ digest: String) throws -> Annex? { try store.annex(digest) }
    func counts() throws -> StoreCounts { try store.counts() }
    func members(of id: EnterpriseID) throws -> [Membership] { try store.members(of: id) }
    func enterprises(of dataset: DatasetID, key: RecordKey) throws -> [(
        id: EnterpriseID, role: Role, reason: IdentityReason
    )] { try store.enterprises(of: dataset, key: key) }
    func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord] {
        try store.held(after: reference, limit: limit)
    }
    func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory? {
        try store.history(of: dataset, key: key)
    }
    func shownRecords(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [(
        key: RecordKey, digest: VersionDigest
    )] { try store.shownRecords(of: dataset, after: key, limit: limit) }
    func records(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [RecordHistory] {
        try store.records(of: dataset, after: key, limit: limit)
    }
    func placements(of dataset: DatasetID, after reference: RecordReference?, limit: Int) throws -> [PlacedRecord] {
        try store.placements(of: dataset, after: reference, limit: limit)
    }
    func identities(after id: EnterpriseID?, limit: Int) throws -> [StoredIdentity] {
        try store.identities(after: id, limit: limit)
    }
    func answer(about id: EnterpriseID, at moment: Int64) throws -> PastAnswer {
        try store.answer(about: id, at: moment)
    }
    func components(around id: EnterpriseID, at moment: Int64?) throws -> [[RecordHistory]] {
        try store.components(around: id, at: moment)
    }
    func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry] { try store.quarantine(filter) }
    func resolveQuarantine(id: Int64, as outcome: String) throws { try store.resolveQuarantine(id: id, as: outcome) }
    func unsigned(limit: Int) throws -> [StoredProfile] { try store.unsigned(limit: limit) }
    func storeSigned(_ seals: [ProfileSeal], at moment: Int64) throws { try store.storeSigned(seals, at: moment) }
    func signed(_ id: EnterpriseID) throws -> SignedProfile? { try store.signed(id) }
    func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile? { try store.signed(id, version: version) }
    func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile] {
        try store.signedProfiles(after: id, limit: limit)
    }
    func latestStatus() throws -> SignedStatus? { try store.latestStatus() }
    func storeStatus(_ sign: (TreeState) throws -> SignedStatus) throws -> SignedStatus { try store.storeStatus(sign) }
    func hasNewsForTree() throws -> Bool { try store.hasNewsForTree() }
    func storePosition() throws -> Int64 { try store.storePosition() }
}
