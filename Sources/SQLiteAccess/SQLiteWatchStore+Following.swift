internal import Access
internal import CreditModel
internal import Foundation
internal import GRDB
public import Watches

extension SQLiteWatchStore {
    /// See ``WatchStore``.
    public func position() throws -> Int64? {
        try file.read { db in try db.first("SELECT position FROM meta") { $0[0] as Int64? } ?? nil }
    }

    /// See ``WatchStore``.
    @discardableResult
    public func advance(_ step: FollowingStep, _ choose: (WatchEvent, Watchers) throws -> Audience) throws -> Int {
        try file.change { db in
            try db.run("UPDATE meta SET position = ? WHERE position IS ?", [step.to, step.from])
            guard db.changesCount == 1 else {
                throw AccessError(.conflict, "another process follows the changes, too: stop one of them")
            }
            for join in step.joins { try Self.follow(join.watched, to: join.also, at: step.moment, db) }
            let webhooks = try Self.numberedWebhooks(db)
            let numbers = Dictionary(uniqueKeysWithValues: webhooks.map { ($0.webhook.id, $0.number) })
            var queued = 0
            for event in step.events {
                let lists = try event.enterprise.map { try Self.lists(watching: $0, db) } ?? [:]
                let audience = try choose(event, Watchers(lists: lists, webhooks: webhooks.map(\.webhook)))
                try Self.keep(audience.retractions, of: event, at: step.moment, db)
                guard !audience.webhooks.isEmpty else { continue }
                let number = try Self.number(of: event, at: step.moment, db)
                for webhook in audience.webhooks {
                    guard let place = numbers[webhook.id] else { continue }
                    try Self.queue(event, number, for: webhook, place, at: step.moment, db)
                    queued += 1
                }
            }
            return queued
        }
    }

    /// An event that was told before keeps its number: a store that was put back from a copy may tell it again.
    private static func number(of event: WatchEvent, at moment: Int64, _ db: Database) throws -> Int64 {
        try db.run(
            "INSERT INTO event(id, queued, record) VALUES(?, ?, ?) ON CONFLICT(id) DO NOTHING",
            [event.id, moment, Data(event.record)]
        )
        guard let number = try db.first("SELECT number FROM event WHERE id = ?", [event.id], { $0[0] as Int64 }) else {
            throw ClientRow.damage("event")
        }
        return number
    }

    /// Whoever watches one enterprise watches the other, too; what was watched before stays.
    private static func follow(_ watched: EnterpriseID, to other: EnterpriseID, at moment: Int64, _ db: Database) throws
    {
        let lists = try db.all("SELECT list FROM entry WHERE enterprise = ?", [watched.text]) { $0[0] as Int64 }
        for list in lists {
            try db.run(
                "INSERT OR IGNORE INTO entry(list, enterprise, asked, followed, added) VALUES(?, ?, NULL, ?, ?)",
                [list, other.text, watched.text, moment]
            )
            guard db.changesCount == 1 else { continue }
            try db.run("UPDATE list SET size = size + 1 WHERE number = ?", [list])
        }
    }

    private static func lists(watching enterprise: EnterpriseID, _ db: Database) throws -> [WatchListID: ClientID] {
        let rows = try db.all(
            "SELECT l.id, l.client FROM entry e JOIN list l ON l.number = e.list WHERE e.enterprise = ?",
            [enterprise.text]
        ) { row in
            guard let id = WatchListID(row[0] as String), let client = ClientID(row[1] as String) else {
                throw ClientRow.damage("watch list")
            }
            return (id, client)
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    static func numberedWebhooks(_ db: Database) throws -> [(number: Int64, webhook: Webhook)] {
        try db.all("SELECT \(WebhookRow.columns), number FROM webhook ORDER BY number", []) { row in
            (number: row[12] as Int64, webhook: try WebhookRow.webhook(row))
        }
    }

    private static func queue(
        _ event: WatchEvent,
        _ number: Int64,
        for webhook: Webhook,
        _ place: Int64,
        at moment: Int64,
        _ db: Database
    ) throws {
        let enterprise = event.enterprise?.text ?? ""
        let isBehind = try db.first(
            "SELECT 1 FROM delivery WHERE webhook = ? AND enterprise = ? AND state IN (0, 4) LIMIT 1",
            [place, enterprise]
        ) { _ in true }
        let state: Delivery.State = webhook.disabled != nil ? .skipped : isBehind == nil ? .due : .waiting
        try db.run(
            """
            INSERT OR IGNORE INTO delivery(webhook, event, enterprise, state, failures, due, error) VALUES(?, ?, ?, ?, 0, ?, ?)
            """,
            [place, number, enterprise, state.rawValue, moment, webhook.disabled.map { "disabled: \($0.rawValue)" }]
        )
    }
}
