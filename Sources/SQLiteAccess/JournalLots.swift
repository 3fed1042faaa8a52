internal import Access
internal import Foundation
internal import GRDB

/// What blocks are found by, filed in lots: a lot holds the keys of some hundred or thousand consecutive blocks in order.
///
/// A table with a row for each key, in order over the whole journal, would have each new key on a page of its own once the
/// journal is large. A lot is written once, in large rows at the end of the file, and lots are made one as they become many; so
/// what a key costs does not grow with the journal, and whoever looks for one asks each of the few lots.
struct JournalLots {
    private let db: Database

    init(_ db: Database) { self.db = db }

    /// A lot's row.
    struct Lot {
        /// The numbers of its first and its last entry.
        let first: Int64
        let last: Int64
        /// The oldest and the newest moment, in POSIX milliseconds.
        let least: Int64
        let greatest: Int64
        /// Of how many others it is made, as a logarithm.
        let level: Int
        let keys: Int

        init(_ row: Row) {
            (first, last, least, greatest) = (row[0], row[1], row[2], row[3])
            (level, keys) = (row[4], row[5])
        }

        init(first: Int64, last: Int64, least: Int64, greatest: Int64, level: Int, keys: Int) {
            (self.first, self.last, self.least, self.greatest) = (first, last, least, greatest)
            (self.level, self.keys) = (level, keys)
        }

        static let columns = "first, last, least, greatest, level, keys"
    }

    /// A key and the block that has it: 40 bits, then how far the block's first number lies behind the lot's.
    enum Posting {
        static let offsetBits = 63 - JournalKey.width
        static let farthest = Int64(1) << offsetBits - 1

        static func make(_ key: UInt64, _ offset: Int64) -> UInt64 { key << offsetBits | UInt64(offset) }
        static func offset(_ posting: UInt64) -> Int64 { Int64(posting & UInt64(farthest)) }
        static func range(_ key: UInt64) -> ClosedRange<UInt64> { make(key, 0)...make(key, farthest) }
    }

    /// Postings of a row: some of these fit on a page of the file.
    private static let rowPostings = 110

    /// Files what was not filed yet.
    func file(_ layout: JournalLayout) throws {
        let waiting = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT b.first, b.last, b.least, b.greatest, u.keys
                    FROM unfiled u CROSS JOIN block b ON b.first = u.first ORDER BY u.first
                    """
            )
        )
        var open: (lot: Lot, postings: [UInt64])?
        func close() throws {
            guard let (lot, postings) = open else { return }
            try insert(lot, postings.sorted())
        }
        while let row = try waiting.next() {
            var lot = Lot(first: row[0], last: row[1], least: row[2], greatest: row[3], level: 0, keys: 0)
            var postings: [UInt64] = []
            let first = lot.first
            if let begun = open, lot.last - begun.lot.first <= Posting.farthest {
                postings = begun.postings
                open = nil
                lot = Lot(
                    first: begun.lot.first,
                    last: lot.last,
                    least: min(begun.lot.least, lot.least),
                    greatest: max(begun.lot.greatest, lot.greatest),
                    level: 0,
                    keys: 0
                )
            } else {
                // Only where numbers are missing.
                try close()
            }
            for key in try PackedNumbers.numbers(row.bytes(4)) {
                postings.append(Posting.make(key, first - lot.first))
            }
            open = (lot, postings)
        }
        try close()
        try db.run("DELETE FROM unfiled")
        while try merge(layout) {}
    }

    private func insert(_ lot: Lot, _ postings: [UInt64]) throws {
        try db.run(
            "INSERT INTO lot(\(Lot.columns)) VALUES(?, ?, ?, ?, ?, ?)",
            [lot.first, lot.last, lot.least, lot.greatest, lot.level, postings.count]
        )
        try write(postings, of: lot.first)
    }

    private func write(_ postings: [UInt64], of lot: Int64) throws {
        for start in stride(from: 0, to: postings.count, by: Self.rowPostings) {
            let row = postings[start..<min(start + Self.rowPostings, postings.count)]
            try db.run(
                "INSERT INTO filed(lot, start, postings) VALUES(?, ?, ?)",
                [lot, Int64(postings[start]), Data(PackedNumbers.bytes(row))]
            )
        }
    }

    /// Makes the newest lots one where enough of them are of one level.
    private func merge(_ layout: JournalLayout) throws -> Bool {
        let newest = try db.all(
            "SELECT \(Lot.columns) FROM lot ORDER BY first DESC LIMIT ?",
            [layout.lotsMerged]
        ) { Lot($0) }
        let lots = Array(newest.reversed())
        guard lots.count == layout.lotsMerged, let oldest = lots.first, let last = lots.last,
            lots.allSatisfy({ $0.level == oldest.level }), last.last - oldest.first <= Posting.farthest,
            lots.reduce(0, { $0 + $1.keys }) <= layout.mergedKeys
        else { return false }
        var postings: [UInt64] = []
        postings.reserveCapacity(lots.reduce(0) { $0 + $1.keys })
        for lot in lots {
            for posting in try self.postings(of: lot) { postings.append(posting + UInt64(lot.first - oldest.first)) }
            try remove(lot.first)
        }
        try insert(
            Lot(
                first: oldest.first,
                last: last.last,
                least: lots.reduce(.max) { min($0, $1.least) },
                greatest: lots.reduce(.min) { max($0, $1.greatest) },
                level: oldest.level + 1,
                keys: 0
            ),
            postings.sorted()
        )
        return true
    }

    private func remove(_ lot: Int64) throws {
        try db.run("DELETE FROM filed WHERE lot = ?", [lot])
        try db.run("DELETE FROM lot WHERE first = ?", [lot])
    }

    /// All postings of a lot, in order; without those of rows in which they would not be found.
    func postings(of lot: Lot) throws -> [UInt64] {
        var postings: [UInt64] = []
        postings.reserveCapacity(lot.keys)
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT start, postings FROM filed WHERE lot = ? ORDER BY start"),
            arguments: [lot.first]
        )
        while let row = try rows.next() {
            let numbers = try PackedNumbers.numbers(row.bytes(1))
            let start: Int64 = row[0]
            guard numbers.first == UInt64(bitPattern: start), zip(numbers, numbers.dropFirst()).allSatisfy(<),
                postings.last ?? 0 <= numbers[0]
            else { continue }
            postings += numbers
        }
        return postings
    }

    /// The first numbers of a lot's blocks that have a key, in order.
    func blocks(of key: UInt64, in lot: Lot) throws -> [Int64] {
        let range = Posting.range(key)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT postings FROM filed WHERE lot = ?1 AND start <= ?3
                    AND start >= coalesce((SELECT max(start) FROM filed WHERE lot = ?1 AND start <= ?2), ?2)
                    ORDER BY start
                    """
            ),
            arguments: [lot.first, Int64(range.lowerBound), Int64(range.upperBound)]
        )
        var found: [Int64] = []
        while let row = try rows.next() {
            let numbers = try PackedNumbers.numbers(row.bytes(0))
            for number in numbers[numbers.place(of: range.lowerBound)...] {
                guard number <= range.upperBound else { break }
                found.append(lot.first + Posting.offset(number))
            }
        }
        return found
    }

    /// Lots that have entries of a time, the one with the newest last.
    func lots(since: Int64 = .min, upTo end: Int64 = .max) throws -> [Lot] {
        try db.all(
            "SELECT \(Lot.columns) FROM lot WHERE greatest >= ? AND least <= ? ORDER BY greatest",
            [since, end]
        ) { Lot($0) }
    }

    /// Takes away the lots whose entries were all pruned.
    func prune(upTo number: Int64) throws {
        for lot in try db.all("SELECT first FROM lot WHERE last <= ?", [number], { $0[0] as Int64 }) { try remove(lot) }
    }

    /// Takes what was pruned out of the lot that still has other entries.
    func trim(upTo number: Int64) throws {
        let lots = try db.all("SELECT \(Lot.columns) FROM lot WHERE first <= ?1 AND last > ?1", [number]) { Lot($0) }
        for lot in lots {
            let left = try postings(of: lot).filter { lot.first + Posting.offset($0) > number }
            try db.run("DELETE FROM filed WHERE lot = ?", [lot.first])
            try db.run("UPDATE lot SET keys = ? WHERE first = ?", [left.count, lot.first])
            try write(left, of: lot.first)
        }
    }
}
