internal import Access
internal import GRDB

/// Compares what entries are found by with the entries.
struct IndexExaminer {
    private let db: Database
    private let index: JournalLots
    /// The number of the last entry that was pruned, of which a lot may still speak.
    private let pruned: Int64
    /// Lots that blocks which come yet may be in, by their first numbers, the next one last.
    private var lots: [JournalLots.Lot]
    /// The lot that blocks are gathered for, and what it should say.
    private var open: (lot: JournalLots.Lot, postings: [UInt64])?

    init(_ db: Database, pruned: Int64) throws {
        self.db = db
        self.pruned = pruned
        index = JournalLots(db)
        lots = try index.lots().sorted { $0.first > $1.first }
    }

    /// Compares a block's, or keeps them until its lot's are complete.
    mutating func examine(
        _ block: ExaminedBlock,
        _ entries: [(number: Int64, entry: QueryEntry)],
        _ found: (JournalFault) -> Void
    ) throws {
        let moments = entries.map(\.entry.moment)
        let (least, greatest) = (block.place.least, block.place.greatest)
        for (number, entry) in entries
        where !(least...max(least, greatest)).contains(entry.moment) || entry.id.moment != entry.moment {
            found(.index(number))
        }
        // Look-ups rely on its width.
        let width = greatest.subtractingReportingOverflow(least)
        if width.overflow || !(0...JournalLayout.span).contains(width.partialValue)
            || !moments.isEmpty && (moments.min() != least || moments.max() != greatest)
        {
            found(.index(block.first))
        }
        if let lot = open?.lot, lot.last < block.first { try finishLot(found) }
        while let lot = lots.last, lot.last < block.first { lots.removeLast() }
        if open == nil, let lot = lots.last, lot.first <= block.first {
            lots.removeLast()
            open = (lot, [])
        }
        guard let lot = open?.lot else { return try examineUnfiled(block, entries, found) }
        if lot.least > least || lot.greatest < greatest { found(.index(block.first)) }
        for (_, entry) in entries {
            for key in entry.keys { open?.postings.append(JournalLots.Posting.make(key.bits, block.first - lot.first)) }
        }
    }

    private func examineUnfiled(
        _ block: ExaminedBlock,
        _ entries: [(number: Int64, entry: QueryEntry)],
        _ found: (JournalFault) -> Void
    ) throws {
        let keys = try db.first("SELECT keys FROM unfiled WHERE first = ?", [block.first]) {
            PackedNumbers.numbers(try $0.bytes(0))
        }
        for (number, entry) in entries where !entry.keys.allSatisfy({ (keys ?? []).has($0.bits) }) {
            found(.index(number))
        }
    }

    /// Compares what the last lot says.
    mutating func finish(_ found: (JournalFault) -> Void) throws { try finishLot(found) }

    private mutating func finishLot(_ found: (JournalFault) -> Void) throws {
        guard let (lot, postings) = open else { return }
        open = nil
        let filed = try index.postings(of: lot)
        var missing: [Int64: Set<UInt64>] = [:]
        var place = 0
        for posting in postings.sortedOnce() {
            while place < filed.count, filed[place] < posting { place += 1 }
            guard place == filed.count || filed[place] != posting else { continue }
            let first = lot.first + JournalLots.Posting.offset(posting)
            missing[first, default: []].insert(posting >> JournalLots.Posting.offsetBits)
        }
        for (first, keys) in missing.sorted(by: { $0.key < $1.key }) {
            guard let text = try SQLiteJournalStore.text(of: first, db) else { continue }
            for place in text.lines.indices where text.keys(place).contains(where: { keys.contains($0.bits) }) {
                found(.index(first + Int64(place)))
            }
        }
    }
}
