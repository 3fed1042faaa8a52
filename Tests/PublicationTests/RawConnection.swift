import Glibc

/// A connection of which a test decides every byte, and when it is sent.
final class RawConnection {
    private let descriptor: Int32
    private(set) var received: [UInt8] = []

    var text: String { String(decoding: received, as: UTF8.self) }

    /// The codes of the answers that came.
    var statuses: [Int] { text.matches(of: /HTTP\/1\.1 (\d{3})/).compactMap { Int($0.output.1) } }

    /// - Parameters:
    ///   - port: on the loopback.
    ///   - buffer: bytes that the system may hold of what comes; nil for as many as it likes.
    /// - Throws: ``HTTPCall/Failure`` where nobody listens.
    init(port: Int, buffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var buffer {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var timeout = timeval(tv_sec: 300, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw HTTPCall.Failure(what: "connect") }
    }

    deinit { close(descriptor) }

    /// Sends as much as the other side takes.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads until it is enough or the other side has closed, which is told.
    @discardableResult
    func read(until isEnough: (String) -> Bool = { _ in false }) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !isEnough(text) {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return true }
            received += buffer[..<count]
        }
        return false
    }

    /// Waits until the other side has thrown the connection away, and takes nothing meanwhile.
    func waitUntilGone() {
        var wanted = pollfd(fd: descriptor, events: 0, revents: 0)
        _ = unsafe poll(&wanted, 1, 300_000)
    }

    /// How much comes until the other side has closed; nothing of it is kept.
    func drain() -> Int {
        var (buffer, total) = ([UInt8](repeating: 0, count: 65536), 0)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return total }
            total += count
        }
    }

    /// Sends a byte at a time until something comes back, looking for it in between.
    func drip(_ byte: String, atMost count: Int) {
        for _ in 0..<count {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&wanted, 1, 2) > 0 { return }
            send(byte)
        }
    }
}
