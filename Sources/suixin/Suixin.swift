internal import ArgumentParser
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
            4 several enterprises hold that code; 64 wrong usage.
            """,
        subcommands: [
            InitCommand.self, SyncCommand.self, SourcesCommand.self, ProfileCommand.self, SearchCommand.self,
            ExportCommand.self, VerifyCommand.self, KeysCommand.self, QuarantineCommand.self, HeldCommand.self,
            ServeCommand.self,
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
            Terminal.complain("suixin: \(error.description)")
            Self.leave(error.exit)
        } catch let exit as ExitStatusError {
            Self.leave(exit.status)
        } catch {
            guard exitCode(for: error) == .failure, !(error is ValidationError), !(error is CleanExit) else {
                exit(withError: error)
            }
            Terminal.complain("suixin: \(error)")
            Self.leave(.failure)
        }
    }

    private static func leave(_ status: ExitStatus) -> Never { Foundation.exit(status.rawValue) }
}

/// Ends a command with a status of its own, when everything was said already.
struct ExitStatusError: Error {
    let status: ExitStatus
}
