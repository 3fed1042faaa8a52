internal import Dispatch
internal import Synchronization

/// Takes entries from the threads that answer, and commits them in groups.
///
/// An answer goes out only if its entry was taken (``append(_:at:)``), or, for a query that asks for evidence, only after
/// it lies on the disk (``append(_:at:committed:)``). When the journal cannot be written, or falls behind by a second,
/// entries are refused, and so must the answers be: nothing is told to anybody unrecorded.
public final class QueryJournal: Sendable {
    /// How much is gathered, and how long.
    public struct Options: Sendable {
        /// Milliseconds after which what was gathered is committed.
        public var interval = 250
        /// Milliseconds by which the oldest entry may trail its answer.
        public var patience: Int64 = 1000
        /// Entries that are held in memory.
        public var entries = 50_000
        /// Bytes that are held in memory.
        public var bytes = 64 << 20
        /// The defaults.
        public init() {}
    }

    /// Whether entries are taken.
    public enum Condition: String, Hashable, Sendable {
        /// They are.
        case open
        /// Memory for them is full: the disk is too slow.
        case full
        /// The oldest has waited too long to be committed.
        case late
        /// The last commit failed, and is tried again.
        case failing
        /// The journal was closed.
        case closed
    }

    /// Called when the entry is on the disk, or with why it never will be.
    public typealias Completion = @Sendable (Result<Void, AccessError>) -> Void

    private struct State {
        var records: [JournalRecord] = []
        /// Those of `records` whose callers wait, by place.
        var waiting: [(place: Int, done: Completion)] = []
        var bytes = 0
        /// When the oldest entry was taken that is not on the disk, being written included.
        var oldest: Int64?
        /// When the first of `records` was taken.
        ///
        /// Not its query's moment: who waited a minute for a change was not kept from the disk for a minute.
        var gathered: Int64?
        var writing: (count: Int, bytes: Int)?
        var isScheduled = false
        var isDueNow = false
        var failure: AccessError?
        var isClosed = false
    }

    private let store: any JournalStore
    private let options: Options
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "suixin.journal")

    /// A journal that writes into a store.
    public init(_ store: any JournalStore, options: Options = Options()) {
        self.store = store
        self.options = options
    }

    /// Whether entries are taken at a moment (POSIX milliseconds); ask before an answer is worked out in vain.
    public func condition(at now: Int64) -> Condition { state.withLock { judge($0, at: now) } }

    /// Why the last commit failed; nil where it did not.
    public var failure: AccessError? { state.withLock { $0.failure } }

    /// Entries that are not on the disk yet, and when the oldest of them was taken, in POSIX milliseconds.
    public var backlog: (entries: Int, oldest: Int64?) {
        state.withLock { ($0.records.count + ($0.writing?.count ?? 0), $0.oldest) }
    }

    private func judge(_ state: State, at now: Int64) -> Condition {
        if state.isClosed { return .closed }
        if state.failure != nil { return .failing }
        if let oldest = state.oldest, now - oldest > options.patience { return .late }
        let (count, bytes) = state.writing ?? (0, 0)
        return state.records.count + count >= options.entries || state.bytes + bytes >= options.bytes ? .full : .open
    }

    /// Takes an entry, which will be on the disk within the interval.
    ///
    /// - Parameters:
    ///   - record: what is kept.
    ///   - now: POSIX milliseconds.
    /// - Returns: ``Condition/open`` where it was taken; else why not, and the answer must be refused.
    public func append(_ record: JournalRecord, at now: Int64) -> Condition {
        take(record, at: now, committed: nil)
    }

    /// Takes an entry, and tells when it is on the disk.
    ///
    /// - Parameters:
    ///   - record: what is kept.
    ///   - now: POSIX milliseconds.
    ///   - committed: called once, on the journal's own thread; not where the entry was not taken.
    /// - Returns: ``Condition/open`` where it was taken.
    public func append(_ record: JournalRecord, at now: Int64, committed: @escaping Completion) -> Condition {
        take(record, at: now, committed: committed)
    }

    private func take(_ record: JournalRecord, at now: Int64, committed: Completion?) -> Condition {
        let (condition, delay): (Condition, Int?) = state.withLock { state in
            let condition = judge(state, at: now)
            guard condition == .open else { return (condition, nil) }
            if let committed { state.waiting.append((state.records.count, committed)) }
            state.records.append(record)
            state.bytes += record.size
            state.oldest = state.oldest ?? now
            state.gathered = state.gathered ?? now
            if committed != nil {
                guard !state.isDueNow else { return (.open, nil) }
                state.isDueNow = true
                return (.open, 0)
            }
            guard !state.isScheduled, !state.isDueNow else { return (.open, nil) }
            state.isScheduled = true
            return (.open, options.interval)
        }
        if let delay { schedule(after: delay) }
        return condition
    }

    private func schedule(after milliseconds: Int) {
        if milliseconds == 0 {
            queue.async { [self] in commit() }
        } else {
            queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [self] in commit() }
        }
    }

    /// Commits what was gathered; waits until that is done.
    /// - Throws: why it could not be written; what nobody waits for is kept and tried again.
    public func flush() throws(AccessError) {
        let failure: AccessError? = queue.sync {
            commit()
            return state.withLock { $0.failure }
        }
        if let failure { throw failure }
    }

    /// Takes no more, and commits what was gathered.
    public func close() throws(AccessError) {
        state.withLock { $0.isClosed = true }
        try flush()
    }

    /// On the queue alone.
    private func commit() {
        let (records, waiting, hasFailed) = state.withLock { state in
            defer {
                state.writing = state.records.isEmpty ? nil : (state.records.count, state.bytes)
                state.records = []
                state.gathered = nil
                state.waiting = []
                state.bytes = 0
                state.isScheduled = false
                state.isDueNow = false
            }
            return (state.records, state.waiting, state.failure != nil)
        }
        // After a failure even nothing is written: that tells whether the disk is back.
        guard !records.isEmpty || hasFailed else { return }
        do {
            try store.append(records)
        } catch {
            return fail(records, waiting, error)
        }
        state.withLock { state in
            state.writing = nil
            state.failure = nil
            // What came meanwhile is younger than this commit's beginning, and older than its end.
            state.oldest = state.gathered
        }
        for (_, done) in waiting { done(.success(())) }
    }

    private func fail(_ records: [JournalRecord], _ waiting: [(place: Int, done: Completion)], _ error: any Error) {
        let failure =
            error as? AccessError
            ?? AccessError(.unusable, "the journal cannot be written: check its disk and permissions")
        // Who waits has not been answered, and will not be: his entry would be of an answer that nobody got.
        let dropped = Set(waiting.map(\.place))
        let kept = records.indices.filter { !dropped.contains($0) }.map { records[$0] }
        let isClosed = state.withLock { state in
            state.writing = nil
            state.failure = failure
            state.waiting = state.waiting.map { ($0.place + kept.count, $0.done) }
            state.records = kept + state.records
            state.bytes += kept.reduce(0) { $0 + $1.size }
            if state.records.isEmpty { state.oldest = nil }
            state.isScheduled = true
            return state.isClosed
        }
        for (_, done) in waiting { done(.failure(failure)) }
        if !isClosed { schedule(after: options.interval) }
    }
}
