public import CreditModel

/// What every store must do. Blocking; one writer at a time, any number of readers.
///
/// A batch and the position that it leads to become durable together or not at all. The contract suite holds for each store.
public protocol CreditStore: Sendable {
    // Ingestion

    /// Where a dataset's next pull goes on, and how its last ones went.
    func sourceState(of dataset: DatasetID) throws -> SourceState
    /// All datasets that were ever tried.
    func sourceStates() throws -> [SourceState]
    /// Makes versions, quarantined rows, events and position durable in one transaction; marks what must be derived anew.
    func commit(_ batch: StoreBatch) throws -> CommitOutcome
    /// Notes how a run ended.
    func finish(_ run: RunReport) throws

    // Derivation

    /// Records waiting to be derived, and the days on which profiles change by themselves: how many.
    func pendingCount(on day: Day) throws -> Int
    /// Up to `limit` closed sets of records, none of them twice, each the smallest set that holds a changed record
    /// and every record that shares a link key with one of its own; also those whose profile is due on `day`.
    func nextComponents(limit: Int, on day: Day) throws -> [StoredComponent]
    /// Stores what was derived of components and takes them off the list, in one transaction.
    func store(_ derivations: [Derivation]) throws

    // Reading

    /// The id that an id of any time stands for now; nil if it never existed.
    func currentID(of id: EnterpriseID) throws -> EnterpriseID?
    /// Enterprises that hold a code now.
    func enterprises(holding codeText: String) throws -> [EnterpriseID]
    func profile(of id: EnterpriseID) throws -> StoredProfile?
    /// All profiles in the order of their ids, a page at a time.
    func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile]
    /// Names that contain a text, best first: (id, name).
    func search(name: String, limit: Int) throws -> [(id: EnterpriseID, name: String)]
    func counts() throws -> StoreCounts
    /// Every version of a record, for explanation.
    func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory?
    /// Shown records, by dataset and key: what the store holds of an agency's table.
    func shownRecords(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [(key: RecordKey, digest: VersionDigest)]

    // Quarantine

    func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry]
    func resolveQuarantine(id: Int64, as outcome: String) throws

    // Signed documents

    /// Profiles whose present version has no signature by `key`, a page at a time.
    func unsigned(by key: String, limit: Int) throws -> [StoredProfile]
    func storeSigned(_ documents: [SignedProfile]) throws
    func signed(_ id: EnterpriseID) throws -> SignedProfile?
    /// Signed profiles in the order of their ids.
    func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile]
    func latestStatus() throws -> SignedStatus?
    func storeStatus(_ status: SignedStatus) throws
    /// The position of the store: grows with every commit that may change a profile or a source's state.
    func storePosition() throws -> Int64
}
