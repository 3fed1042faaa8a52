internal import CanonicalJSON
internal import CreditModel
internal import CreditStore

/// How fresh every source is, by agency and dataset: the part of a status, and of a manifest, that people read first.
struct SourcesPayload {
    /// What a source's last runs say about its currency.
    enum State: String {
        /// Complete up to what the last run, a good and recent one, saw.
        case current
        /// Something is known to be missing; `incomplete` says what.
        case incomplete
        /// No good run for longer than the exchange allows.
        case late
        /// The last run failed.
        case unreachable
        /// Never read: nothing is known, which is not the same as nothing to know.
        case never
    }

    let value: JSONValue

    init(_ states: [SourceState], datasets: [DatasetID], now: Int64, lateAfter: Int64) {
        var known: [DatasetID: SourceState] = [:]
        for dataset in datasets { known[dataset] = SourceState(dataset: dataset) }
        for state in states { known[state.dataset] = state }
        var agencies: [String: [String: JSONValue]] = [:]
        for (dataset, state) in known {
            agencies[dataset.agency.rawValue, default: [:]][dataset.name] = Self.value(
                state,
                now: now,
                lateAfter: lateAfter
            )
        }
        value = .object(agencies.mapValues { .object($0) })
    }

    static func state(of source: SourceState, now: Int64, lateAfter: Int64) -> State {
        if !source.lastError.isEmpty { return .unreachable }
        guard let lastSuccess = source.lastSuccess else { return .never }
        if source.heldWithdrawals > 0 || source.progress?.incomplete.isEmpty == false { return .incomplete }
        return now - lastSuccess > lateAfter ? .late : .current
    }

    private static func value(_ source: SourceState, now: Int64, lateAfter: Int64) -> JSONValue {
        var incomplete = source.progress?.incomplete ?? []
        if source.heldWithdrawals > 0 { incomplete.append("held-withdrawals:\(source.heldWithdrawals)") }
        var members: [String: JSONValue] = [
            "state": .string(state(of: source, now: now, lateAfter: lateAfter).rawValue),
            "completeUpTo": source.progress?.completeUpTo.map { .string($0.description) } ?? .null,
            "lastSuccess": source.lastSuccess.map { .string(LocalTime(posix: $0).description) } ?? .null,
            "records": .integer(Int64(source.records)),
            "quarantined": .integer(Int64(source.openQuarantine)),
            "incomplete": .array(incomplete.map { .string($0) }),
        ]
        if let announcements = source.progress?.announcements, !announcements.isEmpty {
            members["announcements"] = .object(announcements.mapValues { .string($0.description) })
        }
        return .object(members)
    }
}
