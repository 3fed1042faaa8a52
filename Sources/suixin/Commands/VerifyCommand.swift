internal import ArgumentParser
internal import Foundation
internal import Publication
internal import Signing

/// `suixin verify FILE`: needs no store, no configuration and no network.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a signed profile, status, manifest, export or snapshot, offline.",
        discussion: """
            Says what the document proves and what it does not. Exit code 0: genuine and current; 2: genuine, but not shown to be
            current (an old but genuine profile, a status that has expired); 1: not genuine; 64: there is no such file,
            or it holds no keys.
            An answer is current only with its proof and the status that the proof leads from: `curl -D HEADERS -o PROFILE …`,
            then `suixin verify PROFILE --status STATUS --proof HEADERS --jwks JWKS`, with --asked for what was asked for.
            A snapshot is checked as a whole, and its root against the signed status in it: give the folder in which its
            manifest.json and the files lie.
            """
    )

    @Argument(help: "The document: flattened or compact JWS, an export of one a line, or the folder of a snapshot.")
    var file: String
    @Option(help: "The signed status of the sources, to be checked beside it.")
    var status: String?
    @Option(help: "The field Suixin-Proof of the answer: alone, or among the headers as `curl -D` keeps them.")
    var proof: String?
    @Option(help: "The id or code that was asked for: then the proof must lead from it.")
    var asked: String?
    @Option(help: "A file that remembers the greatest position seen of each issuer: what is older is not current.")
    var remember: String?
    @Option(help: "The manifest of an export, where it does not lie beside it.")
    var manifest: String?
    @Option(help: "The issuer's public keys, fetched from where you trust (`/.well-known/jwks.json`).")
    var jwks: String
    @Option(help: "Who must have issued it; anybody whose keys these are, if not given.")
    var issuer: String?
    @Flag(help: "Output for machines: JSON.")
    var json = false

    func run() async throws {
        let keys = try keys()
        let files = isFolder(file) ? [file + "/manifest.json"] : [file]
        for path in files + [status, proof, manifest].compactMap(\.self)
        where !FileManager.default.fileExists(atPath: path) {
            throw CommandError("There is no file \(path).", exit: .usage)
        }
        let memory = try remember.map { try SeenPositions(path: $0) }
        let verifier = Verifier(keys: keys, now: Now.posix, issuer: issuer, seen: memory?.greatest ?? [:])
        let result = try verify(with: verifier)
        try memory?.note(result)
        if json { Terminal.print(bytes: result.json) } else { Terminal.print(result.text) }
        switch result.verdict.rawValue {
        case 0: return
        case 2: throw ExitStatusError(status: .partial)
        default: throw ExitStatusError(status: .failure)
        }
    }

    func validate() throws {
        if proof != nil, status == nil {
            throw ValidationError("--proof leads from a status: give that with --status.")
        }
        if isFolder(file), status != nil || manifest != nil || asked != nil {
            throw ValidationError(
                "A snapshot has its manifest and its status in its folder: give neither of them beside it."
            )
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func verify(with verifier: Verifier) throws -> Verification {
        do {
            if isFolder(file) { return try verifier.verify(snapshot: file) }
            let beside = try status.map { path in
                Verifier.Beside(
                    status: try LineReader(path: path).rest(after: [], limit: SignedDocument.sizeLimit),
                    proof: try proof.map(field),
                    asked: asked
                )
            }
            return try verifier.verify(file: file, beside: beside, manifestPath: manifest)
        } catch SigningError.tooLarge(_, let limit) {
            throw CommandError(
                "\(file) is no document of an exchange: nothing that it signs, and no line of an export, is longer "
                    + "than \(limit) bytes."
            )
        }
    }

    /// The field as it stands in a file, alone or among others.
    private func field(_ path: String) throws -> String {
        let text = String(
            decoding: try LineReader(path: path).rest(after: [], limit: SignedDocument.sizeLimit),
            as: UTF8.self
        )
        // After a redirection `curl -D` keeps the headers of each answer: the last ones are the document's.
        let last = text.components(separatedBy: "HTTP/").last ?? text
        let lines = last.split(whereSeparator: \.isNewline).filter { $0.lowercased().hasPrefix("suixin-proof:") }
        // Lines of one name are one list (RFC 9110 §5.2).
        return lines.isEmpty ? text : lines.map { $0.dropFirst("suixin-proof:".count) }.joined(separator: ", ")
    }

    /// The keys may come through a pipe, as from `<(curl …)`.
    private func keys() throws -> KeySet {
        do throws(SigningError) {
            return try KeySet(parsing: LineReader(path: jwks).rest(after: [], limit: SignedDocument.sizeLimit))
        } catch {
            throw CommandError(
                "\(jwks) holds no public keys as an exchange publishes them at /.well-known/jwks.json: \(error).",
                exit: .usage
            )
        }
    }
}
