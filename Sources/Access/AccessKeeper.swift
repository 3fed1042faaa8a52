internal import Dispatch
public import Signing
internal import Synchronization

/// Keeps table and tokens' keys up to date, and the store told of what was used, on a thread of its own.
///
/// Twice a second: so that a revocation holds within a second, and a crash loses no more than a second's use.
public final class AccessKeeper: Sendable {
    /// Milliseconds between two looks.
    public static let interval = 500
    /// Looks between two readings of the keys, which are files.
    private static let keysEvery = 20

    private enum Phase { case idle, running, stopped }

    private let table: AccessTable
    private let authenticator: Authenticator
    private let keys: @Sendable () throws -> KeySet
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (String?) -> Void
    private let queue = DispatchQueue(label: "suixin.access")
    private let state = Mutex<(phase: Phase, looks: Int, hasFailed: Bool)>((.idle, 0, false))

    /// - Parameters:
    ///   - table: the clients.
    ///   - authenticator: who checks tokens by the keys.
    ///   - keys: whose tokens are good, as ``TokenConfiguration/keys(of:at:)`` gives them.
    ///   - clock: POSIX milliseconds.
    ///   - report: told why when looks begin to fail, and nil when they do no more.
    public init(
        _ table: AccessTable,
        _ authenticator: Authenticator,
        keys: @escaping @Sendable () throws -> KeySet,
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String?) -> Void = { _ in }
    ) {
        self.table = table
        self.authenticator = authenticator
        self.keys = keys
        self.clock = clock
        self.report = report
    }

    /// Begins to look; once.
    public func start() {
        let begins = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        if begins { schedule() }
    }

    /// Looks a last time, so that all use is told, and no more.
    /// - Throws: what the store throws.
    public func stop() throws {
        state.withLock { $0.phase = .stopped }
        try queue.sync { try table.refresh(at: clock()) }
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.interval)) { [weak self] in
            guard let self, state.withLock({ $0.phase == .running }) else { return }
            look()
            schedule()
        }
    }

    private func look() {
        let looks = state.withLock { state in
            state.looks += 1
            return state.looks
        }
        var failure: String?
        do {
            try table.refresh(at: clock())
            if authenticator.takeWishForKeys() || looks % Self.keysEvery == 0 { authenticator.use(try keys()) }
        } catch {
            failure = "\(error)"
        }
        let isNews = state.withLock { state in
            defer { state.hasFailed = failure != nil }
            return state.hasFailed != (failure != nil)
        }
        if isNews { report(failure) }
    }
}
