internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import SQLiteAccess
internal import Watches

/// Lists, webhooks, deliveries and retractions as people read them.
struct WatchPage {
    let language: Language
    /// What clients are called.
    let names: [ClientID: String]

    init(_ settings: Settings) throws {
        language = settings.language
        let clients = try settings.clients().contents().clients
        names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, Terminal.plain($0.name)) })
    }

    func lists(_ lists: [WatchList]) -> String {
        guard !lists.isEmpty else { return language.word("没有关注名单。", "There is no watch list.") }
        let headings = [
            language.word("编号", "id"), language.word("客户端", "client"), language.word("名称", "name"),
            language.word("企业数", "enterprises"), language.word("创建", "created"),
        ]
        return Terminal.table(
            [headings]
                + lists.map { list in
                    [
                        list.id.text, name(list.client), Terminal.plain(list.name), Terminal.grouped(list.count),
                        moment(list.created),
                    ]
                },
            rightAligned: [3]
        )
    }

    func webhooks(_ webhooks: [Webhook]) -> String {
        guard !webhooks.isEmpty else { return language.word("没有回调。", "There is no webhook.") }
        let headings = [
            language.word("编号", "id"), language.word("客户端", "client"), language.word("状态", "state"),
            language.word("对象", "of"), language.word("事件", "events"), language.word("地址", "address"),
        ]
        return Terminal.table(
            [headings]
                + webhooks.map { webhook in
                    [
                        webhook.id.text, name(webhook.client), state(webhook), target(webhook),
                        webhook.types.isEmpty
                            ? language.word("全部", "all")
                            : webhook.types.map(\.rawValue).sorted().joined(separator: " "),
                        Terminal.plain(webhook.url),
                    ]
                }
        )
    }

    private func state(_ webhook: Webhook) -> String {
        switch webhook.disabled {
        case .wanted: language.word("停用", "disabled")
        case .gone: language.word("停用：接收方答 410", "disabled: answered 410")
        case .failing: language.word("停用：连日失败", "disabled: failed for days")
        case nil:
            webhook.failingSince.map { since in
                language.word("\(moment(since)) 起失败", "failing since \(moment(since))")
            } ?? language.word("启用", "enabled")
        }
    }

    private func target(_ webhook: Webhook) -> String {
        switch webhook.target {
        case .list(let id): id.text
        case .watched: language.word("所有名单", "all lists")
        case .everything: language.word("所有企业", "all enterprises")
        }
    }

    func deliveries(_ deliveries: [Delivery]) -> String {
        guard !deliveries.isEmpty else { return language.word("没有失败的投递。", "No delivery failed.") }
        let headings = [
            language.word("事件", "event"), language.word("类型", "type"), language.word("企业", "enterprise"),
            language.word("状态", "state"), language.word("失败次数", "failures"), language.word("原因", "why"),
            language.word("下次", "next"),
        ]
        return Terminal.table(
            [headings]
                + deliveries.map { delivery in
                    [
                        delivery.event.id, delivery.event.type.rawValue, delivery.event.enterprise?.text ?? "–",
                        state(delivery.state), "\(delivery.failures)",
                        delivery.lastError.map { Terminal.plain($0) } ?? "–",
                        delivery.state == .due ? moment(delivery.due) : "–",
                    ]
                },
            rightAligned: [4]
        )
    }

    private func state(_ state: Delivery.State) -> String {
        switch state {
        case .due: language.word("待投", "due")
        case .waiting: language.word("排队", "waiting")
        case .delivered: language.word("已投", "delivered")
        case .failed: language.word("失败", "failed")
        case .skipped: language.word("未投", "skipped")
        }
    }

    func retractions(_ retractions: [Retraction]) -> String {
        guard !retractions.isEmpty else { return language.word("没有撤回。", "There is no retraction.") }
        let headings = [
            language.word("编号", "id"), language.word("客户端", "client"), language.word("企业", "enterprise"),
            language.word("缘由", "because of"), language.word("始于", "since"), language.word("送达", "delivered"),
            language.word("确认", "acknowledged"),
        ]
        return Terminal.table(
            [headings]
                + retractions.map { retraction in
                    [
                        retraction.id.text, name(retraction.client), retraction.enterprise.text,
                        reason(retraction.reason), moment(retraction.opened),
                        retraction.delivered.map(moment) ?? "–",
                        retraction.acknowledged.map(moment) ?? language.word("未确认", "open"),
                    ]
                }
        )
    }

    private func reason(_ reason: Retraction.Reason) -> String {
        switch reason {
        case .webhook: language.word("回调", "webhook")
        case .watch: language.word("关注", "watch list")
        case .answer: language.word("查询", "an answer")
        }
    }

    private func name(_ client: ClientID) -> String { names[client] ?? client.text }

    private func moment(_ milliseconds: Int64) -> String { LocalTime(posix: milliseconds / 1000).spaced }
}
