internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import Foundation
internal import SQLiteAccess
internal import Signing

extension ClientsCommand {
    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A client's API keys and secrets.",
            subcommands: [AddKey.self, ListKeys.self, RevokeKey.self]
        )
    }

    struct AddKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make an API key, and print it this one time."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: CredentialOptions
        @Argument var client: String

        func run() async throws { try await options.make(.apiKey, client, common) }
    }

    struct ListKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List a client's keys and secrets, the oldest first; never what is secret of them."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String

        func run() async throws {
            let settings = try await common.settings()
            let store = try settings.clients()
            let credentials = try store.credentials(of: store.client(named: client).id)
            if common.json { return Terminal.print(json: .array(credentials.map(\.json))) }
            let now = Now.posix
            Terminal.print(CredentialPage.table(credentials, at: now, settings.language))
        }
    }

    struct RevokeKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Revoke a key or a secret for ever; it opens nothing after a second."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "The key's id, as `suixin clients keys list` shows it.")
        var key: String

        func run() async throws {
            let settings = try await common.settings()
            let store = try settings.clients()
            let client = try store.client(named: client)
            guard let id = CredentialID(key), try store.credentials(of: client.id).contains(where: { $0.id == id })
            else {
                // Somebody may have put the key itself here: it must not be printed again.
                throw CommandError(
                    "The client has no key of that id; `suixin clients keys list` shows them.",
                    exit: .nothingFound
                )
            }
            try store.revoke(id, of: client.id, at: Now.posix)
            let left = try store.credentials(of: client.id)
            if common.json { return Terminal.print(json: .array(left.map(\.json))) }
            Terminal.print(CredentialPage.table(left, at: Now.posix, settings.language))
        }
    }

    struct Secret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A client's secrets for OAuth 2.0 client credentials.",
            subcommands: [NewSecret.self]
        )
    }

    struct NewSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Make a client secret, and print it this one time.",
            discussion: "The earlier ones stay good until they are revoked by `suixin clients keys revoke`."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: CredentialOptions
        @Argument var client: String

        func run() async throws { try await options.make(.secret, client, common) }
    }

    struct KeySets: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "jwks",
            abstract: "The public keys of a client that shows itself by private_key_jwt.",
            subcommands: [SetKeys.self]
        )
    }

    struct SetKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Take a client's public keys from a JWKS file, in place of those before; - reads standard input.",
            discussion:
                "P-256 (ES256) and Ed25519 (EdDSA); a kid, where there is one, is the key's RFC 7638 thumbprint."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "The file.")
        var file: String

        func run() async throws {
            let bytes = try Self.read(file)
            // A private key that was sent by mistake is known to others now.
            guard try !JSONValue(parsing: bytes).holdsPrivateKey else {
                throw CommandError(
                    "The file holds a private key: let the client make a new one, and send the public part."
                )
            }
            let keys = try KeySet(parsing: bytes)
            guard !keys.keys.isEmpty else {
                throw CommandError("The file holds no key for ES256 or EdDSA: an empty set is { \"keys\": [] }.")
            }
            try await change(client, common) { $0.keys = keys }
        }

        private static func read(_ file: String) throws(CommandError) -> [UInt8] {
            let limit = 1 << 20
            let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
            guard let handle, let data = try? handle.read(upToCount: limit + 1), data.count <= limit else {
                throw CommandError("\(file) cannot be read, or is larger than a megabyte: name a JWKS file.")
            }
            return Array(data)
        }
    }
}

/// What a new key or secret is made with.
struct CredentialOptions: ParsableArguments {
    @Option(help: "What people call it, such as production.")
    var label = ""
    @Option(help: "The last day on which it is good.")
    var expires: String?

    func validate() throws {
        if let expires, Day(expires) == nil { throw ValidationError("--expires takes a day, such as 2030-12-31.") }
        guard label.utf8.count <= 100 else { throw ValidationError("--label takes at most 100 bytes.") }
    }

    /// Makes it, and prints it: the text alone on standard output, all else beside.
    func make(_ kind: Credential.Kind, _ name: String, _ common: CommonOptions) async throws {
        let settings = try await common.settings()
        let store = try settings.clients()
        let client = try store.client(named: name)
        var random = SystemRandomNumberGenerator()
        let end = expires.flatMap { Day($0) }.map { LocalTime($0.adding(days: 1)).posix }
        let made = Credential.make(
            kind,
            for: client.id,
            label: Terminal.plain(label),
            created: Now.posix,
            expires: end,
            using: &random
        )
        try store.add(made.credential)
        if common.json {
            guard case .object(var members) = made.credential.json else { return }
            members[kind == .apiKey ? "key" : "secret"] = .string(made.text)
            return Terminal.print(json: .object(members))
        }
        Terminal.print(made.text)
        Terminal.complain(
            settings.language.word(
                "以上文本只显示这一次，本机不保存；编号 \(made.credential.id)，客户端 \(client.id) \(client.name)。",
                "This is shown this one time and kept nowhere; its id is \(made.credential.id), of \(client.id) \(client.name)."
            )
        )
    }
}

extension JSONValue {
    /// Whether a JWKS holds what only a key's owner may know.
    fileprivate var holdsPrivateKey: Bool {
        self["keys"]?.array?.contains { key in ["d", "k", "p", "q"].contains { key[$0] != nil } } ?? false
    }
}
