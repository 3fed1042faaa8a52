internal import NIOCore

/// Until when a client must have done what it owes.
struct ClientClock {
    enum Verdict { case inTime, late, gone }

    private enum Debt {
        case nothing
        /// A request, of which nothing came yet.
        case request(by: NIODeadline)
        /// The rest of a head.
        case head(by: NIODeadline)
        case body(since: NIODeadline, size: Int)
        case goodbye(by: NIODeadline)
    }

    private let head: TimeAmount
    private let body: TimeAmount
    private let bodyRate: Int
    private let idle: TimeAmount
    private let stalled: TimeAmount
    private let farewell: TimeAmount
    private var isFirst = true
    private var debt: Debt
    private var takesBy: NIODeadline?

    init(_ patience: Patience, from now: NIODeadline) {
        head = TimeAmount(patience.head)
        body = TimeAmount(patience.body)
        bodyRate = max(1, patience.bodyRate)
        idle = TimeAmount(patience.idle)
        stalled = TimeAmount(patience.stalled)
        farewell = TimeAmount(patience.farewell)
        debt = .request(by: now + head)
    }

    /// The next moment at which to look.
    var due: NIODeadline {
        let owed: NIODeadline =
            switch debt {
            case .nothing: .distantFuture
            case .request(let by), .head(let by), .goodbye(let by): by
            case .body(let since, let size): since + body + .milliseconds(Int64(size) * 1000 / Int64(bodyRate))
            }
        return min(owed, takesBy ?? .distantFuture)
    }

    mutating func headBegins(at now: NIODeadline) {
        // The first has its time from the connection on, whatever was sent before it.
        if case .request(let by) = debt { debt = .head(by: isFirst ? by : now + head) }
    }

    mutating func bodyBegins(at now: NIODeadline) {
        isFirst = false
        debt = .body(since: now, size: 0)
    }

    mutating func bodyGrew(to size: Int) {
        if case .body(let since, _) = debt { debt = .body(since: since, size: size) }
    }

    mutating func owesNothing() {
        isFirst = false
        debt = .nothing
    }

    mutating func isIdle(at now: NIODeadline) {
        isFirst = false
        debt = .request(by: now + idle)
    }

    mutating func isWritable(_ isWritable: Bool, at now: NIODeadline) {
        takesBy = isWritable ? nil : now + stalled
    }

    mutating func leaves(at now: NIODeadline) { debt = .goodbye(by: now + farewell) }

    func verdict(at now: NIODeadline) -> Verdict {
        guard now >= due else { return .inTime }
        if let takesBy, now >= takesBy { return .gone }
        return switch debt {
        case .nothing: .inTime
        case .request, .goodbye: .gone
        case .head, .body: .late
        }
    }
}
