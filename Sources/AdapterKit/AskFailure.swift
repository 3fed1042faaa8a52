import Compression
import FeedTransport
import XMLFeed

/// Why one try failed, and of what kind it is where kinds are counted apart.
struct AskFailure: Error {
    enum Kind {
        case ordinary
        /// A page for people in place of an answer: asked again three times.
        case html
    }
    var error: AdapterError
    var kind = Kind.ordinary

    init(_ error: AdapterError, kind: Kind = .ordinary) {
        self.error = error
        self.kind = kind
    }

    init(_ error: TransportError) {
        let code: AdapterError.Code =
            switch error.kind {
            case .request, .untrusted: .configuration
            case .unreachable: .unreachable
            case .hostile: .hostile
            case .limit: .limit
            case .stopped: .stopped
            case .local: .local
            }
        self.init(AdapterError(code, error.message))
    }

    init(_ error: XMLFeedError) {
        switch error {
        case .malformed(let message): self.init(AdapterError(.malformed, message))
        case .html(let title):
            self.init(AdapterError(.malformed, "An HTML page came in place of an answer: \(title)"), kind: .html)
        case .hostile(let message): self.init(AdapterError(.hostile, message))
        case .limit(let message): self.init(AdapterError(.limit, message))
        }
    }

    init(_ error: CompressionError) {
        switch error {
        case .corrupt: self.init(AdapterError(.malformed, "The file is not gzip, or damaged."))
        case .cut: self.init(AdapterError(.malformed, "The compressed file was cut off."))
        case .overLimit: self.init(AdapterError(.limit, "The file inflates to more than is allowed."))
        case .failed: self.init(AdapterError(.local, "zlib has no memory."))
        }
    }

    /// What an answer's status says.
    init(_ response: TransportResponse, now: Int64) {
        let wait = RetryAfter.milliseconds(response.header("retry-after"), now: now)
        let status = response.status
        switch status {
        case 401, 403: self.init(AdapterError(.unauthorised, "The agency refuses the credentials (HTTP \(status))."))
        case 408, 425, 429, 500...599:
            self.init(AdapterError(.unreachable, "The agency answers HTTP \(status).", retryAfter: wait))
        case 400..<500: self.init(AdapterError(.rejected, "The agency refuses the request (HTTP \(status))."))
        default: self.init(AdapterError(.malformed, "The agency answers HTTP \(status) without a document."))
        }
    }
}

/// How often one thing was asked for already.
struct RetryState {
    /// Tries that failed.
    private(set) var count = 0
    private var pages = 0
    private var oversized = 0

    /// Counts a failure, and tells whether it is worth another try.
    mutating func mayTryAgain(after failure: AskFailure, _ policy: RetryPolicy) -> Bool {
        count += 1
        if failure.kind == .html { pages += 1 }
        if failure.error.code == .limit { oversized += 1 }
        guard count < policy.attempts, pages <= 3 else { return false }
        // An endless answer may be one bad day of one server; but each costs the whole limit.
        return failure.error.isTransient || failure.error.code == .limit && oversized < 3
    }
}
