internal import Access
internal import CanonicalJSON
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// The changes as server-sent events, for as long as somebody listens: one a change, with its number as the event's id, so
/// that a reconnection goes on behind it.
struct ChangeEvents: Sendable {
    private let feed: ChangeFeed
    private let inquiry: Inquiry
    private let limit: Int
    private let withCodes: Bool
    /// The last change that was told.
    private var after: Int64
    /// The last change that there was when nothing was left to tell; nil where there may be something.
    private var known: Int64?
    /// Seconds without a change.
    private var quiet = 0

    /// Seconds without a change after which a comment is sent, so that no proxy takes the connection for dead.
    private static let quietSeconds = 15

    init(_ feed: ChangeFeed, _ inquiry: Inquiry, after: Int64, limit: Int, withCodes: Bool) {
        self.feed = feed
        self.inquiry = inquiry
        self.after = after
        self.limit = limit
        self.withCodes = withCodes
    }

    /// Behind which change somebody comes back; nil where he does not.
    /// - Throws: ``Problem`` where that is no number.
    static func start(_ inquiry: Inquiry) throws(Problem) -> Int64? {
        guard let text = inquiry.headers[.lastEventID] else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw .value("Last-Event-ID", "the number of a change", "变更序号")
        }
        return number
    }

    var reply: Reply {
        let (events, inquiry) = (self, inquiry)
        let body = ResponseBody { writer in
            var events = events
            do {
                while let text = try await events.next() { try await writer.write(ByteBuffer(string: text)) }
                // Whoever listens comes back in a moment, behind the last change that it heard of.
                if !Task.isCancelled { try await writer.write(ByteBuffer(string: "retry: 3000\n: bye\n\n")) }
            } catch let problem as Problem {
                let document = problem.document(in: inquiry.language, instance: inquiry.id.text)
                let text = "event: problem\ndata: \(String(decoding: document, as: UTF8.self))\n\n"
                try await writer.write(ByteBuffer(string: text))
            }
            try await writer.finish(nil)
        }
        return Reply(
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: .stream(body)
        )
    }

    /// What is sent next; nil where nothing is any more, since the server is stopped.
    /// - Throws: ``Problem`` where nothing may be told any more, and what the store throws.
    private mutating func next() async throws -> String? {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let word =
                if let known { await feed.library.lookout.change(from: known, within: ChangeFeed.looksInSecond) } else {
                    ChangeLookout.Word.news(looksLeft: 0)
                }
            switch word {
            case .over: return nil
            case .nothing:
                _ = try permission()
                quiet += 1
                if quiet % Self.quietSeconds == 0 { return ": \n\n" }
            case .news:
                let page = try await feed.page(after: after, limit: limit, withCodes: withCodes)
                known = page.end == nil ? page.last : nil
                after = page.end ?? after
                let told = try await feed.told(page, naming: try permission().sections)
                guard !told.isEmpty else { continue }
                quiet = 0
                return told.map { change in
                    let data = String(decoding: change.json.canonical, as: UTF8.self)
                    return "id: \(change.number)\nevent: \(change.kind)\ndata: \(data)\n\n"
                }.joined()
            }
        }
        return nil
    }

    /// What the listener may see now: a right that was taken away ends the stream, too, and within a second.
    private func permission() throws(Problem) -> Permission {
        try feed.library.gate.permission(for: .readChanges, inquiry)
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .eTag
}
