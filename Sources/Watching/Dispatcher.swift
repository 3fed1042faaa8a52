internal import Dispatch
internal import Synchronization
package import Watches

/// Delivers what is queued, over several connections at once, and follows the changes beside it.
///
/// A process that ends between an answer and its record delivers again when the lease has run out, with the same id.
package final class Dispatcher: Sendable {
    /// How much goes on at once.
    package struct Options: Sendable {
        /// Calls at once.
        package var width = 16
        /// Of these to one webhook: one that hangs must not hold up all.
        package var perWebhook = 4
        /// Milliseconds for which a delivery that was taken is nobody else's; well above what an attempt may take.
        package var lease: Int64 = 120_000
        /// Milliseconds between two looks at what is new or due.
        package var interval = 500

        package init() {}
    }

    private enum Phase { case idle, running, stopped }

    private struct State {
        var phase = Phase.idle
        var ready: [ClaimedDelivery] = []
        /// Taken and not settled, those in `ready` included.
        var taken: [WebhookID: Int] = [:]
        var busy: Set<Int> = []
        var lastFailure: String?
    }

    private let store: any WatchStore
    private let follower: Follower
    private let messenger: Messenger
    private let options: Options
    private let makePoster: @Sendable () -> any WebhookPoster
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (String) -> Void
    private let metrics: WebhookMetrics
    private let state = Mutex(State())
    private let watch = DispatchQueue(label: "suixin.watch")
    private let lanes: [DispatchQueue]
    private let group = DispatchGroup()

    /// - Parameters:
    ///   - store: where deliveries are queued.
    ///   - follower: who queues them.
    ///   - messenger: who makes an attempt.
    ///   - options: how much goes on at once.
    ///   - makePoster: makes what calls receivers; one for each lane.
    ///   - clock: POSIX milliseconds.
    ///   - report: told what a person should know: webhooks that were switched off, trouble with the store.
    ///   - metrics: what is counted.
    package init(
        store: any WatchStore,
        follower: Follower,
        messenger: Messenger,
        options: Options = Options(),
        makePoster: @escaping @Sendable () -> any WebhookPoster,
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String) -> Void = { _ in },
        metrics: WebhookMetrics = WebhookMetrics()
    ) {
        self.store = store
        self.follower = follower
        self.messenger = messenger
        self.options = options
        self.makePoster = makePoster
        self.clock = clock
        self.report = report
        self.metrics = metrics
        // Serial queues: each has a thread of its own while it waits for a receiver.
        lanes = (0..<max(1, options.width)).map { DispatchQueue(label: "suixin.webhook.\($0)") }
    }

    /// Follows and delivers until nothing is due, and returns then.
    /// - Throws: what the store throws.
    package func drain() throws {
        _ = try follower.catchUp()
        wakeLanes()
        group.wait()
    }

    /// Begins to follow and deliver, until ``stop()``.
    package func start() {
        let begins = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        if begins { schedule() }
    }

    /// Ends what is under way, and comes back when nothing is.
    package func stop() {
        state.withLock { $0.phase = .stopped }
        watch.sync {}
        group.wait()
    }

    private func schedule() {
        watch.asyncAfter(deadline: .now() + .milliseconds(options.interval)) { [weak self] in
            guard let self, !isStopped else { return }
            do {
                _ = try follower.catchUp()
                note(nil)
            } catch { note("\(error)") }
            wakeLanes()
            schedule()
        }
    }

    private var isStopped: Bool { state.withLock { $0.phase == .stopped } }

    /// Sends every lane that has nothing to do to work.
    private func wakeLanes() {
        for (number, lane) in lanes.enumerated() where state.withLock({ $0.busy.insert(number).inserted }) {
            group.enter()
            lane.async { [self] in
                var poster: (any WebhookPoster)?
                while let next = take() {
                    let own = poster ?? makePoster()
                    poster = own
                    deliver(next, by: own)
                }
                state.withLock { _ = $0.busy.remove(number) }
                group.leave()
            }
        }
    }

    /// The next delivery, which is this lane's until it is settled; nil where nothing is due.
    private func take() -> ClaimedDelivery? {
        state.withLock { state in
            guard state.phase != .stopped else { return nil }
            if state.ready.isEmpty {
                do {
                    let now = clock()
                    state.ready = try store.claim(at: now, lease: now + options.lease, limit: options.width) {
                        options.perWebhook - state.taken[$0, default: 0]
                    }.reversed()
                } catch {
                    // The lanes come back at the next look.
                    let text = "\(error)"
                    if state.lastFailure != text { report(text) }
                    state.lastFailure = text
                    return nil
                }
                for claimed in state.ready { state.taken[claimed.webhook.id, default: 0] += 1 }
            }
            return state.ready.popLast()
        }
    }

    private func deliver(_ claimed: ClaimedDelivery, by poster: any WebhookPoster) {
        defer { state.withLock { $0.taken[claimed.webhook.id, default: 1] -= 1 } }
        do {
            let outcome = try messenger.attempt(claimed, by: poster) { [self] in isStopped }
            // What was broken off by us says nothing of the receiver: the lease runs out, and it is tried again.
            if outcome.verdict != .delivered, isStopped { return }
            let reason = try store.settle(claimed.delivery, outcome)
            metrics.settled(outcome.verdict, disabling: reason)
            if let reason {
                report(
                    "webhook \(claimed.webhook.id) of \(claimed.webhook.client) was switched off: \(reason.rawValue)"
                )
            }
            note(nil)
        } catch {
            note("\(error)")
        }
    }

    /// Tells of trouble when it begins, not at each look.
    private func note(_ failure: String?) {
        let isNews = state.withLock { state in
            defer { state.lastFailure = failure }
            return failure != nil && failure != state.lastFailure
        }
        if isNews, let failure { report(failure) }
    }
}
