internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import NameSearch
internal import Search
internal import ServiceKit

/// Finds enterprises by name: `suixin search NAME`.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find enterprises by a part of their present or former name, or by its pinyin.",
        discussion: """
            Brackets, blanks, case and the width of characters do not matter; traditional characters and variants find
            simplified ones, too. Letters find the initials or syllables of a name's beginning: TX and tengxun find 腾讯.
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A part of the name, one character or more; several words find names that have all of them.")
    var name: String
    @Option(help: "How many to show.")
    var limit = 20
    @Option(help: "Only those of a division: the first 2, 4 or 6 digits of its code.")
    var district: String?
    @Option(help: "Only those in a state (登记状态), as its code: K, ZX, ….")
    var state: String?
    @Option(help: "Only those of an industry: its code, or the beginning of it.")
    var industry: String?

    func validate() throws {
        guard NameQuery(name) != nil else {
            throw ValidationError("NAME must hold at least one letter, digit or Chinese character.")
        }
        guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let found = try hits(EnterpriseSearch(store: installation.store))
        if common.json {
            Terminal.print(json: .array(found.map(\.json)))
        } else if !found.isEmpty {
            Terminal.print(Terminal.table(found.map(\.row)))
        }
        guard found.isEmpty else { return }
        throw CommandError(
            "No enterprise of that name is known. That is no clean record; try a shorter part of the name.",
            exit: .nothingFound
        )
    }

    private func hits(_ search: EnterpriseSearch) throws -> [SearchHit] {
        let filter = SearchFilter(district: district, state: state, industry: industry)
        var query = SearchQuery(name: name, filter: filter, limit: limit)
        var hits: [SearchHit] = []
        repeat {
            query.limit = min(SearchQuery.mostHits, limit - hits.count)
            let page = try search.search(query)
            hits += page.hits
            query.cursor = page.next
        } while hits.count < limit && query.cursor != nil
        return hits
    }
}

extension SearchHit {
    fileprivate var row: [String] {
        [id.text, Terminal.plain(name), matched == name ? "" : Terminal.plain("（\(matched)）")]
    }
}
