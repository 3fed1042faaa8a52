import CreditModel
import CreditStore
import Foundation
import GRDB
@testable import SQLiteStore
import Testing

@Suite("Cards of a store")
struct CardStoreTests {
    private let card = SearchCard(
        names: [SearchCard.Name("广州甲有限公司", .present), SearchCard.Name("甲", .other), SearchCard.Name("旧甲", .former)],
        state: "K",
        district: "440106",
        industry: "5211",
        established: "2007-09",
        representative: "雷远平",
        address: "广州市"
    )

    @Test("are read back as they were written, and refused where they were damaged")
    func codec() throws {
        let bytes = SearchCardCodec.encode(card)
        #expect(try SearchCardCodec.decode(bytes) == card)
        #expect(bytes.count < 150)
        let empty = SearchCard(names: [])
        #expect(try SearchCardCodec.decode(SearchCardCodec.encode(empty)) == empty)
        for length in bytes.indices {
            #expect(throws: StoreError.self) { try SearchCardCodec.decode(Array(bytes[..<length])) }
        }
        #expect(throws: StoreError.self) { try SearchCardCodec.decode(bytes + [0]) }
    }

    @Test("hold no more of a text or of a list than is of use")
    func limits() {
        let long = SearchCard(
            names: (0..<100).map { SearchCard.Name("\($0)" + String(repeating: "长", count: 400), .former) }
        )
        #expect(long.names.count == SearchCard.mostNames)
        #expect(long.names.allSatisfy { $0.text.unicodeScalars.count == SearchCard.longestText })
        #expect(SearchCard(names: [SearchCard.Name("甲", .present), SearchCard.Name("甲", .former)]).names.count == 1)
    }

    /// A store of the schema before there were cards, with profiles as that wrote them.
    private func older(_ profiles: [String]) throws -> String {
        let folder = NSTemporaryDirectory() + "older-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.prepareDatabase { db in try RowSum.register(in: db) }
        let pool = try DatabasePool(path: folder + "/store.sqlite", configuration: configuration)
        try Schema.migrator.migrate(pool, upTo: "9")
        try pool.write { db in
            for (index, profile) in profiles.enumerated() {
                let number = Int64(index + 1)
                try db.execute(
                    sql: """
                        INSERT INTO enterprise(id, text, current, since) VALUES(?1, ?2, ?1, 1);
                        """,
                    arguments: [number, Desk.id("\(number)").text]
                )
                try db.execute(
                    sql: "INSERT INTO document(id, enterprise, version, bytes) VALUES(?1, ?1, 'v', ?2)",
                    arguments: [number, Data(profile.utf8)]
                )
                try db.execute(
                    sql: "INSERT INTO profile(enterprise, version, document, registered) VALUES(?1, 'v', ?1, 1)",
                    arguments: [number]
                )
                try db.execute(
                    sql: "INSERT INTO placement(part, enterprise) VALUES(?1 << 3 | 1, ?1)",
                    arguments: [number]
                )
                try db.execute(
                    sql: "INSERT INTO name(enterprise, text, folded) VALUES(?1, '广州甲有限公司', '广州甲有限公司')",
                    arguments: [number]
                )
            }
        }
        try pool.close()
        return folder
    }

    @Test("are made of the profiles of an older store; what shows only beginnings is derived again")
    func older() throws {
        let registration = """
            {"address":{"value":"广州市"},"district":{"value":"440106"},"established":{"value":"2007-09"},"industry":{"value":"5211"},
            "legalRepresentative":{"value":"雷远平"},"name":{"conflicts":[{"records":[1],"value":"甲"}],
            "history":[{"records":[0],"value":"旧甲"}],"records":[0],"value":"广州甲有限公司"},"state":{"label":"开业","value":"K"}}
            """
        let folder = try older([
            "{\"registration\":\(registration)}", "{\"cut\":{},\"registration\":\(registration)}", "no JSON",
            "{\"registration\":{}}",
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/store.sqlite")
        try store.viewCards { view throws in
            #expect(try view.card(of: 1) == card)
            #expect(try view.card(of: 2) == nil)
            #expect(try view.card(of: 3) == nil)
            #expect(try view.card(of: 4) == SearchCard(names: []))
            #expect(try view.names(with: [["广州", "有限"]], after: 0, limit: 9).map(\.enterprise) == [1])
            #expect(try view.names(with: [["旧甲"]], after: 0, limit: 9).map(\.name) == [2])
        }
        let marked = try store.read { db in try Int64.fetchAll(db, sql: "SELECT part >> 3 FROM dirty ORDER BY part") }
        #expect(marked == [2, 3])
        let isRight = try store.write { db in try NameIndexAudit.isRight(db) }
        #expect(isRight)
    }

    @Test("and the index that finds them are compared word for word")
    func audit() throws {
        let desk = try Desk()
        try desk.put([Desk.version("A", "广州甲AB有限公司", at: 1), Desk.version("B", "广州乙有限公司", at: 1)])
        try desk.derive()
        func isRight() throws -> Bool { try desk.store.write { db in try NameIndexAudit.isRight(db) } }
        #expect(try isRight())
        try desk.put([Desk.version("A", "广州丙有限公司", at: 2)])
        try desk.derive()
        #expect(try isRight(), "what a name was found by is gone with it")
        try desk.store.write { db in
            try db.execute(sql: "INSERT INTO name_index(rowid, words) VALUES(7, '多余')")
        }
        #expect(try !isRight())
        try NameIndexMender(store: desk.store, audit: Audit { _ in }).run()
        #expect(try isRight())
        #expect(try desk.named("广州").count == 2)
    }
}
