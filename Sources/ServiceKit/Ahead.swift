internal import Dispatch
internal import Synchronization

/// A value that another thread works out while this one goes on.
///
/// For one step of blocking work that is known to be needed next: whoever made it waits for it at last, and it is worked
/// out even where nobody asks.
package final class Ahead<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchGroup()

    /// Begins the work at once.
    package init(_ work: @escaping @Sendable () throws -> Value) {
        DispatchQueue.global().async(group: done) { [self] in
            let worked = Result(catching: work)
            result.withLock { $0 = worked }
        }
    }

    /// Waits until the work is done.
    /// - Throws: what the work throws.
    package func value() throws -> Value {
        done.wait()
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
