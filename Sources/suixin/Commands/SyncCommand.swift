internal import AdapterKit
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Foundation
internal import Ingestion
internal import Logging
internal import Publication
internal import ServiceKit

/// `suixin sync [agency …]`: pulls, derives, signs.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Pull what the agencies have new, derive and sign the profiles that it touches.",
        discussion: """
            Goes on where the last sync ended; stopping it loses nothing. Exit code 2 where a source failed or is incomplete:
            the others were taken.
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The agencies; all that are configured, if none is given.")
    var agencies: [String] = []
    @Option(help: "The day for which profiles are derived (yyyy-mm-dd); today in Asia/Shanghai, if not given.")
    var day: String?
    @Option(
        name: .customLong("release"),
        parsing: .singleValue,
        help: ArgumentHelp(
            "Carry out the withdrawals that wait for a person's word, such as quality/SCXKZ.",
            valueName: "agency/dataset"
        )
    )
    var released: [String] = []
    @Flag(help: "Derive and sign only; ask no agency.")
    var offline = false

    func run() async throws {
        let settings = try await common.settings()
        guard !settings.isSandbox else {
            throw CommandError("A sandbox reads its agencies by itself: POST /v1/sandbox/acts lets something happen.")
        }
        let installation = try Installation(settings, for: .writing)
        let day = try Day(option: day)
        let adapters = try installation.adapters(only: agencies)
        guard !adapters.isEmpty || offline else {
            throw CommandError.noSource
        }
        let stop = StopSignal()
        let line = ProgressLine()
        var summary = SyncSummary()
        summary.released = try release(in: installation)
        let round = SyncRound(installation: installation, day: day, stop: stop) { line.show($0) }
        if !offline { summary.reports = try round.pull(adapters) }
        summary.pulled = ContinuousClock.now
        FreedMemory.giveBack()
        if !stop.isRaised { try round.derive(&summary) }
        line.clear()
        summary.counts = try installation.store.counts()
        summary.wasStopped = stop.isRaised
        summary.incomplete = try incomplete(installation, summary.reports)
        if common.json { Terminal.print(json: summary.json) } else { Terminal.print(summary.text) }
        let isBehind = try tellOfClock(installation)
        if summary.wasStopped || !summary.isComplete || isBehind { throw ExitStatusError(status: .partial) }
    }

    private func release(in installation: Installation) throws -> [DatasetID: Int] {
        var counts: [DatasetID: Int] = [:]
        for name in released {
            guard let dataset = installation.datasets.first(where: { "\($0)" == name }) else {
                throw CommandError("There is no source “\(name)”; `suixin sources` lists them.", exit: .usage)
            }
            counts[dataset, default: 0] += try installation.store.releaseHeldWithdrawals(of: dataset, at: Now.posix)
        }
        return counts
    }

    /// A status never goes back behind the one before it, so a clock that once ran ahead makes statuses that nobody takes for
    /// current; whether the clock is behind the last one.
    private func tellOfClock(_ installation: Installation) throws -> Bool {
        guard let latest = try installation.store.latestStatus(), latest.issuedAt > Now.posix + 120 else {
            return false
        }
        Terminal.complain(
            "suixin: the clock is behind the last status of the sources, which was signed at "
                + "\(LocalTime(posix: latest.issuedAt).spaced): set the clock right; if it ran ahead then, nobody takes a status "
                + "for current until that time has come"
        )
        return true
    }

    private func incomplete(_ installation: Installation, _ reports: [RunReport]) throws -> [String] {
        let states = try installation.store.sourceStates().filter { installation.datasets.contains($0.dataset) }
        let known = Dictionary(states.map { ($0.dataset, $0.lastError) }) { $1 }
        // What could not even be noted in the store, as on a disk that fails.
        let unnoted = reports.filter { !$0.error.isEmpty && known[$0.dataset] != $0.error }
        return unnoted.map { "\($0.dataset): \($0.error)" }
            + states.filter { state in !unnoted.contains { $0.dataset == state.dataset } }.compactMap { state in
                SourceView(state: state, now: Now.posix, lateAfter: .max).trouble.map { "\(state.dataset): \($0)" }
            }
    }
}
