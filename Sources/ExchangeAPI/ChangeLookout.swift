internal import ServiceLifecycle
internal import Synchronization

/// Looks at the store for all who wait for a change: one look for however many wait, and none while nobody does.
///
/// It says only that the last change is another than the one they know. What it is, and whether he may see it, is read
/// for each by himself.
package final class ChangeLookout: Sendable {
    /// What somebody who waited is told.
    package enum Word: Hashable, Sendable {
        /// The last change is another; he could have waited for so many looks more.
        case news(looksLeft: Int)
        /// It was the same at every look that he waited for.
        case nothing
        /// Nobody looks any more, or his task was cancelled.
        case over
    }

    private struct Waiter {
        /// The last change that he knows of.
        let known: Int64
        /// Looks that he still waits for.
        var looks: Int
        let told: CheckedContinuation<Word, Never>
    }

    private struct State {
        var waiters: [Int: Waiter] = [:]
        var place = 0
        /// Who looks, and rests while nobody waits.
        var resting: CheckedContinuation<Void, Never>?
        var isOver = false
    }

    private let state = Mutex(State())

    /// Makes a lookout at which nobody waits.
    package init() {}

    /// How many wait at present.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits until the last change is another than the one that is known.
    ///
    /// - Parameters:
    ///   - known: the number of the last change that is known.
    ///   - looks: how many looks to wait for, at least one.
    /// - Returns: how it ended.
    package func change(from known: Int64, within looks: Int) async -> Word {
        let place = state.withLock { state in
            state.place += 1
            return state.place
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { told in
                enter(Waiter(known: known, looks: looks, told: told), at: place)
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: place) }?.told.resume(returning: .over)
        }
    }

    private func enter(_ waiter: Waiter, at place: Int) {
        let (isLate, looker): (Bool, CheckedContinuation<Void, Never>?) = state.withLock { state in
            // A cancellation that came before this found nobody to tell.
            guard !state.isOver, !Task.isCancelled else { return (true, nil) }
            state.waiters[place] = waiter
            defer { state.resting = nil }
            return (false, state.resting)
        }
        looker?.resume()
        if isLate { waiter.told.resume(returning: .over) }
    }

    /// Looks time and again while anybody waits, until the task is cancelled or the server is shut down.
    ///
    /// - Parameters:
    ///   - pause: lets the time between two looks pass.
    ///   - look: reads the number of the last change. Where it cannot, all who wait are told to look for themselves, so that
    ///     each hears what is wrong.
    package func run(
        pausing pause: @Sendable () async throws -> Void,
        looking look: @Sendable () async throws -> Int64?
    ) async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                while await somebodyWaits(), (try? await pause()) != nil {
                    tell(try? await look())
                }
                stop()
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            stop()
        }
    }

    /// Rests until somebody waits.
    /// - Returns: false where it is over.
    private func somebodyWaits() async -> Bool {
        await withCheckedContinuation { (rested: CheckedContinuation<Void, Never>) in
            let isNeeded = state.withLock { state in
                guard state.waiters.isEmpty, !state.isOver else { return true }
                state.resting = rested
                return false
            }
            if isNeeded { rested.resume() }
        }
        return state.withLock { !$0.isOver }
    }

    /// Wakes those who know another change than the last one, and those who have waited long enough.
    private func tell(_ last: Int64?) {
        let woken = state.withLock { state in
            var woken: [(waiter: Waiter, word: Word)] = []
            for (place, waiter) in state.waiters {
                if last != waiter.known {
                    woken.append((waiter, .news(looksLeft: waiter.looks - 1)))
                } else if waiter.looks <= 1 {
                    woken.append((waiter, .nothing))
                } else {
                    state.waiters[place]?.looks -= 1
                    continue
                }
                state.waiters[place] = nil
            }
            return woken
        }
        for (waiter, word) in woken { waiter.told.resume(returning: word) }
    }

    /// Lets all go who wait, and nobody wait from now on.
    private func stop() {
        let (waiters, looker) = state.withLock { state in
            defer { (state.waiters, state.resting) = ([:], nil) }
            state.isOver = true
            return (Array(state.waiters.values), state.resting)
        }
        for waiter in waiters { waiter.told.resume(returning: .over) }
        looker?.resume()
    }
}
