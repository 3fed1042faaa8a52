import CreditStore
import ExchangeAPI
import Foundation
import Publication
import Synchronization
import Testing

/// A stop ends what was begun, and lets nothing new begin.
@Suite("A graceful stop", .timeLimit(.minutes(20)))
struct GracefulStopTests {
    private static func world() throws -> World {
        let world = try World()
        // What the first status finds is no change.
        for round in 0..<2 {
            try world.put("P\(round)", name: "企业")
            try world.publisher.signProfiles(at: World.now)
            try world.publisher.publishStatus(at: World.now + Int64(round), day: World.day)
        }
        return world
    }

    private static func head(_ line: String, _ port: Int, _ more: String = "") -> String {
        let key = FrontDesk.keys.withLock { $0[port] } ?? ""
        return
            "\(line) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n\(more)\r\n"
    }

    /// A connection on which nothing is under way: when it is closed the stop has begun.
    private static func idle(_ port: Int) throws -> RawConnection {
        let connection = try RawConnection(port: port)
        connection.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.read { $0.hasSuffix("alive\n") }
        return connection
    }

    @Test("A request whose body is still coming gets its whole answer, and is told that the connection ends")
    func inFlight() async throws {
        let stop = StopFlag()
        try await serving(Self.world(), at: World.now + 9, stop: stop) { port throws in
            let body = "{\"name\":\"企业\"}"
            let connection = try RawConnection(port: port)
            let fields =
                "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n"
            connection.send(Self.head("POST /v1/match", port, fields))
            // It was let in.
            connection.read { $0.contains("100 Continue\r\n\r\n") }
            let witness = try Self.idle(port)
            stop.raise()
            #expect(witness.read())
            connection.send(body)
            #expect(connection.read())
            #expect(connection.statuses.count == 2 && connection.statuses.last != 503, "\(connection.text)")
            let end = try #require(connection.text.range(of: "\r\n\r\n")?.upperBound)
            let answer = try HTTPCall.answer(Array(connection.text[end...].utf8))
            #expect(answer.headers["connection"] == "close")
            #expect(answer.headers["content-length"] == "\(answer.body.count)")
        }
    }

    @Test("Who listens for changes is told to come back; who waits for one is answered at once")
    func waiting() async throws {
        let stop = StopFlag()
        let world = try Self.world()
        let last = try #require(try world.store.changes(after: 0, limit: 1000)).last
        try await serving(world, at: World.now + 9, stop: stop) { port throws in
            let listening = try RawConnection(port: port)
            listening.send(Self.head("GET /v1/changes?after=0", port, "Accept: text/event-stream\r\n"))
            listening.read { $0.contains("event: created") }
            let waiting = try RawConnection(port: port)
            waiting.send(Self.head("GET /v1/changes?after=\(last)&wait=50", port))
            stop.raise()
            #expect(listening.read())
            #expect(listening.text.contains("retry: 3000\n") && listening.text.hasSuffix("0\r\n\r\n"))
            #expect(waiting.read())
            // It may have come too late to be let in at all; then it heard nothing.
            if !waiting.received.isEmpty {
                #expect(try HTTPCall.answer(waiting.received).text.contains("\"changes\":[]"))
            }
        }
    }

    @Test("What does not end in time is cut off")
    func bounded() async throws {
        var configuration = ExchangeConfiguration(port: 0)
        configuration.patience.body = .seconds(3600)
        configuration.patience.shutdown = .milliseconds(100)
        let stop = StopFlag()
        try await serving(Self.world(), at: World.now + 9, configuration: configuration, stop: stop) { port throws in
            let connection = try RawConnection(port: port)
            let fields = "Content-Type: application/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n"
            connection.send(Self.head("POST /v1/match", port, fields))
            connection.read { $0.contains("100 Continue\r\n\r\n") }
            stop.raise()
            // Without an end this would wait for an hour.
            #expect(connection.read())
            #expect(connection.statuses.first == 100)
        }
    }
}
