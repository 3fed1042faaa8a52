internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import SQLiteAccess

/// What was asked: `suixin queries`.
struct QueriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queries",
        abstract: "List what was asked, by whom, why, and what was answered; the newest first."
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Of this client only: its id or name.")
    var client: String?
    @Option(help: "About this enterprise only: an id or a code.")
    var enterprise: String?
    @Option(help: "From this day or moment on, in Asia/Shanghai.")
    var since: String?
    @Option(help: "Before this day or moment, in Asia/Shanghai.")
    var until: String?
    @Option(help: "How many to show.")
    var limit = 50
    @Option(help: "Only those older than this query.")
    var before: String?

    func validate() throws {
        guard 1...10_000 ~= limit else { throw ValidationError("--limit must lie between 1 and 10,000.") }
        if let before, QueryID(before) == nil { throw ValidationError("--before takes a query's id.") }
        for text in [since, until].compactMap({ $0 }) where Self.moment(text) == nil {
            throw ValidationError(
                "“\(Terminal.plain(text))” is no day or moment, such as 2026-03-01 or 2026-03-01T12:00."
            )
        }
    }

    func run() async throws {
        let settings = try await common.settings()
        let journal = try settings.journal()
        var filter = JournalFilter(limit: limit)
        if let client { filter.client = try settings.clients().client(named: client).id }
        if let enterprise { filter.enterprise = try Self.enterprise(enterprise, settings) }
        filter.since = since.flatMap(Self.moment)
        filter.until = until.flatMap(Self.moment)
        filter.before = before.flatMap { QueryID($0) }
        let entries = try journal.entries(filter)
        if common.json {
            for entry in entries { Terminal.print(json: entry.json) }
            return
        }
        let language = settings.language
        guard let last = entries.last else {
            return Terminal.print(language.word("没有查询记录。", "No query is journaled."))
        }
        let names = try Dictionary(
            uniqueKeysWithValues: settings.clients().contents().clients.map { ($0.id, Terminal.plain($0.name)) }
        )
        let headings = [
            language.word("编号", "query"), language.word("时间", "moment"), language.word("客户端", "client"),
            language.word("接口", "endpoint"), language.word("目的", "purpose"), language.word("状态", "status"),
            language.word("企业", "enterprises"),
        ]
        let rows = entries.map { entry in
            [
                entry.id.text, LocalTime(posix: entry.moment / 1000).spaced,
                entry.client == .nobody ? "–" : names[entry.client] ?? entry.client.text,
                Terminal.plain(entry.endpoint),
                entry.purpose.map { language.word($0.chineseTitle, $0.name) } ?? "–", entry.shownStatus,
                entry.shownEnterprises(language),
            ]
        }
        Terminal.print(Terminal.table([headings] + rows, rightAligned: [5]))
        if entries.count == limit {
            Terminal.print(language.word("更多：--before \(last.id)", "More: --before \(last.id)"))
        }
    }

    /// An id is taken as it is: the journal speaks of ids that are no longer current, too.
    private static func enterprise(_ text: String, _ settings: Settings) throws -> EnterpriseID {
        if let id = EnterpriseID(text) { return id }
        return try Installation(settings, for: .reading).enterprise(named: text)
    }

    /// POSIX milliseconds.
    private static func moment(_ text: String) -> Int64? {
        let time = LocalTime(moment: text) ?? Day(text).map { LocalTime($0) }
        return time.map { $0.posix * 1000 }
    }
}

extension QueryEntry {
    /// With why nothing was told, and how often.
    fileprivate var shownStatus: String {
        let reason = refusal.map { " \(Terminal.plain($0))" } ?? ""
        return "\(status)\(reason)\(count.map { " × \($0)" } ?? "")"
    }

    fileprivate func shownEnterprises(_ language: Language) -> String {
        guard let first = enterprises.first else {
            return asked.isEmpty ? "–" : language.word("（查无）", "(unknown)")
        }
        return enterprises.count == 1 ? first.text : "\(first) + \(enterprises.count - 1)"
    }
}
