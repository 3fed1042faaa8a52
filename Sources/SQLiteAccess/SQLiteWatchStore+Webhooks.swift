public import Access
internal import GRDB
public import Watches

/// A webhook as a row.
enum WebhookRow {
    static let columns = """
        id, client, url, types, sections, target, created, disabled, disabled_at, failing_since, generation,
        previous_until
        """

    static func arguments(_ webhook: Webhook) -> StatementArguments {
        [
            webhook.id.text, webhook.client.text, webhook.url,
            webhook.types.map(\.rawValue).sorted().joined(separator: " "),
            // A section's name may hold anything but this.
            webhook.sections.sorted().joined(separator: "\n"), target(webhook.target), webhook.created,
            webhook.disabled?.rawValue, webhook.disabledAt, webhook.failingSince, webhook.generation,
            webhook.previousSecretUntil,
        ]
    }

    private static func target(_ target: Webhook.Target) -> String {
        switch target {
        case .watched: "watched"
        case .everything: "everything"
        case .list(let id): id.text
        }
    }

    static func webhook(_ row: Row) throws -> Webhook {
        guard let id = WebhookID(row[0] as String), let client = ClientID(row[1] as String),
            let target = target(named: row[5])
        else { throw ClientRow.damage("webhook") }
        var webhook = Webhook(id: id, client: client, url: row[2], target: target, created: row[6])
        webhook.types = try Set(
            (row[3] as String).split(separator: " ").map { name in
                // One that is known no more must not become "all".
                guard let type = WatchEventType(rawValue: String(name)) else { throw ClientRow.damage("webhook") }
                return type
            }
        )
        webhook.sections = Set((row[4] as String).split(separator: "\n").map(String.init))
        webhook.disabled = (row[7] as String?).map { Webhook.Disabling(rawValue: $0) ?? .wanted }
        webhook.disabledAt = row[8]
        webhook.failingSince = row[9]
        webhook.generation = row[10]
        webhook.previousSecretUntil = row[11]
        return webhook
    }

    private static func target(named text: String) -> Webhook.Target? {
        switch text {
        case "watched": .watched
        case "everything": .everything
        default: WatchListID(text).map { .list($0) }
        }
    }
}

extension SQLiteWatchStore {
    /// See ``WatchStore``.
    public func webhooks(of client: ClientID?) throws -> [Webhook] {
        try file.read { db in
            try db.all(
                "SELECT \(WebhookRow.columns) FROM webhook WHERE ?1 IS NULL OR client = ?1 ORDER BY number",
                [client?.text],
                WebhookRow.webhook
            )
        }
    }

    /// See ``WatchStore``.
    public func add(_ webhook: Webhook) throws {
        try file.change { db in
            let client = webhook.client.text
            let count = try db.first("SELECT count(*) FROM webhook WHERE client = ?", [client]) { $0[0] as Int } ?? 0
            guard count < Webhook.countLimit else {
                throw AccessError(.limit, "a client has at most \(Webhook.countLimit) webhooks: remove one")
            }
            try Self.checkTarget(of: webhook, db)
            try db.run(
                "INSERT INTO webhook(\(WebhookRow.columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                WebhookRow.arguments(webhook)
            )
        }
    }

    /// A list of another client is as unknown as one that is not there.
    private static func checkTarget(of webhook: Webhook, _ db: Database) throws {
        guard case .list(let id) = webhook.target, try number(of: id, webhook.client, db) == nil else { return }
        throw AccessError(.unknown, "there is no watch list \(id)")
    }

    /// See ``WatchStore``.
    public func change(
        _ id: WebhookID,
        of client: ClientID?,
        _ change: (inout Webhook) throws -> Void
    ) throws -> Webhook {
        try file.change { db in
            let sql = "SELECT \(WebhookRow.columns) FROM webhook WHERE id = ?1 AND (?2 IS NULL OR client = ?2)"
            guard var webhook = try db.first(sql, [id.text, client?.text], WebhookRow.webhook) else {
                throw AccessError(.unknown, "there is no webhook \(id)")
            }
            let before = webhook
            try change(&webhook)
            if webhook.target != before.target { try Self.checkTarget(of: webhook, db) }
            try db.run(
                """
                UPDATE webhook SET (\(WebhookRow.columns)) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?
                """,
                WebhookRow.arguments(webhook) + [id.text]
            )
            return webhook
        }
    }

    /// See ``WatchStore``.
    public func removeWebhook(_ id: WebhookID, of client: ClientID) throws -> Bool {
        try file.change { db in
            let sql = "SELECT number FROM webhook WHERE id = ? AND client = ?"
            guard let number = try db.first(sql, [id.text, client.text], { $0[0] as Int64 }) else { return false }
            try db.run("DELETE FROM delivery WHERE webhook = ?", [number])
            try db.run("DELETE FROM webhook WHERE number = ?", [number])
            return true
        }
    }
}
