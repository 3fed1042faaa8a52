import Glibc
import Synchronization

/// One request over a socket of its own, written as given: nothing repairs what a test wants to send.
struct HTTPAnswer {
    var status = 0
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
}

enum HTTPCall {
    struct Failure: Error {
        let what: String
    }

    /// Sends one request and reads the answer to its end.
    ///
    /// Where a test does not say who asks, somebody asks who may do everything.
    /// - Parameters:
    ///   - method: the verb, as it stands on the request line.
    ///   - target: the request's target, sent as it is.
    ///   - port: the server's, on loopback.
    ///   - headers: lines without their ends; `Host` and `Connection: close` are added.
    ///   - body: what is sent after them, with its length.
    /// - Returns: the answer, its body as sent.
    /// - Throws: ``Failure`` where there is no connection or no answer.
    static func send(
        _ method: String,
        _ target: String,
        port: Int,
        headers: [String] = [],
        body: String? = nil
    ) throws -> HTTPAnswer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        func lacks(_ name: String) -> Bool { !headers.contains { $0.lowercased().hasPrefix(name + ":") } }
        if lacks("authorization"), lacks("x-api-key"), let key = FrontDesk.keys.withLock({ $0[port] }) {
            lines.append("Authorization: Bearer \(key)")
        }
        if lacks("suixin-purpose") { lines.append("Suixin-Purpose: merchant-onboarding") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        let answer = try answer(raw(Array((head + (body ?? "")).utf8), port: port))
        DescribedAnswers.witness(method, target, answer, port: port)
        return answer
    }

    /// What comes back to these lines, until it is enough.
    static func lines(_ lines: [String], port: Int, until isEnough: (String) -> Bool) throws -> String {
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return String(
            decoding: try raw(request, port: port) { isEnough(String(decoding: $0, as: UTF8.self)) },
            as: UTF8.self
        )
    }

    /// Everything that comes back until the server closes, or until it is enough.
    static func raw(_ request: [UInt8], port: Int, until isEnough: ([UInt8]) -> Bool = { _ in false }) throws -> [UInt8]
    {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket") }
        defer { _ = close(descriptor) }
        var timeout = timeval(tv_sec: 300, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(what: "connect") }
        var sent = 0
        while sent < request.count {
            let count = unsafe request.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            if isEnough(bytes) { return bytes }
        }
    }

    static func answer(_ bytes: [UInt8]) throws -> HTTPAnswer {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) else {
            throw Failure(what: "no answer: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        var answer = HTTPAnswer()
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        answer.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            answer.headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop(while: { $0 == " " })) : ""
        }
        answer.body = Array(bytes[(end + 4)...])
        if answer.headers["transfer-encoding"] == "chunked" { answer.body = try unchunked(answer.body) }
        return answer
    }

    /// RFC 9112 §7.1, without trailers.
    private static func unchunked(_ bytes: [UInt8]) throws -> [UInt8] {
        var (body, rest) = ([UInt8](), bytes[...])
        while let end = rest.firstIndex(of: 0x0D) {
            guard let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { break }
            if size == 0 { return body }
            rest = rest[(end + 2)...]
            guard rest.count >= size + 2 else { break }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        throw Failure(what: "the body ends early")
    }
}
