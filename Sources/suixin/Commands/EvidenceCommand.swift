internal import Access
internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Foundation
internal import SQLiteAccess
internal import Signing

/// The very bytes that a query was answered with: `suixin evidence`.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Give back the very bytes that a query was answered with.",
        discussion: """
            Checked by the digest that the journal holds. `suixin verify` then checks the signature in them.
            With --json: the journal's entry, and the bytes as base64url.
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The query's id, which its answer carried.")
    var query: String
    @Option(help: "The file to write; standard output, if none is given.")
    var output: String?

    func run() async throws {
        guard let id = QueryID(query) else {
            throw CommandError("“\(Terminal.plain(query))” is no query's id: q and 26 letters or digits.", exit: .usage)
        }
        let settings = try await common.settings()
        let reader = EvidenceReader(try settings.journal(), documents: SettingsDocuments(settings: settings))
        let evidence: Evidence
        do {
            evidence = try reader.evidence(of: id)
        } catch let error as EvidenceError {
            throw CommandError("No evidence of \(id): \(error).", exit: error == .lost ? .failure : .nothingFound)
        }
        if common.json, output == nil {
            return Terminal.print(
                json: .object(["entry": evidence.entry.json, "body": .string(Base64URL.text(evidence.bytes))])
            )
        }
        let file = try output.map { try DurableFile(path: $0, mode: 0o600) } ?? DurableFile()
        try file.write(evidence.bytes)
        // What somebody may hold up in court is not written over by mistake.
        try file.commit(replacing: false)
        if common.json { Terminal.print(json: evidence.entry.json) }
    }
}

/// The documents of an installation's credit store, which is opened only when one is asked for.
private struct SettingsDocuments: StoredDocuments {
    let settings: Settings

    func candidates(for answer: StoredAnswer) throws -> [[UInt8]] {
        try CreditStoreDocuments(store: Installation(settings, for: .reading).store).candidates(for: answer)
    }
}

/// Makes documents of the credit store again in the form that they were given in.
struct CreditStoreDocuments: StoredDocuments {
    let store: any CreditStore

    func candidates(for answer: StoredAnswer) throws -> [[UInt8]] {
        guard let signed = try store.signed(answer.enterprise, version: answer.version) else { return [] }
        return switch answer.form {
        case .flattened: [signed.document]
        case .compact: [try SignedDocument(parsing: signed.document).compact]
        case .plain: [signed.profile]
        }
    }
}
