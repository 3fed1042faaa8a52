internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import Foundation
internal import SQLiteAccess
internal import Signing
internal import Watches

/// Where clients are called: `suixin webhooks`.
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "The clients' webhooks: where they are called, what failed, and sending it again.",
        discussion: "WEBHOOK is an id as `suixin webhooks list` shows it.",
        subcommands: [
            List.self, Add.self, Failures.self, ReplayAgain.self, Enable.self, Disable.self, Prune.self, Run.self,
        ],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the webhooks, a client's or all.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Of this client only: its id or name.")
        var client: String?

        func run() async throws {
            let settings = try await common.settings()
            let client = try client.map { try settings.clients().client(named: $0).id }
            let webhooks = try settings.watchStore().webhooks(of: client)
            if common.json { return Terminal.print(json: .array(webhooks.map(\.json))) }
            Terminal.print(try WatchPage(settings).webhooks(webhooks))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a webhook for a client, and print its secret this one time."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "Where it is called, such as https://example.org/hooks.")
        var url: String
        @Option(help: "Of this watch list only: its id; else of all the client's lists.")
        var list: String?
        @Flag(help: "Of all enterprises.")
        var everything = false
        @Option(name: .customLong("type"), help: "Of these events only, such as retracted; may be repeated.")
        var types: [String] = []
        @Option(name: .customLong("section"), help: "Of changes in these sections only; may be repeated.")
        var sections: [String] = []

        func validate() throws {
            for type in types where WatchEventType(named: type) == nil {
                let known = WatchEventType.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no event “\(Terminal.plain(type))”; there are \(known).")
            }
            guard list == nil || !everything else { throw ValidationError("Either --list or --everything.") }
            if let list, WatchListID(list) == nil { throw ValidationError("--list takes a watch list's id.") }
        }

        func run() async throws {
            let settings = try await common.settings()
            let client = try settings.clients().client(named: client)
            let target: Webhook.Target =
                everything ? .everything : list.flatMap { WatchListID($0) }.map { .list($0) } ?? .watched
            var wish = WebhookDesk.Wish(url: url, target: target)
            wish.types = Set(types.compactMap { WatchEventType(named: $0) })
            wish.sections = Set(sections)
            let desk = try Installation(settings, for: .reading).webhookDesk()
            let made = try desk.create(wish, for: client.id, rights: client.scopes)
            if common.json {
                guard case .object(var members) = made.webhook.json else { return }
                members["secret"] = .string(made.secret.text)
                return Terminal.print(json: .object(members))
            }
            Terminal.print(made.secret.text)
            Terminal.complain(
                settings.language.word(
                    "以上密钥只显示这一次；回调编号 \(made.webhook.id)。",
                    "This secret is shown this one time; the webhook is \(made.webhook.id)."
                )
            )
        }
    }

    struct Failures: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what could not be delivered to a webhook, or not yet, in the order of the events."
        )
        @OptionGroup var common: CommonOptions
        @Argument var webhook: String
        @Flag(help: "What was delivered, too.")
        var all = false
        @Option(help: "How many to show.")
        var limit = 100

        func validate() throws {
            guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
        }

        func run() async throws {
            let settings = try await common.settings()
            var filter = DeliveryFilter(webhook: try WebhooksCommand.id(webhook), limit: limit)
            filter.onlyTroubled = !all
            let deliveries = try Installation(settings, for: .reading).webhookDesk().deliveries(filter, of: nil)
            if common.json { return Terminal.print(json: .array(deliveries.map(\.json))) }
            Terminal.print(try WatchPage(settings).deliveries(deliveries))
        }
    }

    struct ReplayAgain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Send again what was delivered, given up or skipped: one event, or all since a moment."
        )
        @OptionGroup var common: CommonOptions
        @Argument var webhook: String
        @Option(help: "An event's id.")
        var event: String?
        @Option(help: "From this day or moment on, in Asia/Shanghai.")
        var since: String?

        func validate() throws {
            guard (event == nil) != (since == nil) else { throw ValidationError("Either --event or --since.") }
            guard since == nil || replay != nil else {
                throw ValidationError("--since takes a day or moment, such as 2026-03-01 or 2026-03-01T12:00.")
            }
        }

        private var replay: Replay? {
            if let event { return .event(event) }
            let time = since.flatMap { text in LocalTime(moment: text) ?? Day(text).map { LocalTime($0) } }
            return time.map { .since($0.posix * 1000) }
        }

        func run() async throws {
            let settings = try await common.settings()
            guard let replay else { return }
            let desk = try Installation(settings, for: .reading).webhookDesk()
            let count = try desk.replay(replay, to: WebhooksCommand.id(webhook), of: nil)
            if common.json { return Terminal.print(json: .object(["queued": .integer(Int64(count))])) }
            Terminal.print(settings.language.word("重新排队 \(count) 件。", "\(count) deliveries were queued again."))
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch a webhook on; what was missed meanwhile is sent by `suixin webhooks replay`."
        )
        @OptionGroup var common: CommonOptions
        @Argument var webhook: String

        func run() async throws { try await WebhooksCommand.change(common, webhook) { try $0.enable($1, of: nil) } }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch a webhook off.")
        @OptionGroup var common: CommonOptions
        @Argument var webhook: String

        func run() async throws { try await WebhooksCommand.change(common, webhook) { try $0.disable($1, of: nil) } }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget settled deliveries and acknowledged retractions; open ones stay."
        )
        @OptionGroup var common: CommonOptions
        @Option(help: "Older than so many days.")
        var days = 90

        func validate() throws {
            guard 7...36_500 ~= days else { throw ValidationError("--days must lie between 7 and 36,500.") }
        }

        func run() async throws {
            let settings = try await common.settings()
            let count = try settings.watchStore().prune(before: Now.milliseconds - Int64(days) * 86_400_000)
            if common.json { return Terminal.print(json: .object(["pruned": .integer(Int64(count))])) }
            Terminal.print(settings.language.word("清除 \(count) 条。", "\(count) rows were forgotten."))
        }
    }

    private static func id(_ text: String) throws(CommandError) -> WebhookID {
        guard let id = WebhookID(text) else {
            throw CommandError(
                "“\(Terminal.plain(text))” is no webhook's id; `suixin webhooks list` shows them.",
                exit: .nothingFound
            )
        }
        return id
    }

    private static func change(
        _ common: CommonOptions,
        _ webhook: String,
        _ change: (WebhookDesk, WebhookID) throws -> Webhook
    ) async throws {
        let settings = try await common.settings()
        let desk = try Installation(settings, for: .reading).webhookDesk()
        let changed = try change(desk, id(webhook))
        if common.json { return Terminal.print(json: changed.json) }
        Terminal.print(try WatchPage(settings).webhooks([changed]))
    }
}
