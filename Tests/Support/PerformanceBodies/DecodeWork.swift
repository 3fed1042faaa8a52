public import CreditModel
import AdapterKit
import AdapterRegistry
import FeedTransport

#if canImport(Glibc)
import Glibc
#endif

/// Pulls one dataset from answers that lie in files, as from an agency, and normalises every row: what a sync does with a
/// feed before its store comes in.
///
/// On the calling thread alone. Nothing is kept, so the memory does not grow with the feed.
public struct DecodeWork {
    private let adapter: any SourceAdapter
    private let dataset: DatasetID

    /// What was decoded.
    public struct Count: Sendable {
        /// Rows that became records, withdrawals among them.
        public var records = 0
        /// Rows that did not.
        public var faults = 0
        /// Facts of all records, so that nothing of the work can be left out.
        public var facts = 0
    }

    /// - Throws: ``WorkError`` where there is no such dataset.
    public init(_ dataset: DatasetID) throws {
        self.dataset = dataset
        guard let type = AdapterRegistry.adapter(dataset.agency) else {
            throw WorkError("there is no agency \(dataset.agency)")
        }
        adapter = try type.init(
            SourceConfiguration(agency: dataset.agency, baseURL: "http://127.0.0.1:1", token: Secret("t"))
        )
    }

    /// Decodes the answers in the files, in their order, as often as is said.
    public func run(_ files: [String], rounds: Int) throws -> Count {
        let sink = NormalisingSink(adapter)
        for _ in 0..<rounds { try pull(files, into: sink) }
        return sink.count
    }

    private func pull(_ files: [String], into sink: NormalisingSink) throws {
        var request = PullRequest(
            dataset: dataset,
            position: nil,
            now: { 1_514_736_000 },
            sleep: { _ in },
            random: { 0 },
            isStopped: { false },
            spoolFolder: "/tmp"
        )
        request.makeCarrier = { FileCarrier(files) }
        do throws(AdapterError) {
            try adapter.pull(request, into: sink)
        } catch {
            // The last answer may say that there is more.
            guard error.code == .stopped else { throw WorkError("\(error)") }
        }
    }
}

/// Why a piece of work could not be done.
public struct WorkError: Error, CustomStringConvertible {
    /// The reason in a sentence.
    public let description: String
    /// Says why.
    public init(_ description: String) { self.description = description }
}

/// Normalises what a pull hands over, and forgets it.
private final class NormalisingSink: PullSink {
    private let adapter: any SourceAdapter
    private(set) var count = DecodeWork.Count()

    init(_ adapter: any SourceAdapter) { self.adapter = adapter }

    func take(_ batch: PullBatch) {
        count.faults += batch.faults.count
        for record in batch.records {
            guard let row = try? adapter.normalise(record) else {
                count.faults += 1
                continue
            }
            count.records += 1
            count.facts += row.record?.facts.count ?? 0
        }
    }
}

/// Answers each request with the next file, in pieces as libcurl would give them, and stops the pull after the last.
private final class FileCarrier: Carrier {
    private var files: [String]
    private var buffer = [UInt8](repeating: 0, count: 128 << 10)

    init(_ files: [String]) { self.files = files.reversed() }

    func perform(
        _ request: TransportRequest,
        limits: TransportLimits,
        isStopped: @escaping () -> Bool,
        receive: @escaping BodyReceiver
    ) throws(TransportError) -> TransportResponse {
        guard let path = files.popLast() else { throw TransportError(.stopped, "no answer is left") }
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { throw TransportError(.local, "\(path) cannot be read") }
        defer { _ = close(file) }
        var response = TransportResponse()
        response.status = 200
        while true {
            let goesOn: Bool? = unsafe buffer.withUnsafeMutableBytes { bytes in
                let count = unsafe read(file, bytes.baseAddress, bytes.count)
                guard count > 0 else { return nil }
                return unsafe receive(response, UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            guard let goesOn else { return response }
            guard goesOn else { throw TransportError(.stopped, "the receiver wanted no more") }
        }
    }
}
