internal import ArgumentParser
internal import CreditModel
internal import CanonicalJSON
internal import CreditStore

/// Finds enterprises by name: `suixin search NAME`.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find enterprises by a part of their present or former name."
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A part of the name, two characters or more.")
    var name: String
    @Option(help: "How many to show.")
    var limit = 20

    func validate() throws {
        guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let found = try installation.store.search(name: name, limit: limit)
        if common.json {
            Terminal.print(
                json: .array(found.map { .object(["id": .string($0.id.text), "name": .string($0.name)]) })
            )
        } else if !found.isEmpty {
            Terminal.print(Terminal.table(found.map { [$0.id.text, Terminal.plain($0.name)] }))
        }
        guard found.isEmpty else { return }
        throw CommandError(
            "No enterprise of that name is known. That is no clean record; try a shorter part of the name.",
            exit: .nothingFound
        )
    }
}
