internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import HashTree
internal import Hummingbird
internal import NIOCore
internal import ProfileChanges
internal import ServiceLifecycle
internal import Signing

/// Looks for changes, now and then for as long as somebody waits.
struct ChangeFeed: Sendable {
    let library: ExchangeLibrary

    /// Milliseconds between two looks of somebody who waits: well within the second in which a change must be seen.
    private static let pace: Int64 = 200

    /// The next changes after a number.
    ///
    /// - Parameters:
    ///   - number: of the last change that is known.
    ///   - limit: how many at most.
    ///   - wait: seconds to wait for the first, where there is none yet.
    ///   - withCodes: whether changes of codes are wanted, too.
    /// - Returns: the page; without changes where none came in time.
    /// - Throws: ``Problem/changesGone`` where changes after it are not kept.
    func page(after number: Int64, limit: Int, waiting wait: Int64, withCodes: Bool) async throws -> ChangePage {
        var left = wait * 1000 / Self.pace
        while true {
            let library = library
            let page = try await library.reading {
                try library.store.changes(after: number, limit: limit, withCodes: withCodes)
            }
            guard let page, number <= page.last else { throw Problem.changesGone }
            if page.end != nil || left <= 0 || Task.isShuttingDownGracefully { return page }
            left -= 1
            try await Task.sleep(for: .milliseconds(Self.pace))
        }
    }

    /// A page as JSON: changes, the statuses that they rest on, and where to go on.
    ///
    /// - Parameters:
    ///   - page: the page.
    ///   - number: after which change it begins.
    ///   - sections: those that may be named; nil for all.
    /// - Returns: the object.
    /// - Throws: what the store throws.
    func json(_ page: ChangePage, after number: Int64, naming sections: [String]?) async throws -> JSONValue {
        let told = try await told(page, naming: sections)
        return .object([
            "after": .integer(page.end ?? number), "changes": .array(told.map(\.json)), "last": .integer(page.last),
            "statuses": .array(page.statuses.compactMap { try? JSONValue(parsing: $0.document) }),
        ])
    }

    /// A change as it is told.
    struct Told: Sendable {
        var number: Int64
        var kind: String
        var json: JSONValue
    }

    /// Changes as JSON, in order, each with the sections that say something else, and what was retracted.
    func told(_ page: ChangePage, naming sections: [String]?) async throws -> [Told] {
        let library = library
        return try await library.reading {
            let changes = try page.changes.map { change in
                do {
                    let digest = try library.store.digest(of: change, among: page.changes)
                    return Told(change, change.json(digest.sections, digest.retracted, naming: sections))
                } catch is ProfileChangeError {
                    // Of a profile that cannot be compared it is not told in what it differs.
                    return Told(change, change.json([], [], naming: sections))
                }
            }
            return (changes + page.codes.map { Told($0) }).sorted { $0.number < $1.number }
        }
    }
}

extension ChangeFeed.Told {
    fileprivate init(_ change: ProfileChange, _ json: JSONValue) {
        self.init(number: change.number, kind: change.kind, json: json)
    }

    /// Whom a code leads to since; a code that may be a person's number is named by its place in the tree.
    fileprivate init(_ change: CodeChange) {
        var members = TreeName(change.code).member
        members["change"] = .integer(change.number)
        members["kind"] = .string("code")
        members["status"] = .string(change.status)
        members["holders"] = .array(change.holders.map { .string($0.text) })
        self.init(number: change.number, kind: "code", json: .object(members))
    }
}

extension ProfileChange {
    /// The change as JSON.
    ///
    /// - Parameters:
    ///   - sections: those that say something else.
    ///   - retracted: what the profile rested on and does no more.
    ///   - visible: the sections that may be named; nil for all.
    /// - Returns: the object; without sections where none may be named.
    fileprivate func json(_ sections: [String], _ retracted: [RetractedRecord], naming visible: [String]?) -> JSONValue
    {
        var members: [String: JSONValue] = [
            "change": .integer(number), "id": .string(enterprise.text), "status": .string(status),
            "kind": .string(kind),
        ]
        if case .version(let version)? = before { members["versionBefore"] = .string(version) }
        switch after {
        case .version(let version)?: members["version"] = .string(version)
        case .movedTo(let id)?: members["movedTo"] = .string(id.text)
        default: break
        }
        func named(_ sections: [String]) -> [String] { visible.map { sections.filter($0.contains) } ?? sections }
        let changed = named(sections)
        if !changed.isEmpty { members["sections"] = .array(changed.map { .string($0) }) }
        let gone = retracted.compactMap { retraction -> JSONValue? in
            let sections = named(retraction.sections)
            guard visible == nil || !sections.isEmpty else { return nil }
            return .object([
                "agency": .string(retraction.record.agency), "dataset": .string(retraction.record.dataset),
                "key": .string(retraction.record.key), "role": .string(retraction.record.role),
                "sections": .array(sections.map { .string($0) }),
            ])
        }
        if !gone.isEmpty { members["retracted"] = .array(gone) }
        return .object(members)
    }
}

extension ProfileChange {
    /// What happened, in a word.
    fileprivate var kind: String {
        switch (before, after) {
        case (_, .movedTo?): "merged"
        case (.movedTo?, _): "split"
        case (nil, _): "created"
        case (_, nil): "removed"
        default: "changed"
        }
    }
}

extension Endpoint {
    /// What came to be said of enterprises.
    static let changes = [
        Endpoint(
            "changes",
            .get,
            "/v1/changes",
            .scope(.readChanges),
            parameters: ["after", "codes", "limit", "wait"]
        ) { library, inquiry in
            let after = try inquiry.whole("after", in: 0...Int64.max, default: 0)
            let limit = Int(try inquiry.whole("limit", in: 1...1000, default: 500))
            let wait = try inquiry.whole("wait", in: 0...50, default: 0)
            let withCodes = try inquiry.asksForCodes
            let feed = ChangeFeed(library: library)
            if inquiry.headers[.accept]?.lowercased().contains("text/event-stream") ?? false {
                return try events(feed, inquiry, after: after, limit: limit, withCodes: withCodes)
            }
            let page = try await feed.page(after: after, limit: limit, waiting: wait, withCodes: withCodes)
            // Whoever waited may see now what he may see now.
            let sections = try library.gate.permission(for: .readChanges, inquiry).sections
            var reply = Reply.json(try await feed.json(page, after: after, naming: sections).canonical)
            if let status = page.statuses.last { reply.headers[.suixinStatus] = status.digest }
            return reply
        }
    ]

    /// Seconds without a change after which a comment is sent.
    private static let quietSeconds = 15

    /// Server-sent events: one a change, with its number as the event's id, so that a reconnection goes on behind it.
    private static func events(
        _ feed: ChangeFeed,
        _ inquiry: Inquiry,
        after: Int64,
        limit: Int,
        withCodes: Bool
    ) throws -> Reply {
        var start = after
        if let text = inquiry.headers[.lastEventID] {
            guard let number = Int64(text), number >= 0 else {
                throw Problem.value("Last-Event-ID", "the number of a change", "变更序号")
            }
            start = number
        }
        let first = start
        let body = ResponseBody { writer in
            var after = first
            var quiet = 0
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                let text: String
                do {
                    let page = try await feed.page(after: after, limit: limit, waiting: 1, withCodes: withCodes)
                    // A right that was taken away ends the stream, too, and within a second.
                    let sections = try feed.library.gate.permission(for: .readChanges, inquiry).sections
                    let told = try await feed.told(page, naming: sections)
                    quiet = told.isEmpty ? quiet + 1 : 0
                    guard !told.isEmpty || quiet % quietSeconds == 0 else { continue }
                    // A comment keeps proxies from taking the connection for dead.
                    text =
                        told.isEmpty
                        ? ": \n\n"
                        : told.map { change in
                            let data = String(decoding: change.json.canonical, as: UTF8.self)
                            return "id: \(change.number)\nevent: \(change.kind)\ndata: \(data)\n\n"
                        }.joined()
                    after = page.end ?? after
                } catch let problem as Problem {
                    let document = problem.document(in: inquiry.language, instance: inquiry.id.text)
                    try await writer.write(
                        ByteBuffer(string: "event: problem\ndata: \(String(decoding: document, as: UTF8.self))\n\n")
                    )
                    break
                }
                try await writer.write(ByteBuffer(string: text))
            }
            // Whoever listens comes back in a moment, behind the last change that it heard of.
            if Task.isShuttingDownGracefully { try await writer.write(ByteBuffer(string: "retry: 3000\n: bye\n\n")) }
            try await writer.finish(nil)
        }
        return Reply(
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: .stream(body)
        )
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .eTag
}
