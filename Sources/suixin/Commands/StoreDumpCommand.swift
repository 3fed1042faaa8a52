internal import ArgumentParser
internal import CanonicalJSON
internal import Publication

extension StoreCommand {
    /// `suixin store dump`: two stores that print the same hold the same.
    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what the store holds, so that it can be compared with another; for the operator only.",
            discussion: """
                Versions, decisions, ids and profiles, one JSON object a line, in an order that does not depend on what came first; \
                without signatures, times of receipt, runs and journals. Keys and codes are the agencies' own and may hold \
                personal numbers: a dump never leaves the house. Exit code 2 where somebody wrote to the store meanwhile.
                """
        )

        @OptionGroup var common: CommonOptions
        @Option(name: .shortAndLong, help: "The file to write, readable by its owner only.")
        var output: String?
        @Flag(help: "Print one SHA-256 per section in place of the lines.")
        var digest = false

        func validate() throws {
            guard !(digest && output != nil) else { throw ValidationError("Choose --digest or --output.") }
        }

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let line = ProgressLine()
            let report = try StoreDump(store: installation.store).write(to: output, linesToo: !digest) {
                line.show("\(Terminal.grouped($0)) lines")
            }
            line.clear()
            if digest { tell(report) } else if output != nil { summarise(report) }
            guard report.changedMeanwhile else { return }
            Terminal.complain(
                "suixin: the store was written to meanwhile, so the parts of the dump may not belong together: "
                    + "try again while no sync runs"
            )
            throw ExitStatusError(status: .partial)
        }

        private func tell(_ report: StoreDump.Report) {
            let sections = StoreDump.Section.allCases.compactMap { section in
                report.sections[section].map { (name: section.rawValue, lines: $0.lines, digest: $0.digest) }
            }
            if common.json {
                let members = sections.map { section in
                    let value = ["lines": JSONValue.integer(Int64(section.lines)), "digest": .string(section.digest)]
                    return (section.name, JSONValue.object(value))
                }
                Terminal.print(json: .object(Dictionary(members) { $1 }))
            } else {
                Terminal.print(
                    Terminal.table(
                        sections.map { [$0.name, Terminal.grouped($0.lines), $0.digest] },
                        rightAligned: [1]
                    )
                )
            }
        }

        private func summarise(_ report: StoreDump.Report) {
            let lines = report.sections.values.reduce(0) { $0 + $1.lines }
            if common.json {
                Terminal.print(json: .object(["lines": .integer(Int64(lines))]))
            } else if let output {
                Terminal.print(
                    "Wrote \(Terminal.grouped(lines)) lines to \(output); it may hold personal numbers, keep it private."
                )
            }
        }
    }
}
