internal import ArgumentParser
internal import CanonicalJSON
internal import Foundation

/// The command line: arguments and wiring; no rule of the exchange lives here.
@main
struct Suixin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suixin",
        abstract: "穗信: an exchange of enterprise credit information.",
        discussion: """
            A first round: `suixin init`, `suixin sync`, `suixin search NAME`, `suixin profile show ID`.
            Settings come from suixin.json, then the environment (SUIXIN_…), then --set; the later wins.
            Exit codes: 0 done; 1 failed; 2 done in part (verify: genuine, but not shown to be current); 3 nothing found;
            4 several enterprises hold that code; 64 wrong usage. With --json an error is an object on standard error.
            """,
        subcommands: [
            InitCommand.self, SyncCommand.self, SourcesCommand.self, ProfileCommand.self, SearchCommand.self,
            MatchCommand.self, ExportCommand.self, VerifyCommand.self, KeysCommand.self, QuarantineCommand.self,
            HeldCommand.self, ServeCommand.self, StoreCommand.self, ClientsCommand.self, QueriesCommand.self,
            EvidenceCommand.self, JournalCommand.self, WatchCommand.self, WebhooksCommand.self,
            RetractionsCommand.self, SnapshotCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as CommandError {
            Self.fail(error.description, error.exit)
        } catch let exit as ExitStatusError {
            Self.leave(exit.status)
        } catch {
            switch exitCode(for: error) {
            case .validationFailure where wantsJSON: Self.fail(message(for: error), .usage)
            case .failure: Self.fail("\(error)", .failure)
            default: exit(withError: error)
            }
        }
    }

    /// Whether whoever calls is a machine, even where the rest of the command line cannot be understood.
    private static var wantsJSON: Bool { CommandLine.arguments.prefix { $0 != "--" }.contains("--json") }

    /// Says on standard error what happened: a sentence, or with `--json` an object.
    private static func fail(_ text: String, _ status: ExitStatus) -> Never {
        if wantsJSON {
            let object = JSONValue.object(["error": .string(text), "exitCode": .integer(Int64(status.rawValue))])
            Terminal.complain(String(decoding: object.canonical, as: UTF8.self))
        } else {
            Terminal.complain("suixin: \(text)")
        }
        leave(status)
    }

    private static func leave(_ status: ExitStatus) -> Never { Foundation.exit(status.rawValue) }
}

/// Ends a command with a status of its own, when everything was said already.
struct ExitStatusError: Error {
    let status: ExitStatus
}
