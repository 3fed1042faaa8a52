internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import SQLiteAccess

/// Who may ask this exchange: `suixin clients`.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "The platforms that may ask: what they may see, how much, and by which keys.",
        discussion: """
            A new client may do nothing; grant it scopes, such as enterprises:read and section:*, and give it a key.
            A running exchange takes every change within a second. CLIENT is an id or a name.
            """,
        subcommands: [
            Add.self, List.self, Show.self, Disable.self, Enable.self, Grant.self, RevokeScope.self, Purposes.self,
            Limits.self, Certificates.self, RevokeTokens.self, Keys.self, Secret.self, KeySets.self,
        ],
        defaultSubcommand: List.self
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a client; it has no key yet.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "What people call it, such as the platform's name.")
        var name: String
        @Option(name: .customLong("scope"), help: "A scope to grant; may be repeated.")
        var scopes: [String] = []
        @Option(
            name: .customLong("purpose"),
            help: "A purpose that it may declare; may be repeated; all, if none is given."
        )
        var purposes: [String] = []

        func run() async throws {
            let settings = try await common.settings()
            var random = SystemRandomNumberGenerator()
            var client = Client(
                id: ClientID(using: &random),
                name: name,
                limits: try limits.applied(to: UsageLimits()),
                created: Now.posix
            )
            client.scopes = try ClientsCommand.scopes(scopes)
            client.purposes = purposes.isEmpty ? nil : try ClientsCommand.purposes(purposes)
            try settings.clients().add(client)
            ClientPage(client, settings.language).print(json: common.json)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the clients, the oldest first.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.settings()
            let store = try settings.clients()
            let clients = try store.contents().clients
            if common.json {
                return Terminal.print(json: .array(clients.map { ClientPage($0, settings.language).json }))
            }
            guard !clients.isEmpty else {
                return Terminal.print(
                    settings.language.word(
                        "还没有客户端；用 `suixin clients add 名称` 添加。",
                        "There is no client yet; `suixin clients add NAME` makes one."
                    )
                )
            }
            let used = try store.settle(AccessUse(), on: LocalTime(posix: Now.posix).day)
            Terminal.print(ClientPage.table(clients, used: used, settings.language))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show everything about a client but its secrets.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String

        func run() async throws {
            let settings = try await common.settings()
            ClientPage(try settings.clients().client(named: client), settings.language).print(json: common.json)
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a client ask nothing more until it is enabled.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Option(help: "Why, for whoever looks later.")
        var reason: String

        func run() async throws {
            try await change(client, common) { $0.disabled = reason }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a client ask again.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String

        func run() async throws { try await change(client, common) { $0.disabled = nil } }
    }

    struct RevokeTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-tokens",
            abstract: "Void all tokens that a client has; it may ask for new ones."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String

        func run() async throws { try await change(client, common) { $0.revokeTokens(at: Now.posix) } }
    }

    /// The scopes of these names.
    static func scopes(_ names: [String]) throws(CommandError) -> ScopeSet {
        var scopes = ScopeSet()
        for name in names {
            guard let scope = Scope(name) else {
                let known = Scope.allCases.map(\.name).joined(separator: ", ")
                throw CommandError("There is no scope “\(Terminal.plain(name))”; there are \(known).", exit: .usage)
            }
            scopes.insert(.of(scope))
        }
        return scopes
    }

    /// The purposes of these names.
    static func purposes(_ names: [String]) throws(CommandError) -> Set<Purpose> {
        var purposes: Set<Purpose> = []
        for name in names {
            guard let purpose = Purpose(name) else {
                let known = Purpose.all.map(\.name).joined(separator: ", ")
                throw CommandError("There is no purpose “\(Terminal.plain(name))”; there are \(known).", exit: .usage)
            }
            purposes.insert(purpose)
        }
        return purposes
    }
}

extension AsyncParsableCommand {
    /// Changes a client, and shows it as it is then.
    func change(_ name: String, _ common: CommonOptions, _ change: (inout Client) throws -> Void) async throws {
        let settings = try await common.settings()
        let store = try settings.clients()
        let changed = try store.change(store.client(named: name).id, change)
        ClientPage(changed, settings.language).print(json: common.json)
    }
}
