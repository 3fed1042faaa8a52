import AdapterKit
import CreditModel
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An agency on the loopback that answers each request by a function of what is asked, one request at a time.
final class ScriptedAgency: Sendable {
    struct Question: Sendable {
        var path: String
        var query: [String: String]
        var body: String
        /// From 0.
        var number: Int

        /// The text of an element in the body.
        func element(_ name: String) -> String? {
            guard let start = body.firstRange(of: "<\(name)>"), let end = body.firstRange(of: "</\(name)>") else {
                return nil
            }
            return String(body[start.upperBound..<end.lowerBound])
        }
    }

    let base: String

    /// Answers 404 where the script has nothing.
    init(_ script: @escaping @Sendable (Question) -> [UInt8]?) async throws {
        let counter = Counter()
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            var query: [String: String] = [:]
            for (key, value) in request.uri.queryParameters { query[String(key)] = String(value) }
            let body = try await request.body.collect(upTo: 1 << 20)
            let question = Question(
                path: request.uri.path,
                query: query,
                body: String(buffer: body),
                number: counter.next()
            )
            guard let answer = script(question) else { return Response(status: .notFound) }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
        }
        let (ports, found) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "scripted")
        logger.logLevel = .error
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        // It serves until the tests end: a server cut off amid a connection takes the process with it.
        Task { try await application.run() }
        var port = 0
        for await number in ports {
            port = number
            break
        }
        base = "http://127.0.0.1:\(port)"
    }
}

/// Numbers requests.
final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
        value.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}

/// What a store would hold: versions by key, absences, files, the position.
final class MemorySink: PullSink {
    private(set) var batches: [PullBatch] = []
    private(set) var position: Position?
    private(set) var events: [PullEvent] = []
    private(set) var faults: [FaultyRow] = []
    private var versions: [RecordKey: [RecordVersion]] = [:]
    private var shown: Set<RecordKey>?
    /// Ends the pull after so many batches, as a kill would.
    var batchesLeft = Int.max

    func take(_ batch: PullBatch) throws(AdapterError) {
        guard batchesLeft > 0 else { throw AdapterError(.stopped, "enough") }
        batchesLeft -= 1
        batches.append(batch)
        for record in batch.records {
            shown?.insert(record.key)
            let text = record.fields.map { "\($0.name)=\($0.text)" }.joined(separator: ";")
            let digest = VersionDigest(text: "\(record.operation) \(record.modified) \(text)")
            let content = CreditRecord(subjects: [], facts: [Fact("raw", .text(text))])
            add(
                RecordVersion(
                    digest: digest,
                    operation: record.operation,
                    modified: record.modified,
                    sequence: record.sequence,
                    content: record.operation == .record ? content : nil
                ),
                to: record.key
            )
        }
        for fault in batch.faults {
            if let key = fault.key { shown?.insert(key) }
        }
        faults += batch.faults
        for event in batch.events { apply(event) }
        events += batch.events
        if let position = batch.position { self.position = position }
    }

    private func add(_ version: RecordVersion, to key: RecordKey) {
        if !versions[key, default: []].contains(where: { $0.digest == version.digest }) {
            versions[key, default: []].append(version)
        }
    }

    private func apply(_ event: PullEvent) {
        switch event {
        case .completeReadBegan: shown = []
        case .completeReadEnded(let time, let sequence, let hadUnreadableKeys):
            if let shown, !hadUnreadableKeys {
                for key in versions.keys where !shown.contains(key) {
                    let digest = VersionDigest(text: "absence \(time) \(sequence)")
                    add(
                        RecordVersion(
                            digest: digest,
                            operation: .absence,
                            modified: time,
                            sequence: sequence,
                            content: nil
                        ),
                        to: key
                    )
                }
            }
            shown = nil
        default: break
        }
    }

    /// The keys that the agency shows now.
    var keys: [String] {
        versions.filter { key, versions in
            RecordHistory(
                dataset: DatasetID(.hongdun, "x"),
                key: key,
                hasRestrictedKey: false,
                versions: versions
            ).isShown
        }.keys.map(\.text).sorted()
    }

    var progress: SourceProgress? { batches.last?.progress }
    var records: [SourceRecord] { batches.flatMap(\.records) }
    var refusals: [String] {
        events.compactMap { event in
            if case .refused(let what, _) = event { what } else { nil }
        }
    }
}

/// Limits that no healthy agency exceeds, however busy the machine is with other tests: each request is answered once.
let patientLimits: FeedLimits = {
    var limits = FeedLimits()
    limits.batch = 500
    limits.connectTimeout = 600_000
    limits.firstByteTimeout = 600_000
    limits.stallTimeout = 600_000
    return limits
}()

/// Pulls once, quickly, on a thread of its own: a pull blocks, and the scripted agency needs the tests' threads.
func pull(_ adapter: any SourceAdapter, _ dataset: DatasetID, into sink: MemorySink, limits: FeedLimits = patientLimits)
    async throws
{
    // The thread has the sink to itself until the continuation is resumed.
    nonisolated(unsafe) let sink = sink
    let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread {
            continuation.resume(
                with: Result { try unsafe pullNow(adapter, dataset, into: sink, limits, folder: folder) }
            )
        }
    }
}

private func pullNow(
    _ adapter: any SourceAdapter,
    _ dataset: DatasetID,
    into sink: MemorySink,
    _ limits: FeedLimits,
    folder: String
)
    throws
{
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
            isStopped: { false },
            spoolFolder: folder
        ),
        into: sink
    )
}
