internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Derivation
internal import Publication

extension StoreCommand {
    /// `suixin store check`: nothing is damaged, and all that is derived follows from the statements.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every row of the store, and derive and verify everything once more.",
            discussion: """
                Reads only, beside a sync and serve; what waits to be derived is counted, and is no damage. Names what is damaged \
                and what to do about it. Exit code 0: sound, 1: damaged.
                """
        )

        @OptionGroup var common: CommonOptions
        @Option(help: "The day for which profiles are derived (yyyy-mm-dd); today in Asia/Shanghai, if not given.")
        var day: String?

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let day = try Day(option: day)
            let stop = StopSignal()
            let line = ProgressLine()
            let log = FindingLog(json: common.json, line: line)
            let audit = log.audit(stop)
            let store = installation.store
            do {
                let damaged = try store.auditStatements(audit)
                try store.auditTables(audit)
                let report = try Auditor(store: store, deriver: installation.deriver()).check(
                    on: day,
                    audit,
                    sparing: damaged
                )
                let seals = try installation.sealAudit().check(audit)
                line.clear()
                tell(log, report, seals)
            } catch is AuditStopped {
                line.clear()
                throw CommandError("The check was stopped before its end; what it found until then stands above.")
            }
            if log.count > 0 { throw ExitStatusError(status: .failure) }
        }

        private func tell(_ log: FindingLog, _ report: Auditor.Report, _ seals: SealAudit.Report) {
            if common.json {
                Terminal.print(
                    json: .object([
                        "sound": .bool(log.count == 0), "findings": .integer(Int64(log.count)),
                        "beyondRepair": .integer(Int64(log.beyondRepair)),
                        "byKind": .object(
                            Dictionary(log.counts.map { ($0.kind, .integer(Int64($0.count))) }) { $1 }
                        ),
                        "components": .integer(Int64(report.components)), "profiles": .integer(Int64(report.profiles)),
                        "waiting": .integer(Int64(report.waiting)), "unsigned": .integer(Int64(report.unsigned)),
                        "passedOver": .integer(Int64(report.passedOver)),
                        "documents": .integer(Int64(seals.documents)), "statuses": .integer(Int64(seals.statuses)),
                    ])
                )
                return
            }
            for (kind, count) in log.counts where count > FindingLog.most {
                Terminal.print("… \(kind): \(Terminal.grouped(count)) in all")
            }
            var text =
                "Derived \(Terminal.grouped(report.profiles)) profiles anew and compared them, "
                + "verified \(Terminal.grouped(seals.documents)) documents and \(Terminal.grouped(seals.statuses)) statuses."
            if report.waiting > 0 {
                text += " \(Terminal.grouped(report.waiting)) sets of records wait to be derived by the next sync."
            }
            if report.unsigned > 0 { text += " \(Terminal.grouped(report.unsigned)) profiles wait to be signed." }
            if report.passedOver > 0 {
                text += " \(Terminal.grouped(report.passedOver)) sets of records rest on damage and were not judged."
            }
            Terminal.print(text)
            Terminal.print(
                log.count == 0
                    ? "The store is sound."
                    : "THE STORE IS DAMAGED: \(Terminal.grouped(log.count)) findings, "
                        + "\(Terminal.grouped(log.beyondRepair)) of them beyond a rebuild."
            )
        }
    }
}

extension Day {
    /// The day of `--day`; today in Asia/Shanghai where it was not given.
    init(option: String?) throws(CommandError) {
        guard let day = option.map({ Day($0) }) ?? LocalTime(posix: Now.posix).day else {
            throw CommandError("--day must be a day, such as 2018-06-01.", exit: .usage)
        }
        self = day
    }
}
