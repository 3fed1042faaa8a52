internal import Access
internal import ArgumentParser

/// How much a client may ask, on the command line.
struct LimitOptions: ParsableArguments {
    @Option(help: "Requests in any window.")
    var burst: Int?
    @Option(help: "Seconds of the window.")
    var window: Int?
    @Option(help: "Requests in a day of Asia/Shanghai.")
    var daily: Int?
    @Flag(name: .customLong("no-daily"), help: "No daily quota.")
    var hasNoQuota = false

    func validate() throws {
        if daily != nil, hasNoQuota { throw ValidationError("--daily and --no-daily contradict each other.") }
    }

    func applied(to limits: UsageLimits) throws -> UsageLimits {
        var limits = limits
        limits.burst = burst ?? limits.burst
        limits.window = window ?? limits.window
        limits.daily = hasNoQuota ? nil : daily ?? limits.daily
        return limits
    }
}

extension ClientsCommand {
    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Grant scopes to a client.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "Such as enterprises:read or section:tax.")
        var scopes: [String]

        func run() async throws {
            let scopes = try ClientsCommand.scopes(scopes)
            try await change(client, common) { $0.scopes.formUnion(scopes) }
        }
    }

    struct RevokeScope: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-scope",
            abstract: "Take scopes from a client, and from all tokens that it has."
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "Such as enterprises:read or section:tax.")
        var scopes: [String]

        func run() async throws {
            let scopes = try ClientsCommand.scopes(scopes)
            try await change(client, common) { client in
                // A section cannot be taken out of all of them: who reads "revoked" must be able to rely on it.
                let sections = scopes.scopes.contains { $0.section != nil }
                if sections, client.scopes.contains(.allSections), !scopes.contains(.allSections) {
                    throw CommandError(
                        "The client holds section:*, of which a single section cannot be taken: grant the sections that it "
                            + "shall keep, then revoke section:*."
                    )
                }
                client.scopes.subtract(scopes)
            }
        }
    }

    struct Purposes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say which purposes a client may declare.")
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "Those that it may declare, and no others.")
        var purposes: [String] = []
        @Flag(help: "It may declare any.")
        var any = false

        func validate() throws {
            guard any == purposes.isEmpty else { throw ValidationError("Name purposes, or give --any.") }
        }

        func run() async throws {
            let purposes = any ? nil : try ClientsCommand.purposes(purposes)
            try await change(client, common) { $0.purposes = purposes }
        }
    }

    struct Limits: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say how much a client may ask.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var limits: LimitOptions
        @Argument var client: String

        func run() async throws {
            try await change(client, common) { $0.limits = try limits.applied(to: $0.limits) }
        }
    }

    struct Certificates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say by which certificates a client must connect (mutual TLS); without any, none is needed.",
            discussion: "A fingerprint: openssl x509 -in client.pem -noout -fingerprint -sha256"
        )
        @OptionGroup var common: CommonOptions
        @Argument var client: String
        @Argument(help: "SHA-256 fingerprints, 64 hexadecimal digits each.")
        var fingerprints: [String] = []

        func run() async throws {
            let digests = try fingerprints.map { text in
                guard let digest = Digest256(hexadecimal: text) else {
                    throw CommandError(
                        "A fingerprint has 64 hexadecimal digits: “\(Terminal.plain(text))”.",
                        exit: .usage
                    )
                }
                return digest
            }
            try await change(client, common) { $0.certificates = digests }
        }
    }
}
