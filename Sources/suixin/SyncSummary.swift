internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Ingestion

/// What a sync did, for people and for machines.
struct SyncSummary {
    let started = ContinuousClock.now
    var pulled = ContinuousClock.now
    var derived = ContinuousClock.now
    var finished = ContinuousClock.now
    /// Withdrawals that were carried out on a person's word.
    var released: [DatasetID: Int] = [:]
    var reports: [RunReport] = []
    var profiles = 0
    var signed = 0
    var position: Int64 = 0
    var counts = StoreCounts()
    /// Sources that failed or are incomplete, a sentence each.
    var incomplete: [String] = []
    var wasStopped = false

    var isComplete: Bool { incomplete.isEmpty && reports.allSatisfy(\.error.isEmpty) }

    private var total: CommitOutcome {
        reports.reduce(into: CommitOutcome()) { $0.include($1.outcome) }
    }

    var text: String {
        var rows = [["source", "taken", "unchanged", "quarantined", "withdrawn"]]
        for report in reports {
            let outcome = report.outcome
            rows.append(
                ["\(report.dataset)"]
                    + [outcome.taken, outcome.unchanged, outcome.quarantined, outcome.withdrawnByAbsence].map(
                        Terminal.grouped
                    )
            )
        }
        var lines = reports.isEmpty ? [] : [Terminal.table(rows, rightAligned: [1, 2, 3, 4]), ""]
        for (dataset, count) in released.sorted(by: { $0.key < $1.key }) {
            lines.append("Withdrew \(count) records of \(dataset) that its last complete read no longer showed.")
        }
        let seconds = seconds(started, pulled)
        if !reports.isEmpty {
            let rate = seconds > 0 ? Int(Double(total.taken + total.unchanged) / seconds) : 0
            lines.append(
                "Took \(Terminal.grouped(total.taken)) records in \(rounded(seconds)) s (\(Terminal.grouped(rate)) a second), "
                    + "quarantined \(Terminal.grouped(total.quarantined))."
            )
        }
        lines.append(
            "Derived \(Terminal.grouped(profiles)) profiles in \(rounded(self.seconds(pulled, derived))) s, "
                + "signed \(Terminal.grouped(signed)) in \(rounded(self.seconds(derived, finished))) s."
        )
        lines.append(
            "The store holds \(Terminal.grouped(counts.records)) records of \(Terminal.grouped(counts.enterprises)) enterprises, "
                + "\(Terminal.grouped(counts.registered)) of them registered; "
                + "\(Terminal.grouped(counts.held)) records are held, \(Terminal.grouped(counts.undecided)) have no certain identifier."
        )
        if counts.contested > 0 {
            lines.append(
                "\(Terminal.grouped(counts.contested)) codes are given to several enterprises, so they join nothing; "
                    + "`suixin held` lists them."
            )
        }
        for drift in total.newDrift.prefix(20) {
            lines.append("New to us: \(drift.dataset) \(drift.kind) \(Terminal.label(drift.name))")
        }
        if total.newDrift.count > 20 {
            lines.append("… \(total.newDrift.count - 20) more; `suixin sources --details` lists them.")
        }
        for sentence in incomplete { lines.append(Terminal.redacted("Incomplete: \(sentence)")) }
        if wasStopped { lines.append("Stopped; run `suixin sync` again to go on.") }
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        .object([
            "sources": .array(reports.map(source)),
            "released": .object(
                Dictionary(released.map { ("\($0.key)", JSONValue.integer(Int64($0.value))) }) { $1 }
            ),
            "taken": .integer(Int64(total.taken)), "unchanged": .integer(Int64(total.unchanged)),
            "quarantined": .integer(Int64(total.quarantined)),
            "profiles": .integer(Int64(profiles)), "signed": .integer(Int64(signed)), "position": .integer(position),
            "records": .integer(Int64(counts.records)), "enterprises": .integer(Int64(counts.enterprises)),
            "registered": .integer(Int64(counts.registered)), "held": .integer(Int64(counts.held)),
            "contested": .integer(Int64(counts.contested)),
            "undecided": .integer(Int64(counts.undecided)), "testRows": .integer(Int64(counts.testRows)),
            "openQuarantine": .integer(Int64(counts.openQuarantine)),
            "milliseconds": .object([
                "pull": milliseconds(started, pulled), "derive": milliseconds(pulled, derived),
                "sign": milliseconds(derived, finished),
            ]),
            "incomplete": .array(incomplete.map { .string(Terminal.redacted($0)) }), "stopped": .bool(wasStopped),
        ])
    }

    private func source(_ report: RunReport) -> JSONValue {
        var members: [String: JSONValue] = [
            "source": .string("\(report.dataset)"), "taken": .integer(Int64(report.outcome.taken)),
            "unchanged": .integer(Int64(report.outcome.unchanged)),
            "quarantined": .integer(Int64(report.outcome.quarantined)),
            "withdrawnByAbsence": .integer(Int64(report.outcome.withdrawnByAbsence)),
            "heldWithdrawals": .integer(Int64(report.outcome.heldWithdrawals)),
        ]
        if !report.error.isEmpty { members["error"] = .string(Terminal.redacted(report.error)) }
        return .object(members)
    }

    private func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
        max(0, Double((to - from) / .milliseconds(1)) / 1000)
    }

    private func milliseconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> JSONValue {
        .integer(Int64(seconds(from, to) * 1000))
    }

    private func rounded(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension CommitOutcome {
    /// Adds what another commit did.
    fileprivate mutating func include(_ other: CommitOutcome) {
        taken += other.taken
        unchanged += other.unchanged
        quarantined += other.quarantined
        withdrawnByAbsence += other.withdrawnByAbsence
        heldWithdrawals += other.heldWithdrawals
        newDrift += other.newDrift
    }
}
