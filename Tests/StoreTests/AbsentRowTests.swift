import CreditModel
import CreditStore
import SQLiteStore
import Testing

/// Rows that could not be taken, and that their agency does not show any more: a retry must not bring them back.
@Suite("A quarantined row that its source has dropped is settled")
struct AbsentRowTests {
    private func entry(_ key: String, file: Int64 = 0, original: String = "x") -> QuarantineEntry {
        QuarantineEntry(
            dataset: Desk.licences,
            place: RowPlace(document: "p", row: 1, line: 1),
            key: RecordKey([key]),
            modified: LocalTime(seconds: 1),
            sequence: file << 32 | 1,
            rule: "malformed",
            message: "m",
            original: Array(original.utf8),
            firstSeen: 3
        )
    }

    private func quarantine(_ desk: Desk, _ entries: [QuarantineEntry]) throws {
        // As ingestion does: a row whose key could be read counts as shown.
        let shown = entries.compactMap(\.key).map { StoreEvent.shown($0) }
        _ = try desk.store.commit(
            StoreBatch(dataset: Desk.licences, run: "r", receivedAt: 1, quarantined: entries, events: shown)
        )
    }

    private func states(_ desk: Desk) throws -> [String] {
        try desk.store.quarantine(QuarantineFilter(onlyOpen: false)).map(\.resolution)
    }

    private func end(_ file: Int64?, unreadable: Bool = false) -> StoreEvent {
        .completeReadEnded(
            time: LocalTime(seconds: 50),
            sequence: file.map { $0 << 32 } ?? -1,
            hadUnreadableKeys: unreadable,
            allowedShare: 1
        )
    }

    @Test("by a complete read that lacks it, and waits again where it is shown again", arguments: [nil, 2] as [Int64?])
    func completeRead(file: Int64?) throws {
        let desk = try Desk()
        let before = file.map { $0 - 1 } ?? 0
        try quarantine(desk, [entry("gone", file: before), entry("stays", file: before)])
        try desk.put([], in: Desk.licences, events: [.completeReadBegan])
        try quarantine(desk, [entry("stays", file: file ?? 0)])
        try desk.put([], in: Desk.licences, events: [end(file)])
        #expect(try states(desk) == ["absent", ""])
        #expect(try desk.store.sourceState(of: Desk.licences).openQuarantine == 1)
        try quarantine(desk, [entry("gone", file: 3)])
        #expect(try states(desk) == ["", ""])
        #expect(try desk.store.sourceState(of: Desk.licences).openQuarantine == 2)
    }

    @Test("but not by one that could not read all keys, nor by a 全量 that an older file's row comes after")
    func notSettled() throws {
        let desk = try Desk()
        try quarantine(desk, [entry("a", file: 1), entry("later", file: 4)])
        try desk.put([], in: Desk.licences, events: [.completeReadBegan])
        try desk.put([], in: Desk.licences, events: [end(2, unreadable: true)])
        #expect(try states(desk) == ["", ""])
        try desk.put([], in: Desk.licences, events: [.completeReadBegan])
        try desk.put([], in: Desk.licences, events: [end(3)])
        #expect(try states(desk) == ["absent", ""])
    }

    @Test("by the file's new content, unless that holds it still")
    func replacedFile() throws {
        let desk = try Desk()
        func read(_ digest: String, _ rows: [QuarantineEntry]) throws {
            try desk.put([], in: Desk.licences, events: [.fileBegan(number: 7, name: "f", digest: digest)])
            try quarantine(desk, rows)
            try desk.put([], in: Desk.licences, events: [.fileEnded(number: 7)])
        }
        try read("one", [entry("gone", file: 7), entry("stays", file: 7)])
        #expect(try states(desk) == ["", ""])
        try read("two", [entry("stays", file: 7)])
        #expect(try states(desk) == ["absent", ""])
    }

    @Test("What a retry takes belongs to its file: new content that lacks it takes it away again")
    func retriedRow() throws {
        let desk = try Desk()
        try desk.put([], in: Desk.licences, events: [.fileBegan(number: 7, name: "f", digest: "one")])
        try desk.put([], in: Desk.licences, events: [.fileEnded(number: 7)])
        var retry = StoreBatch(dataset: Desk.licences, run: "q", isRetry: true, receivedAt: 2)
        retry.versions = [Desk.version("A", "retried", at: 5, sequence: 7 << 32 | 1)]
        _ = try desk.store.commit(retry)
        #expect(try desk.name("A", Desk.licences) == "retried")
        try desk.put([], in: Desk.licences, events: [.fileBegan(number: 7, name: "f", digest: "two")])
        try desk.put([], in: Desk.licences, events: [.fileEnded(number: 7)])
        #expect(try desk.name("A", Desk.licences) == nil)
    }
}
