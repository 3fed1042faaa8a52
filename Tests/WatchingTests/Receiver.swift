import CanonicalJSON
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Signing
import Synchronization

/// A platform on the loopback that is called, and answers as a test says.
final class Receiver: Sendable {
    /// One call.
    struct Call: Sendable {
        var path: String
        var headers: [String: String]
        var body: [UInt8]

        var id: String { headers["webhook-id"] ?? "" }
        var timestamp: Int64 { Int64(headers["webhook-timestamp"] ?? "") ?? 0 }
        var signature: String { headers["webhook-signature"] ?? "" }
        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        var type: String { json["type"]?.string ?? "" }
        var subject: String { json["subject"]?.string ?? "" }
        var data: JSONValue { json["data"] ?? .null }

        func isSigned(by secret: WebhookSecret) -> Bool {
            WebhookSignature.isValid(signature, id: id, timestamp: timestamp, body: body, secret: secret)
        }

        func isSigned(by key: VerificationKey) -> Bool {
            WebhookSignature.isValid(signature, id: id, timestamp: timestamp, body: body, key: key)
        }
    }

    struct Reply: Sendable {
        var status = 204
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    let base: String
    private let state: State

    private final class State: Sendable {
        let calls = Mutex<[Call]>([])
        let script = Mutex<@Sendable (Call) -> Reply>({ _ in Reply() })
    }

    /// Everything that came, in the order in which it came.
    var calls: [Call] { state.calls.withLock { $0 } }

    func forget() { state.calls.withLock { $0 = [] } }

    /// How it answers from now on.
    func answers(_ script: @escaping @Sendable (Call) -> Reply) { state.script.withLock { $0 = script } }

    func answers(_ status: Int) { answers { _ in Reply(status: status) } }

    init() async throws {
        let state = State()
        self.state = state
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            var fields: [String: String] = [:]
            for field in request.headers { fields[field.name.canonicalName] = field.value }
            let call = Call(path: request.uri.path, headers: fields, body: Array(buffer: body))
            state.calls.withLock { $0.append(call) }
            let reply = state.script.withLock { $0 }(call)
            var headers = HTTPFields()
            for header in reply.headers { if let name = HTTPField.Name(header.name) { headers[name] = header.value } }
            return Response(
                status: .init(code: reply.status),
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
            )
        }
        let (ports, found) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "receiver")
        logger.logLevel = .critical
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        // It serves until the tests end: a server cut off amid a connection takes the process with it.
        Task { try await application.run() }
        var port = 0
        for await number in ports {
            port = number
            break
        }
        base = "http://127.0.0.1:\(port)"
    }
}
