internal import AdapterKit
internal import AdapterRegistry
internal import CreditModel
internal import CreditStore
internal import Crypto
internal import Derivation
internal import ExchangeAPI
internal import Foundation
internal import Ingestion
internal import Logging
internal import Publication
internal import SQLiteStore
internal import Signing

/// One installation of the exchange, opened: its settings, its store, its keys and its secret.
struct Installation: Sendable {
    enum Access {
        case reading
        /// Reads, and signs the status of the sources; a sync may run beside it.
        case serving
        case writing
    }

    let settings: Settings
    let store: any AuditableStore

    /// Opens the store of an installation.
    /// - Throws: ``CommandError`` where there is none yet, or another process writes to it.
    init(_ settings: Settings, for access: Access) throws {
        self.settings = settings
        guard FileManager.default.fileExists(atPath: settings.secretPath) else {
            throw CommandError("There is no installation here yet; `suixin init` makes one.")
        }
        try settings.checkSandboxMark()
        if access != .writing, !FileManager.default.fileExists(atPath: settings.storePath) {
            throw CommandError("The store \(settings.storePath) does not exist yet; `suixin sync` fills it.")
        }
        try Self.checkStore(settings.storePath)
        var options = SQLiteStore.Options()
        options.access =
            switch access {
            case .reading: .readOnly
            case .serving: .shared
            case .writing: .exclusive
            }
        store = try SQLiteStore(path: settings.storePath, options: options)
    }

    /// Makes the store's folder, and refuses a file that is no store before anything is done to it.
    ///
    /// Opening a store makes it private and lays a lock beside it; a mistyped setting must not do that to another's file.
    private static func checkStore(_ path: String) throws(CommandError) {
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandError(
                "The store's folder \(folder.path) cannot be made: check the setting store and permissions."
            )
        }
        guard FileManager.default.fileExists(atPath: path) else { return }
        let magic = Data("SQLite format 3\u{0}".utf8)
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            let head = try file.read(upToCount: magic.count) ?? Data()
            // An empty file is a store that was about to be made.
            guard !head.isEmpty, head != magic else { return }
        } catch {
            throw CommandError("The store \(path) cannot be read: it must be a file that you may read.")
        }
        throw CommandError("\(path) is no store of this exchange, and was left alone: correct the setting store.")
    }

    /// The secret under which restricted keys are digested: at least 32 bytes that only the owner may read.
    func secret() throws -> [UInt8] {
        let bytes = try PrivateFile.read(settings.secretPath, limit: 4096)
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 32 else {
            throw CommandError(
                "The secret in \(settings.secretPath) is shorter than 32 characters; put the one of the back-up there. "
                    + "A new one would change the digests of all restricted keys."
            )
        }
        return Array(text.utf8)
    }

    /// The adapters of the sources that are switched on; all of them, or the ones named.
    func adapters(only names: [String] = []) throws -> [(id: AgencyID, adapter: any SourceAdapter)] {
        for name in names where !settings.sources.contains(where: { $0.agency.rawValue == name }) {
            let known = AdapterRegistry.all.map { $0.descriptor.id.rawValue }
            throw CommandError(
                known.contains(name)
                    ? "\(name) is switched off or has no sources.\(name).baseURL in the configuration."
                    : "There is no agency “\(name)”; this exchange knows \(known.joined(separator: ", ")).",
                exit: .usage
            )
        }
        var adapters: [(id: AgencyID, adapter: any SourceAdapter)] = []
        for source in settings.sources where names.isEmpty || names.contains(source.agency.rawValue) {
            guard let type = AdapterRegistry.all.first(where: { $0.descriptor.id == source.agency }) else { continue }
            adapters.append((source.agency, try type.init(source)))
        }
        return adapters
    }

    /// Every dataset of the sources that are switched on: what the status of the sources speaks of.
    var datasets: [DatasetID] {
        AdapterRegistry.all.map { $0.descriptor }
            .filter { descriptor in settings.sources.contains { $0.agency == descriptor.id } }
            .flatMap { $0.datasets.map(\.id) }
    }

    var keyRing: KeyRing { get throws { try KeyRing(folder: settings.keysFolder) } }

    var publisher: Publisher {
        let folder = settings.keysFolder
        return Publisher(
            store: store,
            issuer: settings.issuer,
            signingKey: { try KeyRing(folder: folder).signingKey },
            datasets: datasets,
            lateAfter: settings.lateAfter
        )
    }

    /// Derives as every sync does, and signs at once what is new.
    func deriver() throws -> Deriver {
        // Without a key nothing is lost: the error comes when there is something to sign.
        let sealing = try? publisher.sealing { Now.posix }
        return try Deriver(store: store, secret: secret(), sealing: sealing) { Now.posix }
    }

    /// Verifies what was signed, by all keys that ever signed.
    func sealAudit() throws -> SealAudit {
        SealAudit(store: store, keys: try keyRing.keySet, width: ProcessInfo.processInfo.activeProcessorCount)
    }

    static let sha256: DigestFunction = { Array(SHA256.hash(data: $0)) }

    /// The enterprise that an id, a code or a registry key names now.
    /// - Throws: ``CommandError`` where that is nothing, or several.
    func enterprise(named text: String) throws -> EnterpriseID {
        let name = AskedName(text)
        let found = try store.enterprises(named: name, digest: Self.sha256)
        if found.count > 1 { throw Self.ambiguous(name.code, found.map(\.text)) }
        if let only = found.first { return only }
        throw CommandError(
            "No enterprise is known for certain by “\(Terminal.plain(text))”. That is no clean record: "
                + "`suixin search NAME` looks for names, `suixin held` shows what contradicts itself, "
                + "`suixin sources` says what was read.",
            exit: .nothingFound
        )
    }

    static func ambiguous(_ code: String, _ holders: [String]) -> CommandError {
        CommandError(
            "\(holders.count) enterprises hold \(code): \(holders.joined(separator: ", ")). Ask for one of them.",
            exit: .ambiguous
        )
    }
}

extension Ingestor {
    /// Ingestion as the settings say.
    init(
        _ installation: Installation,
        _ adapters: [(id: AgencyID, adapter: any SourceAdapter)],
        _ stop: StopSignal
    ) throws {
        let settings = installation.settings
        var options = Options(spoolFolder: settings.spoolFolder)
        options.limits = settings.limits
        options.retry = settings.retry
        options.allowedWithdrawals = settings.withdrawalShare
        var logger = Logger(label: "suixin.sync")
        // What a run says in the end goes to its report; nothing else belongs between its lines.
        logger.logLevel = .critical
        try self.init(
            store: installation.store,
            adapters: Dictionary(adapters.map { ($0.id, $0.adapter) }) { $1 },
            options: options,
            secret: installation.secret(),
            now: { Now.posix },
            random: { UInt64.random(in: .min ... .max) },
            sleep: { stop.sleep(milliseconds: $0) },
            isStopped: { stop.isRaised },
            logger: logger
        )
    }
}
