internal import Dispatch
internal import Synchronization

/// Does what is to be done now and then beside whoever answers, on a thread of its own.
public final class Housekeeper: Sendable {
    /// Something that is done again and again.
    public struct Chore: Sendable {
        let name: String
        let pause: Int64
        let work: @Sendable (Int64) throws -> Void

        /// - Parameters:
        ///   - name: what a report calls it.
        ///   - seconds: between two times; the first is at once.
        ///   - work: what is done, given POSIX milliseconds; blocking.
        public init(_ name: String, everySeconds seconds: Int64, _ work: @escaping @Sendable (Int64) throws -> Void) {
            self.name = name
            pause = seconds * 1000
            self.work = work
        }
    }

    /// Seconds between two looks at what is due.
    public static let interval = 5

    private let chores: [Chore]
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (String, any Error) -> Void
    private let queue = DispatchQueue(label: "suixin.housekeeping", qos: .utility)
    private let state: Mutex<(isRunning: Bool, done: [Int64?])>

    /// - Parameters:
    ///   - chores: what is done.
    ///   - clock: POSIX milliseconds.
    ///   - report: told which chore failed, and why; it is tried again when it is due again.
    public init(
        _ chores: [Chore],
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, any Error) -> Void
    ) {
        self.chores = chores
        self.clock = clock
        self.report = report
        state = Mutex((false, chores.map { _ in nil }))
    }

    /// Begins; once.
    public func start() {
        let begins = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if begins { schedule() }
    }

    /// Ends: what is being done is done to its end.
    public func stop() {
        state.withLock { $0.isRunning = false }
        queue.sync {}
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.interval)) { [weak self] in
            guard let self, state.withLock({ $0.isRunning }) else { return }
            look(at: clock())
            schedule()
        }
    }

    /// Does what is due.
    /// - Parameter now: POSIX milliseconds.
    public func look(at now: Int64) {
        for (place, chore) in chores.enumerated() {
            let isDue = state.withLock { state in
                // A clock that was set back must not keep anything from being done.
                if let last = state.done[place], last <= now, now - last < chore.pause { return false }
                state.done[place] = now
                return true
            }
            guard isDue else { continue }
            do { try chore.work(now) } catch { report(chore.name, error) }
        }
    }
}
