public import CreditModel

/// A store that can be checked against itself, and of which everything derived can be made anew.
///
/// The checks read beside whoever writes. What belongs together is read in one view, so that nothing half written is ever
/// taken for damage. The contract suite holds for each store.
public protocol AuditableStore: ProvingStore {
    /// Checks the file, and every statement against its checksum and against what is kept of it.
    ///
    /// - Parameter audit: Who is told.
    /// - Returns: The records on which nothing can be built.
    /// - Throws: ``AuditStopped``, and what cannot be gone on from.
    func auditStatements(_ audit: Audit) throws -> DamagedStatements
    /// Checks every table that nothing else tells of, and what refers to what is not there.
    func auditTables(_ audit: Audit) throws
    /// The next components, each with all that is stored of it, read in one view; empty at the end.
    ///
    /// - Parameters:
    ///   - walk: Where the walk is; no part is visited twice.
    ///   - limit: How many at most.
    ///   - day: On which a profile that changes by itself is due.
    ///   - handsOut: Whether they will be given to ``mend(_:at:)``; only a store that is open for deriving can.
    /// - Returns: A page of them.
    /// - Throws: ``StoreError`` where it is to hand out what it may not.
    func auditedComponents(
        _ walk: inout AuditWalk,
        limit: Int,
        on day: Day,
        handsOut: Bool
    ) throws -> [AuditedComponent]
    /// The component of a part, read once more; nil where it is nobody's.
    func auditedComponent(of part: Int64, on day: Day) throws -> AuditedComponent?
    /// A page of published documents with their seals, in the order of their numbers.
    func auditedDocuments(after number: Int64, limit: Int) throws -> [AuditedDocument]
    /// A page of statuses, oldest first, with their numbers.
    func auditedStatuses(after number: Int64, limit: Int) throws -> [(number: Int64, status: SignedStatus)]

    // Rebuilding: only in a store that is open for deriving

    /// Works out anew what is kept of each record, and removes what belongs to nothing; what it changed waits to be derived.
    ///
    /// - Throws: ``AuditStopped``; what was done until then is kept, and done again costs little.
    func mendStatements(_ audit: Audit, sparing damaged: DamagedStatements) throws
    /// Stores what was derived of audited components, over whatever is stored there, in one transaction.
    ///
    /// What was answered before is kept, as ``store(_:at:)`` keeps it; documents and seals stay.
    func mend(_ derivations: [Derivation], at moment: Int64) throws
    /// Puts new seals of present documents in the place of those that do not verify, in one transaction.
    func mend(_ seals: [ProfileSeal], inPlaceOf damaged: [DamagedSeal], at moment: Int64) throws
    /// Makes the index of names and the counters anew where they are wrong.
    func mendTables(_ audit: Audit, sparing damaged: DamagedStatements) throws
}

/// Who is told of an audit.
public struct Audit: Sendable {
    /// What was found.
    public var report: @Sendable (Finding) -> Void
    /// The step and how far it is, of how many; false stops.
    public var progress: @Sendable (_ step: String, _ done: Int, _ all: Int) -> Bool

    /// Makes an audit; by default it never stops.
    public init(
        report: @escaping @Sendable (Finding) -> Void,
        progress: @escaping @Sendable (String, Int, Int) -> Bool = { _, _, _ in true }
    ) {
        self.report = report
        self.progress = progress
    }

    /// Tells how far a step is.
    /// - Throws: ``AuditStopped`` where whoever is told wants no more.
    public func note(_ step: String, _ done: Int, of all: Int) throws {
        if !progress(step, done, all) { throw AuditStopped() }
    }
}

/// An audit ended because it was told to.
public struct AuditStopped: Error {
    /// Nothing else to say.
    public init() {}
}

/// What the audit of statements found that nothing may be built on.
public struct DamagedStatements: Sendable {
    /// Records with a version that is damaged or lost, by the store's numbers.
    public var records: Set<Int64> = []
    /// Records that cannot be reached from others as they should, until that is rebuilt.
    public var unlinked: Set<Int64> = []
    /// Whether anything is damaged that no rebuild makes right.
    public var isEmpty: Bool { records.isEmpty }

    /// Nothing damaged.
    public init() {}
}
