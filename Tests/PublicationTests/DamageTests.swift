import CreditStore
import Foundation
import GRDB
import Testing

/// Whatever is changed or lost behind the store's back is found, named, and made anew where that can be done.
@Suite("Damage in a store")
struct DamageTests {
    /// Every table that holds something.
    static let tables = [
        "annex", "answer", "card", "change", "code", "dataset", "dirty", "document", "drift", "enterprise", "file",
        "former_link", "former_member", "held", "link", "meta", "name_index_config", "name_index_data", "placement",
        "profile",
        "quarantine", "record", "refusal", "run", "seal", "segment", "sighting", "standing",
        "status", "tally", "tree", "tree_news", "tree_page", "tree_part", "version", "waiting",
    ]

    /// One case: a column of a row, or a row.
    struct Damage: CustomStringConvertible {
        var table: String
        /// nil loses the row.
        var column: String?
        var description: String { column.map { "\(table).\($0)" } ?? "a row of \(table)" }
    }

    @Test("is found in every column and by every lost row, and healed where it is derived", arguments: tables)
    func everywhere(table: String) throws {
        let desk = try AuditDesk(seed: 7)
        let columns = try DatabaseQueue(path: desk.sound).read { db in try db.columns(in: table).map(\.name) }
        try #require(!columns.isEmpty)
        let whole = try desk.fresh("whole")
        #expect(try desk.rebuild(whole).isEmpty)
        let wanted = try desk.dump(whole)
        for column in columns.map(Optional.some) + [nil] {
            let damage = Damage(table: table, column: column)
            let path = try desk.fresh()
            guard try inflict(damage, on: path) else { continue }
            let found = try desk.check(path)
            #expect(!found.isEmpty, "\(damage) is not found")
            for finding in found { #expect(!finding.problem.isEmpty) }
            #expect(found.contains { Self.names(table, $0) }, "\(damage) is not named: \(found)")
            // What cannot be made right is not touched, and is told again.
            let left = try desk.rebuild(path)
            let after = try desk.check(path)
            if found.allSatisfy(\.isRepairable) {
                #expect(left.isEmpty && after.isEmpty, "\(damage) stays: \(left) \(after)")
                var dump = try desk.dump(path)
                // An id whose text was damaged is made again; what it became stays, since ids stay for ever.
                if damage.description == "enterprise.text" { dump["identities"] = wanted["identities"] }
                #expect(dump == wanted, "\(damage)")
            } else {
                #expect(left.isEmpty == after.isEmpty, "\(damage): \(left) \(after)")
            }
        }
    }

    /// Whether a finding tells of a table: by its name, or by that of what is next to it.
    private static func names(_ table: String, _ finding: Finding) -> Bool {
        let close = [
            "tally": tables, "name_index_config": ["name_index"],
            "name_index_data": ["name_index"],
            "document": ["profile", "seal"], "seal": ["profile"],
            "enterprise": ["placement"], "placement": ["held"], "tree_page": ["tree_part"],
            "tree_part": ["tree_page"],
        ]
        return finding.table == table || close[table]?.contains(finding.table) == true
    }

    /// Changes a value as little as can be, or loses the row; false where the table has none, or takes no other value.
    private func inflict(_ damage: Damage, on path: String) throws -> Bool {
        var isDone = false
        try AuditDesk.damage(path) { db in
            let info = try Row.fetchAll(db, sql: "PRAGMA table_info(\(damage.table))")
            let keys = info.filter { ($0["pk"] as Int) > 0 }.map { $0["name"] as String }
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(damage.table)")
            try #require(!rows.isEmpty, "\(damage.table) is empty: nothing can be tried")
            let place = keys.map { "\($0) IS ?" }.joined(separator: " AND ")
            // In the middle, where nothing is special.
            for row in (rows[(rows.count / 2)...] + rows[..<(rows.count / 2)]).prefix(20) {
                let key = StatementArguments(keys.map { row[$0] as DatabaseValue })
                guard let column = damage.column else {
                    try db.execute(sql: "DELETE FROM \(damage.table) WHERE \(place)", arguments: key)
                    isDone = true
                    return
                }
                let old: DatabaseValue = row[column]
                if old.isNull, rows.contains(where: { !($0[column] as DatabaseValue).isNull }) { continue }
                let sql = "UPDATE \(damage.table) SET \(column) = ? WHERE \(place)"
                do {
                    try db.execute(sql: sql, arguments: [Self.flipped(old)] + key)
                    isDone = true
                    return
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                    continue
                }
            }
        }
        return isDone
    }

    /// One bit of it is another.
    private static func flipped(_ value: DatabaseValue) -> DatabaseValue {
        switch value.storage {
        case .null: 1.databaseValue
        case .int64(let number): (number ^ 1).databaseValue
        case .double(let number): (number + 1).databaseValue
        case .string(let text):
            (String(text.dropLast()) + (text.last == "b" ? "c" : "b")).databaseValue
        case .blob(let data):
            {
                var bytes = Array(data)
                if bytes.isEmpty { bytes = [0] } else { bytes[bytes.count / 2] ^= 4 }
                return Data(bytes).databaseValue
            }()
        }
    }
}
