public import Access
internal import CreditModel
internal import GRDB
public import Watches

extension SQLiteWatchStore {
    private static let columns = """
        d.event, e.record, w.id, d.state, d.failures, d.due, d.status, d.error, d.attempted
        """

    private static func delivery(_ row: Row) throws -> Delivery {
        guard let event = try WatchEvent(record: row.bytes(1)), let webhook = WebhookID(row[2] as String),
            let state = Delivery.State(rawValue: row[3])
        else { throw ClientRow.damage("delivery") }
        return Delivery(
            number: row[0],
            event: event,
            webhook: webhook,
            state: state,
            failures: row[4],
            due: row[5],
            lastStatus: row[6],
            lastError: row[7],
            lastAttempt: row[8]
        )
    }

    /// See ``WatchStore``.
    public func claim(at now: Int64, lease: Int64, limit: Int, room: (WebhookID) -> Int) throws -> [ClaimedDelivery] {
        // A look first: an idle exchange must leave the disk alone.
        guard limit > 0, let due = try nextDue(), due <= now else { return [] }
        return try file.change { db in
            var found: [(number: Int64, webhook: Webhook, delivery: Delivery)] = []
            for (number, webhook) in try Self.numberedWebhooks(db) where webhook.disabled == nil {
                let deliveries = try db.all(
                    """
                    SELECT \(Self.columns) FROM delivery d JOIN event e ON e.number = d.event
                    JOIN webhook w ON w.number = d.webhook
                    WHERE d.webhook = ? AND d.state = 0 AND d.due <= ? ORDER BY d.due, d.event LIMIT ?
                    """,
                    [number, now, min(limit, max(0, room(webhook.id)))],
                    Self.delivery
                )
                found += deliveries.map { (number, webhook, $0) }
            }
            found.sort { ($0.delivery.due, $0.delivery.number) < ($1.delivery.due, $1.delivery.number) }
            for (number, _, delivery) in found.prefix(limit) {
                try db.run(
                    "UPDATE delivery SET due = ? WHERE webhook = ? AND event = ?",
                    [lease, number, delivery.number]
                )
            }
            return found.prefix(limit).map { ClaimedDelivery(delivery: $0.delivery, webhook: $0.webhook) }
        }
    }

    /// See ``WatchStore``.
    public func nextDue() throws -> Int64? {
        try file.read { db in
            try db.first(
                """
                SELECT min((SELECT min(due) FROM delivery d WHERE d.webhook = w.number AND d.state = 0))
                FROM webhook w WHERE w.disabled IS NULL
                """
            ) { $0[0] as Int64? } ?? nil
        }
    }

    /// See ``WatchStore``.
    public func backlog() throws -> DeliveryBacklog {
        try file.read { db in
            try db.first(
                """
                SELECT count, (SELECT queued FROM event WHERE number = oldest),
                (SELECT count(*) FROM webhook WHERE disabled IS NOT NULL) FROM (
                    SELECT count(*) AS count, min(d.event) AS oldest FROM webhook w JOIN delivery d ON d.webhook = w.number
                    WHERE w.disabled IS NULL AND d.state IN (0, 4))
                """
            ) { DeliveryBacklog(waiting: $0[0], oldest: $0[1], disabled: $0[2]) }
                ?? DeliveryBacklog(waiting: 0, oldest: nil, disabled: 0)
        }
    }

    /// See ``WatchStore``.
    @discardableResult
    public func settle(_ delivery: Delivery, _ report: DeliveryReport) throws -> Webhook.Disabling? {
        try file.change { db in
            let sql = "SELECT \(WebhookRow.columns), number FROM webhook WHERE id = ?"
            // Taken away meanwhile, with all its deliveries.
            guard
                let (webhook, number) = try db.first(
                    sql,
                    [delivery.webhook.text],
                    { (try WebhookRow.webhook($0), $0[12] as Int64) }
                )
            else { return nil }
            try Self.keep(delivery, report, number, db)
            if report.verdict == .delivered, let retraction = delivery.event.retraction,
                delivery.event.type == .retracted
            {
                try db.run(
                    "UPDATE retraction SET delivered = coalesce(delivered, ?) WHERE client = ? AND id = ?",
                    [report.moment, webhook.client.text, retraction.text]
                )
            }
            return try Self.judge(webhook, report, number, db)
        }
    }

    private static func keep(_ delivery: Delivery, _ report: DeliveryReport, _ webhook: Int64, _ db: Database) throws {
        let (state, due, failures): (Delivery.State, Int64, Int) =
            switch report.verdict {
            case .delivered: (.delivered, delivery.due, delivery.failures)
            case .retry(let moment): (.due, moment, delivery.failures + 1)
            case .failed: (.failed, delivery.due, delivery.failures + 1)
            case .skipped: (.skipped, delivery.due, delivery.failures)
            }
        try db.run(
            """
            UPDATE delivery SET state = ?, due = ?, failures = ?, status = ?, error = ?, attempted = ?
            WHERE webhook = ? AND event = ? AND state = 0
            """,
            [
                state.rawValue, due, failures, report.status, report.error, report.moment, webhook, delivery.number,
            ]
        )
        guard state != .due, db.changesCount == 1 else { return }
        try letNextGo(delivery.event.enterprise?.text ?? "", to: webhook, at: report.moment, db)
    }

    /// What waited behind a settled delivery is due now, the earliest first; nothing where another is under way.
    private static func letNextGo(_ enterprise: String, to webhook: Int64, at now: Int64, _ db: Database) throws {
        try db.run(
            """
            UPDATE delivery SET state = 0, due = ?1 WHERE webhook = ?2 AND event = (
                SELECT min(event) FROM delivery WHERE webhook = ?2 AND enterprise = ?3 AND state IN (0, 4))
            AND state = 4 AND NOT EXISTS(
                SELECT 1 FROM delivery WHERE webhook = ?2 AND enterprise = ?3 AND state = 0)
            """,
            [now, webhook, enterprise]
        )
    }

    /// What an attempt says of the webhook itself.
    private static func judge(
        _ webhook: Webhook,
        _ report: DeliveryReport,
        _ number: Int64,
        _ db: Database
    ) throws -> Webhook.Disabling? {
        var changed = webhook
        switch report.verdict {
        case .skipped: return nil
        case .delivered: changed.failingSince = nil
        case .failed, .retry:
            changed.failingSince = webhook.failingSince ?? report.moment
            if report.isGone {
                changed.disable(.gone, at: report.moment)
            } else if let since = changed.failingSince, since < report.disablesIfFailingSince {
                changed.disable(.failing, at: report.moment)
            }
        }
        guard changed != webhook else { return nil }
        try db.run(
            "UPDATE webhook SET disabled = ?, disabled_at = ?, failing_since = ? WHERE number = ?",
            [changed.disabled?.rawValue, changed.disabledAt, changed.failingSince, number]
        )
        return changed.disabled == webhook.disabled ? nil : changed.disabled
    }

    /// See ``WatchStore``.
    public func deliveries(_ filter: DeliveryFilter, of client: ClientID?) throws -> [Delivery] {
        try file.read { db in
            try db.all(
                """
                SELECT \(Self.columns) FROM webhook w JOIN delivery d ON d.webhook = w.number
                JOIN event e ON e.number = d.event
                WHERE w.id = ?1 AND (?2 IS NULL OR w.client = ?2) AND d.event > ?3
                AND (NOT ?4 OR d.state IN (2, 3) OR (d.state = 0 AND d.failures > 0)) ORDER BY d.event LIMIT ?5
                """,
                [
                    filter.webhook.text, client?.text, filter.after ?? .min, filter.onlyTroubled, max(0, filter.limit),
                ],
                Self.delivery
            )
        }
    }

    /// See ``WatchStore``.
    public func replay(_ replay: Replay, to webhook: WebhookID, of client: ClientID?, at now: Int64) throws -> Int {
        try file.change { db in
            let sql = "SELECT number FROM webhook WHERE id = ?1 AND (?2 IS NULL OR client = ?2)"
            guard let number = try db.first(sql, [webhook.text, client?.text], { $0[0] as Int64 }) else {
                throw AccessError(.unknown, "there is no webhook \(webhook)")
            }
            let (event, since): (String?, Int64) =
                switch replay {
                case .event(let id): (id, .min)
                case .since(let moment): (nil, moment)
                }
            let rows = try db.all(
                """
                SELECT d.event, d.enterprise FROM delivery d JOIN event e ON e.number = d.event
                WHERE d.webhook = ?1 AND d.state IN (1, 2, 3) AND (?2 IS NULL OR e.id = ?2) AND e.queued >= ?3
                """,
                [number, event, since]
            ) { (event: $0[0] as Int64, enterprise: $0[1] as String) }
            for row in rows {
                try db.run(
                    """
                    UPDATE delivery SET state = 4, failures = 0, due = ?, status = NULL, error = NULL
                    WHERE webhook = ? AND event = ?
                    """,
                    [now, number, row.event]
                )
            }
            for enterprise in Set(rows.map(\.enterprise)) { try Self.letNextGo(enterprise, to: number, at: now, db) }
            return rows.count
        }
    }

    /// See ``WatchStore``.
    public func prune(before moment: Int64) throws -> Int {
        try file.change { db in
            try db.run(
                """
                DELETE FROM delivery WHERE state IN (1, 2, 3)
                AND event IN (SELECT number FROM event WHERE queued < ?1) AND coalesce(attempted, due) < ?1
                """,
                [moment]
            )
            var count = db.changesCount
            try db.run(
                """
                DELETE FROM event WHERE queued < ? AND NOT EXISTS(SELECT 1 FROM delivery d WHERE d.event = event.number)
                """,
                [moment]
            )
            try db.run("DELETE FROM retraction WHERE acknowledged < ?", [moment])
            count += db.changesCount
            return count
        }
    }
}
