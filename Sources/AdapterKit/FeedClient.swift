public import XMLFeed

/// Asks an agency for documents, again where that may help, and decodes what it sends.
///
/// One of these serves one pull on one thread: it blocks, and keeps its connection between requests.
public final class FeedClient {
    let request: PullRequest

    /// Takes limits, retry policy, clock, waiting, randomness and stop of this pull.
    public init(_ request: PullRequest) { self.request = request }

    /// Asks until it has a good page.
    public func page(
        shape: FeedShape, makeRequest: () -> FeedRequest, check: (FeedPage) throws(AdapterError) -> Void
    ) throws(AdapterError) -> FeedPage {
        throw AdapterError(.local, "not written yet")
    }

    /// Downloads a file.
    public func download(
        _ makeRequest: () -> FeedRequest, to path: String, limit: Int
    ) throws(AdapterError) -> (size: Int, sha256: String) {
        throw AdapterError(.local, "not written yet")
    }

    /// Streams a spooled file.
    public func readFile(
        _ path: String, gzip: Bool, shape: FeedShape, head: (FeedHead) throws(AdapterError) -> Void,
        item: (FeedItem) throws(AdapterError) -> Void
    ) throws(AdapterError) -> FeedHead {
        throw AdapterError(.local, "not written yet")
    }

    /// Ends the pull where the operator wants it.
    public func checkStopped() throws(AdapterError) {
        if request.isStopped() { throw AdapterError(.stopped, "Stopped at the operator's wish.") }
    }

    /// A fresh request id (RFC 9562, version 4).
    public func uuid() -> String { "" }
}

/// The same decoding for bytes in memory: pushes and tests.
public enum FeedDocument {
    /// Reads a whole document.
    public static func read(
        _ bytes: [UInt8], shape: FeedShape, limits: FeedLimits
    ) throws(AdapterError) -> FeedPage {
        throw AdapterError(.local, "not written yet")
    }
}
