import Access
import CreditModel
import SQLiteAccess
import Signing
import Testing

@Suite("Evidence is what was answered, byte for byte, and for whom it was answered")
struct EvidenceTests {
    /// Documents that lie elsewhere.
    private struct Shelf: StoredDocuments {
        var documents: [String: [[UInt8]]] = [:]
        func candidates(for answer: StoredAnswer) throws -> [[UInt8]] { documents[answer.version] ?? [] }
    }

    private func stored(_ caller: Caller, _ body: [UInt8], version: String) throws -> QueryEntry {
        let id = try Archive.enterprise(1)
        var entry = Archive.entry(caller, about: [id])
        entry.answer = .stored(
            StoredAnswer(enterprise: id, version: version, key: "k", issuedAt: 1, form: .flattened)
        )
        entry.digest = Digest256(of: body)
        return entry
    }

    @Test("A kept answer is given back, and a stored one found by its digest among its signatures")
    func bytes() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let kept = JournalRecord(Archive.entry(caller), keeping: Array("kept".utf8), form: .plain)
        let entry = try stored(caller, Array("second".utf8), version: "v1")
        try archive.store.append([kept, JournalRecord(entry)])
        try archive.reopen()
        let shelf = Shelf(documents: ["v1": [Array("first".utf8), Array("second".utf8)]])
        let reader = EvidenceReader(archive.store, documents: shelf)
        #expect(try reader.evidence(of: kept.entry.id).bytes == Array("kept".utf8))
        let evidence = try reader.evidence(of: entry.id, for: caller)
        #expect(evidence.bytes == Array("second".utf8))
        #expect(evidence.entry == entry)
    }

    @Test("What cannot be given back as it was is not given back at all")
    func lost() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let entry = try stored(caller, Array("as it was".utf8), version: "v1")
        var refused = Archive.entry(caller, at: 1)
        refused.status = 404
        try archive.store.append([JournalRecord(entry), JournalRecord(refused)])
        let changed = EvidenceReader(archive.store, documents: Shelf(documents: ["v1": [Array("as it is".utf8)]]))
        #expect(throws: EvidenceError.lost) { try changed.evidence(of: entry.id) }
        let gone = EvidenceReader(archive.store, documents: Shelf())
        #expect(throws: EvidenceError.lost) { try gone.evidence(of: entry.id) }
        #expect(throws: EvidenceError.noDocument(404)) { try gone.evidence(of: refused.id) }
        #expect(throws: EvidenceError.unknown) { try gone.evidence(of: QueryID(at: Archive.noon) { 9 }) }
    }

    @Test("A client reads its own queries and evidence, and of another's not even that they are there")
    func ownership() throws {
        let archive = try Archive()
        let (first, second) = (try archive.caller("甲"), try archive.caller("乙"))
        let id = try Archive.enterprise(1)
        let mine = JournalRecord(Archive.entry(first, about: [id]), keeping: Array("mine".utf8), form: .plain)
        let theirs = JournalRecord(Archive.entry(second, at: 1, about: [id]), keeping: Array("x".utf8), form: .plain)
        try archive.store.append([mine, theirs])
        let reader = EvidenceReader(archive.store, documents: Shelf())
        #expect(try reader.evidence(of: mine.entry.id, for: first).bytes == Array("mine".utf8))
        #expect(throws: EvidenceError.unknown) { try reader.evidence(of: mine.entry.id, for: second) }
        // Whatever the filter names.
        for filter in [JournalFilter(), about(id), by(first.id), by(second.id)] {
            #expect(try OwnQueries(archive.store, of: first).entries(filter) == [mine.entry])
            #expect(try OwnQueries(archive.store, of: second).entries(filter) == [theirs.entry])
        }
        var page = JournalFilter()
        page.before = theirs.entry.id
        #expect(throws: EvidenceError.unknown) { try OwnQueries(archive.store, of: first).entries(page) }
        page.before = QueryID(at: Archive.noon) { 9 }
        #expect(throws: EvidenceError.unknown) { try OwnQueries(archive.store, of: first).entries(page) }
        page.before = mine.entry.id
        #expect(try OwnQueries(archive.store, of: first).entries(page).isEmpty)
    }

    private func about(_ id: EnterpriseID) -> JournalFilter {
        var filter = JournalFilter()
        filter.enterprise = id
        return filter
    }

    private func by(_ client: ClientID) -> JournalFilter {
        var filter = JournalFilter()
        filter.client = client
        return filter
    }
}
