import CreditModel
import CreditStore
import GRDB
import HashTree
@testable import SQLiteStore
import Signing
import Synchronization
import Testing

/// Who answers all day reads what everybody else reads, in views that end when it says so.
@Suite("The reader that answers")
struct AnswerReaderTests {
    private static let names = (0..<10).map { "E\($0)" }

    private func publish(_ desk: Desk, _ digest: String) throws {
        let unsigned = try desk.store.unsigned(limit: 99)
        try desk.store.storeSigned(unsigned.map { Desk.seal($0.id, $0.version) }, at: 1)
        try desk.sign(digest)
    }

    private func world() throws -> Desk {
        let desk = try Desk()
        for name in Self.names {
            try desk.put([Desk.version(name, "\(name)v1", at: 1)])
        }
        try desk.derive()
        try publish(desk, "first")
        return desk
    }

    @Test("It finds what the store proves, and the very document")
    func same() throws {
        let desk = try world()
        let reader = try desk.store.answerReader { _ in }
        for name in Self.names + ["nobody"] {
            let id = Desk.id(name)
            let proven = try #require(try desk.store.provenAnswer(about: [id.text]))
            let found = try #require(try reader.finding(of: id.text))
            #expect(found.status == proven.status && found.statements == proven.statements)
            #expect((found.profile != nil) == Self.names.contains(name))
            #expect(try found.profile.map { try reader.signed($0) } == proven.profile)
            // The tree says where it lies: nothing is looked for.
            if let profile = found.profile { #expect(profile.document != nil) }
        }
        reader.endView()
    }

    @Test("A view shows one status, whatever is signed meanwhile, and tells of itself once")
    func views() throws {
        let desk = try world()
        let begun = Mutex(0)
        let reader = try desk.store.answerReader { _ in begun.withLock { $0 += 1 } }
        let id = Desk.id("E7")
        func version() throws -> String? { try reader.finding(of: id.text)?.profile?.version }
        #expect(try version() == "E7v1")
        try desk.put([Desk.version("E7", "E7v2", at: 2)])
        try desk.derive()
        try publish(desk, "second")
        let found = try #require(try reader.finding(of: id.text))
        #expect(found.status == "first" && found.profile?.version == "E7v1")
        #expect(begun.withLock { $0 } == 1)
        reader.endView()
        reader.endView()
        #expect(try version() == "E7v2" && begun.withLock { $0 } == 2)
        // What was found in an earlier view is still there.
        #expect(try found.profile.map { try reader.signed($0).version } == "E7v1")
        reader.endView()
    }

    @Test("Where a document lies is believed only where it does", arguments: [nil, 0, 1, 2, 9, 10, 999])
    func hints(_ document: Int64?) throws {
        let desk = try world()
        let reader = try desk.store.answerReader { _ in }
        for name in ["E0", "E7", "E9"] {
            let placed = PlacedVersion(id: Desk.id(name), version: "\(name)v1", document: document)
            #expect(try reader.signed(placed) == desk.store.signed(Desk.id(name)))
        }
        // No document at all is no document of another's.
        let nobody = PlacedVersion(id: Desk.id("E7"), version: "never", document: document)
        #expect(throws: StoreError.self) { try reader.signed(nobody) }
    }

    @Test("A view is told of before anything fails in it")
    func damaged() throws {
        let desk = try world()
        try desk.store.write { db in try db.run("UPDATE tree_part SET leaves = x'00'") }
        let begun = Mutex(0)
        let reader = try desk.store.answerReader { _ in begun.withLock { $0 += 1 } }
        #expect(throws: StoreError.self) { try reader.finding(of: Desk.id("E7").text) }
        #expect(begun.withLock { $0 } == 1)
        reader.endView()
    }

    @Test("A leaf whose hash is not its own is found out by whoever looks into the store")
    func leafHash() throws {
        let desk = try world()
        try desk.store.write { db in
            #expect(try TreeAudit.isRight(db))
            let found = try db.read("SELECT number, leaves FROM tree_part LIMIT 1") {
                (number: $0.integer(0), bytes: $0.bytes(1) ?? [])
            }
            var (number, bytes) = try #require(found)
            bytes[40] ^= 1
            try db.run("UPDATE tree_part SET leaves = ? WHERE number = ?", bytes, number)
            #expect(try !TreeAudit.isRight(db))
        }
    }

    @Test("A store of version 12 becomes one of this version: the same documents, signatures, tree and answers")
    func migration() throws {
        let desk = try world()
        let id = Desk.id("E7")
        // A version with two signatures, and one that is no longer the present one.
        try desk.store.storeSigned([Desk.seal(id, "E7v1", key: "newer")], at: 2)
        try desk.put([Desk.version("E7", "E7v2", at: 2)])
        try desk.derive()
        try publish(desk, "second")
        let before = try answers(desk)
        let seals =
            "SELECT document, number, key, issued_at, opening, closing, protected, signature FROM seal ORDER BY 1, 2"
        let rows = try desk.store.read { db in try Row.fetchAll(db, sql: seals) }
        try desk.store.write { db in
            try Self.makeTwelve(db)
            try SealSchema.makeThirteen(db)
            try TreeSchema.makeThirteen(db)
            #expect(try TreeAudit.isRight(db))
            let tally = try #require(Tally.all.first { $0.table == "seal" })
            let noted = try db.read("SELECT rows, sum FROM tally WHERE id = 20") { [$0.integer(0), $0.integer(1)] }
            let counted = try tally.count(db)
            #expect(noted == [counted.rows, counted.sum])
        }
        #expect(try desk.store.read { db in try Row.fetchAll(db, sql: seals) } == rows)
        #expect(try answers(desk) == before)
        // Rows are still counted.
        try desk.store.storeSigned([Desk.seal(id, "E7v2", key: "newest")], at: 3)
        #expect(
            try desk.store.read { db in try db.integer("SELECT rows FROM tally WHERE id = 20") }
                == Int64(rows.count + 1)
        )
    }

    /// What is said of everybody, where it lies, and the documents.
    private func answers(_ desk: Desk) throws -> [String] {
        let reader = try desk.store.answerReader { _ in }
        defer { reader.endView() }
        return try Self.names.map { name in
            let found = try #require(try reader.finding(of: Desk.id(name).text))
            let profile = try #require(found.profile)
            return "\(found.statements) \(profile) \(try reader.signed(profile).document)"
        }
    }

    /// Puts seals and leaves back as version 12 had them.
    private static func makeTwelve(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE old_seal(
                    document INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, issued_at INTEGER NOT NULL,
                    opening BLOB NOT NULL, closing BLOB NOT NULL, protected BLOB NOT NULL, signature BLOB NOT NULL,
                    PRIMARY KEY(document, number)) WITHOUT ROWID;
                INSERT INTO old_seal
                SELECT document, number, key, issued_at, opening, closing, protected, signature FROM seal;
                DROP TABLE seal;
                ALTER TABLE old_seal RENAME TO seal;
                """
        )
        if let tally = Tally.all.first(where: { $0.table == "seal" }) { try TallySchema.makeTriggers(of: tally, db) }
        for part in try db.integers("SELECT number FROM tree_part") {
            var bytes: [UInt8] = []
            for leaf in try db.treePart(Int(part)).leaves {
                let text = Array(leaf.statement.stored.utf8)
                leaf.key.append(to: &bytes)
                bytes += [UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text
            }
            try db.run("UPDATE tree_part SET leaves = ? WHERE number = ?", bytes, part)
        }
    }
}
