internal import AdapterKit
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Ingestion

/// `suixin quarantine`: the rows that could not be taken.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "The rows that could not be taken, with place, rule and original bytes.",
        subcommands: [List.self, Show.self, Retry.self],
        defaultSubcommand: List.self
    )

    /// Which rows are meant.
    struct Choice: ParsableArguments {
        @Option(help: "Of this source only, such as statetax or statetax/NSRXX.")
        var source: String?
        @Flag(help: "Those that were settled, too.")
        var all = false

        func filter(_ installation: Installation, after: Int64, limit: Int) throws -> QuarantineFilter {
            var filter = QuarantineFilter(onlyOpen: !all, after: after, limit: limit)
            guard let source else { return filter }
            if let dataset = installation.datasets.first(where: { "\($0)" == source }) {
                filter.dataset = dataset
            } else if let dataset = installation.datasets.first(where: { $0.agency.rawValue == source }) {
                filter.agency = dataset.agency
            } else {
                throw CommandError("There is no source “\(source)”; `suixin sources` lists them.", exit: .usage)
            }
            return filter
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, oldest first.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var choice: Choice
        @Option(help: "How many to show.")
        var limit = 50
        @Option(help: "Only those after this number.")
        var after: Int64 = 0

        func validate() throws {
            guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
        }

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let entries = try installation.store.quarantine(choice.filter(installation, after: after, limit: limit))
            if common.json {
                for entry in entries { Terminal.print(json: entry.json) }
                return
            }
            guard let last = entries.last else {
                Terminal.print("Nothing is in quarantine.")
                return
            }
            let rows = entries.map { entry in
                [
                    "\(entry.id)", "\(entry.dataset)", entry.rule, Terminal.redacted(entry.key?.text ?? "–"),
                    Terminal.redacted("\(entry.place)"),
                ]
            }
            Terminal.print(Terminal.table([["number", "source", "rule", "key", "place"]] + rows, rightAligned: [0]))
            if entries.count == limit {
                Terminal.print("More: --after \(last.id). One row: suixin quarantine show NUMBER")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one with its original bytes; telephone numbers and numbers of identity cards are masked."
        )
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its number.")
        var number: Int64

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let entry = try installation.store.entry(number)
            if common.json {
                Terminal.print(json: entry.json)
                return
            }
            Terminal.print(
                """
                number    \(entry.id)
                source    \(entry.dataset)
                place     \(Redaction.text("\(entry.place)"))
                key       \(Redaction.text(entry.key?.text ?? "could not be read"))
                rule      \(entry.rule)
                message   \(Redaction.text(entry.message))
                first     \(LocalTime(posix: entry.firstSeen).spaced)
                state     \(entry.resolution.isEmpty ? "open" : entry.resolution)

                \(Redaction.text(of: entry.original))
                """
            )
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Read rows again, as when an adapter has learned something; derive and sign with `suixin sync --offline`."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var choice: Choice
        @Argument(help: "Their numbers; all that are open, if none is given.")
        var numbers: [Int64] = []

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .writing)
            let stop = StopSignal()
            let ingestor = try Ingestor(installation, installation.adapters(), stop)
            var retry = QuarantineRetry(store: installation.store, ingestor: ingestor)
            try retry.run(asked(installation)) { !stop.isRaised }
            if common.json {
                Terminal.print(
                    json: .object([
                        "tried": .integer(Int64(retry.tried)), "taken": .integer(Int64(retry.taken)),
                        "stopped": .bool(stop.isRaised),
                    ])
                )
            } else {
                Terminal.print(
                    "Took \(retry.taken) of \(retry.tried) rows."
                        + (retry.taken > 0 ? " Run `suixin sync --offline` to derive what they change." : "")
                )
            }
            if stop.isRaised { throw ExitStatusError(status: .partial) }
        }

        /// The numbers of the rows to read again: those given, or all that are open.
        private func asked(_ installation: Installation) throws -> [Int64] {
            guard numbers.isEmpty else { return try numbers.map { try installation.store.entry($0).id } }
            var found: [Int64] = []
            while true {
                let filter = try choice.filter(installation, after: found.last ?? 0, limit: 500)
                let page = try installation.store.quarantine(filter)
                guard !page.isEmpty else { return found }
                found += page.map(\.id)
            }
        }
    }
}

extension CreditStore {
    /// One quarantined row.
    func entry(_ number: Int64) throws -> QuarantineEntry {
        var filter = QuarantineFilter(onlyOpen: false, limit: 1)
        filter.id = number
        guard let entry = try quarantine(filter).first else {
            throw CommandError(
                "There is no row \(number) in quarantine; `suixin quarantine list` shows them.",
                exit: .nothingFound
            )
        }
        return entry
    }
}

extension QuarantineEntry {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "number": .integer(id), "source": .string("\(dataset)"),
            "document": .string(Redaction.text(place.document)),
            "row": .integer(Int64(place.row)), "line": .integer(Int64(place.line)), "rule": .string(rule),
            "message": .string(Redaction.text(message)), "firstSeen": .integer(firstSeen),
            "state": .string(resolution.isEmpty ? "open" : resolution),
            "original": .string(Redaction.text(of: original)),
        ]
        if let key { members["key"] = .string(Redaction.text(key.text)) }
        return .object(members)
    }
}
