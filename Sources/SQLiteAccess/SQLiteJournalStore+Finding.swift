public import Access
internal import CreditModel
internal import GRDB

/// How entries are found: first the blocks that may hold them, then their lines, and only those that fit are read.
extension SQLiteJournalStore {
    /// See ``JournalStore``.
    public func entry(_ id: QueryID) throws -> QueryEntry? {
        try file.read { db in try Self.line(of: id, db).map { try QueryEntry(record: $0.record) } }
    }

    /// See ``JournalStore``.
    public func entries(_ filter: JournalFilter) throws -> [QueryEntry] {
        try file.read { db in
            // Newer than any.
            var end: (moment: Int64, number: Int64) = (.max, .max)
            if let before = filter.before {
                guard let line = try Self.line(of: before, db) else {
                    throw AccessError(.unknown, "there is no query \(before)")
                }
                end = (line.moment, line.number)
            }
            if let until = filter.until, until <= end.moment { end = (until, .min) }
            let window = JournalWindow(since: filter.since ?? .min, end: end)
            let keys = [filter.enterprise.map { JournalKey($0) }, filter.client.map { JournalKey($0) }].compactMap {
                $0
            }
            var walk = EntryWalk(filter, window, db)
            if keys.isEmpty {
                try walk.run(BlocksByTime(window, db))
            } else {
                try walk.run(BlocksByKey(keys, window, db))
            }
            return walk.found
        }
    }

    /// An id begins with its moment, which leads to a block or to some; of two entries of one id, the first.
    private static func line(of id: QueryID, _ db: Database) throws -> JournalLine? {
        let firsts = try db.all(
            "SELECT first FROM block INDEXED BY block_moment WHERE greatest BETWEEN ?1 AND ?2 AND least <= ?1",
            [id.moment, JournalLayout.reach(id.moment)]
        ) { $0[0] as Int64 }
        let search = [ByteSearch(id)]
        for first in firsts.sorted() {
            guard let text = try text(of: first, db), let place = text.lines(holding: search).first else { continue }
            return JournalLine(
                moment: text.moment(place) ?? id.moment,
                number: first + Int64(place),
                text: text,
                place: place
            )
        }
        return nil
    }

    /// The records of a block.
    static func text(of block: Int64, _ db: Database) throws -> RecordText? {
        try db.first("SELECT lines FROM block WHERE first = ?", [block]) { RecordText(try $0.bytes(0)) }
    }
}

/// A line of a block, and what orders it among others.
struct JournalLine {
    let moment: Int64
    let number: Int64
    let text: RecordText
    let place: Int

    var record: [UInt8] { text.record(place) }
}

/// Goes through blocks from the newest entry on, and reads those that fit, in order, until there are enough.
struct EntryWalk {
    private let filter: JournalFilter
    private let window: JournalWindow
    private let db: Database
    private let searches: [ByteSearch]
    /// Lines that were found and are not read yet, the newest last.
    private var pending: [JournalLine] = []
    private(set) var found: [QueryEntry] = []

    init(_ filter: JournalFilter, _ window: JournalWindow, _ db: Database) {
        self.filter = filter
        self.window = window
        self.db = db
        // What is rarer first.
        searches = [filter.enterprise.map { ByteSearch($0) }, filter.client.map { ByteSearch($0) }].compactMap { $0 }
    }

    mutating func run(_ source: some BlockSource) throws {
        var source = source
        while found.count < filter.limit {
            guard let block = try source.next() else { break }
            // The block's entries may come between those that wait.
            try read(newerThan: block.greatest)
            guard found.count < filter.limit else { return }
            try look(into: block)
        }
        try read(newerThan: nil)
    }

    private mutating func look(into block: BlockPlace) throws {
        guard let text = try SQLiteJournalStore.text(of: block.first, db) else { return }
        let before = pending.count
        for place in text.lines(holding: searches) {
            guard let moment = text.moment(place) else { throw ClientRow.damage("journal's entry") }
            let number = block.first + Int64(place)
            guard window.holds(moment, number) else { continue }
            pending.append(JournalLine(moment: moment, number: number, text: text, place: place))
        }
        if pending.count > before { pending.sort { ($0.moment, $0.number) < ($1.moment, $1.number) } }
    }

    private mutating func read(newerThan moment: Int64?) throws {
        while found.count < filter.limit, let line = pending.last, moment.map({ line.moment > $0 }) ?? true {
            pending.removeLast()
            let entry = try QueryEntry(record: line.record)
            guard filter.client ?? entry.client == entry.client,
                filter.enterprise.map({ entry.enterprises.contains($0) }) ?? true
            else { continue }
            found.append(entry)
        }
    }
}
