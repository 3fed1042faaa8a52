internal import CreditModel
internal import CreditStore
internal import GRDB

/// Present and former names, by which enterprises are found.
extension DerivationWriter {
    func store(names: [String], of number: Int64) throws {
        var new = Set(names)
        if !fresh.contains(number) {
            for name in try knownNames(of: number) where new.remove(name.text) == nil { try remove(name) }
        }
        for name in new.sorted() {
            let folded = NameIndex.fold(name)
            try db.run("INSERT INTO name(enterprise, text, folded) VALUES(?, ?, ?)", number, name, folded)
            shared.index(db.lastInsertedRowID, folded)
        }
    }

    typealias Name = (id: Int64, text: String, folded: String)

    func knownNames(of number: Int64) throws -> [Name] {
        try db.all("SELECT id, text, folded FROM name WHERE enterprise = ?", number) {
            ($0.integer(0), $0.text(1), $0.text(2))
        }
    }

    func remove(_ name: Name) throws {
        // The index is taken to hold what it should, or is made anew at the end.
        guard !mends else { return try db.run("DELETE FROM name WHERE id = ?", name.id) }
        shared.unindex(name.id, name.folded)
        try db.run("DELETE FROM name WHERE id = ?", name.id)
    }
}
