internal import ArgumentParser
internal import Foundation
internal import Publication
internal import Signing

/// `suixin verify FILE`: needs no store, no configuration and no network.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a signed profile, status, manifest or export, offline.",
        discussion: """
            Says what the document proves and what it does not. Exit code 0: genuine and current; 2: genuine, but not shown to be
            current (an old but genuine profile, a status that has expired); 1: not genuine.
            """
    )

    @Argument(help: "The document: flattened or compact JWS, or an export of one a line.")
    var file: String
    @Option(help: "The signed status of the sources, to be checked beside it.")
    var status: String?
    @Option(help: "The manifest of an export, where it does not lie beside it.")
    var manifest: String?
    @Option(help: "The issuer's public keys, fetched from where you trust (`/.well-known/jwks.json`).")
    var jwks: String
    @Option(help: "Who must have issued it; anybody whose keys these are, if not given.")
    var issuer: String?
    @Flag(help: "Output for machines: JSON.")
    var json = false

    func run() async throws {
        guard let data = FileManager.default.contents(atPath: jwks) else {
            throw CommandError(
                "The keys \(jwks) cannot be read; fetch them from the exchange's /.well-known/jwks.json."
            )
        }
        guard FileManager.default.fileExists(atPath: file) else { throw CommandError("There is no file \(file).") }
        let verifier = try Verifier(keys: KeySet(parsing: Array(data)), now: Now.posix, issuer: issuer)
        let result = try verifier.verify(file: file, statusPath: status, manifestPath: manifest)
        if json { Terminal.print(bytes: result.json) } else { Terminal.print(result.text) }
        switch result.verdict.rawValue {
        case 0: return
        case 2: throw ExitStatusError(status: .partial)
        default: throw ExitStatusError(status: .failure)
        }
    }
}
