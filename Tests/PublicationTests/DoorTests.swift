import CreditStore
import ExchangeAPI
import Foundation
import PrometheusText
import Publication
import Synchronization
import Testing

/// Requests that two readers could understand differently are answered once, with a refusal, and are the last ones.
@Suite("At the door", .timeLimit(.minutes(20)))
struct DoorTests {
    /// What is sent; `%` stands for the request line's beginning, `@` for the fields that make it a usual one.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let status: Int

        init(_ name: String, _ text: String, _ status: Int = 400) {
            self.name = name
            self.text = text
            self.status = status
        }

        var testDescription: String { name }
    }

    static let heads: [Case] = [
        Case("length and coding", "% HTTP/1.1\r\n@Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("coding and length", "% HTTP/1.1\r\n@Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        Case("two lengths", "% HTTP/1.1\r\n@Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello"),
        Case("a length twice", "% HTTP/1.1\r\n@Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        Case("a list of lengths", "% HTTP/1.1\r\n@Content-Length: 5, 5\r\n\r\nhello"),
        Case("a length with a sign", "% HTTP/1.1\r\n@Content-Length: +5\r\n\r\nhello"),
        Case("a length below nothing", "% HTTP/1.1\r\n@Content-Length: -5\r\n\r\nhello"),
        Case("a hexadecimal length", "% HTTP/1.1\r\n@Content-Length: 0x5\r\n\r\nhello"),
        Case("an empty length", "% HTTP/1.1\r\n@Content-Length: \r\n\r\nhello"),
        Case("a length beyond numbers", "% HTTP/1.1\r\n@Content-Length: 99999999999999999999999\r\n\r\nhello"),
        Case("a length beyond what is read", "% HTTP/1.1\r\n@Content-Length: 100000000000\r\n\r\nhello", 413),
        Case("a folded coding", "% HTTP/1.1\r\n@Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
        Case("a folded field", "% HTTP/1.1\r\n@X-A: b\r\n c\r\n\r\n"),
        Case("chunked, identity", "% HTTP/1.1\r\n@Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        Case("identity, chunked", "% HTTP/1.1\r\n@Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"),
        Case("gzip, chunked", "% HTTP/1.1\r\n@Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Case("an unknown coding", "% HTTP/1.1\r\n@Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Case("identity", "% HTTP/1.1\r\n@Transfer-Encoding: identity\r\n\r\n"),
        Case("a coding behind a vertical tab", "% HTTP/1.1\r\n@Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n"),
        Case(
            "a coding twice",
            "% HTTP/1.1\r\n@Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Case("a coding in HTTP/1.0", "% HTTP/1.0\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("lines without CR", "% HTTP/1.1\n@\n"),
        Case("a field without CR", "% HTTP/1.1\r\n@X-A: b\nX-B: c\r\n\r\n"),
        Case("CR within a field", "% HTTP/1.1\r\n@X-A: a\rX-B: b\r\n\r\n"),
        Case("CR for a line's end", "% HTTP/1.1\r\n@\r% HTTP/1.1\r\n\r\n"),
        Case("NUL in a value", "% HTTP/1.1\r\n@X-A: a\0b\r\n\r\n"),
        Case("NUL in a name", "% HTTP/1.1\r\n@X\0A: b\r\n\r\n"),
        Case("NUL in the target", "%\0 HTTP/1.1\r\n@\r\n"),
        Case("a control character", "% HTTP/1.1\r\n@X-A: a\u{01}b\r\n\r\n"),
        Case("a blank before the colon", "% HTTP/1.1\r\n@Content-Length : 5\r\n\r\nhello"),
        Case("a tab before the colon", "% HTTP/1.1\r\n@Content-Length\t: 5\r\n\r\nhello"),
        Case("a blank before the first field", "% HTTP/1.1\r\n X-A: b\r\n@\r\n"),
        Case("no colon", "% HTTP/1.1\r\n@XA\r\n\r\n"),
        Case("no name", "% HTTP/1.1\r\n@: b\r\n\r\n"),
        Case("no host", "% HTTP/1.1\r\n\r\n"),
        Case("two hosts", "% HTTP/1.1\r\n@Host: other\r\n\r\n"),
        Case("no version", "%\r\n@\r\n"),
        Case("a version to come", "% HTTP/2.0\r\n@\r\n"),
        Case("HTTP/1.2", "% HTTP/1.2\r\n@\r\n"),
        Case("lower case", "% http/1.1\r\n@\r\n"),
        Case("a blank in the target", "% x HTTP/1.1\r\n@\r\n"),
        Case("a fragment", "%#x HTTP/1.1\r\n@\r\n"),
        Case("a field that is too long", "% HTTP/1.1\r\n@X-A: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
        Case("too many fields", "% HTTP/1.1\r\n@\(String(repeating: "X-A: a\r\n", count: 100))\r\n", 431),
        Case("an unknown expectation", "% HTTP/1.1\r\n@Expect: the worst\r\n\r\n", 417),
    ]

    /// What goes wrong behind a head that is as it should be.
    static let bodies: [Case] = [
        Case("a chunk beyond numbers", "ffffffffffffffff1\r\n"), Case("a chunk below nothing", "-1\r\nabc\r\n"),
        Case("a chunk with a prefix", "0x1\r\na\r\n0\r\n\r\n"), Case("a chunk with a blank", "1 \r\na\r\n0\r\n\r\n"),
        Case("a chunk that is no number", "x\r\na\r\n0\r\n\r\n"),
        Case("a chunk's line without CR", "1\na\r\n0\r\n\r\n"),
        Case("an extension without CR", "1;a\nx\r\na\r\n0\r\n\r\n"),
        Case("a chunk without its end", "1\r\naX0\r\n\r\n"),
        Case("a trailer that is too long", "1\r\na\r\n0\r\nA: \(String(repeating: "y", count: 50_000))\r\n\r\n", 431),
    ]

    /// What is not about the path, and so goes one way only.
    static let foreign: [Case] = [
        Case("another host's target", "GET http://elsewhere.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Case("a target with a user", "GET http://a@localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Case("a tunnel", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Case("no path", "GET livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Case("a host with a path", "GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Case("a host with a user", "GET /livez HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        Case("a list of hosts", "GET /livez HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        Case("an empty host", "GET /livez HTTP/1.1\r\nHost:\r\n\r\n"),
        Case("an unknown verb", "FOO /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Case("HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case("a handshake", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}"), Case("anything", "hello\r\n\r\n"),
    ]

    private static let next = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    /// The beginning of a request that is answered the short way, and of one that is not, with their fields.
    private static func ways(_ port: Int) -> [(line: String, fields: String)] {
        let key = FrontDesk.keys.withLock { $0[port] } ?? ""
        let who = "Host: localhost\r\nAuthorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n"
        let id = World.id("P1")
        return [("GET /v1/enterprises/\(id)", who), ("GET /livez", "Host: localhost\r\n"), ("POST /v1/match", who)]
    }

    /// One refusal, with a problem document, and the connection is closed: the request behind it is never answered.
    private static func expectRefusal(_ connection: RawConnection, _ status: Int, _ what: String) throws {
        connection.read()
        #expect(connection.statuses == [status], "\(what): \(connection.text)")
        let answer = try HTTPCall.answer(connection.received)
        #expect(answer.headers["content-type"] == "application/problem+json", "\(what)")
        #expect(answer.headers["connection"] == "close", "\(what)")
        #expect(!answer.text.contains("alive"), "\(what)")
    }

    @Test("A head that is unclear is refused, whichever way it would have gone, and nothing behind it is answered")
    func heads() async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            for one in Self.heads {
                for way in Self.ways(port) {
                    let connection = try RawConnection(port: port)
                    let text = one.text.replacing("%", with: way.line)
                    connection.send(text.replacing("@", with: way.fields) + Self.next)
                    try Self.expectRefusal(connection, one.status, "\(one.name), \(way.line)")
                }
            }
            // As they are they are answered, and kept.
            for way in Self.ways(port).prefix(2) {
                let connection = try RawConnection(port: port)
                connection.send("\(way.line) HTTP/1.1\r\n\(way.fields)\r\n\(Self.next)")
                connection.read()
                #expect(connection.statuses == [200, 200], "\(way.line)")
            }
        }
    }

    @Test("A body that breaks off its framing is refused, and nothing behind it is answered")
    func bodies() async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            let way = Self.ways(port)[2]
            for one in Self.bodies {
                let connection = try RawConnection(port: port)
                let head = "\(way.line) HTTP/1.1\r\n\(way.fields)Content-Type: application/json\r\n"
                connection.send(head + "Transfer-Encoding: chunked\r\n\r\n" + one.text + Self.next)
                try Self.expectRefusal(connection, one.status, one.name)
            }
        }
    }

    @Test("A target or a host that is not ours is refused", arguments: DoorTests.foreign)
    func target(_ one: Case) async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            let connection = try RawConnection(port: port)
            connection.send(one.text + Self.next)
            try Self.expectRefusal(connection, one.status, one.name)
        }
    }

    @Test("What came before is answered, in its place, before the refusal")
    func order() async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            for way in Self.ways(port).prefix(2) {
                let connection = try RawConnection(port: port)
                let good = "\(way.line) HTTP/1.1\r\n\(way.fields)\r\n"
                connection.send(good + good + "GARBAGE\r\n\r\n" + Self.next)
                connection.read()
                #expect(connection.statuses == [200, 200, 400], "\(way.line)")
            }
        }
    }

    @Test(
        "What HTTP allows is allowed: an absolute target, an empty line before, HTTP/1.0, a list of options, a trailer"
    )
    func allowed() async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            func statuses(_ text: String) throws -> [Int] {
                let connection = try RawConnection(port: port)
                connection.send(text)
                connection.read()
                return connection.statuses
            }
            let end = "Connection: close\r\n\r\n"
            #expect(try statuses("GET http://LOCALHOST/livez HTTP/1.1\r\nHost: localhost\r\n\(end)") == [200])
            #expect(try statuses("\r\nGET /livez HTTP/1.1\r\nHost: [::1]:80\r\n\(end)") == [200])
            // Without a wish for more, HTTP/1.0 ends with its answer.
            #expect(try statuses("GET /livez HTTP/1.0\r\n\r\n") == [200])
            #expect(try statuses("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n") == [200])
            let body = "1\r\na\r\n0\r\nX-A: b\r\nHost: other\r\n\r\n"
            #expect(
                try statuses(
                    "POST /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n\(body)\(Self.next)"
                ) == [405, 200]
            )
            #expect(
                try statuses(
                    "POST /livez HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na\(Self.next)"
                ) == [100, 405, 200]
            )
        }
    }

    @Test("A compressed body is refused with a word about it")
    func coded() async throws {
        let world = try World.ofOne()
        try await serving(world) { port throws in
            let answer = try HTTPCall.send(
                "POST",
                "/v1/match",
                port: port,
                headers: ["Content-Type: application/json", "Content-Encoding: gzip"],
                body: "abc"
            )
            #expect(answer.status == 415 && answer.headers["accept-encoding"] == "identity")
            #expect(answer.text.contains("content-coding"))
        }
    }

    @Test("Metrics count what is turned away, by the reason")
    func counted() async throws {
        let world = try World.ofOne()
        let registry = PrometheusRegistry()
        try await serving(world, metrics: ExchangeMetrics(registry)) { port throws in
            let connection = try RawConnection(port: port)
            connection.send("GET /livez HTTP/1.1\r\n\r\n")
            connection.read()
            _ = try HTTPCall.send("GET", "/v1/sources", port: port)
            _ = try HTTPCall.send("GET", "/nowhere/91440101MA5AK9RM43", port: port)
            let text = registry.text
            // Three, and one on which the description was read.
            #expect(text.contains("suixin_http_refused_total{reason=\"bad-host\"} 1\n"))
            #expect(text.contains("suixin_http_requests_total{endpoint=\"sources\",status=\"2xx\"} 1\n"))
            #expect(text.contains("suixin_http_requests_total{endpoint=\"none\",status=\"4xx\"} 1\n"))
            #expect(text.contains("suixin_http_request_duration_seconds_count{endpoint=\"sources\"} 1\n"))
            #expect(text.contains("suixin_connections_total 4\n"))
            #expect(!text.contains("91440101MA5AK9RM43"))
        }
    }
}
