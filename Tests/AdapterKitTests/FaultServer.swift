import Glibc
import Synchronization

/// A server on a loopback socket that answers each connection by the next line of a script: it can do what no proper
/// server would.
final class FaultServer: Sendable {
    /// What happens to one connection.
    enum Act: Sendable {
        /// Sends the bytes, then closes.
        case send([UInt8])
        /// Sends the bytes, then resets.
        case reset([UInt8])
        /// Sends the bytes, then says nothing until the other side goes.
        case hang([UInt8])
        /// Sends the bytes, then one a little later, for ever.
        case drip([UInt8])
    }

    let port: Int
    private let descriptor: Int32
    private let script: Mutex<[Act]>
    private let received = Mutex<[String]>([])

    init(_ script: [Act]) throws {
        self.script = Mutex(script)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
        var thread = pthread_t()
        unsafe _ = pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<FaultServer>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        _ = pthread_detach(thread)
    }

    struct Failure: Error {}

    var base: String { "http://127.0.0.1:\(port)" }
    /// The heads of the requests that came.
    var requests: [String] { received.withLock { $0 } }

    /// Serves until the script is over; then connections are refused.
    private func serve() {
        while let act = script.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { break }
            var head: [UInt8] = []
            var byte: UInt8 = 0
            while !head.suffix(4).elementsEqual([13, 10, 13, 10]), unsafe recv(client, &byte, 1, 0) == 1 {
                head.append(byte)
            }
            received.withLock { $0.append(String(decoding: head, as: UTF8.self)) }
            play(act, client, &byte)
            _ = close(client)
        }
        _ = close(descriptor)
    }

    private func play(_ act: Act, _ client: Int32, _ byte: inout UInt8) {
        switch act {
        case .send(let bytes): write(bytes, client)
        case .reset(let bytes):
            write(bytes, client)
            var hard = linger(l_onoff: 1, l_linger: 0)
            unsafe _ = setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        case .hang(let bytes):
            write(bytes, client)
            unsafe _ = recv(client, &byte, 1, 0)
        case .drip(let bytes):
            write(bytes, client)
            var wait = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&wait, 1, 5) == 0 { write([0x20], client) }
        }
    }

    private func write(_ bytes: [UInt8], _ client: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(client, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// A proper answer that closes its connection.
    static func answer(_ body: [UInt8], status: String = "200 OK", headers: [String] = [], length: Int? = nil)
        -> [UInt8]
    {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(length ?? body.count)", "Connection: close"] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    static func answer(_ body: String, status: String = "200 OK", headers: [String] = [], length: Int? = nil) -> [UInt8]
    {
        answer(Array(body.utf8), status: status, headers: headers, length: length)
    }
}
