internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import HashTree
internal import Hummingbird
internal import ProfileChanges
internal import ServiceLifecycle
internal import Signing

/// Looks for changes, now and then for as long as somebody waits.
struct ChangeFeed: Sendable {
    let library: ExchangeLibrary

    /// Milliseconds between two looks for those who wait: well within the second in which a change must be seen.
    static let pace: Int64 = 200
    /// Looks in a second.
    static let looksInSecond = Int(1000 / pace)

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
        var left = Int(wait) * Self.looksInSecond
        while true {
            let page = try await page(after: number, limit: limit, withCodes: withCodes)
            if page.end != nil || left <= 0 || Task.isShuttingDownGracefully { return page }
            switch await library.lookout.change(from: page.last, within: left) {
            // It may be one that is not wanted here, such as of a code.
            case .news(let looks): left = looks
            case .nothing, .over: left = 0
            }
            try Task.checkCancellation()
        }
    }

    /// The next changes that there are after a number.
    func page(after number: Int64, limit: Int, withCodes: Bool) async throws -> ChangePage {
        let library = library
        let page = try await library.reading {
            try library.store.changes(after: number, limit: limit, withCodes: withCodes)
        }
        guard let page, number <= page.last else { throw Problem.changesGone }
        return page
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
                let start = try ChangeEvents.start(inquiry) ?? after
                return ChangeEvents(feed, inquiry, after: start, limit: limit, withCodes: withCodes).reply
            }
            let page = try await feed.page(after: after, limit: limit, waiting: wait, withCodes: withCodes)
            // Whoever waited may see now what he may see now.
            let sections = try library.gate.permission(for: .readChanges, inquiry).sections
            var reply = Reply.json(try await feed.json(page, after: after, naming: sections).canonical)
            if let status = page.statuses.last { reply.headers[.suixinStatus] = status.digest }
            return reply
        }
    ]
}
