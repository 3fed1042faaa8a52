import AgencySimulator
import CreditModel
import Foundation
import Glibc

struct Reply {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Asks an agency over a socket of its own, on a thread of its own.
func ask(
    _ server: AgencyServer,
    _ target: String,
    method: String = "GET",
    headers: [String] = [],
    body: String = ""
) async throws -> Reply {
    let port = server.port
    return try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread {
            done.resume(with: Result { try exchange(port, target, method, headers, Array(body.utf8)) })
        }
    }
}

struct Unanswered: Error {}

/// Does work that takes long on a thread of its own, so that servers of other tests go on answering meanwhile.
func onThread(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Result { try work() }) }
    }
}

private func exchange(_ port: Int, _ target: String, _ method: String, _ headers: [String], _ body: [UInt8]) throws
    -> Reply
{
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
    guard connected == 0 else { throw Unanswered() }
    let lines =
        ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: \(body.count)"]
        + headers
    let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    _ = unsafe request.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { throw Unanswered() }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    var reply = Reply(status: Int(head[0].split(separator: " ")[1]) ?? 0, body: Array(bytes[end.upperBound...]))
    for line in head.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        reply.headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    return reply
}

/// Runs the agencies over a small population while a test asks.
func agencies<Result>(
    _ count: Int = 300,
    at day: String = "2018-06-01",
    data: String? = nil,
    wire: WireRates = .none,
    _ body: (AgencyServer) async throws -> Result
) async throws -> Result {
    let at = try Day(day) ?? { throw Unanswered() }()
    let server = try await AgencyServer.start(
        .init(population: TinyPopulation(count: count), seed: 7, at: at, data: data, wire: wire)
    )
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

let token = "X-Access-Token: suixin-token"
let basic = "Authorization: Basic " + Data("suixin:suixin-password".utf8).base64EncodedString()

/// What stands between two marks, each time.
func all(_ text: String, _ start: String, _ end: String) -> [String] {
    text.components(separatedBy: start).dropFirst().compactMap { $0.components(separatedBy: end).first }
}

func question(_ from: String, _ to: String, page: Int = 1, size: Int = 500, user: String = "suixin") -> String {
    """
    <service><head><tran_id>NSRXX</tran_id><tran_seq>s-1</tran_seq><user>\(user)</user><password>suixin-password</password></head>\
    <body><QSSJ>\(from)</QSSJ><ZZSJ>\(to)</ZZSJ><PAGE>\(page)</PAGE><PAGESIZE>\(size)</PAGESIZE></body></service>
    """
}
