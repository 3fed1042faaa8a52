internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import HTTPTypes
internal import Signing
internal import Watches

extension Endpoint {
    /// Where a client is called, what failed, and sending it again.
    static let webhooks = [
        watch("webhooks", .get, "/v1/webhooks") { desks, client, _ in
            .json(.object(["webhooks": .array(try desks.webhooks.webhooks(of: client.id).map(\.json))]))
        },
        hook("createWebhook", .post, "/v1/webhooks", body: small) { desks, client, inquiry in
            let made = try desks.webhooks.create(wish(inquiry), for: client.id, rights: client.scopes)
            return made.reply(.made(made.webhook.json, at: "/v1/webhooks/\(made.webhook.id)"))
        },
        watch("webhook", .get, "/v1/webhooks/{webhook}") { desks, client, inquiry in
            .json(try desks.webhooks.webhook(inquiry.id("webhook"), of: client.id).json)
        },
        hook("changeWebhook", .put, "/v1/webhooks/{webhook}", body: small) { desks, client, inquiry in
            let wish = try wish(inquiry)
            return .json(
                try desks.webhooks.change(inquiry.id("webhook"), of: client.id, to: wish, rights: client.scopes).json
            )
        },
        hook("removeWebhook", .delete, "/v1/webhooks/{webhook}") { desks, client, inquiry in
            try desks.webhooks.remove(inquiry.id("webhook"), of: client.id)
            return .done
        },
        hook("rotateSecret", .post, "/v1/webhooks/{webhook}/secret") { desks, client, inquiry in
            let made = try desks.webhooks.rotateSecret(of: inquiry.id("webhook"), of: client.id)
            return made.reply(.json(made.webhook.json))
        },
        hook("enableWebhook", .post, "/v1/webhooks/{webhook}/enable") { desks, client, inquiry in
            .json(try desks.webhooks.enable(inquiry.id("webhook"), of: client.id).json)
        },
        hook("disableWebhook", .post, "/v1/webhooks/{webhook}/disable") { desks, client, inquiry in
            .json(try desks.webhooks.disable(inquiry.id("webhook"), of: client.id).json)
        },
        watch(
            "deliveries",
            .get,
            "/v1/webhooks/{webhook}/deliveries",
            parameters: ["all", "after", "limit"]
        ) { desks, client, inquiry in
            let limit = Int(try inquiry.whole("limit", in: 1...1000, default: 100))
            var filter = DeliveryFilter(webhook: try inquiry.id("webhook"), limit: limit)
            filter.onlyTroubled = try !inquiry.flag("all")
            if inquiry.parameters["after"] != nil {
                filter.after = try inquiry.whole("after", in: 0...Int64.max, default: 0)
            }
            let found = try desks.webhooks.deliveries(filter, of: client.id)
            return .json(.object(["deliveries": .array(found.map(\.json))]))
        },
        hook("replay", .post, "/v1/webhooks/{webhook}/replay", body: small) { desks, client, inquiry in
            let members = try inquiry.object(["event", "since"])
            let replay: Replay
            switch (members["event"]?.string, members["since"]?.string.flatMap { LocalTime(moment: $0) }) {
            case (let event?, nil) where members.count == 1: replay = .event(event)
            case (nil, let moment?) where members.count == 1: replay = .since(moment.posix * 1000)
            default:
                throw Problem.body(
                    "{\"event\": an id} or {\"since\": a moment}",
                    "{\"event\": 事件编号} 或 {\"since\": 时刻}"
                )
            }
            let count = try desks.webhooks.replay(replay, to: inquiry.id("webhook"), of: client.id)
            return .json(.object(["queued": .integer(Int64(count))]))
        },
    ]

    private static func hook(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        body: Body? = nil,
        answer: @escaping @Sendable (WatchDesks, Caller, Inquiry) throws -> Reply
    ) -> Endpoint {
        watch(name, method, path, body: body, of: { $0.webhooks }, answer: answer)
    }

    /// What a body says that a webhook is to be.
    private static func wish(_ inquiry: Inquiry) throws(Problem) -> WebhookDesk.Wish {
        let members = try inquiry.object(["url", "list", "types", "sections"])
        let wrong = Problem.body(
            "{\"url\": …, \"list\": a list's id, \"watched\" or \"everything\", \"types\": […], \"sections\": […]}",
            "{\"url\": …, \"list\": 名单编号、\"watched\" 或 \"everything\", \"types\": […], \"sections\": […]}"
        )
        guard let url = members["url"]?.string, let list = members["list"]?.string else { throw wrong }
        let target: Webhook.Target
        switch list {
        case "watched": target = .watched
        case "everything": target = .everything
        default:
            guard let id = WatchListID(list) else { throw wrong }
            target = .list(id)
        }
        func texts(_ name: String) throws(Problem) -> [String] {
            guard let value = members[name] else { return [] }
            guard let list = value.array, case let texts = list.compactMap(\.string), texts.count == list.count else {
                throw wrong
            }
            return texts
        }
        var wish = WebhookDesk.Wish(url: url, target: target)
        let types = try texts("types")
        wish.types = Set(types.compactMap { WatchEventType(named: $0) })
        guard wish.types.count == Set(types).count else { throw wrong }
        wish.sections = Set(try texts("sections"))
        return wish
    }
}

extension WebhookDesk.Disclosure {
    /// An answer that shows the secret, this one time.
    fileprivate func reply(_ reply: Reply) -> Reply {
        var reply = reply
        reply.secret = KeptAnswer.SecretName(webhook: webhook.id, generation: webhook.generation)
        return reply
    }
}
