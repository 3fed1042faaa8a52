import CreditModel
import CreditStore
import GRDB
import HashTree
@testable import SQLiteStore
import Signing
import Testing

/// The tree says what the store knows as of the latest status, proves it, and grows by changes into what it would be anew.
@Suite("The hash tree of a store")
struct TreeTests {
    private static let tree = HashTree.sha256

    private func sign(_ desk: Desk, _ digest: String? = nil) throws -> TreeState {
        let latest = try desk.store.latestStatus()?.digest ?? ""
        return try desk.sign(digest ?? "status \(latest.count) after \(latest)")
    }

    /// The root of all that the tables say, worked out without the stored tree.
    private func expected(_ desk: Desk) throws -> [TreeLeaf] {
        try desk.store.read { db in
            var leaves: [TreeLeaf] = []
            for name in try String.fetchAll(db, sql: "SELECT text FROM enterprise UNION SELECT text FROM code") {
                if let said = try db.said(of: name) { leaves.append(Self.tree.leaf(name, said.statement)) }
            }
            return leaves.sorted { $0.key < $1.key }
        }
    }

    private func check(_ desk: Desk, _ state: TreeState, absent: [String] = ["91440101MA59ABCD11"]) throws {
        let leaves = try expected(desk)
        #expect(state.root == Self.tree.root(of: leaves[...]))
        #expect(state.leaves == Int64(leaves.count))
        let names = try desk.store.read { db in
            try String.fetchAll(db, sql: "SELECT text FROM enterprise UNION SELECT text FROM code")
        }
        for name in names + absent {
            let key = Self.tree.key(of: name)
            let said = try desk.store.read { db in try desk.store.treeCache.view(db)?.statement(of: name, db).proven }
            let proven = try #require(said)
            let finding = proven.path.finding(of: key, under: state.root, in: Self.tree)
            let wanted = try desk.store.read { db in try db.said(of: name)?.statement }
            #expect(proven.statement == wanted)
            #expect(finding == wanted.map { .said(Self.tree.digest(of: $0.bytes)) } ?? .nothing, "\(name)")
        }
    }

    /// Rows as a derivation leaves them, with the notes that it makes.
    private func put(_ names: Range<Int>, version: String, _ desk: Desk) throws {
        try desk.store.write { db in
            let hasTree = try db.exists("SELECT 1 FROM tree")
            for number in names {
                let id = EnterpriseID(pripid: "\(number)") { HashTree.sha256.digest(of: $0).bytes }
                let code = "CODE\(number)"
                try db.run("INSERT OR IGNORE INTO enterprise(id, text, current) VALUES(?1, ?2, ?1)", number, id.text)
                try db.run(
                    "INSERT OR REPLACE INTO profile(enterprise, version, document, registered) VALUES(?, ?, 0, 1)",
                    number,
                    version
                )
                try db.run("INSERT OR REPLACE INTO code(text, enterprise) VALUES(?, ?)", code, number)
                if hasTree { for name in [id.text, code] { try db.noteForTree(name) } }
            }
        }
    }

    @Test("An empty store says nothing of anybody, and proves that", .timeLimit(.minutes(5)))
    func empty() throws {
        let desk = try Desk()
        #expect(try desk.store.provenAnswer(about: ["91440101MA59ABCD11"]) == nil)
        let state = try sign(desk)
        #expect(state.root == .zero && state.leaves == 0 && state.change == 0)
        let answer = try #require(try desk.store.provenAnswer(about: ["91440101MA59ABCD11"]))
        #expect(answer.statements.map(\.statement) == [nil] && answer.profile == nil)
        try check(desk, state)
    }

    @Test("A tree of any size has the root of its leaves and proves each", arguments: [1, 2, 3, 40, 900])
    func sizes(_ count: Int) throws {
        let desk = try Desk()
        try put(1..<count + 1, version: "v1", desk)
        try check(desk, try sign(desk))
    }

    @Test("What grows by changes is what it would be anew, over many pages and cuts")
    func growth() throws {
        let desk = try Desk()
        try put(1..<3, version: "v1", desk)
        var state = try sign(desk)
        try check(desk, state)
        // From one part to many, through a cut; then more than one page.
        var last = 2
        for (round, names) in [3..<40, 30..<900, 1..<5, 900..<2500, 7..<8].enumerated() {
            try put(names, version: "v\(round + 2)", desk)
            let before = state.change
            state = try sign(desk)
            // Each id says something else, and each code that was not there before.
            #expect(state.change == before + Int64(names.count + names.count { $0 > last }))
            last = max(last, names.upperBound - 1)
            #expect(state.root == Self.tree.root(of: try expected(desk)[...]))
        }
        let pages = try desk.store.read { db in try db.integer("SELECT count(*) FROM tree_page") }
        #expect(pages > 1)
        try check(desk, state)
        // A store of an earlier version has the lowest pages only.
        try desk.store.write { db in
            try db.run("DELETE FROM tree_page WHERE number > ?", Int64(UInt32.max))
            #expect(try db.treeRoot(#require(try db.tree()).pages).hash != state.root)
            try TreeSchema.makeTwelve(db)
            #expect(try TreeAudit.isRight(db))
        }
        try check(desk, state)
        // Made anew of the same rows it has the same root.
        try desk.store.write { db in try db.run("DELETE FROM tree") }
        #expect(try sign(desk).root == state.root)
    }

    @Test("What goes leaves the tree as if it had never been there")
    func shrinking() throws {
        let desk = try Desk()
        try put(1..<1000, version: "v1", desk)
        _ = try sign(desk)
        try desk.store.write { db in
            for number in 5..<1000 {
                let id = try db.read("SELECT text FROM enterprise WHERE id = ?", number) { $0.text(0) }
                try db.run("DELETE FROM profile WHERE enterprise = ?", number)
                try db.run("DELETE FROM code WHERE enterprise = ?", number)
                for name in [id ?? "", "CODE\(number)"] { try db.noteForTree(name) }
            }
        }
        let state = try sign(desk)
        #expect(state.leaves == 8)
        try check(desk, state, absent: ["CODE5", "CODE999"])
        let fresh = try Desk()
        try put(1..<5, version: "v1", fresh)
        #expect(try sign(fresh).root == state.root)
    }

    @Test("Whatever derivations do, the tree follows: codes, ids that move, records that go")
    func derivations() throws {
        let desk = try Desk()
        let code = Code(.uscc, "91440101MA59ABCD11")
        try desk.put([Desk.version("A", "甲", at: 1, codes: [code]), Desk.version("B", "乙", at: 1)])
        try desk.deriveApart()
        var state = try sign(desk)
        try check(desk, state)
        // Another version, a code that several hold, an alias, and one that is gone.
        try desk.put([Desk.version("A", "甲二", at: 2, codes: [code]), Desk.version("C", "丙", at: 2, codes: [code])])
        try desk.deriveApart()
        state = try sign(desk)
        try check(desk, state)
        try desk.put([Desk.version("B", "乙", at: 3, operation: .withdrawal)])
        try desk.derive(aliases: [Desk.id("B"), Desk.id("old")])
        state = try sign(desk)
        try check(desk, state, absent: [Desk.id("never").text])
        #expect(state.change > 0)
    }

    @Test("The number of a person's card is no code that the tree speaks of")
    func personalNumber() throws {
        let desk = try Desk()
        try put(1..<2, version: "v1", desk)
        try desk.store.write { db in
            try db.run("INSERT INTO code(text, enterprise) VALUES('11010519491231002X', 1)")
        }
        let state = try sign(desk)
        #expect(state.leaves == 2)
        let answer = try #require(try desk.store.provenAnswer(about: ["11010519491231002X"]))
        #expect(answer.statements.map(\.statement) == [nil])
    }

    @Test("A reader that is in the midst of it sees one status and its tree, whatever is signed meanwhile")
    func consistency() throws {
        let desk = try Desk()
        try put(1..<200, version: "v1", desk)
        let first = try sign(desk, "first")
        let id = EnterpriseID(pripid: "7") { HashTree.sha256.digest(of: $0).bytes }
        let snapshot = try desk.store.pool.makeSnapshot()
        let view = try #require(try snapshot.read { db in try desk.store.treeCache.view(db) })
        try put(1..<200, version: "v2", desk)
        _ = try sign(desk, "second")
        // Somebody else has seen the new one by now.
        #expect(try desk.store.read { db in try desk.store.treeCache.view(db)?.digest } == "second")
        let said = try snapshot.read { db in try view.statement(of: id.text, db).proven }
        #expect(said.statement == .version("v1") && view.digest == "first")
        let finding = said.path.finding(of: Self.tree.key(of: id.text), under: first.root, in: Self.tree)
        #expect(finding == .said(Self.tree.digest(of: TreeStatement.version("v1").bytes)))
        let again = try #require(try snapshot.read { db in try desk.store.treeCache.view(db) })
        #expect(again.digest == "first")
    }

    @Test("Changes say what was said before and after, by the status that came to say so")
    func changes() throws {
        let desk = try Desk()
        try put(1..<4, version: "v1", desk)
        _ = try sign(desk, "first")
        let none = try #require(try desk.store.changes(after: 0, limit: 10))
        #expect(none.changes.isEmpty && none.statuses.map(\.digest) == ["first"] && none.last == 0)
        try put(2..<3, version: "v2", desk)
        try put(9..<10, version: "v1", desk)
        _ = try sign(desk, "second")
        let page = try #require(try desk.store.changes(after: 0, limit: 10))
        #expect(page.changes.map(\.status) == ["second", "second"] && page.last == 3)
        #expect(Set(page.changes.map(\.before)) == [.version("v1"), nil])
        #expect(Set(page.changes.map(\.after)) == [.version("v2"), .version("v1")])
        // A code that is new is a change, too, for whoever wants to hear of codes.
        let all = try #require(try desk.store.changes(after: 0, limit: 10, withCodes: true))
        let id = EnterpriseID(pripid: "9") { HashTree.sha256.digest(of: $0).bytes }
        #expect(all.codes.map(\.code) == ["CODE9"] && all.codes.map(\.holders) == [[id]] && all.end == 3)
        #expect(all.changes == page.changes && page.codes.isEmpty)
        #expect(Set(all.changes.map(\.number) + all.codes.map(\.number)) == [1, 2, 3])
        #expect(try desk.store.changes(after: 2, limit: 10, withCodes: true)?.end == 3)
        #expect(try desk.store.changes(after: 3, limit: 10)?.changes.isEmpty == true)
        // A tree that was given up does not know what changed until it was made anew.
        try desk.store.write { db in try db.run("DELETE FROM tree") }
        try put(2..<3, version: "v3", desk)
        _ = try sign(desk, "third")
        #expect(try desk.store.changes(after: 2, limit: 10) == nil)
        #expect(try desk.store.changes(after: 3, limit: 10)?.changes.isEmpty == true)
    }
}
