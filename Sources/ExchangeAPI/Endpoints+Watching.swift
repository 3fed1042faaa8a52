internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import HTTPTypes
package import Watches

/// What clients may do with their lists, webhooks and retractions: each with its own.
package struct WatchDesks: Sendable {
    let lists: WatchListDesk
    let webhooks: WebhookDesk
    let retractions: RetractionDesk

    /// Puts the desks together.
    package init(lists: WatchListDesk, webhooks: WebhookDesk, retractions: RetractionDesk) {
        self.lists = lists
        self.webhooks = webhooks
        self.retractions = retractions
    }
}

extension Endpoint {
    /// Watch lists, and retractions with their acknowledgement.
    static let watching = [
        watch("watchLists", .get, "/v1/watch-lists") { desks, client, _ in
            .json(.object(["lists": .array(try desks.lists.lists(of: client.id).map(\.json))]))
        },
        watch("createWatchList", .post, "/v1/watch-lists", body: small) { desks, client, inquiry in
            guard let name = try inquiry.object(["name"])["name"]?.string else {
                throw Problem.body("{\"name\": …}", "{\"name\": …}")
            }
            let list = try desks.lists.create(name: name, for: client.id)
            return .made(list.json, at: "/v1/watch-lists/\(list.id)")
        },
        watch("watchList", .get, "/v1/watch-lists/{list}") { desks, client, inquiry in
            .json(try desks.lists.list(inquiry.id("list"), of: client.id).json)
        },
        watch("removeWatchList", .delete, "/v1/watch-lists/{list}") { desks, client, inquiry in
            try desks.lists.remove(inquiry.id("list"), of: client.id)
            return .done
        },
        watch(
            "watched",
            .get,
            "/v1/watch-lists/{list}/enterprises",
            parameters: ["after", "limit"]
        ) { desks, client, inquiry in
            let limit = Int(try inquiry.whole("limit", in: 1...10_000, default: 1000))
            let after = try inquiry.parameters["after"].map { text throws(Problem) in
                guard let id = EnterpriseID(text) else { throw .value("after", "an id, such as sx…", "企业编号") }
                return id
            }
            let page = try desks.lists.entries(of: inquiry.id("list"), of: client.id, after: after, limit: limit)
            var members: [String: JSONValue] = ["enterprises": .array(page.map(\.json))]
            if page.count == limit, let last = page.last { members["after"] = .string(last.enterprise.text) }
            return .json(.object(members))
        },
        prepared(
            "changeWatchList",
            .post,
            "/v1/watch-lists/{list}/enterprises",
            body: Body(mediaType: "application/json", limit: 512 * 1024)
        ) { desks, client, inquiry in
            let members = try inquiry.object(["add", "remove"])
            let wrong = Problem.body(
                "{\"add\": […]} or {\"remove\": […]} with ids or codes",
                "{\"add\": […]} 或 {\"remove\": […]}，内容为编号或代码"
            )
            guard members.count == 1, let (act, value) = members.first, let list = value.array else { throw wrong }
            let names = list.compactMap(\.string)
            guard names.count == list.count else { throw wrong }
            let id: WatchListID = try inquiry.id("list")
            // Of thousands of names, for which nobody who writes should wait.
            let found = try desks.lists.resolved(names)
            return {
                let outcome =
                    act == "add"
                    ? try desks.lists.add(found, to: id, of: client.id)
                    : try desks.lists.remove(names, found: found, from: id, of: client.id)
                return .json(outcome.json(of: names))
            }
        },
        watch("retractions", .get, "/v1/retractions", parameters: ["all", "after", "limit"]) { desks, client, inquiry in
            var filter = RetractionFilter(limit: Int(try inquiry.whole("limit", in: 1...1000, default: 100)))
            filter.onlyOpen = try !inquiry.flag("all")
            if let text = inquiry.parameters["after"] {
                guard let id = RetractionID(text) else {
                    throw Problem.value("after", "the id of a retraction", "撤回编号")
                }
                filter.after = (client.id, id)
            }
            let found = try desks.retractions.retractions(filter, of: client.id)
            let visible = inquiry.admission?.permission.sections
            var members: [String: JSONValue] = ["retractions": .array(found.map { $0.naming(visible).json })]
            if found.count == filter.limit, let last = found.last { members["after"] = .string(last.id.text) }
            return .json(.object(members))
        },
        watch(
            "acknowledge",
            .post,
            "/v1/retractions/{retraction}/ack",
            of: { $0.retractions }
        ) { desks, client, inquiry in
            let acknowledged = try desks.retractions.acknowledge(inquiry.id("retraction"), by: client.id)
            return .json(acknowledged.naming(inquiry.admission?.permission.sections).json)
        },
    ]

    static let small = Body(mediaType: "application/json", limit: 16 * 1024)

    /// An endpoint at which a client handles what is its own; by `desk` what changes something, so that it can be repeated.
    static func watch(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        parameters: [String] = [],
        body: Body? = nil,
        of desk: @escaping @Sendable (WatchDesks) -> any RepeatableDesk = { $0.lists },
        answer: @escaping @Sendable (WatchDesks, Caller, Inquiry) throws -> Reply
    ) -> Endpoint {
        prepared(name, method, path, parameters: parameters, body: body, of: desk) { desks, caller, inquiry in
            { try answer(desks, caller, inquiry) }
        }
    }

    /// As `watch`, in two steps: what only looks, and then, in one transaction with the answer, what changes.
    static func prepared(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        parameters: [String] = [],
        body: Body? = nil,
        of desk: @escaping @Sendable (WatchDesks) -> any RepeatableDesk = { $0.lists },
        answer: @escaping @Sendable (WatchDesks, Caller, Inquiry) throws -> () throws -> Reply
    ) -> Endpoint {
        Endpoint(name, method, path, .scope(.writeWatches), parameters: parameters, body: body) { library, inquiry in
            guard let caller = inquiry.admission?.caller else { throw Problem.failure }
            let prepare: @Sendable () throws -> () throws -> Reply = {
                try Problem.wording { try answer(library.watching, caller, inquiry) }
            }
            if method != .get, let repeater = try CallRepeater(library, inquiry, name, of: caller, desk) {
                return try await repeater.answer(prepare)
            }
            return try await library.reading {
                let act = try prepare()
                return try Problem.wording(act).disclosing(by: library.watching)
            }
        }
    }
}

extension Inquiry {
    /// The id of something that is watched by, in the path.
    /// - Throws: ``Problem`` for a text that is none: nothing has it.
    func id<Kind: WatchIDKind>(_ name: String) throws(Problem) -> WatchID<Kind> {
        guard let id = WatchID<Kind>(segments[name] ?? "") else { throw .nothingOfThatID }
        return id
    }

    /// The members of the body.
    /// - Throws: ``Problem`` for anything but an object with these members.
    func object(_ members: [String]) throws(Problem) -> [String: JSONValue] {
        guard case .object(let object)? = try? JSONValue(parsing: body), Set(object.keys).isSubset(of: members) else {
            let list = members.joined(separator: ", ")
            throw .body("a JSON object of \(list)", "含 \(list) 的 JSON 对象")
        }
        return object
    }

    /// `true` or `false`; false where it is not there.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch parameters[name] {
        case nil, "false": return false
        case "true": return true
        default: throw .value(name, "true or false", "true 或 false")
        }
    }
}

extension Reply {
    static func json(_ value: JSONValue) -> Reply { .json(value.canonical) }
    static func made(_ value: JSONValue, at location: String) -> Reply {
        .json(value.canonical, status: .created, headers: [.location: location])
    }
    static var done: Reply { Reply(status: .noContent, headers: [.cacheControl: "no-store"], body: .none) }
}

extension Problem {
    static let nothingOfThatID = Problem(
        .notFound,
        "no-such-thing",
        Wording("Nothing of that id", "没有此编号"),
        Wording("This client has nothing of that id.", "该调用方没有此编号的对象。")
    )

    /// What a desk does, or a problem where it would not.
    static func wording<Result>(_ act: () throws -> Result) throws -> Result {
        do { return try act() } catch let error as AccessError { throw Problem(error) }
    }

    /// What a desk would not do, in its own words where they are about the request.
    init(_ error: AccessError) {
        switch error.code {
        case .unknown: self = .nothingOfThatID
        case .invalid, .conflict, .limit:
            self.init(
                error.code == .invalid ? .badRequest : .conflict,
                "not-possible",
                Wording("Not possible", "无法办理"),
                Wording(error.message, error.message)
            )
        default: self = .failure
        }
    }
}

extension WatchOutcome {
    /// By places in what was sent, which is not repeated: it may hold a person's number.
    fileprivate func json(of names: [String]) -> JSONValue {
        func places(_ name: String) -> JSONValue {
            .array(names.indices.filter { names[$0] == name }.map { .integer(Int64($0)) })
        }
        let unknown = Set(unknown)
        return .object([
            "count": .integer(Int64(count)),
            "unknown": .array(names.indices.filter { unknown.contains(names[$0]) }.map { .integer(Int64($0)) }),
            "ambiguous": .array(
                ambiguous.map { name in
                    .object([
                        "places": places(name.asked), "enterprises": .array(name.enterprises.map { .string($0.text) }),
                    ])
                }
            ),
        ])
    }
}
