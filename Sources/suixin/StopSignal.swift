internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C and SIGTERM ask long work to stop at the next commit; a second one ends the process at once.
final class StopSignal: Sendable {
    private let condition = NSCondition()
    private let isSet = Mutex(false)
    // Written by init alone, and only kept alive afterwards.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// - Parameter isListening: false where somebody else hears the signals, and ``raise()`` is called instead.
    init(isListening: Bool = true) {
        guard isListening else { return }
        for number in [SIGINT, SIGTERM] {
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.raise() }
            source.resume()
            unsafe sources.append(source)
        }
    }

    var isRaised: Bool { isSet.withLock { $0 } }

    private func raise() {
        let wasSet = isSet.withLock { set in
            defer { set = true }
            return set
        }
        if wasSet { Foundation.exit(130) }
        Terminal.complain("Stopping after the batch under way; once more to stop at once.")
        condition.broadcast()
    }

    /// Waits, but not beyond a stop.
    func sleep(milliseconds: Int) {
        let end = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
        condition.lock()
        defer { condition.unlock() }
        while !isRaised, condition.wait(until: end) {}
    }
}
