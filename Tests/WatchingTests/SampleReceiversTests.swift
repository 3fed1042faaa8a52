import Access
import CreditModel
import Foundation
import SampleClients
import Signing
import Synchronization
import Testing
import Watches
import Watching

extension SampleClient {
    fileprivate static let absent: Comment = "its runtime is not on this machine"
}

/// A receiver of `Samples/Clients`, running as a platform would run it.
private final class SampleReceiver {
    private let process: Process
    private let output = Pipe()
    private let errors = Pipe()
    private(set) var told = ""
    /// Where it listens.
    private(set) var base = ""

    /// Starts it on any free port, and waits until it listens.
    init(_ command: [String], with environment: [String: String]) throws {
        process = SampleClient.process(command + ["--port", "0"], with: environment)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        while !told.contains("\n") {
            let more = errors.fileHandleForReading.availableData
            guard !more.isEmpty else { throw SampleClient.Failure(told) }
            told += String(decoding: more, as: UTF8.self)
        }
        guard let address = told.split(separator: " ").last else { throw SampleClient.Failure(told) }
        base = address.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit { stop() }

    private func stop() {
        // Threads of the test's do not let SIGTERM through, and a child is born so.
        if process.isRunning { _ = kill(process.processIdentifier, SIGKILL) }
    }

    /// Ends it: the events that it printed, and what it complained of.
    func end() -> (events: String, complaints: String) {
        stop()
        process.waitUntilExit()
        let events = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        return (String(decoding: events, as: UTF8.self), told + String(decoding: complaints, as: UTF8.self))
    }
}

/// What the exchange really sends is taken by the receivers that platforms copy, and nobody else's is.
@Suite("Receivers in other languages take what we send", .timeLimit(.minutes(30)))
struct SampleReceiversTests {
    /// How a receiver tells that a call is genuine.
    enum Way: String, CaseIterable, Sendable {
        case secret, key, otherSecret, otherKey

        var isGood: Bool { self == .secret || self == .key }
    }

    // One test for each language, so that what is passed over shows.

    @Test("Python", .enabled(if: SampleClient.python.canRun, SampleClient.absent), arguments: Way.allCases)
    func python(_ way: Way) async throws { try await call(.python, way) }

    @Test("Node", .enabled(if: SampleClient.node.canRun, SampleClient.absent), arguments: Way.allCases)
    func node(_ way: Way) async throws { try await call(.node, way) }

    @Test("Java", .enabled(if: SampleClient.java.canRun, SampleClient.absent), arguments: Way.allCases)
    func java(_ way: Way) async throws { try await call(.java, way) }

    @Test("Shell", .enabled(if: SampleClient.shell.canListen, SampleClient.absent), arguments: Way.allCases)
    func shell(_ way: Way) async throws { try await call(.shell, way) }

    @Test(
        "Shell, a call that was kept",
        .enabled(if: SampleClient.shell.canRun, SampleClient.absent),
        arguments: Way.allCases
    )
    func shellKept(_ way: Way) async throws { try await keep(way) }

    /// An exchange of today: receivers refuse what is five minutes old.
    private static func town() throws -> Town {
        let town = try Town()
        town.time.withLock { $0 = Int64(Date().timeIntervalSince1970) * 1000 }
        try town.put("P1")
        try town.dispatcher().drain()
        return town
    }

    private static func hook(_ town: Town, at url: String) throws -> (client: ClientID, hook: WebhookDesk.Disclosure) {
        let client = town.client()
        let list = try town.lists.create(name: "商户", for: client)
        _ = try town.lists.add([Town.id("P1").text], to: list.id, of: client)
        let wish = WebhookDesk.Wish(url: url, target: .list(list.id))
        return (client, try town.webhooks.create(wish, for: client, rights: .all))
    }

    /// What the receiver is given to check by: options, and the environment.
    private static func given(_ way: Way, _ secret: WebhookSecret, _ town: Town) throws -> ([String], [String: String])
    {
        let other = WebhookSecret(installation: [1], webhook: "x", generation: 0)
        switch way {
        case .secret: return ([], ["SUIXIN_WEBHOOK_SECRET": secret.text])
        case .otherSecret: return ([], ["SUIXIN_WEBHOOK_SECRET": other.text])
        case .key, .otherKey:
            let key = way == .key ? town.key.publicKey : try SigningKey(.edDSA).publicKey
            let path = town.folder + "/jwks.json"
            try Data(KeySet([key]).jwks).write(to: URL(fileURLWithPath: path))
            return (["--jwks", path], [:])
        }
    }

    private func call(_ language: SampleClient, _ way: Way) async throws {
        let town = try Self.town()
        try await blocking {
            let command = try language.command(.webhook, compiledInto: town.folder)
            let (client, hook) = try Self.hook(town, at: "http://127.0.0.1:9/")
            let (options, environment) = try Self.given(way, hook.secret, town)
            let receiver = try SampleReceiver(command + options + ["--seen", town.folder + "/ids"], with: environment)
            let wish = WebhookDesk.Wish(url: receiver.base + "/hook", target: hook.webhook.target)
            _ = try town.webhooks.change(hook.webhook.id, of: client, to: wish, rights: .all)
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            var filter = DeliveryFilter(webhook: hook.webhook.id)
            filter.onlyTroubled = false
            let deliveries = try town.webhooks.deliveries(filter, of: client)
            #expect(deliveries.map(\.state) == [way.isGood ? .delivered : .due])
            #expect(deliveries.first?.lastStatus == (way.isGood ? 204 : 401))
            let (events, complaints) = receiver.end()
            #expect(complaints.contains("refused") != way.isGood, "\(complaints)")
            #expect(events.contains("org.suixin.enterprise.changed.v1") == way.isGood, "\(complaints)")
            #expect(events.contains(Town.id("P1").text) == way.isGood)
        }
    }

    /// Where nothing starts a shell for each call, it checks what a server wrote down.
    private func keep(_ way: Way) async throws {
        let (town, receiver) = (try Self.town(), try await Receiver())
        try await blocking {
            let command = try SampleClient.shell.command(.webhook, compiledInto: town.folder)
            let (_, hook) = try Self.hook(town, at: receiver.base + "/hook")
            try town.put("P1", penalties: ["X1"])
            try town.dispatcher().drain()
            let call = try #require(receiver.calls.first)
            let (headers, body) = (town.folder + "/headers", town.folder + "/body")
            let lines = call.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            try Data(lines.utf8).write(to: URL(fileURLWithPath: headers))
            try Data(call.body).write(to: URL(fileURLWithPath: body))
            let (options, environment) = try Self.given(way, hook.secret, town)
            let judged = SampleClient.run(
                command + ["--headers", headers, "--body", body] + options,
                with: environment
            )
            #expect(judged.status == (way.isGood ? 0 : 1), "\(judged.output)")
            #expect(judged.output.contains(Town.id("P1").text) == way.isGood)
        }
    }
}
