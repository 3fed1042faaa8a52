public import Access
internal import Compression
internal import CreditModel
internal import Foundation
internal import GRDB

/// The journal of queries in one SQLite file: entries that are only ever appended, each chained to the one before.
///
/// What an entry says is its record, canonical JSON; a block's row holds some hundred of them, one a line, and what is beside
/// them is there to find them by. A value of the chain is SHA-256 over the one before, the entry's number and its record, so
/// that an entry that was changed, replaced or taken out from among the others shows; `head` says where it ends, so that
/// missing last entries show, too.
public final class SQLiteJournalStore: JournalStore {
    let file: AccessFile
    private let layout: JournalLayout

    /// Opens a file, and makes it where there is none.
    ///
    /// - Parameters:
    ///   - path: the file's name.
    ///   - isReadOnly: whether nothing will be written.
    /// - Throws: ``AccessError`` `unusable` where it cannot be opened, or is none of this version.
    public convenience init(path: String, isReadOnly: Bool = false) throws {
        try self.init(path: path, isReadOnly: isReadOnly, layout: JournalLayout())
    }

    package init(path: String, isReadOnly: Bool = false, layout: JournalLayout) throws {
        self.layout = layout
        file = try AccessFile(path: path, isReadOnly: isReadOnly, migrator: JournalTables.migrator)
    }

    /// See ``JournalStore``.
    public func append(_ records: [JournalRecord]) throws {
        let order = Self.order(records)
        // Before the file is locked.
        let written = order.map { records[$0].entry.record }
        try file.write { db in
            guard !records.isEmpty else { return try db.run("UPDATE head SET probes = probes + 1") }
            var head = try JournalHead.read(db)
            var writer = BlockWriter(db, layout, unfiled: head.unfiled)
            // By place: a record that is copied costs as much as its digest.
            for (place, bytes) in zip(order, written) {
                head.number += 1
                head.chain = JournalChain.next(head.chain, number: head.number, record: bytes)
                try writer.add(
                    head.number,
                    at: records[place].entry.moment,
                    bytes,
                    chain: head.chain.bytes,
                    keys: records[place].entry.keys
                )
                if records[place].body != nil { try Self.keepBody(records[place], head.number, db) }
            }
            try writer.finish()
            head.unfiled = writer.unfiled
            try head.write(db)
        }
    }

    /// The places of the older first, so that who waited long for an answer makes no block wide; as they came where they
    /// are alike.
    private static func order(_ records: [JournalRecord]) -> [Int] {
        let moments = records.map { $0.entry.moment }
        guard zip(moments, moments.dropFirst()).contains(where: { $0 > $1 }) else { return Array(moments.indices) }
        return moments.indices.sorted { (moments[$0], $0) < (moments[$1], $1) }
    }

    private static func keepBody(_ record: JournalRecord, _ number: Int64, _ db: Database) throws {
        guard let body = record.body, let digest = record.entry.digest else { return }
        try db.run("UPDATE body SET entry = ? WHERE digest = ?", [number, .blob(digest)])
        // Equal answers lie once.
        guard db.changesCount == 0 else { return }
        try db.run(
            "INSERT INTO body(digest, entry, bytes) VALUES(?, ?, ?)",
            [.blob(digest), number, Data(try Gzip.compress(body))]
        )
    }

    /// See ``JournalStore``.
    public func body(_ digest: Digest256) throws -> [UInt8]? {
        try file.read { db in
            try db.first("SELECT bytes FROM body WHERE digest = ?", [.blob(digest)], Self.inflated)
        }
    }

    static func inflated(_ row: Row) throws -> [UInt8] {
        // What lies here we compressed ourselves, whatever its ratio.
        do { return try Gzip.decompress(row.bytes(0), ratio: .max, limit: 1 << 30) } catch {
            throw ClientRow.damage("kept answer")
        }
    }
}
