internal import AgencySimulator
internal import AdapterKit
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Publication
internal import ServiceKit
internal import Synchronization

/// The agencies of a sandbox and the exchange that reads them, in one process.
///
/// What happens goes the way of a real record: an agency publishes it, a sync pulls it over HTTP, and it is merged,
/// signed and told like any other.
final class Sandbox: SandboxControl {
    let folder: SandboxFolder
    let installation: Installation
    private let agencies: AgencyServer
    private let state: Mutex<State>
    /// Read while an act goes on.
    private let today: Mutex<Day>

    private struct State {
        var script: SandboxScript
        var world: SandboxPopulation
    }

    init(_ folder: SandboxFolder, _ installation: Installation, _ agencies: AgencyServer, _ script: SandboxScript)
        throws
    {
        let world = try script.world()
        self.folder = folder
        self.installation = installation
        self.agencies = agencies
        state = Mutex(State(script: script, world: world))
        today = Mutex(world.day)
        for agency in world.silent { silence(agency) }
    }

    /// The agencies' day.
    var day: Day { today.withLock { $0 } }

    /// How many days have had acts.
    var days: Int { state.withLock { $0.script.days.count } }

    /// Pulls, derives and signs what the agencies have now.
    /// - Throws: ``CommandError`` where an agency failed that ought to answer.
    func sync() throws { try state.withLock { try sync($0.world) } }

    private func sync(_ world: SandboxPopulation) throws {
        let stop = StopSignal(isListening: false)
        let round = SyncRound(installation: installation, day: world.day, stop: stop) { _ in }
        var summary = SyncSummary()
        let reports = try round.pull(try installation.adapters())
        try round.derive(&summary)
        today.withLock { $0 = world.day }
        for report in reports where !report.error.isEmpty && !world.silent.contains(report.dataset.agency.rawValue) {
            throw CommandError("The simulated agency failed: \(report.dataset): \(report.error)")
        }
    }

    /// Performs acts, and keeps them.
    /// - Returns: the changes that came of it.
    func perform(_ acts: [SandboxAct]) throws -> JSONValue {
        try state.withLock { state in
            var world = state.world
            try world.perform(acts)
            var script = state.script
            script.days.append(acts)
            // First of all it is written down: whatever ends the process now, the next one goes on from it.
            try folder.write(script)
            state = State(script: script, world: world)
            try agencies.replace(with: world, fingerprint: script.fingerprint, at: world.day)
            for agency in world.silent { silence(agency) }
            let before = try installation.store.changes(after: .max, limit: 0)?.last ?? 0
            try sync(world)
            return try report(since: before, world)
        }
    }

    private func silence(_ agency: String) {
        agencies.script(Fault(agency: AgencyID(rawValue: agency), times: .max, kind: .status(503, retryAfter: nil)))
    }

    private func report(since before: Int64, _ world: SandboxPopulation) throws -> JSONValue {
        let page = try installation.store.changes(after: before, limit: 1000)
        let changes = (page?.changes ?? []).map { change in
            JSONValue.object(["change": .integer(change.number), "id": .string(change.enterprise.text)])
        }
        return .object([
            "day": .string(world.day.description), "after": .integer(before), "changes": .array(changes),
            "position": .integer(try installation.store.storePosition()),
        ])
    }

    // MARK: SandboxControl

    func perform(_ order: JSONValue) throws -> JSONValue { try perform(SandboxAct.acts(of: order)) }

    func overview() throws -> JSONValue {
        let (day, days, silent) = state.withLock { ($0.world.day, $0.script.days.count, $0.world.silent) }
        let enterprises = TestEnterprise.all.map { enterprise in
            JSONValue.object([
                "name": .string(enterprise.name), "ask": .string(enterprise.asked), "id": .string(enterprise.id),
                "uscc": .string(enterprise.uscc), "status": .integer(Int64(enterprise.status)),
                "shows": .string(enterprise.shows),
            ])
        }
        return .object([
            "issuer": .string(SandboxIssuer.text), "day": .string(day.description), "days": .integer(Int64(days)),
            "enterprises": .array(enterprises), "unknownCode": .string(TestEnterprise.unknownCode),
            "silent": .array(silent.sorted().map { .string($0) }),
            "acts": .array(
                SandboxAct.forms.map { form in
                    .object(["act": .string(form.name), "takes": .array(form.takes.map { .string($0) })])
                }
            ),
        ])
    }

    func close() async { await agencies.stop() }
}

/// The status of a sandbox's sources: it vouches for the agencies' day, which is not today.
struct SandboxStatus: SourcesStatus {
    let publisher: Publisher
    let sandbox: Sandbox

    func statusDocument(at now: Int64) throws -> [UInt8]? {
        do {
            return try publisher.publishStatus(at: now, day: sandbox.day).document
        } catch PublicationError.unfinished {
            return try sandbox.installation.store.latestStatus()?.document
        } catch let error as StoreError where error.code == .locked || error.code == .conflict {
            return try sandbox.installation.store.latestStatus()?.document
        }
    }
}
