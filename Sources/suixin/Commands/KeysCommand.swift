internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import Foundation
internal import Signing

/// Makes, lists and publishes keys: `suixin keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys that sign and verify.",
        subcommands: [Create.self, List.self, Rotate.self, Publish.self],
        defaultSubcommand: List.self
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the first key.")
        @OptionGroup var common: CommonOptions
        @Option(help: "ES256 or EdDSA.")
        var algorithm = "ES256"

        func run() async throws {
            var ring = try await KeyRing(folder: common.settings().keysFolder)
            try ring.create(KeysCommand.algorithm(algorithm), created: Now.posix)
            KeysCommand.show(ring, json: common.json)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the keys; retired ones verify for ever.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.settings()
            let ring = try KeyRing(folder: settings.keysFolder)
            guard !ring.entries.isEmpty || common.json else {
                throw CommandError(
                    "\(settings.keysFolder) holds no key; `suixin keys create` makes one.",
                    exit: .nothingFound
                )
            }
            KeysCommand.show(ring, json: common.json)
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key, which signs from now on; what the old ones signed stays good."
        )
        @OptionGroup var common: CommonOptions
        @Option(help: "ES256 or EdDSA; as before, if not given.")
        var algorithm: String?

        func run() async throws {
            var ring = try await KeyRing(folder: common.settings().keysFolder)
            try ring.rotate(algorithm.map(KeysCommand.algorithm), created: Now.posix)
            KeysCommand.show(ring, json: common.json)
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "jwks",
            abstract: "Print the public keys as a JWKS, as `serve` publishes them."
        )
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Terminal.print(bytes: common.settings().publishedKeys.jwks)
        }
    }

    private static func algorithm(_ name: String) throws(CommandError) -> SignatureAlgorithm {
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw CommandError("There is no algorithm “\(name)”; choose ES256 or EdDSA.", exit: .usage)
        }
        return algorithm
    }

    private static func show(_ ring: KeyRing, json: Bool) {
        if json {
            Terminal.print(
                json: .array(
                    ring.entries.map { entry in
                        .object([
                            "kid": .string(entry.keyID), "algorithm": .string(entry.algorithm.rawValue),
                            "created": .integer(entry.created), "state": .string(entry.state),
                            "canSign": .bool(entry.hasPrivatePart),
                        ])
                    }
                )
            )
        } else {
            let rows = ring.entries.map { entry in
                [entry.keyID, entry.algorithm.rawValue, LocalTime(posix: entry.created).spaced, entry.state]
            }
            Terminal.print(Terminal.table(rows))
        }
    }
}
