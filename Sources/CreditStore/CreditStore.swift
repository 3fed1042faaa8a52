public import CreditModel

/// What every store must do.
///
/// Blocking; one writer at a time, any number of readers. A batch and the position that it leads to become durable
/// together or not at all. The contract suite holds for each store.
public protocol CreditStore: Sendable {
    // Ingestion

    /// Where a dataset's next pull goes on, and how its last ones went.
    func sourceState(of dataset: DatasetID) throws -> SourceState
    /// All datasets that were ever tried.
    func sourceStates() throws -> [SourceState]
    /// Makes versions, quarantined rows, events and position of some batches durable in one transaction, one batch after the
    /// other; marks what must be derived anew.
    ///
    /// A version that is known (same digest) is unchanged, but counts from the greatest sequence at which it was seen.
    /// - Parameters:
    ///   - batches: In the agency's order.
    ///   - ready: Called when nothing is left but to write, and before that: so batches are made ready while those before
    ///     them are stored.
    /// - Returns: What all of them did.
    /// - Throws: What `ready` or the store throws; nothing is stored then.
    func commit(_ batches: consuming [StoreBatch], once ready: () throws -> Void) throws -> CommitOutcome
    /// Notes how a run ended.
    func finish(_ run: RunReport) throws
    /// The last runs, newest first.
    func runs(limit: Int) throws -> [RunReport]
    /// What the model does not know of the sources, by dataset, kind and name.
    func drift() throws -> [DriftEntry]
    /// Files, pages and answers that were refused, newest first.
    func refusals(limit: Int) throws -> [RefusalEntry]
    /// A person's word that the withdrawals that the guard held are right; how many records it withdrew.
    ///
    /// `moment` is POSIX seconds: from when they count.
    func releaseHeldWithdrawals(of dataset: DatasetID, at moment: Int64) throws -> Int

    // Derivation

    /// Records waiting to be derived, each of their roles counted, and the days on which profiles change by themselves: how many.
    func pendingCount(on day: Day) throws -> Int
    /// Up to `limit` closed sets of records, no part of them twice, each the smallest set that holds a changed record
    /// and every record that shares a link key with one of its own; also those whose profile is due on `day`.
    ///
    /// A record counts role by role here: one that speaks of two enterprises is in both their components, in each with
    /// only those of its subjects that belong there, so that it does not bring them together.
    ///
    /// Takes back what an earlier call handed out and nobody stored: its tokens are void from now on, but for those in
    /// `tokens`. What shares a part with one of these waits until it is stored.
    func nextComponents(limit: Int, on day: Day, keeping tokens: Set<Int64>) throws -> [StoredComponent]
    /// Stores what was derived of components and takes them off the list, in one transaction.
    ///
    /// Records that changed since the components were handed out stay on the list. Whatever the components' records
    /// belonged to before and the outcome no longer names is gone: its profile is removed, its id and aliases stay.
    /// - Parameters:
    ///   - derivations: What was derived.
    ///   - moment: POSIX seconds of the commit: from when what was derived is the answer.
    /// - Throws: ``StoreError`` `staleToken` where a token is void.
    func store(_ derivations: [Derivation], at moment: Int64) throws

    // Reading

    /// The id that an id of any time stands for now; nil if it never existed.
    func currentID(of id: EnterpriseID) throws -> EnterpriseID?
    /// Enterprises that hold a code now; several where the registry gives it to each of them.
    func enterprises(holding codeText: String) throws -> [EnterpriseID]
    /// Codes that the registry gives to several enterprises, in the order of their texts, a page at a time.
    func contestedCodes(after text: String?, limit: Int) throws -> [ContestedCode]
    /// The present profile of a current id; nil where it has none (any more).
    func profile(of id: EnterpriseID) throws -> StoredProfile?
    /// All profiles in the order of their ids, a page at a time.
    func profiles(after id: EnterpriseID?, limit: Int) throws -> [StoredProfile]
    /// Lets somebody read cards in one view of the store.
    func viewCards<Result>(_ body: (any CardView) throws -> Result) throws -> Result
    /// A document that holds the rest of a profile's long list.
    func annex(_ digest: String) throws -> Annex?
    /// How many records, versions and enterprises the store holds, and what waits for a person.
    func counts() throws -> StoreCounts
    /// The records of an enterprise with the reason of each.
    func members(of id: EnterpriseID) throws -> [Membership]
    /// The enterprises to which a record belongs, role by role.
    func enterprises(of dataset: DatasetID, key: RecordKey) throws -> [(
        id: EnterpriseID, role: Role, reason: IdentityReason
    )]
    /// Records held apart for a person, in order.
    func held(after reference: RecordReference?, limit: Int) throws -> [HeldRecord]
    /// Every version of a record, for explanation.
    func history(of dataset: DatasetID, key: RecordKey) throws -> RecordHistory?
    /// Shown records, by dataset and key: what the store holds of an agency's table.
    func shownRecords(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [(
        key: RecordKey, digest: VersionDigest
    )]

    // Comparison: what two stores of the same records hold alike, whatever the order in which those came

    /// The records of a dataset, shown or not, each with all versions that count, in the order of their keys.
    func records(of dataset: DatasetID, after key: RecordKey?, limit: Int) throws -> [RecordHistory]
    /// What was decided of the records of a dataset, role by role, in the order of their references.
    func placements(of dataset: DatasetID, after reference: RecordReference?, limit: Int) throws -> [PlacedRecord]
    /// The ids of all times, in order.
    func identities(after id: EnterpriseID?, limit: Int) throws -> [StoredIdentity]

    // Time travel

    /// What would have been answered about an id at a moment (at the end of that second), of what was signed then.
    ///
    /// Exact to the times of commit that were handed in. Where a clock was set back, the later answer tells of the time that
    /// came twice.
    func answer(about id: EnterpriseID, at moment: Int64) throws -> PastAnswer
    /// The closed sets of records, as ``nextComponents(limit:on:keeping:)`` makes them, that hold a record that ever belonged
    /// to an enterprise for which the id ever stood; with the versions that were received up to a moment, as they stood
    /// then; all of now where it is nil.
    func components(around id: EnterpriseID, at moment: Int64?) throws -> [[RecordHistory]]

    // Quarantine

    /// Quarantined rows that match, by ascending id.
    func quarantine(_ filter: QuarantineFilter) throws -> [QuarantineEntry]
    /// Notes how a quarantined row was settled, or opens it again where `outcome` is empty.
    ///
    /// - Throws: ``StoreError`` `conflict` where there is no such row.
    func resolveQuarantine(id: Int64, as outcome: String) throws

    // Signed documents

    /// Profiles whose present version was never signed, a page at a time: a version keeps the signature that it got.
    func unsigned(limit: Int) throws -> [StoredProfile]
    /// Keeps signatures for ever, so that yesterday's answer can be given again; one per version and key counts, the first.
    ///
    /// A version that was superseded meanwhile is passed over: nobody was ever shown it.
    /// `moment` is POSIX seconds of the commit: from when a present version that is signed by it is the answer.
    func storeSigned(_ seals: [ProfileSeal], at moment: Int64) throws
    /// The newest signed document of an enterprise that has a profile: of its present version, or, until that is signed,
    /// of the one before, which the last signed status covers.
    func signed(_ id: EnterpriseID) throws -> SignedProfile?
    /// The signature of a given version.
    func signed(_ id: EnterpriseID, version: String) throws -> SignedProfile?
    /// Signed profiles, as ``signed(_:)`` gives them, in the order of their ids.
    func signedProfiles(after id: EnterpriseID?, limit: Int) throws -> [SignedProfile]
    /// The status that was stored last; nil before the first.
    func latestStatus() throws -> SignedStatus?
    /// Keeps a signed status of the sources, and makes the hash tree speak as it does, in one transaction.
    ///
    /// - Parameter sign: Signs the status, given what the tree is like then.
    /// - Returns: the status.
    /// - Throws: ``StoreError`` `conflict` where it does not follow the latest status: another one's `previous`, a smaller
    ///   position, or an earlier time; and what `sign` throws.
    @discardableResult
    func storeStatus(_ sign: (TreeState) throws -> SignedStatus) throws -> SignedStatus
    /// Whether the tree may have to say something else than the latest status does.
    func hasNewsForTree() throws -> Bool
    /// The position of the store: grows with every commit that may change a profile or a source's state.
    func storePosition() throws -> Int64
}

extension CreditStore {
    /// Takes back everything that was handed out, and hands out anew.
    public func nextComponents(limit: Int, on day: Day) throws -> [StoredComponent] {
        try nextComponents(limit: limit, on: day, keeping: [])
    }
}

extension CreditStore {
    /// Makes one batch durable.
    public func commit(_ batch: StoreBatch) throws -> CommitOutcome { try commit([batch]) {} }
}

extension CreditStore {
    /// Whom an id of any time, a code or a registry key names now; several where agencies gave one code to several.
    ///
    /// Nobody by the number of a person's card, even where a tax office uses it as an enterprise's.
    /// - Parameters:
    ///   - name: What was typed.
    ///   - digest: SHA-256.
    /// - Returns: Present ids, sorted.
    /// - Throws: What the store throws.
    package func enterprises(named name: AskedName, digest: DigestFunction) throws -> [EnterpriseID] {
        if let asked = name.id { return try currentID(of: asked).map { [$0] } ?? [] }
        guard !IdentityCard.isCode(name.code) else { return [] }
        let holders = try enterprises(holding: name.code)
        guard holders.isEmpty, let keyed = name.registryID(digest: digest) else { return holders.sorted() }
        return try currentID(of: keyed).map { [$0] } ?? []
    }
}
