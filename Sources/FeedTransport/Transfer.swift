import CCurl

/// One exchange under way: what came, and the clocks that watch it.
@safe final class Transfer {
    let limits: TransportLimits
    let isStopped: () -> Bool
    private let receive: BodyReceiver
    private(set) var response = TransportResponse()
    private(set) var isHeadComplete = false
    private(set) var error: TransportError?
    private var started = ContinuousClock.now
    private var headerBytes = 0
    private var bodyBytes = 0
    /// When the last kilobyte was full, and how much came since.
    private var checkpoint = ContinuousClock.now
    private var sinceCheckpoint = 0
    private var hasBegun = false

    init(limits: TransportLimits, isStopped: @escaping () -> Bool, receive: @escaping BodyReceiver) {
        self.limits = limits
        self.isStopped = isStopped
        unsafe self.receive = receive
    }

    func clockStarts() {
        started = .now
        checkpoint = .now
    }

    /// Milliseconds until the next bound, which is not reached yet.
    func timeLeft(connectedAfter connected: Int, isConnected: Bool) throws(TransportError) -> Int {
        let now = ContinuousClock.now
        if let total = limits.total, milliseconds(from: started, to: now) >= total {
            throw TransportError(.unreachable, "no whole answer in \(total) ms")
        }
        guard hasBegun else {
            let bound = limits.firstByte + (isConnected ? connected : limits.connect)
            let left = bound - milliseconds(from: started, to: now)
            guard left > 0 else { throw TransportError(.unreachable, "no answer in \(limits.firstByte) ms") }
            return left
        }
        let left = limits.stall - milliseconds(from: checkpoint, to: now)
        guard left > 0 else { throw TransportError(.unreachable, "no progress in \(limits.stall) ms") }
        return left
    }

    private func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> Int {
        let (seconds, attoseconds) = start.duration(to: end).components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    private func progress(_ count: Int) {
        sinceCheckpoint += count
        if !hasBegun || sinceCheckpoint >= TransportLimits.leastProgress {
            checkpoint = .now
            sinceCheckpoint = 0
        }
        hasBegun = true
    }

    /// Takes one line of the head; false ends the exchange.
    func take(headerLine bytes: UnsafeRawBufferPointer) -> Bool {
        progress(bytes.count)
        headerBytes += bytes.count
        guard headerBytes <= TransportLimits.headers else {
            error = TransportError(.limit, "the answer's head is too long")
            return false
        }
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // A new head: an interim answer, such as 100, came before.
            response = TransportResponse()
            response.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            isHeadComplete = false
        } else if line == "\r\n" || line == "\n" {
            isHeadComplete = !(100..<200).contains(response.status)
        } else if let colon = line.firstIndex(of: ":") {
            response.headers.append((line[..<colon].lowercased(), Self.trimmed(line[line.index(after: colon)...])))
        }
        return true
    }

    /// Takes bytes of the body; false ends the exchange.
    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        progress(bytes.count)
        bodyBytes += bytes.count
        if (300..<400).contains(response.status), response.status != 304 { return bodyBytes <= 1 << 20 }
        guard bodyBytes <= limits.size else {
            error = TransportError(.limit, "the answer is larger than \(limits.size) bytes")
            return false
        }
        guard unsafe receive(response, bytes) else {
            error = TransportError(.stopped, "the receiver wanted no more")
            return false
        }
        // The receiver's time is not the agency's.
        if sinceCheckpoint == 0 { checkpoint = .now }
        return true
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

func transferBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(body: buffer) == true ? buffer.count : 0
}

func transferHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(headerLine: buffer) == true ? buffer.count : 0
}
