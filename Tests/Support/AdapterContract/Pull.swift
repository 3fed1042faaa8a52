package import AdapterKit
package import CreditModel
internal import Foundation

/// Limits that no healthy agency exceeds, however busy the machine is with other tests: each request is answered once.
package let patientLimits: FeedLimits = {
    var limits = FeedLimits()
    limits.batch = 500
    limits.connectTimeout = 600_000
    limits.firstByteTimeout = 600_000
    limits.stallTimeout = 600_000
    return limits
}()

/// Pulls once, quickly, on a thread of its own: a pull blocks, and the scripted agency needs the tests' threads.
package func pull(
    _ adapter: any SourceAdapter,
    _ dataset: DatasetID,
    into sink: MemorySink,
    limits: FeedLimits = patientLimits,
    isStopped: @escaping @Sendable () -> Bool = { false }
) async throws {
    // The thread has the sink to itself until the continuation is resumed.
    nonisolated(unsafe) let sink = sink
    let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread {
            continuation.resume(
                with: Result { try unsafe pullNow(adapter, dataset, into: sink, limits, isStopped, folder: folder) }
            )
        }
    }
}

private func pullNow(
    _ adapter: any SourceAdapter,
    _ dataset: DatasetID,
    into sink: MemorySink,
    _ limits: FeedLimits,
    _ isStopped: @escaping @Sendable () -> Bool,
    folder: String
) throws {
    var retry = RetryPolicy()
    retry.firstDelay = 1
    retry.longestDelay = 2
    retry.longestRetryAfter = 2
    retry.attempts = 4
    let random = Counter()
    try adapter.pull(
        PullRequest(
            dataset: dataset,
            position: sink.position,
            limits: limits,
            retry: retry,
            now: { 0 },
            sleep: { _ in },
            random: { UInt64(random.next()) &* 0x9E37_79B9_7F4A_7C15 },
            isStopped: isStopped,
            spoolFolder: folder
        ),
        into: sink
    )
}
