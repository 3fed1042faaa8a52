public import Access
internal import CreditModel
internal import Foundation
internal import GRDB
public import Watches

extension SQLiteWatchStore {
    private static let columns = "id, client, enterprise, records, reason, opened, delivered, acknowledged"

    private static func retraction(_ row: Row) throws -> Retraction {
        guard let id = RetractionID(row[0] as String), let client = ClientID(row[1] as String),
            let enterprise = EnterpriseID(row[2] as String), let event = try WatchEvent(record: row.bytes(3)),
            let reason = Retraction.Reason(rawValue: row[4])
        else { throw ClientRow.damage("retraction") }
        return Retraction(
            id: id,
            client: client,
            enterprise: enterprise,
            records: event.retracted,
            reason: reason,
            opened: row[5],
            delivered: row[6],
            acknowledged: row[7]
        )
    }

    /// In the transaction that queues the event, so that nobody is told of what nobody kept.
    static func keep(
        _ retractions: [(client: ClientID, reason: Retraction.Reason, records: WatchEvent)],
        of event: WatchEvent,
        at moment: Int64,
        _ db: Database
    ) throws {
        guard let id = event.retraction, let enterprise = event.enterprise else { return }
        for retraction in retractions {
            try db.run(
                """
                INSERT OR IGNORE INTO retraction(id, client, enterprise, records, reason, opened)
                VALUES(?, ?, ?, ?, ?, ?)
                """,
                [
                    id.text, retraction.client.text, enterprise.text, Data(retraction.records.record),
                    retraction.reason.rawValue, moment,
                ]
            )
        }
    }

    /// See ``WatchStore``.
    public func retractions(_ filter: RetractionFilter) throws -> [Retraction] {
        try file.read { db in
            let after = filter.after
            return try db.all(
                """
                SELECT \(Self.columns) FROM retraction WHERE (?1 IS NULL OR client = ?1) AND (client, id) > (?2, ?3)
                AND (NOT ?4 OR acknowledged IS NULL) AND opened < ?5 ORDER BY client, id LIMIT ?6
                """,
                [
                    filter.client?.text, after?.client.text ?? "", after?.id.text ?? "", filter.onlyOpen,
                    filter.openedBefore ?? .max, max(0, filter.limit),
                ],
                Self.retraction
            )
        }
    }

    /// See ``WatchStore``.
    public func acknowledge(_ id: RetractionID, by client: ClientID, at moment: Int64) throws -> Retraction {
        try file.change { db in
            try db.run(
                "UPDATE retraction SET acknowledged = coalesce(acknowledged, ?) WHERE client = ? AND id = ?",
                [moment, client.text, id.text]
            )
            let sql = "SELECT \(Self.columns) FROM retraction WHERE client = ? AND id = ?"
            guard let retraction = try db.first(sql, [client.text, id.text], Self.retraction) else {
                throw AccessError(.unknown, "there is no retraction \(id) of which this client was told")
            }
            return retraction
        }
    }
}
