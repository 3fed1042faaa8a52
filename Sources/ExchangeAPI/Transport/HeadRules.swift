internal import NIOCore
internal import NIOHTTP1

/// What a request's head must be like before anybody else looks at it: where two readers of one head could
/// disagree about where the request ends or whom it is for, it is refused (RFC 9112 §11.2).
///
/// The parser refuses more: lines that end otherwise than by CR LF, folded fields, blanks before a colon, control
/// characters, two lengths, a length beside a coding.
struct HeadRules: Sendable {
    /// What a head says of the request's framing.
    struct Reading {
        var hasBody = false
        var asksToContinue = false
        var isLast = false
    }

    let maximumBodySize: Int

    /// Reads a head, and puts its target into the usual form.
    /// - Throws: ``Problem`` where the request must not be answered.
    func read(_ head: inout HTTPRequestHead) throws(Problem) -> Reading {
        var reading = Reading()
        var host: String?
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.isField("host"):
                guard host == nil, Self.isAuthority(value) else { throw .badHost }
                host = value
            case 6 where name.isField("expect"):
                guard value.isField("100-continue") else { throw .expectation }
                reading.asksToContinue = head.version == .http1_1
            case 7 where name.isField("upgrade"): reading.isLast = true
            case 10 where name.isField("connection"):
                if value.utf8.count == 5 ? value.isField("close") : Self.tokens(value).contains("close") {
                    reading.isLast = true
                }
            case 14 where name.isField("content-length"):
                guard let length = Int(value), length >= 0, value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                    throw .badFraming
                }
                guard length <= maximumBodySize else { throw .largeBody(maximumBodySize) }
                reading.hasBody = reading.hasBody || length > 0
            case 17 where name.isField("transfer-encoding"):
                // HTTP/1.0 knows no codings: what stands between would have read another request (RFC 9112 §6.1).
                guard value.isField("chunked"), head.version == .http1_1, !reading.hasBody else { throw .badFraming }
                reading.hasBody = true
            default: break
            }
        }
        guard host != nil || head.version != .http1_1 else { throw .badHost }
        if head.version != .http1_1, !head.isKeepAlive { reading.isLast = true }
        try Self.normalise(&head, for: host)
        return reading
    }

    /// The target as its path; whatever names another host than `Host` is refused.
    private static func normalise(_ head: inout HTTPRequestHead, for host: String?) throws(Problem) {
        guard head.method != .CONNECT, !head.uri.utf8.contains(UInt8(ascii: "#")) else { throw .badTarget }
        guard head.uri.utf8.first != UInt8(ascii: "/") else { return }
        if head.uri == "*", head.method == .OPTIONS { return }
        for scheme in ["http://", "https://"] where head.uri.lowercased().hasPrefix(scheme) {
            let rest = head.uri.utf8.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let path = String(Substring(rest[end...]))
            guard let host, String(Substring(rest[..<end])).lowercased() == host.lowercased() else { throw .badTarget }
            head.uri = path.hasPrefix("/") ? path : "/" + path
            return
        }
        throw .badTarget
    }

    private static func tokens(_ value: String) -> [String] {
        value.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
    }

    /// A host and perhaps a port (RFC 3986 §3.2), without anything by which it could be read as something else.
    private static func isAuthority(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.count <= 255
            && value.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x3A, 0x41...0x5B, 0x61...0x7A: true
                case UInt8(ascii: "]"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"): true
                case UInt8(ascii: "%"): true
                default: false
                }
            }
    }
}

extension String {
    /// Whether it is this name of a field, or word in one, in whatever case (RFC 9110 §5.1).
    ///
    /// - Parameter lowercase: the name in small letters.
    /// - Returns: whether they are the same.
    func isField(_ lowercase: StaticString) -> Bool {
        guard utf8.count == lowercase.utf8CodeUnitCount else { return false }
        var place = 0
        for byte in utf8 {
            let folded = 0x41...0x5A ~= byte ? byte | 0x20 : byte
            guard unsafe folded == lowercase.utf8Start[place] else { return false }
            place += 1
        }
        return true
    }
}
