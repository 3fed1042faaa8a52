internal import AdapterKit
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Synchronization

/// Tells of what a check finds: each kind's first findings one by one, all of them in numbers.
///
/// A store may be damaged in a million places; whoever reads wants to know how, not how often.
final class FindingLog: Sendable {
    /// Findings of a kind that are told one by one.
    static let most = 100

    private struct State {
        var counts: [Finding.Kind: Int] = [:]
        var told: [Finding.Kind: Set<Finding>] = [:]
        var beyondRepair = 0
    }

    private let state = Mutex(State())
    private let json: Bool
    private let line: ProgressLine

    init(json: Bool, line: ProgressLine) {
        self.json = json
        self.line = line
    }

    /// Tells of one; from any thread.
    func report(_ finding: Finding) {
        let isNew = state.withLock { state in
            // Two steps may come upon the same damage.
            guard state.told[finding.kind]?.contains(finding) != true else { return false }
            state.counts[finding.kind, default: 0] += 1
            state.beyondRepair += finding.isRepairable ? 0 : 1
            guard state.told[finding.kind, default: []].count < Self.most else { return false }
            state.told[finding.kind, default: []].insert(finding)
            return true
        }
        guard isNew else { return }
        line.clear()
        if json { Terminal.print(json: finding.json) } else { Terminal.print(finding.line) }
    }

    var count: Int { state.withLock { $0.counts.values.reduce(0, +) } }
    /// Those that no rebuild makes right.
    var beyondRepair: Int { state.withLock { $0.beyondRepair } }

    /// How many of each kind.
    var counts: [(kind: String, count: Int)] {
        state.withLock { $0.counts.map { ($0.key.description, $0.value) } }.sorted { $0.0 < $1.0 }
    }

    /// How many were not told one by one.
    var untold: Int {
        state.withLock { state in
            state.counts.reduce(0) { $0 + $1.value - (state.told[$1.key]?.count ?? 0) }
        }
    }

    /// Who is told, and shows progress until the signal is raised.
    func audit(_ stop: StopSignal) -> Audit {
        let line = line
        return Audit(
            report: { self.report($0) },
            progress: { step, done, all in
                line.show(
                    done == all
                        ? "\(step): \(Terminal.grouped(done))"
                        : "\(step): \(Terminal.grouped(done)) of \(Terminal.grouped(all))"
                )
                return !stop.isRaised
            }
        )
    }
}

extension Finding {
    /// Where it lies, without personal numbers.
    private var place: String {
        [
            table, dataset.map { "\($0)" }, key.map { Terminal.redacted($0.text) }, enterprise?.text,
            row.isEmpty ? nil : Terminal.redacted(row),
        ].compactMap { $0 }.joined(separator: " · ")
    }

    fileprivate var line: String { "\(kind)  \(place): \(Terminal.redacted(problem)); \(advice)" }

    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "kind": .string(kind.description), "table": .string(table), "problem": .string(Terminal.redacted(problem)),
            "advice": .string(advice), "repairable": .bool(isRepairable),
        ]
        members["agency"] = dataset.map { .string($0.agency.rawValue) }
        members["dataset"] = dataset.map { .string($0.name) }
        members["key"] = key.map { .string(Terminal.redacted($0.text)) }
        members["enterprise"] = enterprise.map { .string($0.text) }
        if !row.isEmpty { members["row"] = .string(Terminal.redacted(row)) }
        return .object(members)
    }
}
