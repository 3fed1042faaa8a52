public import AdapterKit
public import CreditModel
public import CreditStore
internal import Dispatch
internal import Foundation
public import Logging
internal import Synchronization

/// How far the pull of one dataset has come.
public struct SyncProgress: Sendable {
    /// Which dataset.
    public var dataset: DatasetID
    /// Rows handed over so far, bad ones among them.
    public var rows: Int
    /// What the store made of them.
    public var outcome: CommitOutcome
}

/// How a sync went, dataset by dataset.
public struct SyncReport: Sendable {
    /// In the order of agencies and their datasets.
    public var runs: [RunReport]
    /// Those that failed.
    public var failures: [RunReport] { runs.filter { !$0.error.isEmpty } }
}

/// Pulls agencies' datasets into a store: one thread an agency, its datasets one after the other.
///
/// A dataset that fails does not stop its agency, and an agency that fails stops no other; what was handed over before
/// stays taken, and the next run goes on from there.
public struct Ingestor: Sendable {
    /// What an installation may set.
    public struct Options: Sendable {
        /// Bounds on what agencies send.
        public var limits = FeedLimits()
        /// When a failed request is asked again.
        public var retry = RetryPolicy()
        /// The share of a dataset's records that a complete read may withdraw without a person's word.
        public var allowedWithdrawals = 0.2
        /// Where files are spooled; a folder of ours, emptied before each pull.
        public var spoolFolder: String
        /// Threads that normalise one batch.
        public var width = ProcessInfo.processInfo.activeProcessorCount

        /// - Parameter spoolFolder: where files are spooled.
        public init(spoolFolder: String) { self.spoolFolder = spoolFolder }
    }

    let store: any CreditStore
    let options: Options
    let digester: VersionDigester
    let now: @Sendable () -> Int64
    let isStopped: @Sendable () -> Bool
    private let adapters: [AgencyID: any SourceAdapter]
    private let random: @Sendable () -> UInt64
    private let sleep: @Sendable (Int) -> Void
    private let logger: Logger

    /// Makes an ingestor; it does nothing until it is told to.
    ///
    /// - Parameters:
    ///   - store: where everything goes.
    ///   - adapters: the agencies that are configured.
    ///   - options: limits, retries and the guard against mass withdrawals.
    ///   - secret: the installation's, for digests of versions whose keys hold personal data.
    ///   - now: POSIX seconds.
    ///   - random: 64 random bits, for jitter and request ids.
    ///   - sleep: waits, in milliseconds.
    ///   - isStopped: whether the operator wants it to end at the next opportunity.
    ///   - logger: told of what went wrong, never of a row's content.
    public init(
        store: any CreditStore,
        adapters: [AgencyID: any SourceAdapter],
        options: Options,
        secret: [UInt8],
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64,
        sleep: @escaping @Sendable (Int) -> Void,
        isStopped: @escaping @Sendable () -> Bool = { false },
        logger: Logger = Logger(label: "suixin.ingestion")
    ) {
        self.store = store
        self.adapters = adapters
        self.options = options
        digester = VersionDigester(secret: secret)
        self.now = now
        self.random = random
        self.sleep = sleep
        self.isStopped = isStopped
        self.logger = logger
    }

    /// Pulls everything that is new.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - agencies: which; nil for all.
    ///   - datasets: which of theirs; nil for all.
    ///   - progress: called after each batch, from the agencies' threads.
    /// - Returns: how each run went; one agency's failure stops no other.
    @discardableResult
    public func sync(
        agencies: [AgencyID]? = nil,
        datasets: [DatasetID]? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) -> SyncReport {
        let wanted = agencies ?? adapters.keys.sorted()
        let results = Mutex([AgencyID: [RunReport]]())
        let group = DispatchGroup()
        withExtendedLifetime(results) {
            for agency in wanted {
                guard let adapter = adapters[agency] else { continue }
                // A queue of its own is a thread of its own: pulls block.
                DispatchQueue(label: "suixin.sync.\(agency)").async(group: group) { [self] in
                    let reports = syncAgency(adapter, datasets: datasets, progress: progress)
                    results.withLock { $0[agency] = reports }
                }
            }
            group.wait()
        }
        let byAgency = results.withLock { $0 }
        return SyncReport(runs: wanted.flatMap { byAgency[$0] ?? [] })
    }

    private func syncAgency(
        _ adapter: any SourceAdapter,
        datasets: [DatasetID]?,
        progress: @escaping @Sendable (SyncProgress) -> Void
    ) -> [RunReport] {
        var reports: [RunReport] = []
        for dataset in type(of: adapter).descriptor.datasets.map(\.id)
        where datasets?.contains(dataset) ?? true {
            if isStopped() { break }
            reports.append(syncDataset(dataset, adapter, progress: progress))
        }
        return reports
    }

    private func syncDataset(
        _ dataset: DatasetID,
        _ adapter: any SourceAdapter,
        progress: @escaping @Sendable (SyncProgress) -> Void
    ) -> RunReport {
        let run = "\(now())-\(String(random() & 0xFFFF_FFFF, radix: 36))"
        let startedAt = now()
        let taker = BatchTaker(self, adapter: adapter, dataset: dataset, run: run, report: progress)
        var error = ""
        // What we stopped, or our own disk, says nothing about the source.
        var isTheirs = false
        do {
            let folder = try emptyFolder(for: dataset.agency)
            let state = try store.sourceState(of: dataset)
            try adapter.pull(request(dataset, position: state.position, folder: folder), into: taker)
        } catch let failure {
            error = "\(failure)"
            isTheirs = (failure as? AdapterError).map { $0.code != .stopped && $0.code != .local } ?? false
        }
        do {
            // Whatever ended the pull, what it handed over before stays taken.
            try taker.finish()
        } catch let failure where error.isEmpty {
            error = "\(failure)"
        } catch {}
        if !error.isEmpty { logger.warning("\(dataset): \(error)") }
        let report = RunReport(
            run: run,
            dataset: dataset,
            startedAt: startedAt,
            endedAt: now(),
            outcome: taker.outcome,
            error: error,
            isOurs: !error.isEmpty && !isTheirs
        )
        do {
            try store.finish(report)
        } catch {
            logger.error("\(dataset): how the run ended could not be stored: \(error)")
            if report.error.isEmpty {
                var failed = report
                failed.error = "\(error)"
                return failed
            }
        }
        return report
    }

    private func request(_ dataset: DatasetID, position: [UInt8]?, folder: String) -> PullRequest {
        PullRequest(
            dataset: dataset,
            position: position.map { Position(bytes: $0) },
            limits: options.limits,
            retry: options.retry,
            now: now,
            sleep: sleep,
            random: random,
            isStopped: isStopped,
            spoolFolder: folder
        )
    }

    private func emptyFolder(for agency: AgencyID) throws -> String {
        let folder = "\(options.spoolFolder)/\(agency)"
        let files = FileManager.default
        try files.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for name in try files.contentsOfDirectory(atPath: folder) { try files.removeItem(atPath: "\(folder)/\(name)") }
        return folder
    }

    /// Reads a quarantined row again and takes it where that works now.
    ///
    /// - Returns: whether it was taken.
    public func retry(_ entry: QuarantineEntry) throws -> Bool {
        guard let adapter = adapters[entry.dataset.agency] else { return false }
        let record: SourceRecord?
        do {
            record = try adapter.decode(entry.original, of: entry.dataset, place: entry.place)
        } catch {
            logger.info("\(entry.dataset): quarantined row \(entry.id) is still bad: \(error.rule)")
            return false
        }
        guard let record else { return false }
        let row: NormalisedRow
        do {
            row = try adapter.normalise(record)
        } catch {
            logger.info("\(entry.dataset): quarantined row \(entry.id) is still bad: \(error.rule)")
            return false
        }
        let version = RecordVersion(
            digest: digester.digest(of: record, isPersonal: row.holdsPersonalText),
            operation: record.operation,
            modified: record.modified,
            sequence: record.sequence,
            content: record.operation == .record ? row.record : nil
        )
        _ = try store.commit(
            StoreBatch(
                dataset: entry.dataset,
                run: "retry-\(entry.id)",
                isRetry: true,
                receivedAt: now(),
                versions: [
                    ReceivedVersion(
                        key: record.key,
                        hasRestrictedKey: row.hasRestrictedKey,
                        version: version,
                        original: record.original,
                        place: record.place
                    )
                ]
            )
        )
        try store.resolveQuarantine(id: entry.id, as: "taken")
        return true
    }
}
