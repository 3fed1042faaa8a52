internal import Access
internal import Foundation
internal import GRDB

/// Packs entries into blocks and stores those, within one transaction.
struct BlockWriter {
    private let db: Database
    private let layout: JournalLayout
    private var block: JournalBlock?
    /// What was not filed yet.
    private(set) var unfiled: JournalHead.Unfiled

    init(_ db: Database, _ layout: JournalLayout, unfiled: JournalHead.Unfiled) {
        self.db = db
        self.layout = layout
        self.unfiled = unfiled
    }

    /// Adds the entry of a number.
    /// - Parameters:
    ///   - number: greater than those before.
    ///   - moment: when its query was made.
    ///   - record: as it is kept.
    ///   - chain: the 32 bytes of the chain's value after it.
    ///   - keys: what it is found by.
    /// - Throws: what SQLite says.
    mutating func add(
        _ number: Int64,
        at moment: Int64,
        _ record: [UInt8],
        chain: [UInt8],
        keys: [JournalKey]
    ) throws {
        if block?.takes(number, moment, layout) != true {
            try finish()
            block = JournalBlock(first: number)
        }
        block?.add(moment, record, chain, keys)
    }

    /// Stores the block that was begun.
    mutating func finish() throws {
        guard let block else { return }
        self.block = nil
        try db.run(
            "INSERT INTO block(first, last, least, greatest, chain, lines) VALUES(?, ?, ?, ?, ?, ?)",
            [block.first, block.last, block.least, block.greatest, Data(block.chain), Data(block.lines)]
        )
        let keys = block.sortedKeys
        try db.run(
            "INSERT INTO unfiled(first, keys) VALUES(?, ?)",
            [block.first, Data(PackedNumbers.bytes(keys))]
        )
        unfiled.blocks += 1
        unfiled.keys += keys.count
        guard unfiled.blocks >= layout.lotBlocks || unfiled.keys >= layout.lotKeys else { return }
        try JournalLots(db).file(layout)
        unfiled = JournalHead.Unfiled()
    }
}

/// Where a journal stands: its one row of `head`.
struct JournalHead {
    /// How many blocks wait to be filed, with how many keys.
    struct Unfiled {
        var blocks = 0
        var keys = 0
    }

    var number: Int64
    var chain: Digest256
    var pruned: Int64
    var prunedChain: Digest256
    var unfiled: Unfiled

    static func read(_ db: Database) throws -> JournalHead {
        let head = try db.first(
            "SELECT number, chain, pruned, pruned_chain, unfiled_blocks, unfiled_keys FROM head",
            []
        ) { row -> JournalHead? in
            guard let chain = try Digest256(row.bytes(1)), let prunedChain = try Digest256(row.bytes(3)) else {
                return nil
            }
            return JournalHead(
                number: row[0],
                chain: chain,
                pruned: row[2],
                prunedChain: prunedChain,
                unfiled: Unfiled(blocks: row[4], keys: row[5])
            )
        }
        guard let head = head ?? nil else { throw ClientRow.damage("journal's head") }
        return head
    }

    func write(_ db: Database) throws {
        try db.run(
            "UPDATE head SET number = ?, chain = ?, pruned = ?, pruned_chain = ?, unfiled_blocks = ?, unfiled_keys = ?",
            [number, .blob(chain), pruned, .blob(prunedChain), unfiled.blocks, unfiled.keys]
        )
    }
}
