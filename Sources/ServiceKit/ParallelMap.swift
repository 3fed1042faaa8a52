internal import Dispatch
internal import Synchronization

extension Array where Element: Sendable {
    /// What `transform` makes of each element, in order, worked out on `width` threads at once.
    ///
    /// Blocks until all is done: for pure work between two steps of a store, on a thread that may wait. The first error in
    /// the array's order is thrown, so that the same input fails alike on any machine.
    package func parallelMap<Other: Sendable>(
        width: Int,
        _ transform: @Sendable (Element) throws -> Other
    ) throws -> [Other] {
        let lanes = Swift.max(1, Swift.min(width, count))
        guard lanes > 1 else { return try map(transform) }
        let size = (count + lanes - 1) / lanes
        let results = Mutex([Int: Result<[Other], any Error>]())
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            let slice = self[Swift.min(lane * size, count)..<Swift.min((lane + 1) * size, count)]
            let result = Result { try slice.map(transform) }
            results.withLock { $0[lane] = result }
        }
        let byLane = results.withLock { $0 }
        var all: [Other] = []
        all.reserveCapacity(count)
        for lane in 0..<lanes { if let result = byLane[lane] { all += try result.get() } }
        return all
    }
}
