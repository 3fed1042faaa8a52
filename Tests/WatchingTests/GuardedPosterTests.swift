import FeedTransport
import Glibc
import Synchronization
import Testing

@Suite("Real calls go to the address that was checked, and to no other")
struct GuardedPosterTests {
    /// Says something else each time, as a hostile name server does.
    private final class Rebinding: HostResolver {
        private let answers: Mutex<[String]>
        init(_ answers: [String]) { self.answers = Mutex(answers) }
        func addresses(of host: String) -> [NetworkAddress] {
            answers.withLock { answers in
                let text = answers.count > 1 ? answers.removeFirst() : answers[0]
                return NetworkAddress(text).map { [$0] } ?? []
            }
        }
    }

    private static func post(
        _ url: String,
        _ policy: OutboundPolicy,
        _ resolver: any HostResolver = SystemResolver(),
        timeout: Int = 15_000
    ) throws -> OutboundAnswer {
        try GuardedPoster(policy, timeout: timeout, resolver: resolver)
            .post(Array("{}".utf8), to: url, headers: [("webhook-id", "evt_1")])
    }

    /// Everything but the check of addresses is open.
    private static var strict: OutboundPolicy {
        var policy = Town.sandbox
        policy.allowsOwnNetwork = false
        return policy
    }

    @Test("The same address is called with the sandbox setting, and refused without it")
    func setting() async throws {
        let receiver = try await Receiver()
        receiver.answers { _ in .init(status: 201, body: Array("taken".utf8)) }
        try await blocking {
            let local = receiver.base.replacing("127.0.0.1", with: "localhost")
            for url in [receiver.base + "/a", local + "/a"] {
                let answer = try Self.post(url, Town.sandbox)
                #expect(answer.status == 201 && answer.body == Array("taken".utf8))
                let failure = #expect(throws: OutboundFailure.self) { try Self.post(url, Self.strict) }
                guard case .refused(.ownNetwork) = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
            }
            #expect(receiver.calls.count == 2 && receiver.calls.allSatisfy { $0.id == "evt_1" })
        }
    }

    @Test("A name is resolved once: what its server says later changes nothing")
    func rebinding() async throws {
        let receiver = try await Receiver()
        try await blocking {
            // The checked address is the receiver's; whoever asked again would get one where nobody answers.
            let url = receiver.base.replacing("127.0.0.1", with: "hooks.example.org")
            let answer = try Self.post(url, Town.sandbox, Rebinding(["127.0.0.1", "127.0.0.9"]))
            #expect(answer.status == 204)
            // A public answer for the check, and one of our own for a second question that nobody may ask.
            let hostile = Rebinding(["192.0.2.1", "127.0.0.1"])
            #expect(throws: OutboundFailure.self) { try Self.post(url, Self.strict, hostile) }
            // The system knows localhost; the check was given another address, and that is the one that is called.
            let local = receiver.base.replacing("127.0.0.1", with: "localhost")
            #expect(throws: OutboundFailure.self) {
                try Self.post(local, Town.sandbox, Rebinding(["127.0.0.77"]), timeout: 2000)
            }
            #expect(receiver.calls.count == 1)
        }
    }

    @Test("One connection that is kept does not outlive the check of its address")
    func keptConnection() async throws {
        let receiver = try await Receiver()
        try await blocking {
            let url = receiver.base.replacing("127.0.0.1", with: "hooks.example.org")
            let resolver = Rebinding(["127.0.0.1", ""])
            let poster = GuardedPoster(Town.sandbox, resolver: resolver)
            let first = try poster.post([], to: url, headers: [])
            #expect(first.status == 204)
            #expect(throws: OutboundFailure.refused(.unknownHost("hooks.example.org"))) {
                try poster.post([], to: url, headers: [])
            }
            #expect(receiver.calls.count == 1)
        }
    }

    @Test("Of a long answer only the beginning is read, and its status counts")
    func longAnswer() async throws {
        let receiver = try await Receiver()
        receiver.answers { _ in .init(status: 200, body: Array(repeating: 0x20, count: 5 << 20)) }
        try await blocking {
            let answer = try Self.post(receiver.base, Town.sandbox)
            #expect(answer.status == 200 && answer.body.count == GuardedPoster.answerLimit)
        }
    }

    @Test("Redirects are answers, wherever they lead")
    func redirects() async throws {
        let receiver = try await Receiver()
        receiver.answers { _ in .init(status: 302, headers: [("Location", "http://169.254.169.254/")]) }
        try await blocking {
            let answer = try Self.post(receiver.base, Town.sandbox)
            #expect(answer.status == 302)
            #expect(receiver.calls.count == 1)
        }
    }

    @Test("A receiver that never answers, and one that never ends, cost no more than the time that is allowed")
    func silence() async throws {
        let silent = try SilentPort()
        try await blocking {
            let failure = #expect(throws: OutboundFailure.self) {
                try Self.post("http://127.0.0.1:\(silent.port)/", Town.sandbox, timeout: 200)
            }
            #expect("\(failure as Any)".contains("in 200 ms"))
        }
    }
}

/// Takes connections, and says nothing.
private final class SilentPort: Sendable {
    private let descriptor: Int32
    let port: Int

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isListening else { throw OutboundFailure.failed("no port") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
