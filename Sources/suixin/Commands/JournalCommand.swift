internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import SQLiteAccess
internal import Synchronization

/// The journal of queries itself: `suixin journal`.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Whether the journal of queries is as it was written, and how long it is kept.",
        subcommands: [Check.self, Prune.self],
        defaultSubcommand: Check.self
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the whole journal, and tell what was changed or taken away.",
            discussion:
                "Note the chain's value elsewhere: a journal that still leads to it was not rewritten up to there."
        )
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.settings()
            let faults = Mutex(0)
            let state = try settings.journal().check { fault in
                faults.withLock { $0 += 1 }
                if common.json {
                    Terminal.print(json: .object(["fault": .string(fault.description)]))
                } else {
                    Terminal.print(fault.description)
                }
            }
            let count = faults.withLock { $0 }
            if common.json {
                Terminal.print(
                    json: .object([
                        "entries": .integer(Int64(state.entries)), "last": .integer(state.last),
                        "chain": .string("\(state.chain)"), "faults": .integer(Int64(count)),
                    ])
                )
            } else {
                let (entries, faults) = (Terminal.grouped(state.entries), Terminal.grouped(count))
                Terminal.print(
                    settings.language.word(
                        "\(entries) 条记录，\(faults) 处异常；最后编号 \(state.last)，链值 \(state.chain)",
                        "\(entries) entries, \(faults) faults; the last is number \(state.last), chain \(state.chain)"
                    )
                )
            }
            if count > 0 { throw ExitStatusError(status: .failure) }
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away what is older than access.journalDays; the rest still proves itself."
        )
        @OptionGroup var common: CommonOptions
        @Option(help: "Keep so many days, in place of the setting.")
        var days: Int?

        func validate() throws {
            guard 1...36_500 ~= days ?? 1 else { throw ValidationError("--days must lie between 1 and 36,500.") }
        }

        func run() async throws {
            let settings = try await common.settings()
            let days = days ?? settings.access.journalDays
            guard days > 0 else {
                throw CommandError(
                    "access.journalDays is 0, so the journal is kept for ever; set it, or name --days.",
                    exit: .usage
                )
            }
            let end = (Now.posix - Int64(days) * 86_400) * 1000
            let count = try settings.journal(isReadOnly: false).prune(before: end)
            if common.json {
                Terminal.print(json: .object(["pruned": .integer(Int64(count))]))
            } else {
                let shown = Terminal.grouped(count)
                Terminal.print(settings.language.word("删除 \(shown) 条记录。", "Took away \(shown) entries."))
            }
        }
    }
}
