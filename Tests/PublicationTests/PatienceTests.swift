import CreditStore
import ExchangeAPI
import Foundation
import Publication
import Synchronization
import Testing

/// A client that takes its time is not waited for; what it is told depends on what it began.
@Suite("Slow clients", .timeLimit(.minutes(20)))
struct PatienceTests {
    private static func world() throws -> World {
        let world = try World()
        try world.put("P1", name: "企业", extra: String(repeating: "广州", count: 2000))
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    /// Every time but the one that is tested is far away.
    private static func configuration(_ change: (inout Patience) -> Void) -> ExchangeConfiguration {
        var configuration = ExchangeConfiguration(port: 0)
        configuration.patience.head = .seconds(3600)
        configuration.patience.body = .seconds(3600)
        configuration.patience.idle = .seconds(3600)
        configuration.patience.stalled = .seconds(3600)
        change(&configuration.patience)
        return configuration
    }

    @Test("Who never ends his head is told so, however busily he drips")
    func head() async throws {
        let configuration = Self.configuration { $0.head = .milliseconds(100) }
        try await serving(Self.world(), configuration: configuration) { port throws in
            let silent = try RawConnection(port: port)
            silent.send("GET /livez HTTP/1.1\r\nHost: loc")
            #expect(silent.read())
            // Nothing is said where the time was over before anything was read.
            #expect(silent.statuses == [408] || silent.received.isEmpty)
            let dripping = try RawConnection(port: port)
            dripping.send("GET /livez HTTP/1.1\r\nX-A: ")
            dripping.drip("a", atMost: 15_000)
            #expect(dripping.read())
            #expect(dripping.statuses == [408] || dripping.received.isEmpty)
            // Who says nothing at all hears nothing.
            let mute = try RawConnection(port: port)
            #expect(mute.read() && mute.received.isEmpty)
        }
    }

    @Test("A later head has its time from its first byte on")
    func laterHead() async throws {
        let configuration = Self.configuration { $0.head = .milliseconds(300) }
        try await serving(Self.world(), configuration: configuration) { port throws in
            let connection = try RawConnection(port: port)
            connection.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.read { $0.hasSuffix("alive\n") }
            connection.send("GET /li")
            #expect(connection.read())
            #expect(connection.statuses == [200, 408] && connection.text.contains("slow-request"))
        }
    }

    @Test("A body that does not come, or comes too slowly, is not waited for")
    func body() async throws {
        let configuration = Self.configuration {
            $0.body = .milliseconds(100)
            $0.bodyRate = 1_000_000
        }
        try await serving(Self.world(), configuration: configuration) { port throws in
            let head =
                "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            for drips in [0, 900] {
                let connection = try RawConnection(port: port)
                connection.send(head)
                connection.drip("a", atMost: drips)
                #expect(connection.read())
                #expect(connection.statuses == [408])
            }
            // Extensions of chunks are no body, however many there are.
            let connection = try RawConnection(port: port)
            connection.send(head.replacing("Content-Length: 1000", with: "Transfer-Encoding: chunked") + "1;")
            connection.drip("a", atMost: 15_000)
            #expect(connection.read())
            #expect(connection.statuses == [408])
        }
    }

    @Test("An idle connection is closed without a word, after short answers as after long ones")
    func idle() async throws {
        let configuration = Self.configuration { $0.idle = .milliseconds(100) }
        try await serving(Self.world(), configuration: configuration) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let who = "Host: localhost\r\nAuthorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n\r\n"
            for target in ["/livez", "/v1/enterprises/\(World.id("P1"))"] {
                let connection = try RawConnection(port: port)
                connection.send("GET \(target) HTTP/1.1\r\n\(who)")
                #expect(connection.read())
                #expect(connection.statuses == [200], "\(target)")
            }
        }
    }

    @Test("Who asks and asks, and never takes an answer, is heard no more, and then is gone")
    func stalled() async throws {
        let configuration = Self.configuration { $0.stalled = .milliseconds(200) }
        let world = try Self.world()
        let size = try #require(try world.store.signed(World.id("P1"))).document.count
        try await serving(world, configuration: configuration) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let request =
                "GET /v1/enterprises/\(World.id("P1")) HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n\r\n"
            let connection = try RawConnection(port: port, buffer: 4096)
            let requests = 2000
            connection.send(String(repeating: request, count: requests))
            connection.waitUntilGone()
            #expect(connection.drain() < requests * size / 2)
            #expect(try HTTPCall.send("GET", "/livez", port: port).status == 200)
        }
    }

    @Test("An address has so many connections and no more")
    func address() async throws {
        var configuration = Self.configuration { _ in }
        configuration.maximumConnectionsPerAddress = 2
        try await serving(Self.world(), configuration: configuration) { [configuration] port throws in
            let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let held = try (0..<configuration.maximumConnectionsPerAddress).map { _ in
                let connection = try RawConnection(port: port)
                connection.send(request)
                connection.read { $0.hasSuffix("alive\n") }
                return connection
            }
            let further = try RawConnection(port: port)
            further.send(request)
            #expect(further.read() && further.received.isEmpty)
            #expect(held.allSatisfy { $0.statuses == [200] })
        }
    }
}
