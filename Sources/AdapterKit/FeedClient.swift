import Crypto
import FeedTransport
public import XMLFeed

/// Asks an agency for documents, again where that may help, and decodes what it sends.
///
/// One of these serves one pull on one thread: it blocks, and keeps its connection between requests.
public final class FeedClient {
    let request: PullRequest
    private let connection: any Carrier

    /// Takes limits, retry policy, clock, waiting, randomness and stop of this pull.
    public init(_ request: PullRequest) {
        self.request = request
        connection = request.makeCarrier()
    }

    /// Asks until it has a good page.
    ///
    /// Broken rows are asked for again; those whose bytes come a second time are delivered as ``FeedItem/broken(_:)``.
    /// - Parameters:
    ///   - shape: the document's root and row elements.
    ///   - makeRequest: called for each try.
    ///   - check: sees each well-formed answer and throws what the agency says in it; what is transient is asked again.
    /// - Returns: the whole answer, broken rows included.
    /// - Throws: ``AdapterError`` when the tries are used up, where asking again cannot help, or with `stopped`.
    public func page(
        shape: FeedShape,
        makeRequest: () -> FeedRequest,
        check: (FeedPage) throws(AdapterError) -> Void
    ) throws(AdapterError) -> FeedPage {
        var looks = BrokenLooks()
        return try page(
            shape: shape,
            looks: &looks,
            comesAgain: { _, _ in false },
            makeRequest: makeRequest,
            check: check
        )
    }

    /// Asks until it has a good page, where other pages may show its rows again.
    ///
    /// - Parameters:
    ///   - shape: the document's root and row elements.
    ///   - looks: the broken rows of the pages before, and then of this one.
    ///   - comesAgain: whether another page will show a row; such a one is delivered at its first look, and marked so.
    ///   - makeRequest: called for each try.
    ///   - check: sees each well-formed answer and throws what the agency says in it; what is transient is asked again.
    /// - Returns: the whole answer, broken rows included.
    /// - Throws: ``AdapterError`` when the tries are used up, where asking again cannot help, or with `stopped`.
    public func page(
        shape: FeedShape,
        looks: inout BrokenLooks,
        comesAgain: (FeedPage, BrokenRow) -> Bool,
        makeRequest: () -> FeedRequest,
        check: (FeedPage) throws(AdapterError) -> Void
    ) throws(AdapterError) -> FeedPage {
        var tries = RetryState()
        var hadBroken = false
        while true {
            do throws(AskFailure) {
                var page = try answer(makeRequest(), shape: shape)
                do throws(AdapterError) { try check(page) } catch { throw AskFailure(error) }
                let first = looks.mark(&page)
                if first.allSatisfy({ comesAgain(page, $0) }) { return page }
                // Most such rows are broken at the agency, where waiting mends nothing: the second look comes at once.
                let delay: Int? = hadBroken ? nil : 0
                hadBroken = true
                let message = "\(first.count) rows of the answer cannot be decoded."
                throw AskFailure(AdapterError(.malformed, message, retryAfter: delay))
            } catch {
                try wait(after: error, &tries)
            }
        }
    }

    /// Downloads to `path`, resuming by Range and If-Range on a strong ETag; retried; at most `limit` bytes.
    ///
    /// - Parameters:
    ///   - makeRequest: called for each try.
    ///   - path: where the file goes.
    ///   - limit: more bytes than these are refused.
    ///   - size: how many bytes are expected; fewer, of a server that does not tell how many it sends, are a broken download.
    /// - Returns: size and SHA-256, in lower-case hex, of what lies there.
    /// - Throws: ``AdapterError`` when the tries are used up, where asking again cannot help, or with `stopped`.
    public func download(
        _ makeRequest: () -> FeedRequest,
        to path: String,
        limit: Int,
        size: Int = 0
    ) throws(AdapterError) -> (size: Int, sha256: String) {
        let download = try Download(path: path)
        var tries = RetryState()
        while true {
            let before = download.size
            do throws(AskFailure) {
                try fetch(makeRequest(), into: download, limit: limit, size: size)
                return (download.size, download.digest)
            } catch {
                // What moved on is no failure in a row; a download that starts afresh each time does not move on.
                if download.size >= before + (1 << 20), download.canResume { tries = RetryState() }
                try wait(after: error, &tries)
            }
        }
    }

    /// Ends the pull where the operator wants it.
    public func checkStopped() throws(AdapterError) {
        if request.isStopped() { throw AdapterError(.stopped, "Stopped at the operator's wish.") }
    }

    /// A fresh request id (RFC 9562, version 4).
    public func uuid() -> String {
        let high = request.random() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = request.random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = [high, low].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    // MARK: One try

    private func answer(_ feedRequest: FeedRequest, shape: FeedShape) throws(AskFailure) -> FeedPage {
        let collector = PageCollector(shape: shape, limits: request.limits)
        let response = unsafe try perform(feedRequest, size: request.limits.page) { response, bytes in
            guard response.status == 200 else { return true }
            if let coding = response.header("content-encoding"), coding.lowercased() != "identity" {
                collector.fail(AdapterError(.malformed, "The answer is compressed, which was not asked for."))
                return false
            }
            collector.begin(contentType: response.header("content-type"))
            return unsafe collector.take(bytes)
        } failed: {
            collector.failure
        }
        guard response.status == 200 else { throw AskFailure(response, now: request.now()) }
        return try collector.finish()
    }

    private func fetch(
        _ feedRequest: FeedRequest,
        into download: Download,
        limit: Int,
        size: Int
    ) throws(AskFailure) {
        var feedRequest = feedRequest
        if let etag = download.etag, download.size > 0 {
            feedRequest.headers.append(("Range", "bytes=\(download.size)-"))
            feedRequest.headers.append(("If-Range", etag))
        }
        download.begin(limit: limit)
        let response = unsafe try perform(feedRequest, size: limit) { response, bytes in
            unsafe download.take(bytes, of: response)
        } failed: {
            download.failure
        }
        if response.status == 416 {
            download.restart()
            throw AskFailure(AdapterError(.malformed, "The file is no longer as long as it was; it is read afresh."))
        }
        guard response.status == 200 || response.status == 206 else { throw AskFailure(response, now: request.now()) }
        try download.end(response)
        let isCounted = response.header("content-length") != nil || response.header("transfer-encoding") != nil
        guard isCounted || download.size >= size else {
            throw AskFailure(AdapterError(.malformed, "The file was cut off."))
        }
    }

    private func perform(
        _ feedRequest: FeedRequest,
        size: Int,
        receive: @escaping (TransportResponse, UnsafeRawBufferPointer) -> Bool,
        failed: () -> AskFailure?
    ) throws(AskFailure) -> TransportResponse {
        do throws(AdapterError) { try checkStopped() } catch { throw AskFailure(error) }
        var limits = TransportLimits()
        limits.connect = request.limits.connectTimeout
        limits.firstByte = request.limits.firstByteTimeout
        limits.stall = request.limits.stallTimeout
        limits.redirects = request.limits.redirects
        limits.size = size
        do throws(TransportError) {
            return unsafe try connection.perform(
                feedRequest.transport,
                limits: limits,
                isStopped: request.isStopped,
                receive: receive
            )
        } catch {
            if error.kind == .stopped, let failure = failed() { throw failure }
            throw AskFailure(error)
        }
    }

    // MARK: Again

    private func wait(after failure: AskFailure, _ tries: inout RetryState) throws(AdapterError) {
        let policy = request.retry
        guard tries.mayTryAgain(after: failure, policy) else { throw failure.error }
        let doubled = policy.firstDelay << min(tries.count - 1, 20)
        let base = min(doubled, policy.longestDelay)
        let jitter = Int(request.random() % UInt64(base / 2 + 1))
        let delay = failure.error.retryAfter.map { min(max($0, 0), policy.longestRetryAfter) }
        try checkStopped()
        request.sleep(delay ?? min(base + jitter, policy.longestDelay))
        try checkStopped()
    }
}

extension FeedRequest {
    var transport: TransportRequest {
        var result = TransportRequest(url: url)
        result.isPost = method == .post
        result.headers = headers
        result.user = user
        result.password = password?.reveal
        result.body = body
        return result
    }
}
