public import Access
internal import CreditModel
internal import GRDB

/// Whether a journal is as it was written.
extension SQLiteJournalStore {
    /// See ``JournalStore``.
    public func check(_ found: (JournalFault) -> Void) throws -> JournalState {
        try file.read { db in
            let head = try JournalHead.read(db)
            var chain = ChainExaminer(head)
            var index = try IndexExaminer(db, pruned: head.pruned)
            var count = 0
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT first, least, greatest, last, chain, lines FROM block ORDER BY first"
            )
            while let row = try rows.next() {
                let block = try ExaminedBlock(row)
                if block.last != block.first + Int64(block.chain.count) - 1 { found(.index(block.first)) }
                let entries = chain.examine(block, found)
                count += block.text.lines.count
                try index.examine(block, entries, found)
                for (number, entry) in entries { try Self.checkBody(of: entry, number, db, found) }
            }
            chain.finish(head, found)
            try index.finish(found)
            return JournalState(entries: count, last: head.number, chain: head.chain)
        }
    }

    private static func checkBody(
        of entry: QueryEntry,
        _ number: Int64,
        _ db: Database,
        _ found: (JournalFault) -> Void
    ) throws {
        guard case .kept = entry.answer, let digest = entry.digest else { return }
        let body = try? db.first("SELECT bytes FROM body WHERE digest = ?", [.blob(digest)], inflated)
        if body.map({ Digest256(of: $0) != digest }) ?? true { found(.body(number)) }
    }
}

/// A block as it lies there, whatever was done to it.
struct ExaminedBlock {
    let first: Int64
    let last: Int64
    let place: BlockPlace
    /// The chain's value after each entry.
    let chain: [Digest256]
    let text: RecordText

    init(_ row: Row) throws {
        place = BlockPlace(row)
        first = place.first
        last = row[3]
        let bytes = try row.bytes(4)
        chain = stride(from: 0, to: bytes.count - bytes.count % 32, by: 32).compactMap {
            Digest256(bytes[$0..<$0 + 32])
        }
        text = RecordText(try row.bytes(5))
    }
}

/// Follows the chain through the blocks, and says which entries do not fit it.
///
/// A block has a value for each of its entries. So where lines were taken out of it, or put in, those that are left still tell
/// which entry they are.
struct ChainExaminer {
    /// The number of the next entry.
    private var expected: Int64
    /// The value before it; nil where that is missing, which was told.
    private var value: Digest256?

    init(_ head: JournalHead) {
        expected = head.pruned + 1
        value = head.prunedChain
    }

    /// Compares a block.
    /// - Parameters:
    ///   - block: the next one.
    ///   - found: told of what does not fit.
    /// - Returns: its entries, as far as they can be read, with their numbers.
    mutating func examine(
        _ block: ExaminedBlock,
        _ found: (JournalFault) -> Void
    ) -> [(number: Int64, entry: QueryEntry)] {
        if block.first > expected {
            found(.missing(expected...block.first - 1))
            value = nil
        } else if block.first < expected {
            found(.changed(block.first))
        }
        var entries: [(Int64, QueryEntry)] = []
        let lines = block.text.lines.count
        var (line, place) = (0, 0)
        while place < block.chain.count {
            let number = block.first + Int64(place)
            let (linesLeft, placesLeft) = (lines - line, block.chain.count - place)
            var isChanged = false
            if line >= lines {
                found(.missing(number...number + Int64(placesLeft) - 1))
                break
            }
            if !fits(line, place, block) {
                if let later = (0..<max(0, placesLeft - linesLeft)).first(where: { fits(line, place + $0 + 1, block) })
                {
                    found(.missing(number...number + Int64(later)))
                    place += later + 1
                    continue
                }
                // A line that does not belong here, before one that does.
                if linesLeft > placesLeft, fits(line + 1, place, block) { line += 1 }
                found(.changed(number))
                isChanged = true
            }
            if let entry = try? QueryEntry(record: block.text.record(line)) {
                entries.append((number, entry))
            } else if !isChanged {
                found(.changed(number))
            }
            line += 1
            place += 1
        }
        if line < lines { found(.changed(block.first + Int64(max(0, block.chain.count - 1)))) }
        value = block.chain.last
        expected = max(expected, block.first + Int64(block.chain.count))
        return entries
    }

    /// Whether a line is the entry of a place of its block; the first after a gap cannot be told.
    private func fits(_ line: Int, _ place: Int, _ block: ExaminedBlock) -> Bool {
        guard let before = place == 0 ? value : block.chain[place - 1] else { return true }
        let record = block.text.record(line)
        return JournalChain.next(before, number: block.first + Int64(place), record: record) == block.chain[place]
    }

    /// Compares where the journal should end.
    mutating func finish(_ head: JournalHead, _ found: (JournalFault) -> Void) {
        if expected <= head.number {
            found(.missing(expected...head.number))
        } else if expected != head.number + 1 || value.map({ $0 != head.chain }) ?? false {
            found(.changed(expected - 1))
        }
    }
}
