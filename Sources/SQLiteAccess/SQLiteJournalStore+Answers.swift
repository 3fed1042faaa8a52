public import Access
public import CreditModel
internal import GRDB
public import Watches

extension SQLiteJournalStore: AnswerHistory {
    /// See ``AnswerHistory``.
    public func clients(answeredAbout enterprise: EnterpriseID, since moment: Int64) throws -> Set<ClientID> {
        try file.read { db in
            var clients: Set<ClientID> = []
            let window = JournalWindow(since: moment, end: (.max, .max))
            var blocks = try BlocksByKey([JournalKey(enterprise)], window, db)
            let search = [ByteSearch(enterprise)]
            while let block = try blocks.next() {
                guard let text = try Self.text(of: block.first, db) else { continue }
                for place in text.lines(holding: search) {
                    // Of a client that is known already nothing more is read.
                    if let client = text.client(place), clients.contains(client) { continue }
                    let entry = try QueryEntry(record: text.record(place))
                    guard entry.moment >= moment, entry.enterprises.contains(enterprise) else { continue }
                    clients.insert(entry.client)
                }
            }
            return clients
        }
    }
}
