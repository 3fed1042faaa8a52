internal import Access
internal import FeedTransport
internal import Foundation
internal import SQLiteAccess
internal import Signing
internal import Watches

/// What the configuration says about watch lists and webhooks.
struct WatchSettings: Sendable {
    /// The file of lists, webhooks, deliveries and retractions.
    var storePath: String
    /// Before the paths in events: the address at which platforms reach this exchange.
    var baseURL: String
    /// Where webhooks may lead.
    var policy: OutboundPolicy
    /// Days for which who was answered about an enterprise must hear of what is retracted.
    var answeredDays: Int

    init(_ reader: SettingsReader, _ path: (String, String) -> String) throws(CommandError) {
        storePath = path("watch.store", "data/watch.db")
        baseURL = reader.text("webhooks.baseURL") ?? ""
        answeredDays = try reader.whole("webhooks.answeredDays") ?? 400
        policy = OutboundPolicy()
        if let text = reader.text("webhooks.ports") {
            let ports = text.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) ?? 0 }
            guard !ports.isEmpty, ports.allSatisfy({ 1...65_535 ~= $0 }) else {
                throw CommandError("webhooks.ports must be ports with commas between them, such as 443,8443.")
            }
            policy.ports = Set(ports)
        }
        if try reader.flag("webhooks.sandbox") ?? false {
            policy.allowsPlainText = true
            policy.allowsOwnNetwork = true
            policy.ports = nil
        }
        guard baseURL.isEmpty || URL(string: baseURL)?.host() != nil, baseURL.utf8.count <= 500 else {
            throw CommandError("webhooks.baseURL must be an address, such as https://credit.example.org.")
        }
        guard answeredDays <= 36_500 else { throw CommandError("webhooks.answeredDays must be at most 36500.") }
        if baseURL.hasSuffix("/") { baseURL.removeLast() }
    }
}

extension Settings {
    /// The lists and webhooks of an installation.
    func watchStore() throws -> SQLiteWatchStore {
        _ = try clients()
        let folder = URL(filePath: watch.storePath).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try SQLiteWatchStore(path: watch.storePath)
    }

    /// The keys of webhooks lie in a folder of their own: profiles are never signed with them.
    var webhookKeysFolder: String { keysFolder + "/webhooks" }

    /// Every public key: of documents, and of webhooks.
    var publishedKeys: KeySet {
        get throws {
            try KeySet(KeyRing(folder: keysFolder).keySet.keys + KeyRing(folder: webhookKeysFolder).keySet.keys)
        }
    }

    /// The key of `v1a`; made when it is first needed.
    func webhookKey() throws -> SigningKey {
        var ring = try KeyRing(folder: webhookKeysFolder)
        if ring.entries.isEmpty { try ring.create(.edDSA, created: Now.posix) }
        return try ring.signingKey
    }

    /// What all events of this exchange say alike.
    var eventOrigin: EventOrigin { EventOrigin(source: issuer, base: watch.baseURL) }

    /// What may be done with retractions.
    func retractionDesk() throws -> RetractionDesk {
        RetractionDesk(store: try watchStore(), clock: { Now.milliseconds })
    }
}
