internal import Access
internal import Foundation
internal import SQLiteAccess

/// What the configuration says about clients, tokens and the journal of queries.
struct AccessSettings: Sendable {
    /// The file of clients, keys and quotas.
    var clientsPath: String
    /// The file of the journal.
    var journalPath: String
    /// `aud` of the tokens; the issuer, where nothing is said.
    var audience: String?
    /// Minutes that a token is good.
    var tokenMinutes: Int
    /// Days after which entries are taken away, once a day by `suixin serve` and by `suixin journal prune`; 0 for never.
    var journalDays: Int
    /// Hours for which the answer to a call with an `Idempotency-Key` is kept.
    var callHours: Int
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    var proxies: Set<String>
}

extension Settings {
    /// The clients of an installation, for changing.
    func clients() throws -> SQLiteAccessStore {
        try requireInstallation()
        try makeFolder(of: access.clientsPath)
        return try SQLiteAccessStore(path: access.clientsPath)
    }

    /// The journal of an installation.
    /// - Throws: ``CommandError`` `nothingFound` where nothing was journaled yet.
    func journal(isReadOnly: Bool = true) throws -> SQLiteJournalStore {
        try requireInstallation()
        guard FileManager.default.fileExists(atPath: access.journalPath) else {
            throw CommandError(
                "There is no journal \(access.journalPath) yet; `suixin serve` begins one.",
                exit: .nothingFound
            )
        }
        return try SQLiteJournalStore(path: access.journalPath, isReadOnly: isReadOnly)
    }

    /// The journal of an installation, begun where there is none.
    func newJournal() throws -> SQLiteJournalStore {
        try requireInstallation()
        try makeFolder(of: access.journalPath)
        return try SQLiteJournalStore(path: access.journalPath)
    }

    private func requireInstallation() throws(CommandError) {
        guard FileManager.default.fileExists(atPath: secretPath) else {
            throw CommandError("There is no installation here yet; `suixin init` makes one.")
        }
        try checkSandboxMark()
    }

    private func makeFolder(of path: String) throws(CommandError) {
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandError("The folder \(folder.path) cannot be made: check access.clients and permissions.")
        }
    }
}

extension AccessStore {
    /// The client that an id or a name means.
    /// - Throws: ``CommandError`` `nothingFound` where there is none.
    func client(named text: String) throws -> Client {
        let id = ClientID(text)
        guard let client = try contents().clients.first(where: { $0.id == id || $0.name == text }) else {
            throw CommandError(
                "There is no client “\(Terminal.plain(text))”; `suixin clients list` shows them.",
                exit: .nothingFound
            )
        }
        return client
    }
}
