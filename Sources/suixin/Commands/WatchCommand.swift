internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import SQLiteAccess
internal import Watches

/// Of which enterprises clients want to hear: `suixin watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "The clients' watch lists: the enterprises of which they want to hear.",
        discussion: "CLIENT is an id or a name, LIST an id as `suixin watch list` shows it.",
        subcommands: [List.self, Show.self, Create.self, Add.self, Remove.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the watch lists, a client's or all.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Of this client only: its id or name.")
        var client: String?

        func run() async throws {
            let settings = try await common.settings()
            let (clients, store) = (try settings.clients(), try settings.watchStore())
            let wanted = try client.map { [try clients.client(named: $0)] } ?? clients.contents().clients
            let lists = try wanted.flatMap { try store.lists(of: $0.id) }
            if common.json { return Terminal.print(json: .array(lists.map(\.json))) }
            Terminal.print(try WatchPage(settings).lists(lists))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the enterprises of a watch list, an id a line.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument var list: String

        func run() async throws {
            let settings = try await common.settings()
            let client = try settings.clients().client(named: client).id
            let store = try settings.watchStore()
            let id = try WatchCommand.list(list, of: client, store).id
            var last: EnterpriseID?
            while true {
                let page = try store.entries(of: id, of: client, after: last, limit: 1000)
                guard let end = page.last else { return }
                for entry in page { common.json ? Terminal.print(json: entry.json) : Terminal.print(entry.line) }
                last = end.enterprise
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Begin an empty watch list for a client.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "What the list is called.")
        var name: String

        func run() async throws {
            let settings = try await common.settings()
            let client = try settings.clients().client(named: client).id
            let list = try Installation(settings, for: .reading).watchListDesk().create(name: name, for: client)
            if common.json { return Terminal.print(json: list.json) }
            Terminal.print(try WatchPage(settings).lists([list]))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put enterprises on a watch list.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument var list: String
        @Argument(help: "Ids or codes.")
        var names: [String]

        func run() async throws {
            try await WatchCommand.change(common, client, list) { desk, list, client in
                try desk.add(names, to: list, of: client)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take enterprises off a watch list.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument var list: String
        @Argument(help: "Ids or codes.")
        var names: [String]

        func run() async throws {
            try await WatchCommand.change(common, client, list) { desk, list, client in
                try desk.remove(names, from: list, of: client)
            }
        }
    }

    private static func list(_ text: String, of client: ClientID, _ store: SQLiteWatchStore) throws -> WatchList {
        let lists = try store.lists(of: client)
        guard let list = lists.first(where: { $0.id.text == text || $0.name == text }) else {
            throw CommandError(
                "The client has no watch list “\(Terminal.plain(text))”; `suixin watch list` shows them.",
                exit: .nothingFound
            )
        }
        return list
    }

    private static func change(
        _ common: CommonOptions,
        _ client: String,
        _ list: String,
        _ change: (WatchListDesk, WatchListID, ClientID) throws -> WatchOutcome
    ) async throws {
        let settings = try await common.settings()
        let client = try settings.clients().client(named: client).id
        let list = try Self.list(list, of: client, settings.watchStore())
        let outcome = try change(Installation(settings, for: .reading).watchListDesk(), list.id, client)
        if common.json { return Terminal.print(json: outcome.json) }
        let language = settings.language
        Terminal.print(language.word("变动 \(outcome.count) 家。", "\(outcome.count) entries changed."))
        for name in outcome.unknown {
            Terminal.complain(language.word("查无：\(Terminal.plain(name))", "unknown: \(Terminal.plain(name))"))
        }
        for name in outcome.ambiguous {
            let holders = name.enterprises.map(\.text).joined(separator: " ")
            let asked = Terminal.plain(name.asked)
            Terminal.complain(language.word("多家：\(asked)：\(holders)", "several: \(asked): \(holders)"))
        }
        if !outcome.unknown.isEmpty || !outcome.ambiguous.isEmpty { throw ExitStatusError(status: .partial) }
    }
}

extension WatchEntry {
    fileprivate var line: String { [enterprise.text, asked.map { Terminal.plain($0) } ?? ""].joined(separator: " ") }
}

extension WatchOutcome {
    fileprivate var json: JSONValue {
        func names(_ names: [Name]) -> JSONValue {
            .array(
                names.map { name in
                    .object([
                        "asked": .string(name.asked),
                        "enterprises": .array(name.enterprises.map { .string($0.text) }),
                    ])
                }
            )
        }
        return .object([
            "count": .integer(Int64(count)), "resolved": names(resolved), "ambiguous": names(ambiguous),
            "unknown": .array(unknown.map { .string($0) }),
        ])
    }
}
