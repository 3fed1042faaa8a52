public import Access
public import CreditModel
internal import GRDB
public import Watches

extension SQLiteJournalStore: AnswerHistory {
    /// Looks into each day that has entries, as `asked` is kept by days.
    ///
    /// See ``AnswerHistory``.
    public func clients(answeredAbout enterprise: EnterpriseID, since moment: Int64) throws -> Set<ClientID> {
        try file.read { db in
            var clients: Set<ClientID> = []
            var day = moment / Self.day - 1
            while let next = try Self.day("min", ">", day, db) {
                day = next
                let found = try db.all(
                    """
                    SELECT DISTINCT e.client FROM (\(Self.about)) a CROSS JOIN entry e ON e.number = a.entry
                    WHERE e.moment >= ?3
                    """,
                    [day, enterprise.text, moment]
                ) { ClientID($0[0] as String) }
                clients.formUnion(found.compactMap { $0 })
            }
            return clients
        }
    }
}
