internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Signing

/// Shows and explains a profile: `suixin profile`.
struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "What is known about an enterprise.",
        subcommands: [Show.self, Why.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the merged profile of an enterprise.",
            discussion:
                """
                ID is an id (sx…), a USCC, an organisation code, a registration or tax number, or the registry's PRIPID.
                --as-of tells what was true on a day, --known-at gives the very bytes that were the answer at a moment; together
                they tell what we would have said at that moment about that day.
                """
        )

        @OptionGroup var common: CommonOptions
        @Argument(help: "The enterprise.")
        var id: String
        @Flag(help: "The signed document as it is served: a flattened JWS.")
        var jws = false
        @Flag(help: "The signed document as a compact JWS.")
        var compact = false

        @Option(name: .customLong("as-of"), help: ArgumentHelp("What was true on this day.", valueName: "yyyy-mm-dd"))
        var asOf: String?
        @Option(
            name: .customLong("known-at"),
            help: ArgumentHelp(
                "By what was known at this moment: 2018-06-01T10:00:00+08:00, or without a zone in Shanghai's time.",
                valueName: "moment"
            )
        )
        var knownAt: String?

        func validate() throws {
            guard !(jws && compact) else { throw ValidationError("Choose --jws or --compact.") }
        }

        func run() async throws {
            let times = try PastTimes(asOf: asOf, knownAt: knownAt, now: Now.posix)
            let installation = try await Installation(common.settings(), for: .reading)
            if !times.isPresent { return try show(installation.pastProfile(of: id, times), times, installation) }
            let enterprise = try installation.enterprise(named: id)
            if jws || compact {
                guard let signed = try installation.store.signed(enterprise) else {
                    throw CommandError("The profile of \(enterprise) is not signed yet; run `suixin sync`.")
                }
                Terminal.print(bytes: compact ? try SignedDocument(parsing: signed.document).compact : signed.document)
                return
            }
            guard let profile = try installation.store.profile(of: enterprise) else {
                throw CommandError(
                    "\(enterprise) is known, but no record speaks of it any more: all were withdrawn.",
                    exit: .nothingFound
                )
            }
            if common.json {
                Terminal.print(bytes: profile.bytes)
            } else {
                Terminal.print(
                    try ProfilePage(JSONValue(parsing: profile.bytes), in: installation.settings.language).text
                )
            }
        }

        private func show(_ past: PastProfile, _ times: PastTimes, _ installation: Installation) throws {
            if jws || compact {
                let document = try past.document()
                Terminal.print(bytes: compact ? try SignedDocument(parsing: document).compact : document)
            } else if common.json {
                Terminal.print(bytes: past.json)
            } else {
                let language = installation.settings.language
                Terminal.print(times.sentence(in: language) + "\n")
                Terminal.print(try ProfilePage(JSONValue(parsing: past.profile), in: language).text)
            }
        }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which records belong to an enterprise, and for what reason."
        )

        @OptionGroup var common: CommonOptions
        @Argument(help: "The enterprise.")
        var id: String

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let enterprise = try installation.enterprise(named: id)
            let members = try installation.store.members(of: enterprise)
            if common.json {
                Terminal.print(
                    json: .array(
                        members.map { member in
                            .object(
                                member.record.members.merging(["reason": .string("\(member.reason.sentence)")]) { $1 }
                            )
                        }
                    )
                )
                return
            }
            Terminal.print("\(enterprise): \(members.count) records")
            Terminal.print(
                Terminal.table(
                    members.map {
                        [
                            "\($0.record.dataset)", Terminal.redacted($0.record.key.text), "\($0.record.role)",
                            $0.reason.sentence,
                        ]
                    }
                )
            )
        }
    }
}

extension RecordReference {
    /// The four members by which truth, profiles and commands speak of records; numbers of persons are masked.
    var members: [String: JSONValue] {
        [
            "agency": .string(dataset.agency.rawValue), "dataset": .string(dataset.name),
            "key": .string(Terminal.redacted(key.text)),
            "role": .string("\(role)"),
        ]
    }
}

extension IdentityReason {
    var sentence: String {
        switch self {
        case .registryKey(let key): "carries the registry's key \(Terminal.redacted(key))"
        case .code(let code): "carries \(code.shown), which is certain"
        case .founder(let code): "founds the enterprise by \(code.shown)"
        }
    }
}
