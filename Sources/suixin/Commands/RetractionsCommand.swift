internal import Access
internal import ArgumentParser
internal import SQLiteAccess
internal import Watches

/// Who was told of a retraction and does not know yet: `suixin retractions`.
struct RetractionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retractions",
        abstract: "What was retracted after clients had been told it, and who has acknowledged that.",
        subcommands: [List.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the retractions that clients have not acknowledged: who, and since when."
        )
        @OptionGroup var common: CommonOptions
        @Option(help: "Of this client only: its id or name.")
        var client: String?
        @Flag(help: "Acknowledged ones, too.")
        var all = false
        @Option(name: .customLong("older-than"), help: "Only those that are open for more than so many days.")
        var days: Int?

        func validate() throws {
            guard 0...36_500 ~= days ?? 0 else { throw ValidationError("--older-than must lie between 0 and 36,500.") }
        }

        func run() async throws {
            let settings = try await common.settings()
            let desk = try settings.retractionDesk()
            var filter = RetractionFilter(limit: 1000)
            filter.client = try client.map { try settings.clients().client(named: $0).id }
            filter.onlyOpen = !all
            filter.openedBefore = days.map { Now.milliseconds - Int64($0) * 86_400_000 }
            var found: [Retraction] = []
            while true {
                let page = try desk.allRetractions(filter)
                if common.json { for retraction in page { Terminal.print(json: retraction.json) } }
                guard let last = page.last else { break }
                if !common.json { found += page }
                filter.after = (last.client, last.id)
            }
            if !common.json { Terminal.print(try WatchPage(settings).retractions(found)) }
        }
    }
}
