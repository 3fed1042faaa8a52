internal import Access
internal import GRDB

/// Where a block lies: by its first number, and in time.
struct BlockPlace {
    let first: Int64
    let least: Int64
    let greatest: Int64

    init(_ row: Row) { (first, least, greatest) = (row[0], row[1], row[2]) }
}

/// The time that is asked for, in POSIX milliseconds, and the place where its last entries end.
struct JournalWindow {
    let since: Int64
    /// Entries come before this one: by moment, then by number.
    let end: (moment: Int64, number: Int64)

    func holds(_ moment: Int64, _ number: Int64) -> Bool { moment >= since && (moment, number) < end }
}

/// Gives the blocks that may hold what is looked for, those with the newest entries first.
protocol BlockSource {
    /// The next one; none has a newer entry than the one before it.
    mutating func next() throws -> BlockPlace?
}

/// All blocks of a time.
struct BlocksByTime: BlockSource {
    private let rows: RowCursor

    init(_ window: JournalWindow, _ db: Database) throws {
        rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT first, least, greatest FROM block INDEXED BY block_moment
                    WHERE greatest BETWEEN ?1 AND ?2 AND least <= ?3 ORDER BY greatest DESC
                    """
            ),
            arguments: [window.since, JournalLayout.reach(window.end.moment), window.end.moment]
        )
    }

    mutating func next() throws -> BlockPlace? { try rows.next().map(BlockPlace.init) }
}

/// The blocks of a time that have all of some keys; looks into a lot only when it is that lot's turn.
struct BlocksByKey: BlockSource {
    private let keys: [UInt64]
    private let window: JournalWindow
    private let db: Database
    /// Those that were not looked into yet, the one with the newest entry last.
    private var lots: [JournalLots.Lot]
    /// What was found and not given yet, likewise.
    private var blocks: [BlockPlace] = []

    /// Blocks of a lot that are looked up one by one; of more, those of the lot's time are read in a row.
    private static let few = 64

    /// - Parameters:
    ///   - keys: those that fewer blocks have first.
    ///   - window: the time.
    ///   - db: the file.
    /// - Throws: what SQLite says.
    init(_ keys: [JournalKey], _ window: JournalWindow, _ db: Database) throws {
        self.keys = keys.map(\.bits)
        self.window = window
        self.db = db
        lots = try JournalLots(db).lots(since: window.since, upTo: window.end.moment)
        let unfiled = try Row.fetchCursor(db.cachedStatement(sql: "SELECT first, keys FROM unfiled"))
        while let row = try unfiled.next() {
            let has = try PackedNumbers.numbers(row.bytes(1))
            guard self.keys.allSatisfy(has.has), let place = try place(row[0]) else { continue }
            blocks.append(place)
        }
        blocks.sort { $0.greatest < $1.greatest }
    }

    mutating func next() throws -> BlockPlace? {
        while let lot = lots.last, lot.greatest >= blocks.last?.greatest ?? .min {
            lots.removeLast()
            let found = try places(in: lot)
            guard !found.isEmpty else { continue }
            blocks += found
            blocks.sort { $0.greatest < $1.greatest }
        }
        return blocks.popLast()
    }

    private func places(in lot: JournalLots.Lot) throws -> [BlockPlace] {
        let index = JournalLots(db)
        var firsts: [Int64]?
        for key in keys {
            // So few are read rather than compared with all that another key has.
            if let firsts, firsts.count <= Self.few { break }
            let these = try index.blocks(of: key, in: lot)
            firsts = firsts.map { $0.filter(these.has) } ?? these
        }
        guard let firsts, firsts.count > Self.few else { return try firsts?.compactMap(place) ?? [] }
        let time = [
            max(lot.least, window.since), min(lot.greatest, JournalLayout.reach(window.end.moment)), window.end.moment,
        ]
        return try db.all(
            """
            SELECT first, least, greatest FROM block INDEXED BY block_moment
            WHERE greatest BETWEEN ?1 AND ?2 AND least <= ?3
            """,
            StatementArguments(time),
            BlockPlace.init
        ).filter { firsts.has($0.first) }
    }

    /// Where a block lies; nil where it was pruned, or has nothing of the time.
    private func place(_ first: Int64) throws -> BlockPlace? {
        try db.first(
            "SELECT first, least, greatest FROM block WHERE first = ?1 AND greatest >= ?2 AND least <= ?3",
            [first, window.since, window.end.moment],
            BlockPlace.init
        )
    }
}
