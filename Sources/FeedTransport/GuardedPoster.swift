/// What was answered to a call.
package struct OutboundAnswer: Sendable, Hashable {
    package var status: Int
    /// The seconds of `Retry-After`; nil where it is missing or a date.
    package var retryAfter: Int?
    /// The beginning of the body.
    package var body: [UInt8]
}

/// Why a call got no answer.
package enum OutboundFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// It was not made.
    case refused(OutboundRefusal)
    /// It failed; the sentence is safe to show.
    case failed(String)

    /// One sentence.
    package var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .failed(let what): what
        }
    }
}

/// Posts to addresses that strangers chose, and cannot be turned against our own network by them; for one thread at a time.
///
/// A host's addresses are checked, and the connection goes to one that was checked: libcurl is told the addresses, so it
/// never resolves again, and each socket is held against them once more when it is opened. No redirect is followed, no proxy
/// of the environment is used, and no more is read of an answer than tells how it went.
package final class GuardedPoster {
    /// Bytes of an answer that are read.
    package static let answerLimit = 64 << 10

    private let connection = HTTPConnection()
    private let policy: OutboundPolicy
    private let resolver: any HostResolver
    private let limits: TransportLimits

    /// - Parameters:
    ///   - policy: where it may go.
    ///   - timeout: milliseconds from the beginning to the end of a call.
    ///   - resolver: who says which addresses a host has.
    package init(_ policy: OutboundPolicy, timeout: Int = 15_000, resolver: any HostResolver = SystemResolver()) {
        self.policy = policy
        self.resolver = resolver
        var limits = TransportLimits()
        limits.connect = timeout
        limits.firstByte = timeout
        limits.stall = timeout
        limits.total = timeout
        // Whoever reads stops at the limit: one piece may go beyond it, and must not count as a failure.
        limits.size = 2 * Self.answerLimit
        self.limits = limits
    }

    /// Posts a body.
    /// - Parameters:
    ///   - body: what is sent.
    ///   - url: whereto.
    ///   - headers: beside those that HTTP itself needs.
    ///   - isStopped: whether whoever calls wants no more.
    /// - Returns: the answer, whatever its status; of a redirect its own.
    /// - Throws: ``OutboundFailure``.
    package func post(
        _ body: [UInt8],
        to url: String,
        headers: [(name: String, value: String)],
        isStopped: @escaping () -> Bool = { false }
    ) throws(OutboundFailure) -> OutboundAnswer {
        let address: OutboundAddress
        let pinned: [NetworkAddress]
        do {
            address = try OutboundAddress(url, policy)
            pinned = try address.resolved(by: resolver, policy)
        } catch {
            throw .refused(error)
        }
        var request = TransportRequest(url: url)
        request.isPost = true
        request.headers = headers
        request.body = body
        var answer = OutboundAnswer(status: 0, body: [])
        let transfer = unsafe Transfer(limits: limits, isStopped: isStopped) { response, bytes in
            answer.status = response.status
            let space = Self.answerLimit - answer.body.count
            unsafe answer.body += bytes.prefix(space)
            return bytes.count < space
        }
        do {
            try connection.exchange(request, transfer, guarded: SocketGuard(address, pinned))
        } catch  where error.kind == .stopped && answer.body.count >= Self.answerLimit {
            // Longer than anybody needs; the status was read.
        } catch {
            throw .failed(error.message)
        }
        answer.status = transfer.response.status
        answer.retryAfter = transfer.response.header("retry-after").flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        return answer
    }
}
