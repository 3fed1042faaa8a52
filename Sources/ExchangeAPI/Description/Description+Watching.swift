internal import CanonicalJSON
internal import HTTPTypes

extension EndpointDescription {
    /// Of which enterprises a client wants to hear, and what it must acknowledge.
    static let watchLists: [String: EndpointDescription] = [
        "watchLists": EndpointDescription(
            title: .init("The client's watch lists", "调用方的关注名单"),
            fields: [evidence],
            answers: [Answer(200, "The lists.", "名单。", json("WatchLists"))]
        ),
        "createWatchList": EndpointDescription(
            title: .init("Make a watch list", "新建关注名单"),
            fields: [evidence],
            body: Body(schema: "WatchListWish", example: #"{"name":"我的商户"}"#),
            answers: [Answer(201, "It was made.", "已建立。", json("WatchList"), fields: ["Location"])],
            problems: refusals
        ),
        "watchList": EndpointDescription(
            title: .init("A watch list", "一份关注名单"),
            path: [list],
            fields: [evidence],
            answers: [Answer(200, "The list.", "名单。", json("WatchList"))],
            problems: [.nothingOfThatID]
        ),
        "removeWatchList": EndpointDescription(
            title: .init("Remove a watch list", "删除关注名单"),
            path: [list],
            fields: [evidence],
            answers: [Answer(204, "It was removed.", "已删除。")],
            problems: [.nothingOfThatID] + refusals
        ),
        "watched": EndpointDescription(
            title: .init("The enterprises of a watch list", "名单中的企业"),
            text: .init("In the order of their ids.", "按编号排列。"),
            path: [list],
            query: [
                Parameter(
                    "after",
                    "what the page before gave as after",
                    "前一页给出的 after",
                    ParameterSchema.text(longest: 22, pattern: "^sx[0-9a-hjkmnp-tv-z]{20}$")
                ), limit(10_000, 1000),
            ],
            fields: [evidence],
            answers: [Answer(200, "A page of the list.", "名单的一页。", json("WatchedPage"))],
            problems: [.nothingOfThatID]
        ),
        "changeWatchList": EndpointDescription(
            title: .init("Add to a watch list, or take from it", "向名单增加或移除企业"),
            path: [list],
            fields: [evidence],
            body: Body(schema: "WatchListChange", example: #"{"add":["91440101MA5AK9RM4X"]}"#),
            answers: [
                Answer(
                    200,
                    "How many changed, and the places of what is not known or not certain.",
                    "变更数目，以及未知或不确定者在所发内容中的位置。",
                    json("WatchOutcome")
                )
            ],
            problems: [.nothingOfThatID] + refusals
        ),
        "retractions": EndpointDescription(
            title: .init("What was retracted after the client had been told it", "告知之后又撤回的内容"),
            query: [
                flag("all", "also those that are acknowledged", "包括已确认的"),
                Parameter(
                    "after",
                    "what the page before gave as after",
                    "前一页给出的 after",
                    ParameterSchema.text(longest: 13, pattern: "^r[0-9a-hjkmnp-tv-z]{12}$")
                ), limit(1000, 100),
            ],
            fields: [evidence],
            answers: [Answer(200, "A page of retractions.", "撤回事项的一页。", json("RetractionPage"))]
        ),
        "acknowledge": EndpointDescription(
            title: .init("Acknowledge a retraction", "确认撤回"),
            text: .init(
                "The client knows, and uses that no more. Again changes nothing.",
                "调用方已知悉，且不再使用该内容。重复确认不产生变化。"
            ),
            path: [
                Parameter(
                    "retraction",
                    "the retraction's id",
                    "撤回编号",
                    ParameterSchema.text(longest: 13, pattern: "^r[0-9a-hjkmnp-tv-z]{12}$"),
                    isRequired: true,
                    example: "r000000000000"
                )
            ],
            fields: [evidence],
            answers: [Answer(200, "The retraction.", "撤回事项。", json("Retraction"))],
            problems: [.nothingOfThatID]
        ),
    ]

    /// Where a client is called, what failed, and sending it again.
    static let webhooks: [String: EndpointDescription] = [
        "webhooks": EndpointDescription(
            title: .init("The client's webhooks", "调用方的回调"),
            fields: [evidence],
            answers: [Answer(200, "The webhooks, without their secrets.", "回调，不含密钥。", json("Webhooks"))]
        ),
        "createWebhook": EndpointDescription(
            title: .init("Make a webhook", "新建回调"),
            fields: [evidence],
            body: Body(schema: "WebhookWish", example: wish),
            answers: [
                Answer(
                    201,
                    "It was made; its secret is shown this one time.",
                    "已建立；密钥仅此一次显示。",
                    json("NewWebhook"),
                    fields: ["Location"]
                )
            ],
            problems: [.nothingOfThatID] + refusals
        ),
        "webhook": EndpointDescription(
            title: .init("A webhook", "一个回调"),
            path: [hook],
            fields: [evidence],
            answers: [Answer(200, "The webhook.", "回调。", json("Webhook"))],
            problems: [.nothingOfThatID]
        ),
        "changeWebhook": EndpointDescription(
            title: .init("Change a webhook", "修改回调"),
            path: [hook],
            fields: [evidence],
            body: Body(schema: "WebhookWish", example: wish),
            answers: [Answer(200, "The webhook.", "回调。", json("Webhook"))],
            problems: [.nothingOfThatID] + refusals
        ),
        "removeWebhook": EndpointDescription(
            title: .init("Remove a webhook", "删除回调"),
            path: [hook],
            fields: [evidence],
            answers: [Answer(204, "It was removed.", "已删除。")],
            problems: [.nothingOfThatID]
        ),
        "rotateSecret": EndpointDescription(
            title: .init("A new secret for a webhook", "更换回调密钥"),
            text: .init("The former one signs, too, for 24 hours.", "旧密钥在 24 小时内同时签名。"),
            path: [hook],
            fields: [evidence],
            answers: [Answer(200, "The webhook with its new secret.", "回调及其新密钥。", json("NewWebhook"))],
            problems: [.nothingOfThatID] + refusals
        ),
        "enableWebhook": EndpointDescription(
            title: .init("Switch a webhook on", "启用回调"),
            path: [hook],
            fields: [evidence],
            answers: [Answer(200, "The webhook.", "回调。", json("Webhook"))],
            problems: [.nothingOfThatID]
        ),
        "disableWebhook": EndpointDescription(
            title: .init("Switch a webhook off", "停用回调"),
            path: [hook],
            fields: [evidence],
            answers: [Answer(200, "The webhook.", "回调。", json("Webhook"))],
            problems: [.nothingOfThatID]
        ),
        "deliveries": EndpointDescription(
            title: .init("What a webhook was sent", "回调的投递"),
            text: .init("What failed or waits; with all=true all.", "失败或等待中的投递；all=true 时为全部。"),
            path: [hook],
            query: [
                flag("all", "also what was delivered", "包括已送达的"),
                Parameter(
                    "after",
                    "the change of the last delivery of the page before",
                    "前一页最后一次投递的变更序号",
                    ParameterSchema.whole(0...wholeLimit)
                ), limit(1000, 100),
            ],
            fields: [evidence],
            answers: [Answer(200, "Deliveries.", "投递。", json("Deliveries"))],
            problems: [.nothingOfThatID]
        ),
        "replay": EndpointDescription(
            title: .init("Send events again", "重新投递"),
            text: .init("One, or all since a moment, in order, with their ids.", "一个事件，或某时刻以来的全部，按序且编号不变。"),
            path: [hook],
            fields: [evidence],
            body: Body(schema: "Replay", example: #"{"since":"2018-06-01T00:00:00+08:00"}"#),
            answers: [Answer(200, "How many are queued.", "排队的数目。", json("Queued"))],
            problems: [.nothingOfThatID] + refusals
        ),
    ]

    private static let wish = #"{"list":"watched","types":["retracted"],"url":"https://hooks.example.com/suixin"}"#

    /// What a desk would not do.
    private static let refusals = [
        Problem(.badRequest, "not-possible", Problem.notPossible, Problem.notPossible),
        Problem(.conflict, "not-possible", Problem.notPossible, Problem.notPossible),
    ]
    private static let list = Parameter(
        "list",
        "the list's id",
        "名单编号",
        ParameterSchema.text(longest: 13, pattern: "^l[0-9a-hjkmnp-tv-z]{12}$"),
        isRequired: true,
        example: "l000000000000"
    )
    private static let hook = Parameter(
        "webhook",
        "the webhook's id",
        "回调编号",
        ParameterSchema.text(longest: 13, pattern: "^h[0-9a-hjkmnp-tv-z]{12}$"),
        isRequired: true,
        example: "h000000000000"
    )
    private static func flag(_ name: String, _ english: String, _ chinese: String) -> Parameter {
        Parameter(name, english, chinese, ParameterSchema.flag)
    }
}

extension Problem {
    fileprivate static let notPossible = Wording("Not possible", "无法办理")
}
