public import CreditModel
public import CreditStore
internal import Crypto
public import ProfileMerge
internal import Resolution
internal import ServiceKit

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Derives what waits in a store: which records speak of one enterprise, and each enterprise's profile.
///
/// Blocking: for a thread that may wait. Works a batch at a time, on several threads within it, so its memory does not
/// grow with the store. A batch is stored whole or not at all; after a crash it is derived anew, to the same bytes.
public struct Deriver: Sendable {
    /// How far a derivation is, or how it ended.
    public struct Progress: Hashable, Sendable {
        /// Sets of records derived.
        public var components = 0
        /// Profiles made.
        public var profiles = 0
        /// Profiles signed.
        public var signed = 0
        /// Records held for a person.
        public var held = 0
        /// Records without a certain identifier.
        public var undecided = 0

        /// Nothing done.
        public init() {}
    }

    private let store: any CreditStore
    private let batchSize: Int
    let width: Int
    private let now: @Sendable () -> Int64
    private let resolution: CertainResolution
    private let merger: ProfileMerger
    private let sealing: Sealing?

    /// Signs a profile as soon as it is made; nil leaves it to be signed later.
    public typealias Sealing = @Sendable (DerivedProfile) -> ProfileSeal?

    /// The fewest bytes of a secret.
    public static let leastSecret = 32

    /// Makes a deriver over a store.
    ///
    /// - Parameters:
    ///   - store: Where versions wait and profiles go.
    ///   - secret: The installation's; what is restricted is shown as its HMAC under it. At least 32 bytes.
    ///   - policy: Whose word counts in what.
    ///   - batchSize: Components per transaction.
    ///   - width: Threads; as many as the machine has cores where nil.
    ///   - sealing: Signs what is new, beside the derivation of what follows; nobody signs where nil.
    ///   - now: POSIX seconds; asked at each commit, so that what was the answer at a moment can be told later.
    /// - Throws: ``DerivationError`` where the secret is too short or the limits allow nothing.
    public init(
        store: any CreditStore,
        secret: [UInt8],
        policy: MergePolicy = .standard,
        batchSize: Int = 1000,
        width: Int? = nil,
        sealing: Sealing? = nil,
        now: @escaping @Sendable () -> Int64
    ) throws(DerivationError) {
        guard secret.count >= Deriver.leastSecret else { throw DerivationError(.weakSecret) }
        guard batchSize > 0, width ?? 1 > 0 else { throw DerivationError(.badLimits) }
        self.store = store
        self.batchSize = batchSize
        self.sealing = sealing
        self.now = now
        self.width = width ?? Deriver.cores
        (resolution, merger) = Deriver.parts(secret, policy)
    }

    /// Derives until nothing waits and nothing is due on the day.
    ///
    /// While a batch is derived, the one before is stored and the next one read, each on a thread of its own.
    /// - Parameters:
    ///   - day: The day of the profiles, in Asia/Shanghai.
    ///   - progress: Called after each batch; false stops, with everything up to there stored.
    /// - Returns: What was done in all.
    /// - Throws: What the store throws; nothing of the batch concerned is stored then.
    @discardableResult
    public func derive(on day: Day, progress: (Progress) -> Bool = { _ in true }) throws -> Progress {
        var total = Progress()
        var components = try store.nextComponents(limit: batchSize, on: day)
        var storing: (work: Ahead<Void>, tokens: Set<Int64>, derived: Progress)?
        // However this ends, nobody writes to the store after it.
        defer { _ = try? storing?.work.value() }
        while !components.isEmpty {
            let (store, limit, now) = (store, batchSize, now)
            let tokens = Set(components.map(\.token))
            let kept = tokens.union(storing?.tokens ?? [])
            let following = Ahead { try store.nextComponents(limit: limit, on: day, keeping: kept) }
            // However this round ends, the next read must not take back what a later call hands out.
            defer { _ = try? following.value() }
            let derivations = try balanced(components).parallelMap(width: width) { derivation(of: $0, on: day) }
            if let before = storing {
                storing = nil
                try before.work.value()
                total.add(before.derived)
                guard progress(total) else { return total }
            }
            var derived = Progress()
            for derivation in derivations { derived.add(derivation) }
            storing = (Ahead { try store.store(derivations, at: now()) }, tokens, derived)
            components = try following.value()
            // What was left out because it touches these batches is free once they are stored.
            if components.isEmpty, let last = storing {
                storing = nil
                try last.work.value()
                total.add(last.derived)
                guard progress(total) else { return total }
                components = try store.nextComponents(limit: batchSize, on: day)
            }
        }
        return total
    }

    /// What is derived of one component.
    public func derivation(of component: StoredComponent, on day: Day) -> Derivation {
        let outcome = resolution.resolve(component.records)
        let records = RecordsByPlace(component.records, isShared: outcome.enterprises.count > 1)
        let profiles = outcome.enterprises.map { enterprise in
            var profile = DerivedProfile(
                merger.merge(enterprise, records: records.histories(of: enterprise), day: day)
            )
            // What the store has is signed already, or will be with what waits there.
            if !component.versions.contains(profile.version) { profile.seal = sealing?(profile) }
            return profile
        }
        return Derivation(token: component.token, outcome: outcome, profiles: profiles)
    }

    /// Deals the components to the lanes of a parallel map, the largest first, so that no lane waits long for another.
    private func balanced(_ components: [StoredComponent]) -> [StoredComponent] {
        let lanes = min(width, components.count)
        guard lanes > 1 else { return components }
        let order = components.indices.sorted {
            let (a, b) = (components[$0].records.count, components[$1].records.count)
            return a == b ? $0 < $1 : a > b
        }
        return (0..<lanes).flatMap { lane in
            stride(from: lane, to: order.count, by: lanes).map { components[order[$0]] }
        }
    }

    static func parts(_ secret: [UInt8], _ policy: MergePolicy) -> (CertainResolution, ProfileMerger) {
        let key = SymmetricKey(data: secret)
        let digest: DigestFunction = { Array(SHA256.hash(data: $0)) }
        let restrictedDigest: DigestFunction = { Array(HMAC<SHA256>.authenticationCode(for: $0, using: key)) }
        return (
            CertainResolution(digest: digest, restrictedDigest: restrictedDigest),
            ProfileMerger(policy: policy, digest: digest, restrictedDigest: restrictedDigest)
        )
    }

    private static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

extension Deriver.Progress {
    fileprivate mutating func add(_ other: Self) {
        components += other.components
        profiles += other.profiles
        signed += other.signed
        held += other.held
        undecided += other.undecided
    }

    fileprivate mutating func add(_ derivation: Derivation) {
        components += 1
        profiles += derivation.profiles.count
        signed += derivation.profiles.count { $0.seal != nil }
        held += derivation.outcome.held.count
        undecided += derivation.outcome.undecided.count
    }
}

extension DerivedProfile {
    fileprivate init(_ merged: MergedProfile) {
        self.init(
            id: merged.id,
            version: merged.version,
            bytes: merged.bytes,
            nextDay: merged.nextDay,
            sinceDay: merged.sinceDay,
            card: merged.card,
            annexes: merged.annexes.map { Annex(digest: $0.digest, bytes: $0.bytes) }
        )
    }
}

/// A component's records by dataset and key, so that each of many enterprises is handed only its own.
private struct RecordsByPlace {
    private struct Place: Hashable {
        let dataset: DatasetID
        let key: RecordKey
    }

    private let all: [RecordHistory]
    /// Empty where one enterprise has them all.
    private var places: [Place: Int] = [:]

    init(_ records: [RecordHistory], isShared: Bool) {
        all = records
        guard isShared else { return }
        places.reserveCapacity(records.count)
        for (index, record) in records.enumerated() { places[Place(dataset: record.dataset, key: record.key)] = index }
    }

    func histories(of enterprise: EnterpriseDecision) -> [RecordHistory] {
        guard !places.isEmpty else { return all }
        return enterprise.members.compactMap { member in
            places[Place(dataset: member.record.dataset, key: member.record.key)].map { all[$0] }
        }
    }
}
