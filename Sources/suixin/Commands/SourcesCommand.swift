internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Publication

/// `suixin sources`: what is late or broken, at a glance.
struct SourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "Show how complete and how fresh each source is, and what went wrong.",
        discussion: "Exit code 2 where a source is late, failed or incomplete."
    )

    @OptionGroup var common: CommonOptions
    @Flag(help: "The signed status of the sources: a flattened JWS.")
    var jws = false
    @Flag(help: "Also list what the sources sent that the model does not know, and what was refused.")
    var details = false

    func run() async throws {
        let installation = try await Installation(common.settings(), for: jws ? .serving : .reading)
        if jws {
            guard let document = try installation.publisher.statusDocument(at: Now.posix) else {
                throw CommandError("No status was signed yet; run `suixin sync`.", exit: .nothingFound)
            }
            Terminal.print(bytes: document)
            return
        }
        guard !installation.datasets.isEmpty else { throw CommandError.noSource }
        let known = Dictionary(try installation.store.sourceStates().map { ($0.dataset, $0) }) { $1 }
        let views = installation.datasets.map {
            SourceView(
                state: known[$0] ?? SourceState(dataset: $0),
                now: Now.posix,
                lateAfter: installation.settings.lateAfter
            )
        }
        if common.json {
            let sources = JSONValue.array(views.map(\.json))
            Terminal.print(json: details ? try withDetails(sources, installation.store) : sources)
        } else {
            Terminal.print(Terminal.table([SourceView.headings] + views.map(\.row), rightAligned: [2, 3]))
            if details { try tellDetails(installation.store) }
        }
        if views.contains(where: { $0.trouble != nil }) { throw ExitStatusError(status: .partial) }
    }

    private func withDetails(_ sources: JSONValue, _ store: some CreditStore) throws -> JSONValue {
        .object([
            "sources": sources,
            "unknown": .array(
                try store.drift().map { entry in
                    .object([
                        "source": .string("\(entry.dataset)"), "kind": .string("\(entry.kind)"),
                        "name": .string(Terminal.label(entry.name)),
                    ])
                }
            ),
            "refused": .array(
                try store.refusals(limit: 50).map { entry in
                    .object([
                        "source": .string("\(entry.dataset)"), "what": .string(Terminal.redacted(entry.what)),
                        "why": .string(Terminal.redacted(entry.why)),
                    ])
                }
            ),
        ])
    }

    private func tellDetails(_ store: some CreditStore) throws {
        for entry in try store.drift() {
            Terminal.print("unknown to the model: \(entry.dataset) \(entry.kind) \(Terminal.label(entry.name))")
        }
        for entry in try store.refusals(limit: 50) {
            Terminal.print(Terminal.redacted("refused: \(entry.dataset) \(entry.what): \(entry.why)"))
        }
    }
}

/// One line about one dataset.
struct SourceView {
    let state: SourceState
    let now: Int64
    let lateAfter: Int64

    static let headings = ["source", "state", "records", "quarantine", "complete up to", "remark"]

    /// What an operator should look at; nil where all is well.
    var trouble: String? {
        guard state.lastAttempt != nil else { return "never read; run `suixin sync \(state.dataset.agency)`" }
        if !state.lastError.isEmpty { return Terminal.redacted(state.lastError) }
        if state.heldWithdrawals > 0 {
            return "\(state.heldWithdrawals) withdrawals wait for a word: `suixin sync --release \(state.dataset)`"
        }
        if let incomplete = state.progress?.incomplete, !incomplete.isEmpty {
            return "incomplete: \(incomplete.joined(separator: ", "))"
        }
        if let last = state.lastSuccess, now - last > lateAfter {
            return "late: last read \(LocalTime(posix: last).spaced)"
        }
        return nil
    }

    private var word: String {
        guard let trouble else { return "good" }
        if state.lastAttempt == nil { return "never" }
        if !state.lastError.isEmpty { return "failed" }
        return trouble.hasPrefix("late") ? "late" : "incomplete"
    }

    var row: [String] {
        [
            "\(state.dataset)", word, Terminal.grouped(state.records), Terminal.grouped(state.openQuarantine),
            state.progress?.completeUpTo?.spaced ?? "–", Terminal.plain(trouble ?? ""),
        ]
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "source": .string("\(state.dataset)"), "state": .string(word), "records": .integer(Int64(state.records)),
            "openQuarantine": .integer(Int64(state.openQuarantine)),
            "heldWithdrawals": .integer(Int64(state.heldWithdrawals)),
            "incomplete": .array((state.progress?.incomplete ?? []).map { .string($0) }),
        ]
        if let time = state.progress?.completeUpTo { members["completeUpTo"] = .string("\(time)") }
        if let last = state.lastSuccess { members["lastSuccess"] = .integer(last) }
        if let last = state.lastAttempt { members["lastAttempt"] = .integer(last) }
        if let trouble { members["trouble"] = .string(trouble) }
        return .object(members)
    }
}

extension CommandError {
    static let noSource = CommandError(
        "No source is configured; set sources.<agency>.baseURL, or let `suixin init` write a configuration."
    )
}
