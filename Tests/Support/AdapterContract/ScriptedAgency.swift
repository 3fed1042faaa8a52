internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// An agency on the loopback that answers each request by a function of what is asked, one request at a time.
package final class ScriptedAgency: Sendable {
    /// What was asked.
    package struct Question: Sendable {
        package var path: String
        package var query: [String: String]
        package var body: String
        /// From 0.
        package var number: Int

        /// The text of an element in the body.
        package func element(_ name: String) -> String? {
            guard let start = body.firstRange(of: "<\(name)>"), let end = body.firstRange(of: "</\(name)>") else {
                return nil
            }
            return String(body[start.upperBound..<end.lowerBound])
        }
    }

    /// What is answered.
    package struct Reply: Sendable {
        package var status: Int
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]

        package init(_ status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// Where it answers.
    package let base: String
    private let counter = Counter()

    /// How many requests came.
    package var requests: Int { counter.value }

    /// Answers 404 where the script has nothing.
    package convenience init(_ script: @escaping @Sendable (Question) -> [UInt8]?) async throws {
        try await self.init(pieces: nil) { question in
            script(question).map { Reply(body: $0) } ?? Reply(404)
        }
    }

    /// Answers as the script says, and hands the bytes of a body over in chunks of so many each.
    package init(pieces: Int?, _ script: @escaping @Sendable (Question) -> Reply) async throws {
        let counter = counter
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            var query: [String: String] = [:]
            for (key, value) in request.uri.queryParameters { query[String(key)] = String(value) }
            let body = try await request.body.collect(upTo: 1 << 20)
            let question = Question(
                path: request.uri.path,
                query: query,
                body: String(buffer: body),
                number: counter.next()
            )
            let reply = script(question)
            var headers = HTTPFields()
            for header in reply.headers {
                if let name = HTTPField.Name(header.name) { headers[name] = header.value }
            }
            return Response(status: .init(code: reply.status), headers: headers, body: Self.body(reply.body, pieces))
        }
        let (ports, found) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "scripted")
        logger.logLevel = .error
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

    private static func body(_ bytes: [UInt8], _ pieces: Int?) -> ResponseBody {
        guard let pieces else { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
        // Without a length it goes out in chunks, and a reader gets each by itself.
        return ResponseBody { writer in
            var rest = bytes[...]
            while !rest.isEmpty {
                try await writer.write(ByteBuffer(bytes: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
            try await writer.finish(nil)
        }
    }
}

/// Numbers requests.
package final class Counter: Sendable {
    private let count = Mutex(0)
    package init() {}
    package var value: Int { count.withLock { $0 } }
    package func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
