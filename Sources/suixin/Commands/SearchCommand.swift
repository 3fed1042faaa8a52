internal import ArgumentParser
internal import CreditModel
internal import CanonicalJSON
internal import CreditStore
internal import Normalisation

/// Finds enterprises by name: `suixin search NAME`.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find enterprises by a part of their present or former name.",
        discussion:
            "Brackets, blanks and the width of characters do not matter; traditional characters find simplified ones, too."
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A part of the name, one character or more.")
    var name: String
    @Option(help: "How many to show.")
    var limit = 20

    func validate() throws {
        guard !NameRules.key(name).isEmpty else { throw ValidationError("NAME must hold at least one character.") }
        guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let found = try search(installation.store)
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

    /// By the name as it was typed, then by its usual form: 貿易 stands for 贸易, 有限责任公司 for 有限公司.
    private func search(_ store: some CreditStore) throws -> [(id: EnterpriseID, name: String)] {
        var found = try store.search(name: name, limit: limit)
        for hit in try store.search(name: NameRules.key(name), limit: limit)
        where !found.contains(where: { $0 == hit }) { found.append(hit) }
        return Array(found.prefix(limit))
    }
}
