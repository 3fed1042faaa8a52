internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Derivation
internal import Publication

extension StoreCommand {
    /// `suixin store rebuild`: all that is derived, anew from the statements.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Derive everything anew from the statements, and put it in the place of what is not the same.",
            discussion: """
                Beside serve, which goes on answering; a sync has to wait. Every enterprise changes at once, or not at all; killed, it \
                is taken up by running it again. Documents and seals stay. What is damaged and cannot be made anew is named and left \
                as it is: exit code 2.
                """
        )

        @OptionGroup var common: CommonOptions
        @Option(help: "The day for which profiles are derived (yyyy-mm-dd); today in Asia/Shanghai, if not given.")
        var day: String?

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .writing)
            let day = try Day(option: day)
            let stop = StopSignal()
            let line = ProgressLine()
            let log = FindingLog(json: common.json, line: line)
            do {
                let report = try rebuild(installation, on: day, log, log.audit(stop), line)
                line.clear()
                tell(report, log)
            } catch is AuditStopped {
                line.clear()
                throw CommandError("The rebuild was stopped; what was made anew until then is kept: run it again.")
            }
            if log.beyondRepair > 0 { throw ExitStatusError(status: .partial) }
        }

        private func rebuild(
            _ installation: Installation,
            on day: Day,
            _ log: FindingLog,
            _ audit: Audit,
            _ line: ProgressLine
        ) throws -> Auditor.Report {
            let store = installation.store
            let publisher = installation.publisher
            let damaged = try store.auditStatements(audit)
            try store.mendStatements(audit, sparing: damaged)
            let auditor = try Auditor(store: store, deriver: installation.deriver())
            let report = try auditor.rebuild(on: day, audit, sparing: damaged) { Now.posix }
            _ = try installation.sealAudit().check(audit) { documents in
                try publisher.mend(documents, in: store, at: Now.posix)
            }
            try store.mendTables(audit, sparing: damaged)
            try publisher.signProfiles(at: Now.posix) { line.show("signing: \(Terminal.grouped($0))") }
            // What could not be made right is named here, and only here.
            try store.auditTables(audit)
            if damaged.isEmpty { try publisher.publishStatus(at: Now.posix, day: day) }
            return report
        }

        private func tell(_ report: Auditor.Report, _ log: FindingLog) {
            if common.json {
                Terminal.print(
                    json: .object([
                        "components": .integer(Int64(report.components)), "profiles": .integer(Int64(report.profiles)),
                        "mended": .integer(Int64(report.mended)), "passedOver": .integer(Int64(report.passedOver)),
                        "findings": .integer(Int64(log.count)), "beyondRepair": .integer(Int64(log.beyondRepair)),
                    ])
                )
                return
            }
            Terminal.print(
                "Derived \(Terminal.grouped(report.profiles)) profiles anew; "
                    + "\(Terminal.grouped(report.mended)) sets of records were stored anew."
            )
            guard log.beyondRepair > 0 else { return }
            Terminal.print(
                "\(Terminal.grouped(log.beyondRepair)) findings are beyond a rebuild and were left as they are; "
                    + "\(Terminal.grouped(report.passedOver)) sets of records rest on them and keep their profiles."
            )
        }
    }
}
