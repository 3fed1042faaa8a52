internal import NIOCore
internal import Synchronization

/// How many connections each address has, so that one cannot take them all.
final class AddressBook: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter limit: connections of an address at once; 0 for as many as there are: behind a proxy all have its own.
    init(limit: Int) { self.limit = limit }

    /// Whether one more may come in from where a connection comes; it counts until it is closed.
    func enter(_ channel: any Channel) -> Bool {
        guard limit > 0, let address = channel.remoteAddress?.ipAddress else { return true }
        let isAdmitted = counts.withLock { counts in
            guard counts[address, default: 0] < limit else { return false }
            counts[address, default: 0] += 1
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { _ in self.leave(address) } }
        return isAdmitted
    }

    private func leave(_ address: String) {
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
