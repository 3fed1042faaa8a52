internal import ArgumentParser
internal import Signing
internal import CanonicalJSON
internal import Publication

/// Writes signed profiles out: `suixin export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all signed profiles, one flattened JWS a line, with a signed manifest.",
        discussion: """
            With --output PATH it writes PATH, PATH.manifest.json and PATH.annexes.ndjson (the rest of lists too long for a profile).
            Without, the profiles go to standard output; --manifest and --annexes name the others. While changes wait to be
            derived or signed, the export is as of the last status, which its manifest says.
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(name: .shortAndLong, help: "The file to write.")
    var output: String?
    @Option(help: "The manifest, where it is not to lie beside --output.")
    var manifest: String?
    @Option(help: "The annexes, where they are not to lie beside --output.")
    var annexes: String?
    @Flag(help: "For the operator only: who holds which records, in the form of the agencies' truth, with real keys.")
    var truth = false
    @Flag(
        help:
            "For the operator only: the records that are in no profile: held, without a certain identifier, quarantined."
    )
    var unsettled = false

    func validate() throws {
        guard !(truth && unsettled) else { throw ValidationError("Choose --truth or --unsettled.") }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let line = ProgressLine()
        if unsettled {
            let lines = try UnsettledExporter(store: installation.store).export(to: output)
            if output != nil, common.json {
                Terminal.print(json: .object(["records": .integer(Int64(lines))]))
            } else if let output {
                Terminal.print(
                    "Wrote \(Terminal.grouped(lines)) records to \(output); it may hold personal numbers, keep it private."
                )
            }
            return
        }
        if truth {
            let lines = try TruthExporter(store: installation.store).export(to: output) { count in
                line.show("\(Terminal.grouped(count)) enterprises")
            }
            line.clear()
            if let output, !common.json {
                Terminal.print(
                    "Wrote \(Terminal.grouped(lines)) enterprises to \(output); it may hold personal numbers, keep it private."
                )
            }
            if output != nil, common.json { Terminal.print(json: .object(["enterprises": .integer(Int64(lines))])) }
            return
        }
        var destination =
            output.map { Exporter.Destination(path: $0) }
            ?? Exporter.Destination(profiles: nil, manifest: nil, annexes: nil)
        if let manifest { destination.manifest = manifest }
        if let annexes { destination.annexes = annexes }
        let report = try Exporter(
            store: installation.store,
            publisher: installation.publisher,
            keys: installation.keyRing.keySet
        ).export(to: destination, at: Now.posix) { count in line.show("\(Terminal.grouped(count)) profiles") }
        line.clear()
        tell(report, destination)
        guard report.isBehind else { return }
        Terminal.complain(
            "suixin: changes wait to be derived or signed, which this export lacks: it is as of position \(report.position), "
                + "and its manifest says so; `suixin sync --offline` brings the store up to date"
        )
    }

    private func tell(_ report: Exporter.Report, _ destination: Exporter.Destination) {
        if common.json, destination.profiles != nil {
            Terminal.print(
                json: .object([
                    "profiles": .integer(Int64(report.profiles)), "annexes": .integer(Int64(report.annexes)),
                    "bytes": .integer(Int64(report.bytes)), "digest": .string(report.digest),
                    "position": .integer(report.position), "positionAtEnd": .integer(report.positionAtEnd),
                    "behind": .bool(report.isBehind),
                ])
            )
        } else {
            let place = destination.profiles ?? "standard output"
            let text =
                "Wrote \(Terminal.grouped(report.profiles)) signed profiles to \(place)"
                + (report.annexes > 0 ? " and \(Terminal.grouped(report.annexes)) annexes beside it" : "")
                + ". \(report.digest)"
            if destination.profiles == nil { Terminal.complain(text) } else { Terminal.print(text) }
        }
    }
}
