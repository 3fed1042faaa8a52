internal import AdapterKit
internal import CreditModel
internal import CreditStore
internal import Derivation
internal import Ingestion
internal import Publication
internal import ServiceKit
internal import Synchronization

/// One round of a sync: what the agencies have new is pulled, derived, signed and vouched for by a status.
struct SyncRound: Sendable {
    let installation: Installation
    /// The day for which profiles are derived.
    let day: Day
    let stop: StopSignal
    /// Told how far it is.
    let show: @Sendable (String) -> Void

    func pull(_ adapters: [(id: AgencyID, adapter: any SourceAdapter)]) throws -> [RunReport] {
        let ingestor = try Ingestor(installation, adapters, stop)
        let total = Mutex([DatasetID: SyncProgress]())
        return ingestor.sync { progress in
            let (taken, quarantined) = total.withLock { total in
                total[progress.dataset] = progress
                return total.values.reduce((0, 0)) { ($0.0 + $1.outcome.taken, $0.1 + $1.outcome.quarantined) }
            }
            show(
                "pulling \(progress.dataset): \(Terminal.grouped(taken)) taken, \(Terminal.grouped(quarantined)) quarantined"
            )
        }.runs
    }

    func derive(_ summary: inout SyncSummary) throws {
        var rounds = 0
        let progress = try installation.deriver().derive(on: day) { progress in
            show("deriving: \(Terminal.grouped(progress.profiles)) profiles")
            rounds += 1
            if rounds % 4 == 0 { FreedMemory.giveBack() }
            return !stop.isRaised
        }
        summary.profiles = progress.profiles
        summary.derived = ContinuousClock.now
        guard !stop.isRaised else { return }
        summary.signed =
            try progress.signed
            + installation.publisher.signProfiles(at: Now.posix) { show("signing: \(Terminal.grouped($0))") }
        let status = try installation.publisher.publishStatus(at: Now.posix, day: day)
        summary.position = status.position
        summary.finished = ContinuousClock.now
    }
}
